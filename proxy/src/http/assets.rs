//! The app's own files, out of the binary: hashed names are kept by browsers for ever, the page
//! itself is asked for each time and mostly not sent again.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

/// One file of the app.
struct Asset {
    /// Path in the address, with its slash.
    path: &'static str,
    media_type: &'static str,
    raw: &'static [u8],
    brotli: Option<&'static [u8]>,
    /// Hash of the contents.
    etag: &'static str,
    /// The name holds a hash of the contents, so what has this name never changes.
    is_hashed: bool,
}

static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// A browser that keeps no history asks for the icon at each address within the page: at each message that is opened.
const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// Shown when the binary was built without the app.
const NO_APP: &str = "<!doctype html><meta charset=utf-8><title>Surat</title>\
    <h1>The app is not in this binary</h1>\
    <p>Build it with <code>cargo xtask build</code>, which makes <code>dist/</code> and puts it into the proxy.\n";

/// Serves a file of the app, or the page for any other address that a browser navigates to: which
/// view that is, the app knows.
pub(super) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    respond(ASSETS, &method, uri.path(), &headers)
}

fn respond(assets: &[Asset], method: &Method, path: &str, headers: &HeaderMap) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let find = |path: &str| assets.iter().find(|asset| asset.path == path);
    if let Some(asset) = find(path) {
        return send(asset, headers);
    }
    // The root is the page for whoever asks: not only browsers look whether it is there.
    if path.starts_with("/api/") || !(path == "/" || is_navigation(headers)) {
        return (StatusCode::NOT_FOUND, "There is nothing at this address.\n").into_response();
    }
    match find("/index.html") {
        Some(page) => send(page, headers),
        None => (
            StatusCode::NOT_FOUND,
            [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CACHE_CONTROL, "no-store"),
            ],
            NO_APP,
        )
            .into_response(),
    }
}

/// Browsers accept HTML when a person goes somewhere, and not when a page loads its parts.
fn is_navigation(headers: &HeaderMap) -> bool {
    accepts(headers, header::ACCEPT.as_str(), "text/html")
}

fn send(asset: &Asset, headers: &HeaderMap) -> Response {
    let brotli = asset
        .brotli
        .filter(|_| accepts(headers, header::ACCEPT_ENCODING.as_str(), "br"));
    // Each form is an entity of its own (RFC 9110, section 8.8.3.3).
    let etag = format!("\"{}{}\"", asset.etag, if brotli.is_some() { "-br" } else { "" });
    let is_known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == etag);

    let mut response = Response::new(match brotli {
        _ if is_known => Body::empty(),
        Some(octets) => Bytes::from_static(octets).into(),
        None => Bytes::from_static(asset.raw).into(),
    });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
        if brotli.is_some() {
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
    }
    let more = response.headers_mut();
    let kept = match asset {
        Asset { is_hashed: true, .. } => IMMUTABLE,
        icon if icon.media_type.starts_with("image/") => A_DAY,
        _ => ASK_AGAIN,
    };
    more.insert(header::CACHE_CONTROL, kept);
    if asset.brotli.is_some() {
        more.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        more.insert(header::ETAG, etag);
    }
    response
}

