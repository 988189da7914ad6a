//! Remote images through the proxy, so that a sender learns neither who read a message, nor where.
//!
//! Only addresses that the proxy itself put into a message are fetched, only from the public
//! network, and only images come back.

mod fetch;
mod sniff;

pub(super) use fetch::ImageFetcher;

use super::{Site, answer, cookie::Session};
use crate::web;
use axum::{
    Extension,
    body::Body,
    extract::{Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use fetch::Fault;
use serde::Deserialize;
use std::sync::Arc;
use surat_protocol::Problem;

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
    match site.image_fetcher.fetch(&signed.u).await {
        Ok((media_type, body)) => image(media_type, body),
        Err(fault) => {
            tracing::debug!(%fault, "A remote image was not fetched");
            let status = match fault {
                Fault::Web(web::Fault::Refused(_)) => StatusCode::FORBIDDEN,
                Fault::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                Fault::TimedOut => StatusCode::GATEWAY_TIMEOUT,
                Fault::Busy => StatusCode::SERVICE_UNAVAILABLE,
                Fault::NoImage | Fault::Web(_) => StatusCode::BAD_GATEWAY,
            };
            (status, "The image could not be fetched.\n").into_response()
        }
    }
}

fn image(media_type: &'static str, body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, max-age=86400"),
        ),
    ];
    (headers, body).into_response()
}
