//! Messages made of drafts, read again by another parser and by our own.

mod reopened;

use super::*;
use crate::mime::header;
use mail_parser::{MessageParser, MimeHeaders};
use surat_protocol::{DraftAttachment, MailboxName, MessageRef, Origin, Source, SourceUse, Uid, UidValidity, UploadId};

fn to(name: &str, email: &str) -> Address {
    Address {
        name: name.into(),
        email: email.into(),
    }
}

fn draft() -> Draft {
    Draft {
        message_id: "one@surat.test".into(),
        from_name: "Ayú \"A\" Sari".into(),
        to: vec![to("Budi, S.", "budi@surat.test")],
        bcc: vec![to("", "hidden@surat.test")],
        subject: "Grüße 🌊".into(),
        text: "Halo\n> quoted\n\nÄ very long line that goes on and on, since nobody breaks lines any more when they type them.\n-- \nAyu".into(),
        in_reply_to: Some("zero@surat.test".into()),
        references: vec!["first@x".into(), "zero@surat.test".into()],
        ..Draft::default()
    }
}

fn composed(draft: &Draft, files: Vec<Vec<u8>>) -> Vec<u8> {
    let octets = compose(draft, "ayu@surat.test", files, SystemTime::UNIX_EPOCH).unwrap();
    let text = String::from_utf8_lossy(&octets);
    for line in text.split("\r\n") {
        assert!(!line.contains(['\n', '\r']), "{text}");
        assert!(line.len() <= 998, "{text}");
    }
    octets
}

fn attachment(name: &str, media_type: &str) -> DraftAttachment {
    let origin = Origin::Upload(UploadId("1".into()));
    DraftAttachment {
        name: name.into(),
        media_type: media_type.into(),
        size_octets: 3,
        origin,
    }
}

#[test]
fn another_parser_reads_what_was_written() {
    let octets = composed(&draft(), Vec::new());

    let read = MessageParser::default().parse(&octets).unwrap();
    assert_eq!(read.subject(), Some("Grüße 🌊"));
    let from = read.from().unwrap().first().unwrap();
    assert_eq!(
        (from.name(), from.address()),
        (Some("Ayú \"A\" Sari"), Some("ayu@surat.test"))
    );
    assert_eq!(read.to().unwrap().first().unwrap().name(), Some("Budi, S."));
    assert_eq!(read.message_id(), Some("one@surat.test"));
    assert!(
        read.body_text(0).unwrap().contains("Halo\n> quoted")
            || read.body_text(0).unwrap().contains("Halo\r\n> quoted")
    );
    let text = String::from_utf8_lossy(&octets);
    assert!(text.contains("In-Reply-To: <zero@surat.test>\r\n"), "{text}");
    assert!(text.contains("References: <first@x> <zero@surat.test>\r\n"), "{text}");
    assert!(text.contains("Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"), "{text}");
    assert!(text.contains("format=flowed"), "{text}");
    assert!(!text.contains("User-Agent"), "{text}");
}

#[test]
fn attachments_keep_their_names_and_octets() {
    let mut draft = draft();
    draft.attachments = vec![
        attachment("Rechnung März.pdf", "application/pdf"),
        attachment("../x\r\ny", "text/html\r\nX: y"),
    ];

    let octets = composed(&draft, vec![vec![0, 255, 10], b"<b>".to_vec()]);

    let read = MessageParser::default().parse(&octets).unwrap();
    let files: Vec<_> = read
        .attachments()
        .map(|part| (part.attachment_name().unwrap().to_owned(), part.contents().to_vec()))
        .collect();
    assert_eq!(
        files,
        [
            ("Rechnung März.pdf".to_owned(), vec![0, 255, 10]),
            ("x y".to_owned(), b"<b>".to_vec())
        ]
    );
    assert!(!String::from_utf8_lossy(&octets).contains("X: y"));
}

#[test]
fn a_forwarded_message_is_not_encoded_unless_it_must() {
    let mut draft = draft();
    draft.attachments = vec![
        attachment("a.eml", "message/rfc822"),
        attachment("b.eml", "message/rfc822"),
    ];

    let octets = composed(
        &draft,
        vec![b"Subject: plain\r\n\r\nx\r\n".to_vec(), "Subject: ü\n\nx".into()],
    );

    let text = String::from_utf8_lossy(&octets);
    assert!(
        text.contains("Content-Type: message/rfc822\r\n") && text.contains("Subject: plain"),
        "{text}"
    );
    assert!(text.contains("application/octet-stream"), "{text}");
}

