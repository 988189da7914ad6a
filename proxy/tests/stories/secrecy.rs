//! What people trust the proxy with is not in its log, however verbose that is told to be.

use crate::support::{
    Browser, Proxy, draft,
    letters::{attached, part, save, send, upload},
};
use surat_protocol::{Event, Flag, MessageRef, Origin, Request, Scope, Term, TermField, Uid, UidSet};
use surat_testbed::{RARE_PASSWORD, Testbed, address};

/// Words that stand nowhere else.
const SUBJECT: &str = "Perihal gajah ungu";
const TEXT: &str = "Kuncinya di bawah pot melati.";
const FILE: &str = "isi lampiran merpati";
const SEARCHED: &str = "kangguru";

#[tokio::test]
async fn no_password_no_cookie_and_no_message_text_is_in_the_most_verbose_log() {
    let testbed = Testbed::builder().start().unwrap();
    let proxy = Proxy::start_with(&testbed, &["--log", "trace"]).await;
    let mut browser = Browser::new(&proxy);
    let wrong = format!("{RARE_PASSWORD}-salah");
    browser.try_sign_in(&address("ayu"), &wrong).await.unwrap_err();
    browser.try_sign_in(&address("ayu"), RARE_PASSWORD).await.unwrap();
    let mut page = browser.live().await;
    page.open_mailbox("INBOX").await;

    let id = upload(&browser, FILE.as_bytes()).await;
    let mut letter = draft(SUBJECT, "ayu@surat.test");
    letter.text = TEXT.into();
    letter.attachments = vec![attached("a.bin", FILE.len() as u64, Origin::Upload(id))];
    let (stored, attachments) = save(&mut page, &letter, None).await;
    letter.attachments = attachments;
    assert_eq!(part(&browser, &letter.attachments[0].origin).await, FILE.as_bytes());
    send(&mut page, &letter, Some(stored)).await.unwrap();
    page.event(|event| matches!(event, Event::Arrived { .. }).then_some(()))
        .await;
    let (inbox, rows) = page.open_mailbox("INBOX").await;
    assert_eq!(rows[0].subject, SUBJECT);
    let message = MessageRef {
        mailbox: inbox.mailbox.clone(),
        uid_validity: inbox.uid_validity,
        uid: rows[0].uid,
    };
    let requests = [
        Request::FetchMessage {
            message: message.clone(),
            allow_remote_images: true,
            is_ahead: false,
        },
        Request::FetchHeaders { message },
        Request::StoreFlags {
            mailbox: inbox.mailbox.clone(),
            uid_validity: inbox.uid_validity,
            uids: UidSet::one(rows[0].uid),
            add: vec![Flag::Flagged],
            remove: Vec::new(),
        },
        Request::Search {
            scope: Scope::Mailbox(inbox.mailbox.clone()),
            terms: vec![Term {
                field: TermField::Anywhere,
                text: SEARCHED.into(),
            }],
        },
        // Fails, and failures are what is logged most.
        Request::FetchMessage {
            message: MessageRef {
                mailbox: inbox.mailbox,
                uid_validity: inbox.uid_validity,
                uid: Uid(4_000_000),
            },
            allow_remote_images: false,
            is_ahead: false,
        },
    ];
    let mut answered = Vec::new();
    for request in requests {
        answered.push(page.ask_all(request).await.is_ok());
    }
    assert_eq!(answered, [true, true, true, true, false]);
    let cookie = browser.cookie.clone().unwrap();
    browser.post("/api/logout", Vec::new()).await;

    let log = proxy.log();
    assert!(
        log.contains(" DEBUG ") || log.contains(" TRACE "),
        "the log is verbose: {log}"
    );
    let sealed = cookie.split_once('=').unwrap().1;
    for secret in [
        RARE_PASSWORD,
        SUBJECT,
        TEXT,
        FILE,
        SEARCHED,
        &sealed[..40],
        // The password in base64, wherever it begins in what is encoded.
        "cmFoYXNpYS03",
        "JhaGFzaWEtN3",
        "yYWhhc2lhLTd",
    ] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
