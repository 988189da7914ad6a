//! Opening a mailbox again tells only what is new; and a page that reads slowly keeps nobody else from it.

use crate::{
    live::elsewhere,
    support::{Browser, Inside, Live, PATIENCE, Proxy, ayu, letter, tapped, until},
};
use std::time::Duration;
use surat_protocol::{Answer, Contents, Flag, Known, MailboxName, ModSeq, Request, Uid, UidSet};
use surat_testbed::{Stored, Testbed};
use tokio::time::timeout;

fn known(inside: &Inside) -> Known {
    Known {
        uid_validity: inside.uid_validity,
        highest_modseq: inside.highest_modseq,
        uids: inside.uids.clone(),
    }
}

/// What a page knows that was told this. Dovecot may give a message the MODSEQ of the first look at it: one that was lost
/// on the way is then told as new, and else everything is told anew.
fn known_after(known: &Known, contents: &Contents) -> UidSet {
    match contents {
        Contents::Whole(uids) => uids.clone(),
        Contents::Since { vanished, arrived, .. } => known.uids.difference(vanished).union(arrived),
    }
}

/// Does in the inbox whatever a page can do: one message more, one less, one with a star.
async fn change(page: &mut Live, inbox: &Inside, testbed: &Testbed) {
    let uids: Vec<Uid> = inbox.uids.iter().collect();
    let star = Request::StoreFlags {
        mailbox: MailboxName::inbox(),
        uid_validity: inbox.uid_validity,
        uids: UidSet::one(uids[0]),
        add: vec![Flag::Flagged],
        remove: Vec::new(),
    };
    assert_eq!(page.ask(star).await, Ok(Answer::Done));
    let expunge = Request::Expunge {
        mailbox: MailboxName::inbox(),
        uid_validity: inbox.uid_validity,
        uids: UidSet::one(uids[1]),
    };
    assert_eq!(page.ask(expunge).await, Ok(Answer::Done));
    testbed.deliver("ayu", &letter("Baru")).unwrap();
}

#[tokio::test]
async fn a_mailbox_that_was_kept_is_told_as_what_is_new_in_it() {
    let (testbed, _proxy, browser, mut page) = ayu().await;
    for subject in ["Satu", "Dua", "Tiga"] {
        testbed.deliver("ayu", &letter(subject)).unwrap();
    }
    let (inbox, _) = page.open_mailbox("INBOX").await;
    let uids: Vec<Uid> = inbox.uids.iter().collect();
    change(&mut page, &inbox, &testbed).await;

    // On the connection that has it open, and on a page that comes anew after another was open.
    for elsewhere in [None, Some("Archive")] {
        let mut page = browser.live().await;
        if let Some(elsewhere) = elsewhere {
            page.open_mailbox(elsewhere).await;
        }
        let (opened, rows) = page.reopen_mailbox("INBOX", Some(known(&inbox))).await;

        let Contents::Since {
            vanished,
            arrived,
            flags,
        } = opened.contents
        else {
            panic!("{opened:?}")
        };
        assert_eq!(vanished, UidSet::one(uids[1]));
        assert_eq!(arrived.len(), 1);
        assert_eq!(
            rows.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>(),
            ["Baru"]
        );
        let starred: Vec<Uid> = flags
            .iter()
            .filter(|(_, flags)| flags.is_flagged())
            .map(|(uid, _)| *uid)
            .collect();
        assert_eq!(starred, [uids[0]]);
        assert!(opened.highest_modseq > inbox.highest_modseq || elsewhere.is_none());
    }
}

#[tokio::test]
async fn the_newest_rows_come_first_where_the_mailbox_is_open_already() {
    let (testbed, _proxy, _browser, mut page) = ayu().await;
    for subject in ["Satu", "Dua", "Tiga"] {
        testbed.deliver("ayu", &letter(subject)).unwrap();
    }
    page.open_mailbox("INBOX").await;
    elsewhere(&testbed, &["STORE 1:2 +FLAGS (\\Deleted)", "EXPUNGE"]);
    testbed.deliver("ayu", &letter("Empat")).unwrap();

    let again = Request::OpenMailbox {
        mailbox: MailboxName::inbox(),
        first_rows: 50,
        known: None,
    };
    let answers = page.ask_all(again).await.unwrap();

    let [Answer::Glance(glance), Answer::Opened(opened)] = answers.as_slice() else {
        panic!("{answers:?}")
    };
    let subjects: Vec<&str> = glance.rows.iter().map(|row| row.subject.as_str()).collect();
    assert_eq!(
        (glance.messages, subjects.as_slice()),
        (2, ["Empat", "Tiga"].as_slice())
    );
    let rows: UidSet = glance.rows.iter().map(|row| row.uid).collect();
    assert_eq!(opened.contents, Contents::Whole(rows));
}