#[test]
fn no_field_can_make_another_field() {
    let evil = "x\r\nBcc: evil@evil.test\r\n\r\nbody\0";
    let mut draft = draft();
    draft.from_name = evil.into();
    draft.subject = evil.into();
    draft.to = vec![to(evil, "budi@surat.test"), to("", evil), to("", "a@b\r\nX: y")];
    draft.in_reply_to = Some(evil.into());
    draft.references = vec![evil.into(), "a@b>\r\nX: y".into()];
    draft.source = Some(Source {
        message: reference(evil),
        used_as: SourceUse::Reply,
    });

    let octets = composed(&draft, Vec::new());

    let read = header::decoded_fields(&octets);
    let names: Vec<&str> = read.iter().map(|(name, _)| name.as_str()).collect();
    let known = [
        "Date",
        "From",
        "To",
        "Bcc",
        "Subject",
        "Message-ID",
        "X-Surat-Source",
        "X-Surat-Unfinished",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    ];
    assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
    assert!(read.contains(&("Bcc".into(), "hidden@surat.test".into())), "{read:?}");
    draft.message_id = evil.into();
    assert_eq!(
        compose(&draft, "ayu@surat.test", Vec::new(), SystemTime::UNIX_EPOCH),
        Err(Problem::BadRequest)
    );
    assert!(matches!(
        compose(&draft_with(|_| {}), evil, Vec::new(), SystemTime::UNIX_EPOCH),
        Err(Problem::BadAddress(_))
    ));
}

#[test]
fn what_looks_like_an_encoded_word_is_read_as_it_was_written() {
    let evil = "=?utf-8?q?=0D=0ABcc:_evil@evil.test?= and more, until a second word is needed: ñ";
    let draft = draft_with(|draft| {
        draft.subject = evil.into();
        draft.from_name = "=?utf-8?b?QnVkaQ==?=".into();
        draft.to = vec![to("=?utf-8?b?QnVkaQ==?=", "budi@surat.test")];
    });

    let octets = composed(&draft, Vec::new());

    let read = MessageParser::default().parse(&octets).unwrap();
    assert_eq!(read.subject(), Some(evil));
    for list in [read.from(), read.to()] {
        assert_eq!(list.unwrap().first().unwrap().name(), Some("= ?utf-8?b?QnVkaQ== ?="));
    }
    let odd = draft_with(|draft| draft.to = vec![to("", "=?utf-8?b?QQ==?=x@surat.test")]);
    assert!(matches!(
        recipients(&odd, "ayu@surat.test"),
        Err(Problem::BadAddress(_))
    ));
}

fn draft_with(edit: impl FnOnce(&mut Draft)) -> Draft {
    let mut draft = draft();
    edit(&mut draft);
    draft
}

fn reference(mailbox: &str) -> MessageRef {
    MessageRef {
        mailbox: MailboxName(mailbox.into()),
        uid_validity: UidValidity(7),
        uid: Uid(42),
    }
}

#[test]
fn what_is_transmitted_has_no_bcc_and_no_private_fields() {
    let draft = draft_with(|draft| {
        draft.source = Some(Source {
            message: reference("INBOX"),
            used_as: SourceUse::Forward,
        });
        draft.text = "Bcc: in the text stays\n".into();
    });

    let sent = transmitted(&composed(&draft, Vec::new()));

    let text = String::from_utf8_lossy(&sent);
    assert!(
        !text.contains("hidden@surat.test") && !text.contains("X-Surat"),
        "{text}"
    );
    assert!(text.contains("\r\n\r\nBcc: in the text stays\r\n"), "{text}");
    assert_eq!(
        header::decoded_fields(&sent).len(),
        header::decoded_fields(&composed(&draft, Vec::new())).len() - 2
    );
}

#[test]
fn recipients_are_named_once_and_must_be_addresses() {
    let good = draft_with(|draft| {
        draft.cc = vec![
            to("again", "budi@surat.test"),
            to("", "ü@bücher.example"),
            to("", "a@[127.0.0.1]"),
        ];
    });
    let envelope = recipients(&good, "ayu@surat.test").unwrap();

    let named: Vec<String> = envelope.to.iter().map(ToString::to_string).collect();
    assert_eq!(
        named,
        [
            "budi@surat.test",
            "ü@xn--bcher-kva.example",
            "a@[127.0.0.1]",
            "hidden@surat.test"
        ]
    );
    for bad in [
        "", "x", "@", "a@", "@b", "a b@c.d", "a@b c", "a@b@c", "a@b\r\n", "<a@b.c>", "a,b@c.d", "a@b..c", "a\0@b.c",
    ] {
        let draft = draft_with(|draft| draft.to = vec![to("", bad)]);
        // A line end at the very end is cut off by hand as any white space is.
        let is_refused = matches!(recipients(&draft, "ayu@surat.test"), Err(Problem::BadAddress(_)));
        assert!(is_refused || bad == "a@b\r\n", "{bad:?}");
    }
    assert_eq!(
        recipients(
            &draft_with(|draft| {
                draft.to.clear();
                draft.bcc.clear();
            }),
            "a@b.c"
        ),
        Err(Problem::NoRecipients)
    );
}

#[test]
fn a_long_text_is_composed_in_no_time() {
    let draft = draft_with(|draft| draft.text = "a\n".repeat(500_000));
    let start = std::time::Instant::now();

    composed(&draft, Vec::new());

    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}
