//! TCP, and TLS by ourselves, below hyper: one task per connection, each bounded.

use super::patient::Patient;
use crate::{
    config::{Config, TlsFiles},
    http::client::Connection,
};
use anyhow::Context as _;
use axum::{Extension, Router};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// Browser connections at once; a process may mostly have some thousand files open more than this.
const CONNECTIONS: usize = 10_000;
/// A TLS handshake takes a few round trips.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// Request headers are one packet or two.
const HEADERS_WITHIN: Duration = Duration::from_secs(20);
/// After a failed accept (mostly: too many open files) a pause, else the loop would eat the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The listening socket.
pub(super) struct Listener {
    tcp: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Listener {
    /// Listens where the configuration says.
    pub(super) async fn bind(config: &Config) -> anyhow::Result<Self> {
        let tls = config.tls.as_ref().map(acceptor).transpose()?;
        let tcp = TcpListener::bind(config.listen).await.with_context(|| {
            format!(
                "listen: cannot listen on {}.\n  Remedy: choose a free address and port with --listen",
                config.listen
            )
        })?;
        Ok(Self { tcp, tls })
    }

    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// Serves until `stop`, then lets open requests end, but not longer than `within`.
    pub(super) async fn serve(&self, router: Router, stop: &CancellationToken, within: Duration) {
        let graceful = GracefulShutdown::new();
        let free = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let permit = Arc::clone(&free)
                .acquire_owned()
                .await
                .expect("the semaphore is never closed");
            let accepted = tokio::select! {
                accepted = self.tcp.accept() => accepted,
                () = stop.cancelled() => break,
            };
            match accepted {
                Ok((stream, peer)) => self.spawn(stream, peer, router.clone(), &graceful, permit),
                Err(error) => {
                    tracing::warn!(%error, "Cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        if timeout(within, graceful.shutdown()).await.is_err() {
            tracing::warn!("Some requests did not end in time and were cut");
        }
    }

    fn spawn(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        router: Router,
        graceful: &GracefulShutdown,
        permit: OwnedSemaphorePermit,
    ) {
        // Small frames should leave at once: they are what a person waits for.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "Cannot set TCP_NODELAY");
        }
        let connection = Connection {
            peer,
            is_tls: self.tls.is_some(),
        };
        let (tls, watcher) = (self.tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _permit = permit;
            let router = router.layer(Extension(connection));
            match tls {
                None => serve_connection(stream, router, watcher).await,
                Some(tls) => match timeout(HANDSHAKE_WITHIN, tls.accept(stream)).await {
                    Ok(Ok(stream)) => serve_connection(stream, router, watcher).await,
                    Ok(Err(error)) => tracing::debug!(%peer, %error, "A TLS handshake failed"),
                    Err(_) => tracing::debug!(%peer, "A TLS handshake took too long"),
                },
            }
        });
    }
}

pub(super) async fn serve_connection<S>(stream: S, router: Router, watcher: hyper_util::server::graceful::Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(64 << 10);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(64)
        .max_header_list_size(64 << 10);
    let connection =
        builder.serve_connection_with_upgrades(TokioIo::new(Patient::new(stream)), TowerToHyperService::new(router));
    if let Err(error) = watcher.watch(connection.into_owned()).await {
        tracing::debug!(%error, "A browser's connection ended with an error");
    }
}

fn acceptor(files: &TlsFiles) -> anyhow::Result<TlsAcceptor> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.cert)
        .and_then(Iterator::collect)
        .with_context(|| format!("tls-cert: {} cannot be read as PEM", files.cert.display()))?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .with_context(|| format!("tls-key: {} cannot be read as a PEM private key", files.key.display()))?;
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .context("tls-cert and tls-key do not belong together.\n  Remedy: name the chain (leaf first) and the key it was made for")?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