#[tokio::test]
async fn what_was_kept_wrongly_is_told_anew() {
    let (testbed, _proxy, _browser, mut page) = ayu().await;
    for subject in ["Satu", "Dua", "Tiga"] {
        testbed.deliver("ayu", &letter(subject)).unwrap();
    }
    let (inbox, _) = page.open_mailbox("INBOX").await;
    let right = known(&inbox);
    let one_less: UidSet = right.uids.iter().skip(1).collect();
    let wrong = [
        // A message was lost on the way.
        Known {
            uids: one_less,
            ..right.clone()
        },
        // A message that there never was.
        Known {
            uids: right.uids.union(&UidSet::one(Uid(999))),
            ..right.clone()
        },
        // Another mailbox had the name.
        Known {
            uid_validity: surat_protocol::UidValidity(1),
            ..right.clone()
        },
        // A moment that has not come; and none.
        Known {
            highest_modseq: ModSeq(u64::MAX >> 1),
            ..right.clone()
        },
        Known {
            highest_modseq: ModSeq(0),
            ..right.clone()
        },
    ];

    for known in wrong {
        let (opened, rows) = page.reopen_mailbox("INBOX", Some(known.clone())).await;

        assert_eq!(known_after(&known, &opened.contents), inbox.uids, "{known:?}");
        let lost = inbox.uids.difference(&known.uids);
        let missing = match opened.contents {
            Contents::Whole(uids) => uids,
            Contents::Since { .. } => lost.clone(),
        };
        assert!(missing == inbox.uids || !lost.is_empty(), "{known:?}");
        let told: UidSet = rows.iter().map(|row| row.uid).collect();
        assert_eq!(told, missing, "{known:?}");
    }
    let (opened, rows) = page.reopen_mailbox("INBOX", Some(right)).await;
    assert!(matches!(opened.contents, Contents::Since { .. }) && rows.is_empty());
}

/// Mail to so many people that 200 rows of it make an answer of 3 MB, in the archive.
fn wide() -> Testbed {
    let mut testbed = Testbed::builder().without_postfix().prepare().unwrap();
    let people = format!("\"{}\" <a@surat.test>,\r\n ", "木".repeat(250)).repeat(20);
    let octets = format!("From: a@surat.test\r\nTo: {people}b@surat.test\r\nSubject: x\r\n\r\nx\r\n");
    let mut store = testbed.store("ayu");
    for _ in 0..200 {
        let message = Stored {
            mailbox: "Archive",
            flags: "",
            date: 1_700_000_000,
            octets: octets.as_bytes(),
        };
        store.add(&message).unwrap();
    }
    testbed.start().unwrap();
    testbed
}

#[tokio::test]
async fn a_page_that_reads_nothing_keeps_no_other_page_waiting() {
    let testbed = wide();
    let proxy = Proxy::start(&testbed).await;
    let browser = Browser::sign_in(&proxy, "ayu").await;
    let (mut slow, mut quick) = (Live::open_narrow(&browser).await, browser.live().await);
    let request = Request::OpenMailbox {
        mailbox: MailboxName("Archive".into()),
        first_rows: 200,
        known: None,
    };

    // More than the queue of a page and the buffers below it hold.
    for _ in 0..8 {
        slow.send(request.clone()).await;
    }
    // Some of these may be heard before those, not all. A page that reads nothing is let go after 20 seconds.
    for _ in 0..20 {
        let opening = timeout(PATIENCE / 2, quick.open_mailbox("INBOX"));
        let (inbox, _) = opening.await.expect("nobody waits for the slow page");
        assert!(inbox.uids.is_empty());
    }
}

#[tokio::test]
async fn a_session_that_opens_a_mailbox_slowly_is_replaced_when_it_leaves_it() {
    let testbed = Testbed::builder().without_starttls().without_postfix().start().unwrap();
    testbed.deliver("ayu", &letter("Satu")).unwrap();
    let (tap, _proxy, mut page) = tapped(&testbed).await;
    page.open_mailbox("Archive").await;
    tap.hold(r#"SELECT "INBOX""#, Duration::from_millis(200));

    for mailbox in ["INBOX", "Archive"] {
        assert_eq!(tap.heard().matches("LOGOUT").count(), 0);
        page.open_mailbox(mailbox).await;
    }

    // The one that leaves, the one in its place, and the watching one.
    let is_replaced = |heard: &str| {
        let after = heard.rsplit_once("LOGOUT").map_or("", |(_, after)| after);
        after.contains(r#"SELECT "Archive""#) && heard.matches("AUTHENTICATE").count() == 3
    };
    until(|| tap.heard(), is_replaced).await;
    let (_, rows) = page.open_mailbox("INBOX").await;
    assert_eq!(rows[0].subject, "Satu");
    assert_eq!(tap.heard().matches("LOGOUT").count(), 1);
}
