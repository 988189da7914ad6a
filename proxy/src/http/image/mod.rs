//! Remote images through the proxy, so that a sender learns neither who read a message, nor where.
//!
//! Only addresses that the proxy itself put into a message are fetched, only from the public
//! network, and only images come back: drawn anew, since a browser's decoders are not to meet what strangers made for them.

mod deliver;
mod fetch;
pub mod redraw;
mod redrawer;
mod room;
mod share;
mod sniff;

pub(super) use fetch::ImageFetcher;
pub(super) use redrawer::Redrawer;
pub(super) use share::Shares;

use super::{Site, answer, cookie::Session};
use crate::web;
use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use redraw::Redrawn;
use room::Place;
use serde::Deserialize;
use share::Turn;
use std::sync::Arc;
use surat_protocol::Problem;

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("too large")]
    TooLarge,
    #[error("too slow")]
    TimedOut,
    #[error("too many at once")]
    Busy,
    #[error("not an image that can be shown")]
    NoImage,
    #[error(transparent)]
    Web(#[from] web::Fault),
}

impl From<hyper::Error> for Fault {
    fn from(error: hyper::Error) -> Self {
        Self::Web(error.into())
    }
}

/// The query of a signed address.
#[derive(Deserialize)]
pub(super) struct Signed {
    /// The image's own address.
    u: String,
    /// Until when it may be fetched, in seconds since 1970 UTC.
    e: u64,
    /// The signature of both.
    s: String,
}

/// GET /api/image. For people who are signed in, and only what was put into a message for them.
pub(super) async fn show(
    State(site): State<Arc<Site>>,
    session: Option<Extension<Session>>,
    Query(signed): Query<Signed>,
) -> Response {
    let Some(Extension(session)) = session else {
        return answer::to_person(&Problem::NotSignedIn);
    };
    let email = &session.credentials.email;
    if !site.images.is_good(&signed.u, signed.e, &signed.s, email) {
        return (
            StatusCode::FORBIDDEN,
            "This image address was not made here for you, or is too old.\n",
        )
            .into_response();
    }
    match redrawn(&site, &signed.u, email).await {
        Ok((redrawn, holds)) => image(redrawn, holds),
        Err(fault) => {
            tracing::debug!(%fault, "A remote image is not shown");
            let status = match fault {
                Fault::Web(web::Fault::Refused(_)) => StatusCode::FORBIDDEN,
                Fault::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                Fault::TimedOut => StatusCode::GATEWAY_TIMEOUT,
                Fault::Busy => StatusCode::SERVICE_UNAVAILABLE,
                Fault::NoImage | Fault::Web(_) => StatusCode::BAD_GATEWAY,
            };
            (status, "The image cannot be shown.\n").into_response()
        }
    }
}

/// The image, and what it holds of everybody's until it is taken.
async fn redrawn(site: &Site, url: &str, account: &str) -> Result<(Redrawn, (Place, Turn)), Fault> {
    let turn = site.image_shares.turn(account).await?;
    let original = site.image_fetcher.fetch(url).await?;
    let (redrawn, place) = site.image_redrawer.redraw(original, &turn).await?;
    Ok((redrawn, (place, turn)))
}

fn image(redrawn: Redrawn, holds: (Place, Turn)) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(redrawn.media_type)),
        (header::CONTENT_LENGTH, redrawn.octets.len().into()),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, max-age=86400"),
        ),
    ];
    (headers, deliver::body(redrawn.octets, holds)).into_response()
}
