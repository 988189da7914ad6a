//! Values that the snapshots are made of. Each field holds something, so that a lost one shows.

use surat_protocol::*;

pub(crate) fn mailbox() -> MailboxName {
    MailboxName("Kerja/Proyek".into())
}

pub(crate) fn uids() -> UidSet {
    UidSet::from_ranges([(1, 4), (7, 7)])
}

pub(crate) fn message() -> MessageRef {
    MessageRef {
        mailbox: mailbox(),
        uid_validity: UidValidity(9),
        uid: Uid(7),
    }
}

pub(crate) fn ayu() -> Address {
    Address {
        name: "Ayu".into(),
        email: "ayu@surat.test".into(),
    }
}

pub(crate) fn row() -> Row {
    Row {
        uid: Uid(7),
        flags: [Flag::Seen, Flag::forwarded()].into_iter().collect(),
        received: 1_700_000_000,
        from: vec![ayu()],
        to: vec![],
        subject: "Halo".into(),
        preview: "Apa kabar?".into(),
        has_attachment: true,
    }
}

pub(crate) fn draft() -> Draft {
    let section = Section::parse("2.1").expect("a section");
    Draft {
        message_id: "1@surat.test".into(),
        from_name: "Ayu".into(),
        to: vec![ayu()],
        subject: "Halo".into(),
        text: "Teks".into(),
        in_reply_to: Some("0@surat.test".into()),
        references: vec!["0@surat.test".into()],
        attachments: vec![
            DraftAttachment {
                name: "a.txt".into(),
                media_type: "text/plain".into(),
                size_octets: 3,
                origin: Origin::Upload(UploadId("u".into())),
            },
            DraftAttachment {
                name: "b.txt".into(),
                media_type: "text/plain".into(),
                size_octets: 3,
                origin: Origin::Part {
                    message: message(),
                    section,
                },
            },
        ],
        source: Some(Source {
            message: message(),
            used_as: SourceUse::Reply,
        }),
        ..Draft::default()
    }
}

pub(crate) fn a_mailbox() -> Mailbox {
    Mailbox {
        name: mailbox(),
        delimiter: Some('/'),
        namespace: NamespaceKind::Shared,
        prefix: "Shared/".into(),
        role: Some(Role::Archive),
        is_selectable: true,
        rights: Rights::parse("lrs"),
        counts: Some(Counts {
            messages: 10,
            unseen: 2,
        }),
    }
}
