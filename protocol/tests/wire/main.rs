//! The wire form of every frame, as snapshots: a change of the wire shows as a change of a file.
//!
//! When one of these fails, raise [`surat_protocol::frame::VERSION`] and accept the new snapshot.

mod client;
mod samples;

use samples::{a_mailbox, ayu, draft, mailbox, message, row, uids};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use surat_protocol::*;

/// Each value as `name: hex`, after checking that it comes back as it went.
fn wire<T: Serialize + DeserializeOwned + PartialEq + Debug>(values: &[(&str, T)]) -> String {
    values
        .iter()
        .map(|(name, value)| {
            let octets = frame::encode(value);
            assert_eq!(
                frame::decode::<T>(&octets).as_ref(),
                Some(value),
                "{name} does not come back"
            );
            let hex: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
            format!("{name}: {hex}\n")
        })
        .collect()
}

#[test]
fn answers_keep_their_wire_form() {
    let answer = |answer| ServerFrame::Answer {
        id: RequestId(5),
        answer: Ok(answer),
        is_last: true,
    };
    let opened = Opened {
        mailbox: mailbox(),
        uid_validity: UidValidity(9),
        uid_next: Uid(8),
        highest_modseq: ModSeq(70),
        contents: Contents::Whole(uids()),
        is_read_only: false,
        may_store_keywords: true,
    };
    let read = Message {
        uid: Uid(7),
        flags: Flags::default(),
        received: 1,
        envelope: Envelope {
            from: vec![ayu()],
            date: Some(3),
            ..Envelope::default()
        },
        body: Body::Html {
            document: "<p>".into(),
            blocked_images: 1,
            blocked_trackers: 2,
            removed_active: 3,
            has_own_colours: false,
        },
        attachments: vec![Attachment {
            section: Section::parse("2").expect("a section"),
            name: "a.pdf".into(),
            media_type: "application/pdf".into(),
            size_octets: 10,
            preview: Preview::Pdf,
        }],
        damage: vec![
            Damage::Structure,
            Damage::Charset("x-none".into()),
            Damage::Cut {
                shown_octets: 1,
                total_octets: 2,
            },
        ],
        trust: Trust {
            checks: Some(Checks {
                spf: Outcome::Unsure,
                dkim: Outcome::Pass,
                dmarc: Outcome::Fail,
            }),
            caution: Some(Caution::OtherName {
                named: "budi@bank.example".into(),
                email: "x@evil.test".into(),
            }),
        },
        unsubscribe: Some("news.example".into()),
    };
    let frames = [
        (
            "welcome",
            ServerFrame::Welcome(Welcome {
                email: "ayu@surat.test".into(),
                message_limit_octets: 1000,
                missing_capabilities: vec!["MOVE".into()],
            }),
        ),
        ("refused_version", ServerFrame::Refused(Refusal::OtherVersion)),
        ("refused", ServerFrame::Refused(Refusal::Problem(Problem::NotSignedIn))),
        ("done", answer(Answer::Done)),
        ("progress", answer(Answer::Progress { done: 1, total: 2 })),
        ("mailboxes", answer(Answer::Mailboxes(vec![a_mailbox()]))),
        ("opened", answer(Answer::Opened(opened.clone()))),
        (
            "opened-since",
            answer(Answer::Opened(Opened {
                contents: Contents::Since {
                    vanished: uids(),
                    arrived: UidSet::one(Uid(8)),
                    flags: vec![(Uid(7), row().flags)],
                },
                ..opened
            })),
        ),
        (
            "glance",
            answer(Answer::Glance(Glance {
                mailbox: mailbox(),
                uid_validity: UidValidity(9),
                messages: 3,
                rows: vec![row()],
            })),
        ),
        ("rows", answer(Answer::Rows(vec![row()]))),
        ("message", answer(Answer::Message(Box::new(read)))),
        (
            "headers",
            answer(Answer::Headers(vec![("Subject".into(), "Halo".into())])),
        ),
        (
            "moved",
            answer(Answer::Moved {
                to: Some((UidValidity(9), uids())),
            }),
        ),
        (
            "hits",
            answer(Answer::Hits {
                mailbox: mailbox(),
                uid_validity: UidValidity(9),
                rows: vec![row()],
                total: 1,
            }),
        ),
        (
            "draft_saved",
            answer(Answer::DraftSaved {
                message: message(),
                attachments: draft().attachments,
            }),
        ),
        ("draft", answer(Answer::Draft(Box::new(draft())))),
        ("sending", answer(Answer::Sending(SendStage::Submitting))),
        ("sent", answer(Answer::Sent { is_filed: true })),
        ("weighed", answer(Answer::Weighed(Some(Caution::FirstContact)))),
    ];

    insta::assert_snapshot!(wire(&frames));
}

