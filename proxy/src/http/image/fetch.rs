//! Fetches one image from the public web; every redirect goes through the same gate, and size and time have limits.

use super::{
    Fault,
    room::{Place, Room},
    sniff::{Kind, NEEDED_OCTETS},
};
use crate::web::{self, Web};
use axum::{
    body::Bytes,
    http::{Request, Response, StatusCode, header, request::Builder},
};
use futures_util::TryStreamExt;
use http_body_util::BodyDataStream;
use hyper::body::Incoming;
use std::time::Duration;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};
use url::Url;

/// Largest image, in octets.
const OCTETS: usize = 10 << 20;
/// From the first packet to the last.
const WITHIN: Duration = Duration::from_secs(10);
/// Redirects that are followed.
const REDIRECTS: usize = 3;
/// Images that are fetched at once for everybody.
const AT_ONCE: usize = 64;
/// Longest address that is fetched; browsers and servers agree on about this much.
const URL_OCTETS: usize = 8 << 10;

/// An image as its host gave it: nothing for a browser.
pub(super) struct Original {
    pub(super) octets: Vec<u8>,
    /// What it takes of the memory.
    pub(super) place: Place,
}

/// Fetches images.
pub(in crate::http) struct ImageFetcher {
    web: Web,
    free: Semaphore,
    room: Room,
}

impl ImageFetcher {
    /// A fetcher that goes this way.
    pub(in crate::http) fn new(web: Web) -> Self {
        Self {
            web,
            free: Semaphore::new(AT_ONCE),
            room: Room::default(),
        }
    }

    /// What is at `url`, if it begins like an image.
    pub(super) async fn fetch(&self, url: &str) -> Result<Original, Fault> {
        let deadline = Instant::now() + WITHIN;
        let turn = timeout_at(deadline, self.free.acquire()).await;
        let _held = turn.map_err(|_| Fault::Busy)?.map_err(|_| Fault::Busy)?;
        let place = self.room.place()?;
        let fetched = async { read(self.follow(url).await?, place).await };
        timeout_at(deadline, fetched).await.map_err(|_| Fault::TimedOut)?
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
        .header(header::ACCEPT, "image/webp,image/png,image/jpeg,image/gif")
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
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|octets| octets > OCTETS) {
        return Err(Fault::TooLarge);
    }
    Ok(response)
}

/// Reads a body whole, as far as it begins like an image and there is room for it.
async fn read(response: Response<Incoming>, mut place: Place) -> Result<Original, Fault> {
    let mut pieces = BodyDataStream::new(response.into_body());
    let mut octets = Vec::new();
    while let Some(piece) = pieces.try_next().await? {
        let so_far = octets.len() + piece.len();
        if so_far > OCTETS {
            return Err(Fault::TooLarge);
        }
        place.fit(so_far)?;
        octets.extend_from_slice(&piece);
        if octets.len() >= NEEDED_OCTETS && Kind::of(&octets).is_none() {
            return Err(Fault::NoImage);
        }
    }
    Ok(Original { octets, place })
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
}
