//! From a request to a socket: the server's part of the handshake (RFC 6455, section 4.2).

use super::deflate::Deflate;
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header},
    response::Response,
};
use hyper_util::rt::TokioIo;
use tungstenite::handshake::derive_accept_key;

/// What the handshake leaves.
pub(super) type Stream = TokioIo<hyper::upgrade::Upgraded>;

/// What was agreed upon with who asked for a socket.
pub(super) struct Accepted<F> {
    /// The answer that says so.
    pub(super) answer: Response,
    /// The stream that there will be once it is sent.
    pub(super) stream: F,
    /// May messages be compressed?
    pub(super) deflate: Option<Deflate>,
}

/// Accepts a request for a socket. `None` when something else was asked for.
pub(super) fn accept(
    request: &mut Request,
) -> Option<Accepted<impl Future<Output = Result<Stream, hyper::Error>> + Send + use<>>> {
    let accept = accept_key(request.version(), request.headers())?;
    let (deflate, extension) = Deflate::negotiate(request.headers()).unzip();
    let upgrade = hyper::upgrade::on(request);
    let mut answer = answer(
        StatusCode::SWITCHING_PROTOCOLS,
        [
            (header::CONNECTION, HeaderValue::from_static("upgrade")),
            (header::UPGRADE, HeaderValue::from_static("websocket")),
            (header::SEC_WEBSOCKET_ACCEPT, accept),
        ],
    );
    let extensions = extension.map(|extension| (header::SEC_WEBSOCKET_EXTENSIONS, extension));
    answer.headers_mut().extend(extensions);
    Some(Accepted {
        answer,
        stream: async move { upgrade.await.map(TokioIo::new) },
        deflate,
    })
}

/// HTTP/2 has another handshake (RFC 8441), which the proxy does not offer.
fn accept_key(version: Version, headers: &HeaderMap) -> Option<HeaderValue> {
    let is_asked = version == Version::HTTP_11
        && has_word(headers, &header::CONNECTION, "upgrade")
        && has_word(headers, &header::UPGRADE, "websocket")
        && headers.get(header::SEC_WEBSOCKET_VERSION)? == "13";
    let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| is_asked)?;
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok()
}

fn has_word(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|one| one.trim().eq_ignore_ascii_case(word))
}

/// The answer to whoever asks for something else.
pub(super) fn refusal() -> Response {
    answer(
        StatusCode::UPGRADE_REQUIRED,
        [
            (header::CONNECTION, HeaderValue::from_static("upgrade")),
            (header::UPGRADE, HeaderValue::from_static("websocket")),
            (header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13")),
        ],
    )
}

fn answer(status: StatusCode, headers: [(HeaderName, HeaderValue); 3]) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.headers_mut().extend(headers);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(changed: &[(&'static str, &'static str)]) -> HeaderMap {
        let usual = [
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "WebSocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        let mut headers = HeaderMap::new();
        for (name, value) in usual.iter().chain(changed) {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn the_key_of_the_rfc_is_answered_as_there() {
        let key = accept_key(Version::HTTP_11, &headers(&[]));

        assert_eq!(key, Some(HeaderValue::from_static("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")));
    }

    #[test]
    fn what_asks_for_no_socket_of_this_version_gets_none() {
        for changed in [
            ("connection", "keep-alive"),
            ("upgrade", "h2c"),
            ("sec-websocket-version", "8"),
        ] {
            assert_eq!(accept_key(Version::HTTP_11, &headers(&[changed])), None, "{changed:?}");
        }
        assert_eq!(accept_key(Version::HTTP_2, &headers(&[])), None);
    }
}
