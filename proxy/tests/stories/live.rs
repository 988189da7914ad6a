//! What happens elsewhere is on the page by itself.

use crate::support::{Browser, Inside, Live, Proxy, ayu, dovecot, letter};
use std::time::{Duration, Instant};
use surat_protocol::{Answer, Counts, Event, Flag, MailboxName, Problem, Request, UidSet};
use surat_testbed::Testbed;

pub async fn arrived(page: &mut Live, subject: &str) {
    page.event(|event| match event {
        Event::Arrived { rows, .. } => rows.iter().any(|row| row.subject == subject).then_some(()),
        _ => None,
    })
    .await;
}

pub async fn counted(page: &mut Live, name: &str, wanted: Counts) {
    page.event(|event| match event {
        Event::Counts { mailbox, counts } => (mailbox.as_str() == name && *counts == wanted).then_some(()),
        _ => None,
    })
    .await;
}

pub fn inbox_flags(opened: &Inside, add: Vec<Flag>, remove: Vec<Flag>) -> Request {
    Request::StoreFlags {
        mailbox: opened.mailbox.clone(),
        uid_validity: opened.uid_validity,
        uids: opened.uids.clone(),
        add,
        remove,
    }
}

#[tokio::test]
async fn new_mail_is_on_the_page_within_two_seconds() {
    let (testbed, _proxy, _browser, mut page) = ayu().await;
    page.open_mailbox("INBOX").await;

    let mut took = Vec::new();
    for subject in ["Satu", "Dua", "Tiga"] {
        testbed.deliver("ayu", &letter(subject)).unwrap();
        let start = Instant::now();
        arrived(&mut page, subject).await;
        took.push(start.elapsed());
    }
    // A machine that is busy with other tests may make one of them late, but not all three.
    assert!(took.iter().min() < Some(&Duration::from_secs(2)), "{took:?}");
    counted(&mut page, "INBOX", Counts { messages: 3, unseen: 3 }).await;
}

#[tokio::test]
async fn counts_are_told_after_a_change_though_they_are_as_before() {
    let (testbed, _proxy, _browser, mut page) = ayu().await;
    testbed.deliver("ayu", &letter("Satu")).unwrap();
    page.ask(Request::ListMailboxes).await.unwrap();
    let (opened, _) = page.open_mailbox("INBOX").await;
    counted(&mut page, "INBOX", Counts { messages: 1, unseen: 1 }).await;
    // What the opening makes the proxy look at is over when nothing more is said for a while.
    tokio::time::sleep(Duration::from_millis(700)).await;
    page.ask(Request::Ping).await.unwrap();
    page.forget();

    // A page that counted one less meanwhile, while somebody else counted one more, hears of it.
    page.ask(inbox_flags(&opened, Vec::new(), vec![Flag::Seen]))
        .await
        .unwrap();

    counted(&mut page, "INBOX", Counts { messages: 1, unseen: 1 }).await;
}

/// Does this in the inbox, as another mail client would; done when it returns.
pub fn elsewhere(testbed: &Testbed, commands: &[&str]) {
    use std::io::{BufRead, BufReader, Write};
    let mut socket = std::net::TcpStream::connect(("127.0.0.1", testbed.imap_port)).unwrap();
    let mut lines = BufReader::new(socket.try_clone().unwrap()).lines();
    for command in ["LOGIN ayu@surat.test surat", "SELECT INBOX"].iter().chain(commands) {
        write!(socket, "a {command}\r\n").unwrap();
        let done = lines.find(|line| line.as_ref().unwrap().starts_with("a ")).unwrap();
        let done = done.unwrap();
        assert!(done.contains(" OK "), "{done}");
    }
}

#[tokio::test]
async fn rows_are_as_they_are_now_and_not_as_they_were_when_the_mailbox_was_opened() {
    let (testbed, _proxy, _browser, mut page) = ayu().await;
    testbed.deliver("ayu", &letter("Satu")).unwrap();
    let (opened, _) = page.open_mailbox("INBOX").await;
    elsewhere(&testbed, &["STORE 1 +FLAGS (\\Flagged)"]);

    let rows = page
        .ask(Request::FetchRows {
            mailbox: opened.mailbox.clone(),
            uid_validity: opened.uid_validity,
            uids: opened.uids.clone(),
        })
        .await;

    let Ok(Answer::Rows(rows)) = rows else {
        panic!("{rows:?}")
    };
    assert!(rows[0].flags.is_flagged());
}

