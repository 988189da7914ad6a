//! The public web, and nothing else: what strangers name in their mail is asked for through here.
//!
//! A name is resolved once, its address is checked and connected to, so that no answer of the DNS changes in between;
//! whoever follows a redirect comes through the same gate. No cookie, no referrer, and the same words for everybody.

mod address;

use crate::tls::TlsSettings;
use address::is_public;
use axum::http::{HeaderValue, Request, Response, header, request::Builder};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::{io, net::SocketAddr};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
};
use tokio_rustls::TlsConnector;
use url::{Host, Position, Url};

/// Servers that answer only browsers are answered with this.
const USER_AGENT: HeaderValue = HeaderValue::from_static("Mozilla/5.0 (compatible; Surat)");

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It is nothing that may be asked for.
    #[error("not allowed: {0}")]
    Refused(&'static str),
    /// Nobody answered, or not as one should.
    #[error("{0}")]
    Failed(#[from] Box<dyn std::error::Error + Send + Sync>),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<hyper::Error> for Fault {
    fn from(error: hyper::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// The way to the public web.
#[derive(Clone, Debug)]
pub struct Web {
    tls: TlsSettings,
    /// Only for tests.
    allow_private: bool,
}

impl Web {
    /// A way that believes the certificates that `tls` does.
    pub fn new(tls: TlsSettings, allow_private: bool) -> Self {
        Self { tls, allow_private }
    }

    /// Sends a request with its method and header fields to `url`, and gives the response; redirects are not followed.
    pub async fn send(&self, url: &Url, request: Builder, body: Bytes) -> Result<Response<Incoming>, Fault> {
        let (host, port, is_https) = self.target(url)?;
        let address = self.resolve(&host, port).await?;
        let tcp = TcpStream::connect(address).await?;
        let request = request
            .uri(&url[Position::BeforePath..Position::AfterQuery])
            .header(header::HOST, &url[Position::BeforeHost..Position::AfterPort])
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::CONNECTION, "close")
            .body(Full::new(body))
            .map_err(|_| Fault::Refused("not an address"))?;
        if !is_https {
            return exchange(tcp, request).await;
        }
        let name = ServerName::try_from(host.to_string()).map_err(|_| Fault::Refused("not a host name"))?;
        let tls = TlsConnector::from(self.tls.config()).connect(name, tcp).await?;
        exchange(tls, request).await
    }

    /// Host, port, and whether by TLS; only what the web uses.
    fn target(&self, url: &Url) -> Result<(Host<String>, u16, bool), Fault> {
        let is_https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(Fault::Refused("neither http nor https")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Fault::Refused("credentials in the address"));
        }
        let host = url.host().ok_or(Fault::Refused("no host"))?.to_owned();
        let port = url.port_or_known_default().ok_or(Fault::Refused("no port"))?;
        if !matches!(port, 80 | 443) && !self.allow_private {
            return Err(Fault::Refused("not a port of the web"));
        }
        Ok((host, port, is_https))
    }

    /// One public address. A name that has any other as well is up to something.
    async fn resolve(&self, host: &Host<String>, port: u16) -> Result<SocketAddr, Fault> {
        let addresses: Vec<SocketAddr> = match host {
            Host::Ipv4(address) => vec![(*address, port).into()],
            Host::Ipv6(address) => vec![(*address, port).into()],
            Host::Domain(name) => lookup_host((name.as_str(), port)).await?.collect(),
        };
        if !self.allow_private && !addresses.iter().all(|address| is_public(address.ip())) {
            return Err(Fault::Refused("not an address of the public network"));
        }
        // IPv4 first: a machine without IPv6 would wait for nothing.
        let first = addresses.iter().find(|address| address.is_ipv4()).or(addresses.first());
        first.copied().ok_or(Fault::Refused("no such host"))
    }
}

/// One request, one response. The connection ends with the response's body.
async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(64 << 10)
        .handshake(TokioIo::new(stream))
        .await?;
    tokio::spawn(async move {
        // An error shows in the body as well, where it is handled.
        if let Err(error) = connection.await {
            tracing::trace!(%error, "The connection to a host of the web ended");
        }
    });
    Ok(sender.send_request(request).await?)
}
