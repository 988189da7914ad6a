//! What the app sends.

use crate::{
    samples::{draft, mailbox, message, uids},
    wire,
};
use surat_protocol::*;

#[test]
fn client_frames_keep_their_wire_form() {
    let request = |request| ClientFrame::Request {
        id: RequestId(5),
        request,
    };
    let (uid_validity, flag) = (UidValidity(9), Flag::Flagged);
    let frames = [
        ("hello", ClientFrame::Hello { version: 1 }),
        ("cancel", ClientFrame::Cancel { id: RequestId(5) }),
        ("list_mailboxes", request(Request::ListMailboxes)),
        (
            "open_mailbox",
            request(Request::OpenMailbox {
                mailbox: mailbox(),
                first_rows: 50,
                known: Some(Known {
                    uid_validity,
                    highest_modseq: ModSeq(70),
                    uids: uids(),
                }),
            }),
        ),
        (
            "fetch_rows",
            request(Request::FetchRows {
                mailbox: mailbox(),
                uid_validity,
                uids: uids(),
            }),
        ),
        (
            "fetch_message",
            request(Request::FetchMessage {
                message: message(),
                allow_remote_images: true,
                is_ahead: true,
            }),
        ),
        ("fetch_headers", request(Request::FetchHeaders { message: message() })),
        (
            "store_flags",
            request(Request::StoreFlags {
                mailbox: mailbox(),
                uid_validity,
                uids: uids(),
                add: vec![flag],
                remove: vec![Flag::Keyword("$Junk".into())],
            }),
        ),
        (
            "move",
            request(Request::Move {
                mailbox: mailbox(),
                uid_validity,
                uids: uids(),
                to: MailboxName::inbox(),
            }),
        ),
        (
            "copy",
            request(Request::Copy {
                mailbox: mailbox(),
                uid_validity,
                uids: uids(),
                to: MailboxName::inbox(),
            }),
        ),
        (
            "expunge",
            request(Request::Expunge {
                mailbox: mailbox(),
                uid_validity,
                uids: uids(),
            }),
        ),
        ("empty_mailbox", request(Request::EmptyMailbox { mailbox: mailbox() })),
        (
            "create_mailbox",
            request(Request::CreateMailbox {
                parent: Some(mailbox()),
                name: "Baru".into(),
            }),
        ),
        (
            "rename_mailbox",
            request(Request::RenameMailbox {
                mailbox: mailbox(),
                name: "Lama".into(),
            }),
        ),
        ("delete_mailbox", request(Request::DeleteMailbox { mailbox: mailbox() })),
        (
            "search",
            request(Request::Search {
                scope: Scope::Mailbox(mailbox()),
                terms: vec![Term {
                    field: TermField::Subject,
                    text: "rapat".into(),
                }],
            }),
        ),
        (
            "save_draft",
            request(Request::SaveDraft {
                draft: draft(),
                replaces: Some(message()),
            }),
        ),
        ("open_draft", request(Request::OpenDraft { message: message() })),
        (
            "send",
            request(Request::Send {
                draft: draft(),
                replaces: None,
            }),
        ),
        ("ping", request(Request::Ping)),
        ("unsubscribe", request(Request::Unsubscribe { message: message() })),
        (
            "weigh_sender",
            request(Request::WeighSender {
                message: message(),
                email: "budi@bank.example".into(),
            }),
        ),
    ];

    insta::assert_snapshot!(wire(&frames));
}
