//! Mailboxes, lists and messages.

use crate::{
    live::counted,
    support::{ayu, letter, letter_with, tapped},
};
use surat_protocol::{
    Answer, Body, Counts, Flag, MailboxName, MessageRef, NamespaceKind, Problem, Request, Role, Uid, UidSet,
    UidValidity,
};
use surat_testbed::Testbed;

#[tokio::test]
async fn the_list_of_mailboxes_has_roles_and_counts() {
    let (testbed, _proxy, browser, mut page) = ayu().await;
    testbed.deliver("ayu", &letter("Satu")).unwrap();

    let Ok(Answer::Mailboxes(mailboxes)) = page.ask(Request::ListMailboxes).await else {
        panic!()
    };

    let of_role = |role| mailboxes.iter().find(|mailbox| mailbox.role == Some(role)).unwrap();
    for role in [Role::Drafts, Role::Sent, Role::Archive, Role::Junk, Role::Trash] {
        assert_eq!(of_role(role).namespace, NamespaceKind::Personal);
    }
    assert_eq!(of_role(Role::Inbox).name, MailboxName::inbox());
    let counts = Counts { messages: 1, unseen: 1 };
    counted(&mut page, "INBOX", counts).await;

    // A page that comes later has them with the list.
    let Ok(Answer::Mailboxes(mailboxes)) = browser.live().await.ask(Request::ListMailboxes).await else {
        panic!()
    };
    let inbox = mailboxes.iter().find(|mailbox| mailbox.role == Some(Role::Inbox));
    assert_eq!(inbox.unwrap().counts, Some(counts));
}

#[tokio::test]
async fn a_mailbox_opens_with_its_newest_rows_and_a_message_is_read() {
    let (testbed, _proxy, _browser, mut page) = ayu().await;
    testbed.deliver("ayu", &letter("Satu")).unwrap();
    testbed
        .deliver("ayu", &letter_with("Dua é", "Selamat pagi, Ayu!\r\n"))
        .unwrap();

    let (opened, rows) = page.open_mailbox("INBOX").await;

    assert_eq!(opened.uids.len(), 2);
    let [newest, oldest] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!((newest.subject.as_str(), oldest.subject.as_str()), ("Dua é", "Satu"));
    assert_eq!(newest.from[0].name, "Budi Santoso");
    assert!(newest.preview.starts_with("Selamat pagi"), "{newest:?}");

    let message = MessageRef {
        mailbox: opened.mailbox,
        uid_validity: opened.uid_validity,
        uid: newest.uid,
    };
    let read = page.read(&message, false).await;
    assert_eq!(read.body, Body::Plain("Selamat pagi, Ayu!\n".into()));
    assert!(!read.flags.contains(&Flag::Seen), "reading alone marks nothing");

    let headers = page.ask(Request::FetchHeaders { message }).await;
    let Ok(Answer::Headers(headers)) = headers else {
        panic!("{headers:?}")
    };
    assert!(headers.contains(&("Subject".into(), "Dua é".into())), "{headers:?}");
}

#[tokio::test]
async fn what_is_not_there_is_told_as_such() {
    let (testbed, _proxy, _browser, mut page) = ayu().await;
    testbed.deliver("ayu", &letter("Satu")).unwrap();
    let (opened, rows) = page.open_mailbox("INBOX").await;
    let here = MessageRef {
        mailbox: opened.mailbox.clone(),
        uid_validity: opened.uid_validity,
        uid: rows[0].uid,
    };
    let fetch = |message| Request::FetchMessage {
        message,
        allow_remote_images: false,
        is_ahead: false,
    };

    let gone = MessageRef {
        uid: Uid(4000),
        ..here.clone()
    };
    assert_eq!(page.ask(fetch(gone)).await, Err(Problem::MessageGone));

    let remade = MessageRef {
        uid_validity: UidValidity(opened.uid_validity.0 ^ 1),
        ..here.clone()
    };
    assert_eq!(
        page.ask(fetch(remade)).await,
        Err(Problem::MailboxChanged(opened.mailbox.clone()))
    );

    for name in ["Nowhere", "", "INBOX\r\nA1 DELETE INBOX", "a\"b", "\0", "Ünter/*", "%"] {
        let mailbox = MailboxName(name.into());
        let expected = Err(Problem::NoSuchMailbox(mailbox.clone()));
        assert_eq!(
            page.ask(fetch(MessageRef {
                mailbox: mailbox.clone(),
                ..here.clone()
            }))
            .await,
            expected,
            "{name:?}"
        );
        assert_eq!(
            page.ask(Request::OpenMailbox {
                mailbox,
                first_rows: 5,
                known: None
            })
            .await,
            expected,
            "{name:?}"
        );
    }

    let uids = UidSet::from_ranges([(1, 5000)]);
    let too_many = Request::FetchRows {
        mailbox: opened.mailbox,
        uid_validity: opened.uid_validity,
        uids,
    };
    assert_eq!(page.ask(too_many).await, Err(Problem::BadRequest));
}

#[tokio::test]
async fn all_texts_of_a_message_are_asked_for_at_once() {
    let testbed = Testbed::builder().without_starttls().without_postfix().start().unwrap();
    let octets = "From: a@surat.test\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
                  --b\r\nContent-Type: text/plain\r\n\r\nHalo\r\n--b\r\nContent-Type: text/html\r\n\r\n\
                  <p>Halo</p>\r\n--b--\r\n";
    testbed.deliver("ayu", octets.as_bytes()).unwrap();
    let (tap, _proxy, mut page) = tapped(&testbed).await;
    let message = page.newest("INBOX").await;
    let message = page.read(&message, false).await;

    assert!(format!("{:?}", message.body).contains("Halo"), "{:?}", message.body);
    let heard = tap.heard();
    let asking: Vec<&str> = heard.lines().filter(|line| line.contains("BODY.PEEK[1]")).collect();
    assert!(asking.len() == 1 && asking[0].contains("BODY.PEEK[2]"), "{heard}");
}
