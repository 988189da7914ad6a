//! Header fields of stored drafts that only Surat reads, and that are never transmitted: what the
//! draft answers, and addresses that are still being typed.
//!
//! Values are percent-encoded, with a space now and then so that the line can be folded.

use super::compose::address;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use surat_protocol::{Address, Draft, MailboxName, MessageRef, Source, SourceUse, Uid, UidValidity};

/// `mailbox;uidvalidity;uid;use`.
const SOURCE: &str = "X-Surat-Source";
/// `field;name;address`, one after the other.
const UNFINISHED: &str = "X-Surat-Unfinished";
/// Characters between two spaces.
const WIDTH: usize = 60;

/// Is it a field that stays here?
pub(super) fn is_private(name: &str) -> bool {
    name.get(..8)
        .is_some_and(|start| start.eq_ignore_ascii_case("X-Surat-"))
}

/// The private fields of a draft.
pub(super) fn fields_of(draft: &Draft) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    if let Some(source) = &draft.source {
        let used_as = match source.used_as {
            SourceUse::Reply => "reply",
            SourceUse::Forward => "forward",
        };
        let MessageRef {
            mailbox,
            uid_validity,
            uid,
        } = &source.message;
        let pieces = [
            &code(mailbox.as_str()),
            &uid_validity.0.to_string(),
            &uid.0.to_string(),
            used_as,
        ];
        fields.push((SOURCE, spaced(&pieces.join(";"))));
    }
    let lists = [("to", &draft.to), ("cc", &draft.cc), ("bcc", &draft.bcc)];
    let unfinished: Vec<String> = lists
        .iter()
        .flat_map(|(field, list)| list.iter().map(move |given| (field, given)))
        .filter(|(_, given)| address(&given.email).is_err())
        .map(|(field, given)| format!("{field};{};{}", code(&given.name), code(&given.email)))
        .collect();
    if !unfinished.is_empty() {
        fields.push((UNFINISHED, spaced(&unfinished.join(";"))));
    }
    fields
}

/// Puts what private fields say back into a draft.
pub(super) fn read_into(draft: &mut Draft, name: &str, value: &[u8]) {
    let value: String = String::from_utf8_lossy(value)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let pieces: Vec<&str> = value.split(';').collect();
    if name.eq_ignore_ascii_case(SOURCE) {
        draft.source = source(&pieces);
    } else if name.eq_ignore_ascii_case(UNFINISHED) {
        for three in pieces.chunks_exact(3) {
            let given = Address {
                name: decode(three[1]),
                email: decode(three[2]),
            };
            match three[0] {
                "to" => draft.to.push(given),
                "cc" => draft.cc.push(given),
                "bcc" => draft.bcc.push(given),
                _ => {}
            }
        }
    }
}

fn source(pieces: &[&str]) -> Option<Source> {
    let [mailbox, uid_validity, uid, used_as] = pieces else {
        return None;
    };
    let message = MessageRef {
        mailbox: MailboxName(decode(mailbox)),
        uid_validity: UidValidity(uid_validity.parse().ok()?),
        uid: Uid(uid.parse().ok()?),
    };
    let used_as = match *used_as {
        "reply" => SourceUse::Reply,
        "forward" => SourceUse::Forward,
        _ => return None,
    };
    Some(Source { message, used_as })
}

fn code(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A space after every so many characters; all of it is ASCII.
fn spaced(value: &str) -> String {
    let pieces: Vec<String> = value
        .as_bytes()
        .chunks(WIDTH)
        .map(|piece| String::from_utf8_lossy(piece).into_owned())
        .collect();
    pieces.join(" ")
}
