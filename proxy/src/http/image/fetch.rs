//! Fetches one image from the public network: the name is resolved once, the address checked and
//! pinned, every redirect goes through the same gate, and size and time have limits.

use super::{
    address::is_public,
    sniff::{NEEDED_OCTETS, image_type},
};
use crate::tls::TlsSettings;
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Request, Response, StatusCode, header},
};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use http_body_util::{BodyStream, Empty};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    sync::{Semaphore, mpsc},
    time::{Instant, timeout_at},
};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

/// Largest image, in octets.
const OCTETS: u64 = 10 << 20;
/// From the first packet to the last.
const WITHIN: Duration = Duration::from_secs(10);
/// Pieces of an image that wait for the browser.
const PIECES: usize = 4;
/// Redirects that are followed.
const REDIRECTS: usize = 3;
/// Images that are fetched at once for everybody.
const AT_ONCE: usize = 64;
/// Longest address that is fetched; browsers and servers agree on about this much.
const URL_OCTETS: usize = 8 << 10;
/// Servers that answer only browsers are answered with this; it is the same for everybody.
const USER_AGENT: HeaderValue = HeaderValue::from_static("Mozilla/5.0 (compatible; Surat image proxy)");

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("not allowed: {0}")]
    Refused(&'static str),
    #[error("too large")]
    TooLarge,
    #[error("too slow")]
    TimedOut,
    #[error("too many at once")]
    Busy,
    #[error("not an image")]
    NoImage,
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

/// Fetches images.
pub(in crate::http) struct ImageFetcher {
    tls: TlsSettings,
    /// Only for tests.
    allow_private: bool,
    free: Arc<Semaphore>,
    within: Duration,
}

impl ImageFetcher {
    /// A fetcher that trusts the certificates that `tls` trusts.
    pub(in crate::http) fn new(tls: TlsSettings, allow_private: bool) -> Self {
        Self {
            tls,
            allow_private,
            free: Arc::new(Semaphore::new(AT_ONCE)),
            within: WITHIN,
        }
    }

    /// The image at `url`: its type as found out by looking, and its octets.
    pub(super) async fn fetch(&self, url: &str) -> Result<(&'static str, Body), Fault> {
        let deadline = Instant::now() + self.within;
        let permit = match timeout_at(deadline, Arc::clone(&self.free).acquire_owned()).await {
            Ok(permit) => permit.map_err(|_| Fault::Busy)?,
            Err(_) => return Err(Fault::Busy),
        };
        let response = timeout_at(deadline, self.follow(url))
            .await
            .map_err(|_| Fault::TimedOut)??;
        let mut octets = Box::pin(bounded(response, deadline));
        let mut start = Vec::new();
        while start.len() < NEEDED_OCTETS {
            match octets.try_next().await? {
                Some(piece) => start.extend_from_slice(&piece),
                None => break,
            }
        }
        let media_type = image_type(&start).ok_or(Fault::NoImage)?;
        let (pieces, carried) = mpsc::channel(PIECES);
        tokio::spawn(async move {
            let _held = permit;
            let start = stream::once(async { Ok(Bytes::from(start)) });
            // Whoever does not take it in time leaves its place to others.
            let _ = timeout_at(deadline, carry(start.chain(octets), pieces)).await;
        });
        Ok((media_type, Body::from_stream(carried_octets(carried))))
    }

    async fn follow(&self, url: &str) -> Result<Response<Incoming>, Fault> {
        if url.len() > URL_OCTETS {
            return Err(Fault::Refused("the address is too long"));
        }
        let mut url = Url::parse(url).map_err(|_| Fault::Refused("not an address"))?;
        for _ in 0..=REDIRECTS {
            let response = self.get(&url).await?;
            if !response.status().is_redirection() {
                return check(response);
            }
            let location = response
                .headers()
                .get(header::LOCATION)
                .and_then(|location| location.to_str().ok());
            url = location
                .and_then(|location| url.join(location).ok())
                .ok_or(Fault::Refused("a redirect to nowhere"))?;
        }
        Err(Fault::Refused("too many redirects"))
    }

    async fn get(&self, url: &Url) -> Result<Response<Incoming>, Fault> {
        let (host, port, is_https) = self.target(url)?;
        let address = self.resolve(&host, port).await?;
        let tcp = TcpStream::connect(address).await?;
        let request = Request::get(&url[url::Position::BeforePath..url::Position::AfterQuery])
            .header(header::HOST, &url[url::Position::BeforeHost..url::Position::AfterPort])
            .header(header::USER_AGENT, USER_AGENT)
            .header(
                header::ACCEPT,
                "image/avif,image/webp,image/png,image/jpeg,image/gif,image/bmp",
            )
            .header(header::ACCEPT_ENCODING, "identity")
            .header(header::CONNECTION, "close")
            .body(Empty::<Bytes>::new())
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
async fn exchange<S>(stream: S, request: Request<Empty<Bytes>>) -> Result<Response<Incoming>, Fault>
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
            tracing::trace!(%error, "The connection to an image's host ended");
        }
    });
    Ok(sender.send_request(request).await?)
}

