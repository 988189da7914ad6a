//! Hostile CSS, as a style sheet, as the style of an element, and as its class and id.
#![no_main]

use libfuzzer_sys::fuzz_target;
use surat_sanitizer::{Policy, inspect, wash};

fuzz_target!(|css: &str| {
    let policy = Policy {
        cid: &|_| None,
        remote_image: &|_| None,
    };
    let value = css.replace('&', "&amp;").replace('"', "&quot;");
    let html = format!("<style>{css}</style><p style=\"{value}\" class=\"{value}\" id=\"{value}\">x</p>");
    let washed = wash(&html, &policy).html;
    let violations = inspect::violations(&washed, &|_| false);
    assert!(violations.is_empty(), "{violations:?}: {washed}");
    assert_eq!(wash(&washed, &policy).html, washed);
});
