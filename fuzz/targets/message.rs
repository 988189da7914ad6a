//! A message as a server gives it: structure, encodings, charsets, and the text that is shown in the end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use surat_proxy::{
    imap::decode::{self, Response},
    mime::{
        Fetched, Links, charset, plan,
        transfer::{Decoder, Encoding, decode as decoded},
        view,
    },
};
use surat_sanitizer::inspect;

/// A response and the octets of its parts stand one after the other, parted by an empty line.
fuzz_target!(|octets: &[u8]| {
    let at = octets.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, text) = octets.split_at(at.map_or(0, |at| at + 2));
    for encoding in [Encoding::Base64, Encoding::QuotedPrintable] {
        let (whole, is_damaged) = decoded(encoding, text);
        let mut decoder = Decoder::new(encoding);
        let mut pieces: Vec<u8> = text.chunks(3).flat_map(|piece| decoder.push(piece)).collect();
        pieces.extend(decoder.finish());
        assert_eq!((pieces, decoder.is_damaged()), (whole, is_damaged));
    }
    for label in ["", "utf-7", "iso-2022-jp", "gb18030", "x-nobody"] {
        let _ = charset::decode(label, text);
    }
    let Ok(Response::Fetch(fetch)) = decode::response(head) else {
        return;
    };
    let Some(structure) = &fetch.body_structure else { return };
    let plan = plan(structure);
    let fetched: Vec<Fetched> = plan
        .shown
        .iter()
        .map(|shown| Fetched {
            section: shown.section.clone(),
            octets: text.to_vec(),
        })
        .collect();
    let links = Links {
        part: &|_| "/api/part".into(),
        remote_image: &|_| None,
    };
    let view = view(&plan, &fetched, &links);
    if let surat_protocol::Body::Html { document, .. } = &view.body {
        let (_, body) = document.split_once("<body>").expect("it has a body");
        let body = body.trim_end_matches("</body></html>");
        let violations = inspect::violations(body, &|address| address.starts_with("/api/"));
        assert!(violations.is_empty(), "{violations:?}");
    }
});