#[test]
fn events_keep_their_wire_form() {
    let uid_validity = UidValidity(9);
    let frames = [
        ("mailboxes", Event::Mailboxes(vec![a_mailbox()])),
        (
            "counts",
            Event::Counts {
                mailbox: mailbox(),
                counts: Counts { messages: 1, unseen: 0 },
            },
        ),
        (
            "arrived",
            Event::Arrived {
                mailbox: mailbox(),
                uid_validity,
                uids: uids(),
                rows: vec![row()],
            },
        ),
        (
            "flags",
            Event::Flags {
                mailbox: mailbox(),
                uid_validity,
                changes: vec![(Uid(1), [Flag::Seen].into_iter().collect())],
            },
        ),
        (
            "vanished",
            Event::Vanished {
                mailbox: mailbox(),
                uid_validity,
                uids: uids(),
            },
        ),
        ("reset", Event::Reset { mailbox: mailbox() }),
        ("server_lost", Event::ServerLost),
        ("server_back", Event::ServerBack),
        ("signed_out", Event::SignedOut(Problem::NotSignedIn)),
        ("stopping", Event::Stopping),
    ];

    insta::assert_snapshot!(wire(&frames.map(|(name, event)| (name, ServerFrame::Event(event)))));
}

#[test]
fn problems_keep_their_wire_form() {
    let refused = RefusedRecipient {
        email: "x@y.test".into(),
        reason: "550 No such user".into(),
    };
    let certificate = |reason| Problem::Certificate {
        server: Server::Submission,
        reason,
    };
    let problems = [
        ("not_signed_in", Problem::NotSignedIn),
        ("wrong_password", Problem::WrongPassword),
        (
            "too_many_tries",
            Problem::TooManyTries {
                retry_after_seconds: 30,
            },
        ),
        ("unreachable", Problem::Unreachable(Server::Imap)),
        ("unknown_issuer", certificate(CertificateFault::UnknownIssuer)),
        ("wrong_name", certificate(CertificateFault::WrongName)),
        ("expired", certificate(CertificateFault::Expired)),
        ("other_fault", certificate(CertificateFault::Other)),
        ("no_encryption", Problem::NoEncryption(Server::Imap)),
        ("connection_lost", Problem::ConnectionLost(Server::Imap)),
        ("no_such_mailbox", Problem::NoSuchMailbox(mailbox())),
        ("mailbox_changed", Problem::MailboxChanged(mailbox())),
        ("mailbox_exists", Problem::MailboxExists(mailbox())),
        ("bad_mailbox_name", Problem::BadMailboxName),
        ("message_gone", Problem::MessageGone),
        ("no_such_part", Problem::NoSuchPart),
        ("no_permission", Problem::NoPermission),
        ("quota_exceeded", Problem::QuotaExceeded),
        ("too_large", Problem::TooLarge { limit_octets: 1000 }),
        ("bad_address", Problem::BadAddress("x".into())),
        ("no_recipients", Problem::NoRecipients),
        ("submission_refused", Problem::SubmissionRefused("554".into())),
        ("recipients_refused", Problem::RecipientsRefused(vec![refused])),
        ("maybe_sent", Problem::MaybeSent),
        ("upload_gone", Problem::UploadGone("a.txt".into())),
        ("no_space", Problem::NoSpace),
        ("unsupported", Problem::Unsupported("SORT".into())),
        ("refused", Problem::Refused("No".into())),
        ("timed_out", Problem::TimedOut),
        ("bad_request", Problem::BadRequest),
        ("busy", Problem::Busy),
        ("cancelled", Problem::Cancelled),
        ("not_unsubscribed", Problem::NotUnsubscribed),
        ("internal", Problem::Internal { reference: 7 }),
    ];

    insta::assert_snapshot!(wire(&problems));
}

#[test]
fn a_frame_with_octets_left_over_is_no_frame() {
    let mut octets = frame::encode(&ClientFrame::Hello { version: 1 });
    octets.push(0);

    assert_eq!(frame::decode::<ClientFrame>(&octets), None);
    assert_eq!(frame::decode::<ClientFrame>(&[]), None);
    assert_eq!(frame::decode::<ClientFrame>(&[0xff; 40]), None);
}

#[test]
fn a_password_is_never_printed() {
    let login = http::Login {
        email: "ayu@surat.test".into(),
        password: "rahasia".into(),
        keep: true,
    };

    assert!(!format!("{login:?}").contains("rahasia"));
}
