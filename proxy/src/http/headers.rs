//! Security headers, on everything that leaves.
//!
//! The page's policy is the real wall around mail: whatever a sanitiser may miss finds no script
//! to run and nobody to talk to.

use super::client::Client;
use axum::{
    Extension,
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// The policy of the page.
///
/// `style-src` allows inline styles, since a message is shown in a `srcdoc` frame and such a frame
/// inherits the policy of the page on top of its own: without it no mail would have its looks. The
/// page itself never takes HTML from a message, so nobody else can use it. Scripts are only our
/// files; `wasm-unsafe-eval` compiles WebAssembly and evaluates no text. Text becomes HTML where
/// `public/trusted.js` lets it (Trusted Types), and nowhere else.
pub const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; \
    frame-src 'self' blob:; object-src 'none'; manifest-src 'self'; worker-src 'self'; form-action 'none'; \
    base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default";

const ALWAYS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// Half a year, as long as a browser should remember that this host speaks TLS.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=15552000");

/// Adds the headers, except those that a handler set itself, which knows better.
pub(super) async fn secure(Extension(client): Extension<Client>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    // What no handler marked as fit to keep is not kept.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if client.is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::PAGE_POLICY;

    #[test]
    fn the_page_may_have_its_own_worker_and_manifest_and_nobody_else_s() {
        for own in ["worker-src 'self'", "manifest-src 'self'", "connect-src 'self'"] {
            assert!(PAGE_POLICY.split("; ").any(|rule| rule == own), "{own}");
        }
        assert!(PAGE_POLICY.starts_with("default-src 'none'; "));
    }
}
