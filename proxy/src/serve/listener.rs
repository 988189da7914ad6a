//! TCP, and TLS by ourselves, below hyper: one task per connection, each bounded.

use super::{
    newcomers::{Arrival, Newcomers},
    patient::Patient,
};
use crate::{
    config::{Config, TlsFiles},
    http::client::{Connection, Place},
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
    sync::Semaphore,
    time::{Instant, sleep, timeout},
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
    places: Arc<Semaphore>,
    newcomers: Arc<Newcomers>,
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
        Ok(Self {
            tcp,
            tls,
            places: Arc::new(Semaphore::new(CONNECTIONS)),
            newcomers: Newcomers::new(config.trusted_proxies.clone()),
        })
    }

    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// Serves until `stop`, then lets open requests end, but not longer than `within`.
    pub(super) async fn serve(&self, router: Router, stop: &CancellationToken, within: Duration) {
        let graceful = GracefulShutdown::new();
        loop {
            let place = tokio::select! {
                place = Arc::clone(&self.places).acquire_owned() => place.expect("the semaphore is never closed"),
                () = stop.cancelled() => break,
            };
            let accepted = tokio::select! {
                accepted = self.tcp.accept() => accepted,
                () = stop.cancelled() => break,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let Some(Arrival { rest, stay }) = self.newcomers.arrive(peer.ip(), Instant::now()) else {
                        tracing::debug!(%peer, "Too many connections of one network");
                        continue;
                    };
                    let (router, place) = (router.clone(), Place::new((place, stay)));
                    self.spawn(stream, peer, router, &graceful, place, rest);
                }
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
        place: Place,
        rest: Option<Duration>,
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
            // Kept by the router, for as long as it serves this connection, and by a socket that takes it over.
            let router = router.layer(Extension(connection)).layer(Extension(place));
            if let Some(rest) = rest {
                sleep(rest).await;
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{extract::Request, http::StatusCode, response::IntoResponse, routing::get};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    const UPGRADE: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";

    /// Takes the connection over, as a socket does, and gives it back when the other side has gone.
    async fn take_over(Extension(place): Extension<Place>, request: Request) -> impl IntoResponse {
        tokio::spawn(async move {
            let stream = hyper::upgrade::on(request).await.expect("it is taken over");
            let _ = TokioIo::new(stream).read_to_end(&mut Vec::new()).await;
            drop(place);
        });
        let headers = [("connection", "upgrade"), ("upgrade", "websocket")];
        (StatusCode::SWITCHING_PROTOCOLS, headers)
    }

    #[tokio::test]
    async fn a_connection_that_became_a_socket_keeps_its_place() {
        let listener = Listener {
            tcp: TcpListener::bind("127.0.0.1:0").await.expect("a port"),
            tls: None,
            places: Arc::new(Semaphore::new(1)),
            newcomers: Newcomers::new(Vec::new()),
        };
        let (address, places) = (listener.address().expect("an address"), Arc::clone(&listener.places));
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let router = Router::new().route("/", get(take_over));
        let serving = tokio::spawn(async move { listener.serve(router, &stopped, Duration::from_secs(1)).await });

        let mut first = TcpStream::connect(address).await.expect("connected");
        first.write_all(UPGRADE).await.expect("sent");
        let mut heard = [0; 12];
        first.read_exact(&mut heard).await.expect("an answer");
        let mut second = TcpStream::connect(address).await.expect("the kernel takes it");
        second.write_all(UPGRADE).await.expect("sent");
        let early = timeout(Duration::from_millis(300), second.read_exact(&mut heard)).await;

        assert!(early.is_err(), "there was no place");
        drop(first);
        second.read_exact(&mut heard).await.expect("an answer");
        assert_eq!((&heard, places.available_permits()), (b"HTTP/1.1 101", 0));
        stop.cancel();
        serving.await.expect("it ends");
    }
}
