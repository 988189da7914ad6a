//! Hostile HTML: what comes out has nothing that may not be there, and stays as it is when it is washed again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use surat_sanitizer::{Policy, inspect, wash};

fuzz_target!(|html: &str| {
    let blocked = Policy {
        cid: &|_| None,
        remote_image: &|_| None,
    };
    let allowed = Policy {
        cid: &|id| Some(format!("/api/part?cid={}", id.len())),
        remote_image: &|address| Some(format!("/api/image?of={}", address.len())),
    };
    for policy in [blocked, allowed] {
        let washed = wash(html, &policy).html;
        let violations = inspect::violations(&washed, &|address| address.starts_with("/api/"));
        assert!(violations.is_empty(), "{violations:?}: {washed}");
    }
    // Addresses of the proxy that a message brings itself are taken away, so this holds without them.
    let washed = wash(html, &blocked).html;
    assert_eq!(wash(&washed, &blocked).html, washed);
});