fn check(response: Response<Incoming>) -> Result<Response<Incoming>, Fault> {
    if response.status() != StatusCode::OK {
        return Err(Fault::Failed(format!("status {}", response.status().as_u16()).into()));
    }
    if response
        .headers()
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity")
    {
        return Err(Fault::Refused("an encoding that was not asked for"));
    }
    let announced = response
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|octets| octets > OCTETS) {
        return Err(Fault::TooLarge);
    }
    Ok(response)
}

/// Hands on each piece, and then `None`: what ends without it was cut.
async fn carry(octets: impl Stream<Item = Result<Bytes, Fault>>, pieces: mpsc::Sender<Result<Option<Bytes>, Fault>>) {
    let ended = octets.map_ok(Some).chain(stream::once(async { Ok(None) }));
    let mut ended = pin!(ended);
    while let Some(piece) = ended.next().await {
        let is_over = piece.is_err();
        if pieces.send(piece).await.is_err() || is_over {
            return;
        }
    }
}

fn carried_octets(pieces: mpsc::Receiver<Result<Option<Bytes>, Fault>>) -> impl Stream<Item = Result<Bytes, Fault>> {
    stream::try_unfold(pieces, |mut pieces| async move {
        let piece = pieces.recv().await.unwrap_or(Err(Fault::TimedOut))?;
        Ok(piece.map(|octets| (octets, pieces)))
    })
}

/// The octets of a body, up to the limits.
fn bounded(response: Response<Incoming>, deadline: Instant) -> impl Stream<Item = Result<Bytes, Fault>> {
    let frames = BodyStream::new(response.into_body());
    stream::try_unfold((frames, 0_u64), move |(mut frames, mut so_far)| async move {
        loop {
            let next = timeout_at(deadline, frames.next()).await.map_err(|_| Fault::TimedOut)?;
            let Some(frame) = next.transpose()? else {
                return Ok(None);
            };
            let Ok(octets) = frame.into_data() else { continue };
            so_far += octets.len() as u64;
            if so_far > OCTETS {
                return Err(Fault::TooLarge);
            }
            return Ok(Some((octets, (frames, so_far))));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn fault(url: &str) -> String {
        let tls = TlsSettings::new(None).expect("the platform has a trust store");
        match ImageFetcher::new(tls, false).fetch(url).await {
            Ok(_) => panic!("{url} was fetched"),
            Err(fault) => fault.to_string(),
        }
    }

    #[tokio::test]
    async fn nothing_but_the_public_web_is_asked() {
        for url in [
            "http://127.0.0.1/a.png",
            "http://2130706433/a.png",
            "http://0x7f.1/a.png",
            "http://[::1]/a.png",
            "http://[::ffff:10.0.0.1]/a.png",
            "http://localhost/a.png",
            "https://169.254.169.254/latest/meta-data",
        ] {
            assert!(fault(url).await.contains("public network"), "{url}");
        }
    }

    #[tokio::test]
    async fn odd_addresses_are_refused() {
        for url in [
            "file:///etc/passwd",
            "ftp://1.1.1.1/a",
            "http://u:p@1.1.1.1/",
            "http://1.1.1.1:25/",
            "nothing",
            "gopher://1.1.1.1",
        ] {
            assert!(fault(url).await.starts_with("not allowed"), "{url}");
        }
    }

    #[tokio::test]
    async fn a_browser_that_does_not_read_keeps_no_place() {
        let host = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/a.png", host.local_addr().expect("it listens"));
        tokio::spawn(async move {
            let (mut stream, _) = host.accept().await.expect("it comes");
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {OCTETS}\r\n\r\n");
            let image = [head.as_bytes(), b"\x89PNG\r\n\x1a\n", &[0; 9 << 20]].concat();
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, &image).await;
            tokio::time::sleep(WITHIN).await;
        });
        let fetcher = ImageFetcher {
            within: Duration::from_secs(1),
            ..ImageFetcher::new(TlsSettings::new(None).expect("no file is read"), true)
        };

        let (_, unread) = fetcher.fetch(&url).await.expect("an image");
        assert_eq!(fetcher.free.available_permits(), AT_ONCE - 1);
        tokio::time::sleep(Duration::from_secs(2)).await;

        assert_eq!(fetcher.free.available_permits(), AT_ONCE);
        let cut = axum::body::to_bytes(unread, usize::MAX).await;
        assert!(cut.is_err(), "half an image is no image");
    }
}