/// Does a header that lists what is accepted hold `wanted`, and not with `q=0`?
fn accepts(headers: &HeaderMap, name: &str, wanted: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|choice| {
            let mut words = choice.split(';').map(str::trim);
            let is_wanted = words.next().is_some_and(|word| word.eq_ignore_ascii_case(wanted));
            let is_refused = words.any(|word| {
                word.strip_prefix("q=")
                    .and_then(|weight| weight.parse::<f32>().ok())
                    .is_some_and(|weight| weight <= 0.0)
            });
            is_wanted && !is_refused
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &[Asset] = &[
        Asset {
            path: "/index.html",
            media_type: "text/html; charset=utf-8",
            raw: b"<page>",
            brotli: Some(b"BR"),
            etag: "aa",
            is_hashed: false,
        },
        Asset {
            path: "/app-0123456789abcdef.wasm",
            media_type: "application/wasm",
            raw: b"wasm",
            brotli: None,
            etag: "bb",
            is_hashed: true,
        },
        Asset {
            path: "/sw.js",
            media_type: "text/javascript; charset=utf-8",
            raw: b"worker",
            brotli: None,
            etag: "cc",
            is_hashed: false,
        },
        Asset {
            path: "/favicon.svg",
            media_type: "image/svg+xml",
            raw: b"<svg/>",
            brotli: None,
            etag: "dd",
            is_hashed: false,
        },
    ];

    const NOTHING: &[(&str, &str)] = &[];

    fn get(path: &str, headers: &[(impl AsRef<str>, &'static str)]) -> (StatusCode, HeaderMap) {
        let name = |name: &str| header::HeaderName::from_bytes(name.as_bytes()).unwrap();
        let headers = headers
            .iter()
            .map(|(own, value)| (name(own.as_ref()), HeaderValue::from_static(value)))
            .collect();
        let (parts, _) = respond(APP, &Method::GET, path, &headers).into_parts();
        (parts.status, parts.headers)
    }

    #[test]
    fn hashed_names_are_kept_icons_for_a_day_and_the_page_is_asked_for() {
        let (_, wasm) = get("/app-0123456789abcdef.wasm", NOTHING);
        assert_eq!(wasm[header::CACHE_CONTROL], IMMUTABLE);
        assert_eq!(wasm[header::CONTENT_TYPE], "application/wasm");

        let (status, page) = get("/mailbox/INBOX.Sent", &[(header::ACCEPT, "text/html,*/*;q=0.8")]);
        assert_eq!((status, &page[header::CACHE_CONTROL]), (StatusCode::OK, &ASK_AGAIN));
        assert_eq!(get("/favicon.svg", NOTHING).1[header::CACHE_CONTROL], A_DAY);
    }

    #[test]
    fn the_service_worker_is_a_script_at_the_root_that_is_asked_for_each_time() {
        let (status, worker) = get("/sw.js", &[("service-worker", "script")]);

        assert_eq!(status, StatusCode::OK);
        assert_eq!(worker[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        assert_eq!(worker[header::CACHE_CONTROL], ASK_AGAIN);
        // Without one, a browser keeps the worker that it has, instead of taking the page for one.
        assert_eq!(
            get("/sw-none.js", &[("service-worker", "script"), ("accept", "*/*")]).0,
            StatusCode::NOT_FOUND
        );
    }

    #[test]
    fn brotli_is_sent_to_those_who_take_it() {
        let encoding = |accepted| {
            get("/index.html", &[(header::ACCEPT_ENCODING, accepted)])
                .1
                .remove(header::CONTENT_ENCODING)
        };

        assert_eq!(
            encoding("gzip, deflate, br").as_ref().map(HeaderValue::as_bytes),
            Some(b"br".as_slice())
        );
        assert_eq!(encoding("gzip, br;q=0"), None);
        assert_eq!(encoding("gzip"), None);
    }

    #[test]
    fn a_known_page_is_not_sent_again() {
        let known = |etag| get("/index.html", &[(header::IF_NONE_MATCH, etag)]).0;

        assert_eq!(known("\"x\", W/\"aa\""), StatusCode::NOT_MODIFIED);
        assert_eq!(known("\"aa-br\""), StatusCode::OK);
    }

    #[test]
    fn what_is_not_there_is_not_the_page() {
        assert_eq!(
            get("/old-0123456789abcdef.js", &[(header::ACCEPT, "*/*")]).0,
            StatusCode::NOT_FOUND
        );
        assert_eq!(get("/", &[(header::ACCEPT, "*/*")]).0, StatusCode::OK);
        assert_eq!(
            get("/api/nothing", &[(header::ACCEPT, "text/html")]).0,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            respond(APP, &Method::POST, "/", &HeaderMap::new()).status(),
            StatusCode::METHOD_NOT_ALLOWED
        );
    }

    #[test]
    fn without_the_app_a_page_says_how_to_build_it() {
        let headers = [(header::ACCEPT, HeaderValue::from_static("text/html"))]
            .into_iter()
            .collect();

        let response = respond(&[], &Method::GET, "/", &headers);

        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert!(NO_APP.contains("cargo xtask build"));
    }
}
