//! One response of a server, decoded; what a message is made of becomes what is shown of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use surat_proxy::{
    imap::{
        WireName,
        decode::{self, Response},
    },
    mime::{header, plan},
};

fuzz_target!(|octets: &[u8]| {
    let name = WireName::from_server(octets);
    assert_eq!(name.as_bytes(), octets);
    let _ = (name.to_unicode(true), name.to_unicode(false));
    let Ok(Response::Fetch(fetch)) = decode::response(octets) else {
        return;
    };
    if let Some(envelope) = &fetch.envelope {
        let envelope = header::envelope(envelope, b"");
        assert!(!envelope.subject.chars().any(char::is_control));
    }
    if let Some(structure) = &fetch.body_structure {
        let plan = plan(structure);
        for attachment in &plan.attachments {
            assert!(!attachment.name.contains(['/', '\\', '\0', '\r', '\n']), "{:?}", attachment.name);
        }
    }
});
