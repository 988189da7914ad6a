//! An ENVELOPE as people read it.

use super::{addresses, date, text};
use crate::imap::decode::envelope::RawEnvelope;
use surat_protocol::Envelope;

/// Characters of a subject that are kept.
pub const SUBJECT_LIMIT: usize = 1000;
/// Ids of one field that are kept: the first, and the last of them (RFC 5537, section 3.4.4 does the same).
const IDS_LIMIT: usize = 100;
/// Longest id; longer ones are no ids.
const ID_OCTETS: usize = 998;

/// The envelope decoded. `references` is the value of the References field, which ENVELOPE lacks.
pub fn envelope(raw: &RawEnvelope, references: &[u8]) -> Envelope {
    let from = addresses(&raw.from);
    let reply_to = addresses(&raw.reply_to);
    Envelope {
        date: raw.date.as_deref().and_then(date),
        subject: text(raw.subject.as_deref().unwrap_or_default(), SUBJECT_LIMIT),
        reply_to: if is_same(&reply_to, &from) {
            Vec::new()
        } else {
            reply_to
        },
        from,
        to: addresses(&raw.to),
        cc: addresses(&raw.cc),
        bcc: addresses(&raw.bcc),
        message_id: message_ids(raw.message_id.as_deref().unwrap_or_default())
            .into_iter()
            .next()
            .unwrap_or_default(),
        in_reply_to: message_ids(raw.in_reply_to.as_deref().unwrap_or_default()),
        references: message_ids(references),
    }
}

/// Same addresses, whatever the names: IMAP servers fill a missing Reply-To with From.
fn is_same(one: &[surat_protocol::Address], other: &[surat_protocol::Address]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(a, b)| a.email.eq_ignore_ascii_case(&b.email))
}

/// The message ids of a field, without brackets, each once. What stands outside of brackets
/// ("Your message of Monday") is no id, except when there is nothing else and it has no spaces.
pub fn message_ids(raw: &[u8]) -> Vec<String> {
    let field = String::from_utf8_lossy(raw.get(..64 << 10).unwrap_or(raw));
    let mut ids: Vec<String> = Vec::new();
    let mut rest = field.as_ref();
    while let Some((_, after)) = rest.split_once('<') {
        let Some((id, after)) = after.split_once('>') else {
            break;
        };
        rest = after;
        let id: String = id.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        if !id.is_empty() && id.len() <= ID_OCTETS && !id.contains('<') {
            ids.push(id);
        }
    }
    if ids.is_empty() {
        let bare = field.trim().trim_matches(['<', '>']);
        let is_plain = |octet: u8| octet.is_ascii_graphic() && !matches!(octet, b'<' | b'>');
        let is_id = bare.contains('@') && bare.len() <= ID_OCTETS && bare.bytes().all(is_plain);
        ids.extend(is_id.then(|| bare.to_owned()));
    }
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    if ids.len() > IDS_LIMIT {
        ids.drain(1..ids.len() - IDS_LIMIT + 1);
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::decode::envelope::RawAddress;

    #[test]
    fn ids_are_found_in_brackets_each_once() {
        assert_eq!(message_ids(b"<a@b>\r\n <c@d> <a@b>"), ["a@b", "c@d"]);
        assert_eq!(message_ids(b"Your message of Monday <x@y>"), ["x@y"]);
        assert_eq!(message_ids(b"bare@id"), ["bare@id"]);
        assert_eq!(message_ids(b"half@id>"), ["half@id"]);
        for none in [&b"no id here <"[..], b"a@b>c@d", b">"] {
            assert!(message_ids(none).is_empty(), "{none:?}");
        }
    }

    #[test]
    fn a_long_list_keeps_its_first_and_its_last() {
        let field: String = (0..500).map(|n| format!("<{n}@x> ")).collect();

        let ids = message_ids(field.as_bytes());

        assert_eq!((ids.len(), ids[0].as_str(), ids[99].as_str()), (100, "0@x", "499@x"));
    }

    #[test]
    fn a_reply_to_that_says_the_same_as_from_is_left_out() {
        let one = RawAddress {
            name: None,
            mailbox: Some(b"a".to_vec()),
            host: Some(b"b.c".to_vec()),
        };
        let raw = RawEnvelope {
            from: vec![one.clone()],
            reply_to: vec![one],
            ..RawEnvelope::default()
        };

        assert!(envelope(&raw, b"").reply_to.is_empty());
    }
}
