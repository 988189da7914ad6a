//! Fetches one image from the public web; every redirect goes through the same gate, and size and time have limits.

use super::sniff::{NEEDED_OCTETS, image_type};
use crate::web::{self, Web};
use axum::{
    body::{Body, Bytes},
    http::{Request, Response, StatusCode, header, request::Builder},
};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use http_body_util::BodyStream;
use hyper::body::Incoming;
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::{
    sync::{Semaphore, mpsc},
    time::{Instant, timeout_at},
};
use url::Url;

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

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("too large")]
    TooLarge,
    #[error("too slow")]
    TimedOut,
    #[error("too many at once")]
    Busy,
    #[error("not an image")]
    NoImage,
    #[error(transparent)]
    Web(#[from] web::Fault),
}

impl From<hyper::Error> for Fault {
    fn from(error: hyper::Error) -> Self {
        Self::Web(error.into())
    }
}

/// Fetches images.
pub(in crate::http) struct ImageFetcher {
    web: Web,
    free: Arc<Semaphore>,
    within: Duration,
}

impl ImageFetcher {
    /// A fetcher that goes this way.
    pub(in crate::http) fn new(web: Web) -> Self {
        Self {
            web,
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
            return Err(refused("the address is too long"));
        }
        let mut url = Url::parse(url).map_err(|_| refused("not an address"))?;
        for _ in 0..=REDIRECTS {
            let response = self.web.send(&url, request(), Bytes::new()).await?;
            if !response.status().is_redirection() {
                return check(response);
            }
            let location = response
                .headers()
                .get(header::LOCATION)
                .and_then(|location| location.to_str().ok());
            url = location
                .and_then(|location| url.join(location).ok())
                .ok_or(refused("a redirect to nowhere"))?;
        }
        Err(refused("too many redirects"))
    }
}

fn refused(why: &'static str) -> Fault {
    web::Fault::Refused(why).into()
}

fn request() -> Builder {
    Request::get("/")
        .header(
            header::ACCEPT,
            "image/avif,image/webp,image/png,image/jpeg,image/gif,image/bmp",
        )
        .header(header::ACCEPT_ENCODING, "identity")
}

fn check(response: Response<Incoming>) -> Result<Response<Incoming>, Fault> {
    if response.status() != StatusCode::OK {
        return Err(web::Fault::Failed(format!("status {}", response.status().as_u16()).into()).into());
    }
    if response
        .headers()
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity")
    {
        return Err(refused("an encoding that was not asked for"));
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
    use crate::tls::TlsSettings;

    fn web(allow_private: bool) -> Web {
        let tls = TlsSettings::new(None).expect("the platform has a trust store");
        Web::new(tls, allow_private)
    }

    async fn fault(url: &str) -> String {
        match ImageFetcher::new(web(false)).fetch(url).await {
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
            ..ImageFetcher::new(web(true))
        };

        let (_, unread) = fetcher.fetch(&url).await.expect("an image");
        assert_eq!(fetcher.free.available_permits(), AT_ONCE - 1);
        tokio::time::sleep(Duration::from_secs(2)).await;

        assert_eq!(fetcher.free.available_permits(), AT_ONCE);
        let cut = axum::body::to_bytes(unread, usize::MAX).await;
        assert!(cut.is_err(), "half an image is no image");
    }
}
