//! Header fields: what is shown of them is bounded, on one line, and without characters that disguise others.
#![no_main]

use libfuzzer_sys::fuzz_target;
use surat_proxy::mime::header;

const LIMIT: usize = 200;

fn is_plain(text: &str) -> bool {
    // Overrides and isolates of the direction of text.
    let disguises = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !text.chars().any(disguises)
}

fuzz_target!(|octets: &[u8]| {
    let text = header::text(octets, LIMIT);
    assert!(is_plain(&text) && text.chars().count() <= LIMIT + 1, "{text:?}");
    for id in header::message_ids(octets) {
        // An id is compared and never shown: it may hold what would disguise text.
        let ends_it = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>');
        assert!(!id.is_empty() && !id.contains(ends_it), "{id:?}");
    }
    for (name, value) in header::decoded_fields(octets) {
        assert!(is_plain(&name) && is_plain(&value), "{name:?} {value:?}");
    }
    let _ = header::date(octets);
    let name = String::from_utf8_lossy(octets);
    if let Some(name) = header::file_name(&name) {
        assert!(is_plain(&name) && !name.contains(['/', '\\']) && name != "." && name != "..", "{name:?}");
    }
});
