//! Strings in each field of a draft: the message has the fields that it should have, and nobody else gets it.

use crate::strings::Strings;
use lettre::transport::smtp::commands::{Mail, Rcpt};
use mail_parser::MessageParser;
use std::time::SystemTime;
use surat_protocol::{
    Address, Draft, DraftAttachment, MailboxName, MessageRef, Origin, Source, SourceUse, Uid, UidValidity, UploadId,
};
use surat_proxy::mime::{
    compose,
    header::{SUBJECT_LIMIT, one_line},
    recipients, transmitted,
};

/// Strings, [`TEXTS`] in each draft; a field gets another of them in each draft.
const STRINGS: usize = 100_000;
/// Strings in one draft: each is in several of its fields.
const TEXTS: usize = 5;
/// They are shared by so many threads.
const THREADS: usize = 2;
/// Fields that a message may have, each once.
pub const FIELDS: [&str; 15] = [
    "Date",
    "From",
    "To",
    "Cc",
    "Bcc",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    "X-Surat-Source",
    "X-Surat-Unfinished",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
];

pub fn address(name: &str, email: &str) -> Address {
    Address {
        name: name.into(),
        email: email.into(),
    }
}

/// A draft with strings in all of its fields, beside three recipients that are right. The first string is an address,
/// too, as if somebody had typed it.
fn draft_of(texts: &[String; TEXTS]) -> Draft {
    let [first, second, third, fourth, fifth] = texts;
    let given = || address(third, first);
    let own = |name: &str, local: &str| address(name, &format!("{local}@surat.test"));
    Draft {
        message_id: "one@surat.test".into(),
        from_name: fifth.clone(),
        to: vec![own(first, "budi"), given()],
        cc: vec![own(second, "citra"), given()],
        bcc: vec![own(third, "dewi"), given()],
        subject: second.clone(),
        text: fourth.clone(),
        in_reply_to: Some(third.clone()),
        references: vec![first.clone(), format!("{fourth}@x"), "good@surat.test".into()],
        attachments: vec![DraftAttachment {
            name: fourth.clone(),
            media_type: fifth.clone(),
            size_octets: 3,
            origin: Origin::Upload(UploadId("1".into())),
        }],
        source: Some(Source {
            message: MessageRef {
                mailbox: MailboxName(fifth.clone()),
                uid_validity: UidValidity(1),
                uid: Uid(1),
            },
            used_as: SourceUse::Reply,
        }),
    }
}

/// The names of a header's fields, by a reader that knows lines alone. Panics where a line is none. Beyond ASCII there
/// are only addresses in other scripts (RFC 6532).
fn field_names(header: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for line in header.split("\r\n") {
        assert!(
            line.len() <= 998 && !line.contains(|c: char| c.is_control() && c != '\t'),
            "{line:?}"
        );
        if line.starts_with([' ', '\t']) {
            assert!(!names.is_empty() && !line.trim().is_empty(), "{header:?}");
            continue;
        }
        let (name, _) = line
            .split_once(':')
            .unwrap_or_else(|| panic!("no field: {line:?} of {header:?}"));
        names.push(name);
    }
    names
}

fn emails(list: Option<&mail_parser::Address<'_>>) -> Vec<String> {
    let all = list.into_iter().flat_map(mail_parser::Address::iter);
    all.map(|address| address.address().unwrap_or("none").to_owned())
        .collect()
}

fn check(texts: &[String; TEXTS]) -> bool {
    let mut draft = draft_of(texts);
    let text = &texts[0];
    let stored = compose(&draft, "ayu@surat.test", vec![b"abc".to_vec()], SystemTime::UNIX_EPOCH).unwrap();
    let header_end = stored.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let header = str::from_utf8(&stored[..header_end]).unwrap_or_else(|_| panic!("8-bit header of {text:?}"));

    let mut names = field_names(header);
    assert!(names.iter().all(|name| FIELDS.contains(name)), "{names:?} of {text:?}");
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "one twice: {names:?} of {text:?}");

    // The string as an address: either it is refused, or it is that one address alone.
    let alone = Draft {
        to: vec![address("", text)],
        ..Draft::default()
    };
    let taken: Vec<String> = recipients(&alone, "ayu@surat.test")
        .map(|envelope| envelope.to.iter().map(ToString::to_string).collect())
        .unwrap_or_default();
    assert!(taken.len() <= 1, "{taken:?} of {text:?}");
    let parsed = MessageParser::default().parse(&stored).unwrap();
    assert_eq!(emails(parsed.from()), ["ayu@surat.test"], "{texts:?}");
    let subject = one_line(&draft.subject, SUBJECT_LIMIT);
    assert_eq!(parsed.subject().unwrap_or_default(), subject, "{header}");
    for (field, local) in [(parsed.to(), "budi"), (parsed.cc(), "citra"), (parsed.bcc(), "dewi")] {
        let wanted = [vec![format!("{local}@surat.test")], taken.clone()].concat();
        assert_eq!(emails(field), wanted, "{text:?} in {header}");
    }
    assert_eq!(parsed.attachment_count(), 1, "{text:?}");
    check_transmitted(&stored, text);
    if taken.is_empty() {
        for list in [&mut draft.to, &mut draft.cc, &mut draft.bcc] {
            list.truncate(1);
        }
    }
    check_envelope(&draft, &taken, text);
    !taken.is_empty()
}

/// What leaves the house has neither Bcc nor our own fields.
fn check_transmitted(stored: &[u8], text: &str) {
    let sent = transmitted(stored);
    let end = sent.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let header = str::from_utf8(&sent[..end]).unwrap();
    let is_private = |name: &&str| *name == "Bcc" || name.starts_with("X-Surat");
    assert_eq!(field_names(header).into_iter().find(is_private), None, "{text:?}");
}

/// The envelope names the recipients that were meant, in commands of one line each.
fn check_envelope(draft: &Draft, taken: &[String], text: &str) {
    let envelope = recipients(draft, "ayu@surat.test").unwrap();
    let mut named: Vec<String> = envelope.to.iter().map(ToString::to_string).collect();
    named.sort_unstable();
    let mut wanted = ["budi", "citra", "dewi"]
        .map(|local| format!("{local}@surat.test"))
        .to_vec();
    wanted.extend(taken.iter().cloned());
    wanted.sort_unstable();
    wanted.dedup();
    assert_eq!(named, wanted, "{text:?}");
    let rcpt = envelope
        .to
        .iter()
        .map(|to| Rcpt::new(to.clone(), Vec::new()).to_string());
    for command in rcpt.chain([Mail::new(Some(envelope.from.clone()), Vec::new()).to_string()]) {
        let inside = command
            .strip_suffix(">\r\n")
            .and_then(|command| command.split_once(":<"))
            .unwrap()
            .1;
        let is_odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>');
        assert!(!inside.contains(is_odd), "{command:?} of {text:?}");
    }
}

#[test]
fn class_14_no_string_becomes_a_header_field_or_a_recipient() {
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            std::thread::spawn(move || {
                let mut strings = Strings::new(40 + thread as u64);
                let drafts = (0..STRINGS / THREADS / TEXTS).map(|_| std::array::from_fn(|_| strings.text()));
                drafts.filter(check).count()
            })
        })
        .collect();
    let taken: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    println!("{STRINGS} strings in the fields of drafts; {taken} of them were addresses by themselves");
    assert!(taken > 20, "{taken}");
}
