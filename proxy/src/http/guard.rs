//! Guards of what changes something: only our own page may ask for it.
//!
//! SameSite=Strict keeps the cookie away from other sites already; these checks hold where it does
//! not: for WebSockets, for sister hosts, and for sign-in itself, which needs no cookie.

use super::{Site, client::Client};
use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// Lets a request on only when it comes from our own page, else answers 403 in plain words.
pub(super) async fn own_page_only(
    State(site): State<Arc<Site>>,
    Extension(client): Extension<Client>,
    request: Request,
    next: Next,
) -> Response {
    match check(request.headers(), &client) {
        Ok(()) => next.run(request).await,
        Err(words) => {
            let hint = if site.config.public_url.is_none() {
                "; behind a reverse proxy set trusted-proxy or public-url"
            } else {
                ""
            };
            tracing::info!(address = %client.address, expected = client.origin, "Refused a request of a foreign page{hint}");
            (StatusCode::FORBIDDEN, words).into_response()
        }
    }
}

/// Both must hold: Origin, which every browser sends with POST and with WebSockets, is ours; and
/// Fetch Metadata, where the browser sends it (not over plain HTTP), agrees.
fn check(headers: &HeaderMap, client: &Client) -> Result<(), &'static str> {
    let origin = headers.get(header::ORIGIN).map(|origin| origin.as_bytes());
    if origin != Some(client.origin.as_bytes()) {
        return Err("This request does not come from this webmail's own page, so it was refused.\n");
    }
    match headers.get("sec-fetch-site").map(|site| site.as_bytes()) {
        None | Some(b"same-origin") => Ok(()),
        Some(_) => Err("The browser says that another site made this request, so it was refused.\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn is_let_in(headers: &[(&'static str, &'static str)]) -> bool {
        let client = Client {
            address: [127, 0, 0, 1].into(),
            is_https: true,
            origin: "https://a.test".into(),
        };
        let headers = headers
            .iter()
            .map(|&(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v)))
            .collect();
        check(&headers, &client).is_ok()
    }

    #[test]
    fn only_our_own_page_is_let_in() {
        assert!(is_let_in(&[("origin", "https://a.test")]));
        assert!(is_let_in(&[
            ("origin", "https://a.test"),
            ("sec-fetch-site", "same-origin")
        ]));

        assert!(!is_let_in(&[]));
        for origin in [
            "null",
            "http://a.test",
            "https://a.test:8443",
            "https://b.a.test",
            "https://a.test.evil",
        ] {
            assert!(!is_let_in(&[("origin", origin)]), "{origin}");
        }
        for site in ["cross-site", "same-site", "none"] {
            assert!(
                !is_let_in(&[("origin", "https://a.test"), ("sec-fetch-site", site)]),
                "{site}"
            );
        }
    }
}