#[tokio::test]
async fn two_pages_see_one_anothers_changes() {
    let (testbed, proxy, browser, mut one) = ayu().await;
    testbed.deliver("ayu", &letter("Satu")).unwrap();
    let mut two = browser.live().await;
    // Another sign-in, on another device.
    let mut three = Browser::sign_in(&proxy, "ayu").await.live().await;
    let (opened, _) = one.open_mailbox("INBOX").await;
    two.open_mailbox("INBOX").await;
    three.open_mailbox("INBOX").await;

    one.ask(inbox_flags(&opened, vec![Flag::Flagged, Flag::Seen], Vec::new()))
        .await
        .unwrap();
    for page in [&mut two, &mut three] {
        page.event(|event| match event {
            Event::Flags { changes, .. } => changes
                .iter()
                .any(|(_, flags)| flags.is_flagged() && flags.is_seen())
                .then_some(()),
            _ => None,
        })
        .await;
        counted(page, "INBOX", Counts { messages: 1, unseen: 0 }).await;
    }

    let moved = Request::Move {
        mailbox: opened.mailbox.clone(),
        uid_validity: opened.uid_validity,
        uids: opened.uids.clone(),
        to: MailboxName("Archive".into()),
    };
    let Ok(Answer::Moved {
        to: Some((validity, uids)),
    }) = one.ask(moved).await
    else {
        panic!()
    };
    for page in [&mut two, &mut three] {
        page.event(|event| matches!(event, Event::Vanished { uids, .. } if *uids == opened.uids).then_some(()))
            .await;
    }
    let (archive, _) = one.open_mailbox("Archive").await;
    assert_eq!((archive.uid_validity, archive.uids), (validity, uids));
}

#[tokio::test]
async fn folders_made_elsewhere_come_and_go() {
    let (_testbed, _proxy, browser, mut one) = ayu().await;
    let mut two = browser.live().await;
    two.ask(Request::ListMailboxes).await.unwrap();
    let has = |name: &'static str| {
        move |event: &Event| match event {
            Event::Mailboxes(all) => Some(all.iter().any(|mailbox| mailbox.name.as_str() == name)),
            _ => None,
        }
    };

    one.ask(Request::CreateMailbox {
        parent: None,
        name: "Kerja ü".into(),
    })
    .await
    .unwrap();
    assert!(two.event(has("Kerja ü")).await);
    let parent = Some(MailboxName("Kerja ü".into()));
    one.ask(Request::CreateMailbox {
        parent: parent.clone(),
        name: "2026".into(),
    })
    .await
    .unwrap();
    assert_eq!(
        one.ask(Request::CreateMailbox {
            parent,
            name: "2026".into()
        })
        .await,
        Err(Problem::MailboxExists(MailboxName("Kerja ü/2026".into())))
    );
    one.ask(Request::RenameMailbox {
        mailbox: MailboxName("Kerja ü".into()),
        name: "Rumah".into(),
    })
    .await
    .unwrap();
    one.open_mailbox("Rumah/2026").await;
    for name in ["Rumah/2026", "Rumah"] {
        one.ask(Request::DeleteMailbox {
            mailbox: MailboxName(name.into()),
        })
        .await
        .unwrap();
    }
    for name in ["", "a/b", "a*", "a\r\nb", "%", "a\0"] {
        let made = one
            .ask(Request::CreateMailbox {
                parent: None,
                name: name.into(),
            })
            .await;
        assert_eq!(made, Err(Problem::BadMailboxName), "{name:?}");
    }
    let inbox = MailboxName::inbox();
    assert_eq!(
        one.ask(Request::DeleteMailbox { mailbox: inbox }).await,
        Err(Problem::NoPermission)
    );
}

#[tokio::test]
async fn deleting_for_good_takes_just_what_was_named() {
    let (testbed, _proxy, _browser, mut page) = ayu().await;
    for subject in ["Satu", "Dua", "Tiga"] {
        testbed.deliver("ayu", &letter(subject)).unwrap();
    }
    let (opened, rows) = page.open_mailbox("INBOX").await;
    let two = rows.iter().find(|row| row.subject == "Dua").unwrap().uid;

    let expunge = Request::Expunge {
        mailbox: opened.mailbox.clone(),
        uid_validity: opened.uid_validity,
        uids: UidSet::one(two),
    };
    page.ask(expunge).await.unwrap();
    let (opened, rows) = page.open_mailbox("INBOX").await;
    assert_eq!(
        rows.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>(),
        ["Tiga", "Satu"]
    );

    page.ask(Request::EmptyMailbox {
        mailbox: opened.mailbox,
    })
    .await
    .unwrap();
    assert!(page.open_mailbox("INBOX").await.0.uids.is_empty());
}

