//! Cookies that nobody sealed: none is a session.
#![no_main]

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use surat_proxy::{config::SecretKey, http::cookie::Sealer};

static SEALER: LazyLock<Sealer> =
    LazyLock::new(|| Sealer::new(&SecretKey::generate(), Some(&SecretKey::generate()), &"imaps://mail.test"));

fuzz_target!(|octets: &[u8]| {
    for head in ["", "surat=", "a=b; __Host-surat="] {
        // What is no header never gets here.
        let Ok(value) = HeaderValue::from_bytes(&[head.as_bytes(), octets].concat()) else {
            continue;
        };
        let headers = HeaderMap::from_iter([(COOKIE, value)]);
        assert!(SEALER.session_of(&headers, true).is_none());
        assert!(SEALER.session_of(&headers, false).is_none());
    }
});