#[tokio::test]
async fn a_folder_that_was_removed_elsewhere_is_said_to_be_gone() {
    let mut testbed = Testbed::builder().without_postfix().prepare().unwrap();
    testbed.store("ayu").create("Lama").unwrap();
    testbed.start().unwrap();
    let proxy = Proxy::start(&testbed).await;
    let mut page = Browser::sign_in(&proxy, "ayu").await.live().await;
    page.open_mailbox("Lama").await;
    page.open_mailbox("INBOX").await;

    // In one step: the server may be writing to the folder while its counts are asked for.
    std::fs::rename(
        testbed.dir().join("mail/ayu@surat.test/Maildir/Lama"),
        testbed.dir().join("removed"),
    )
    .unwrap();
    let opened = page
        .ask_all(Request::OpenMailbox {
            mailbox: MailboxName("Lama".into()),
            first_rows: 5,
            known: None,
        })
        .await;

    assert_eq!(opened, Err(Problem::NoSuchMailbox(MailboxName("Lama".into()))));
}

#[tokio::test]
async fn a_search_finds_in_all_folders_and_can_be_cancelled() {
    use surat_protocol::{ClientFrame, Scope, Term, TermField};
    let testbed = dovecot();
    let mut store = testbed.appender("ayu").unwrap();
    store.append("INBOX", "", None, &letter("Kopi pagi")).unwrap();
    store.append("INBOX", "", None, &letter("Teh é sore")).unwrap();
    store.append("Archive", "", None, &letter("Kopi lama")).unwrap();
    store.append("Trash", "", None, &letter("Kopi basi")).unwrap();
    store.finish().unwrap();
    let proxy = Proxy::start(&testbed).await;
    let mut page = Browser::sign_in(&proxy, "ayu").await.live().await;
    let search = |scope, field, text: &str| Request::Search {
        scope,
        terms: vec![Term {
            field,
            text: text.into(),
        }],
    };
    let subjects = |answers: Vec<Answer>| -> Vec<String> {
        let rows = answers.into_iter().flat_map(|answer| match answer {
            Answer::Hits { rows, .. } => rows,
            _ => Vec::new(),
        });
        rows.map(|row| row.subject).collect()
    };

    let found = page
        .ask_all(search(Scope::All, TermField::Anywhere, "kopi"))
        .await
        .unwrap();
    assert_eq!(subjects(found), ["Kopi pagi", "Kopi lama"]);
    let trash = Scope::Mailbox(MailboxName("Trash".into()));
    let found = page.ask_all(search(trash, TermField::Subject, "KOPI")).await.unwrap();
    assert_eq!(subjects(found), ["Kopi basi"]);
    let found = page
        .ask_all(search(Scope::All, TermField::Subject, "teh É"))
        .await
        .unwrap();
    assert_eq!(subjects(found), ["Teh é sore"]);
    for odd in ["a\" OR ALL", "\\", "{5}", "x) ALL (", "ü\u{ff}"] {
        let found = page.ask_all(search(Scope::All, TermField::From, odd)).await.unwrap();
        assert!(subjects(found).is_empty(), "{odd:?}");
    }
    let bad = page
        .ask_all(search(Scope::All, TermField::From, "a\r\nA1 LOGOUT"))
        .await;
    assert_eq!(bad, Err(Problem::BadRequest));

    let id = page.send(search(Scope::All, TermField::Body, "kabarmu")).await;
    page.send_frame(&ClientFrame::Cancel { id }).await;
    match page.answers(id).await {
        Err(Problem::Cancelled) | Ok(_) => {}
        other => panic!("{other:?}"),
    }
    page.open_mailbox("INBOX").await;
}

#[tokio::test]
async fn mailboxes_of_others_have_their_rights() {
    let mut testbed = Testbed::builder().without_postfix().prepare().unwrap();
    testbed.store("budi").create("Proyek").unwrap();
    testbed.share("budi", "Proyek", "ayu", "lrs").unwrap();
    testbed.start().unwrap();
    let proxy = Proxy::start(&testbed).await;
    let mut page = Browser::sign_in(&proxy, "ayu").await.live().await;

    let Ok(Answer::Mailboxes(all)) = page.ask(Request::ListMailboxes).await else {
        panic!()
    };

    let shared = all
        .iter()
        .find(|mailbox| mailbox.name.as_str().ends_with("/Proyek"))
        .unwrap();
    assert_eq!(shared.namespace, surat_protocol::NamespaceKind::OtherUsers);
    assert!(shared.rights.may_read() && shared.rights.may_mark_seen() && !shared.rights.may_insert());
    assert_eq!(shared.role, None);
    let refused = page
        .ask(Request::DeleteMailbox {
            mailbox: shared.name.clone(),
        })
        .await;
    assert!(
        matches!(refused, Err(Problem::NoPermission | Problem::Refused(_))),
        "{refused:?}"
    );
}
