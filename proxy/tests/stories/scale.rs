//! Mailboxes of any size in little memory.

use crate::support::{Browser, Live, Proxy};
use surat_protocol::{Answer, Contents, MailboxName, Request, Scope, Term, TermField, UidSet};
use surat_testbed::{Stored, Testbed};

/// Messages, every other UID.
const MESSAGES: usize = 100_000;

/// What the proxy may hold at its peak: it takes some 12 MB by itself; as ranges the UIDs are 800 KB, which are
/// decoded, watched, encoded and sent.
const PEAK_OCTETS: u64 = 40 << 20;

/// A test bed whose Ayu has a mailbox in which every other message was deleted.
fn scattered() -> Testbed {
    let mut testbed = Testbed::builder().without_postfix().prepare().unwrap();
    let mut store = testbed.store("ayu");
    for _ in 0..MESSAGES {
        let message = Stored {
            mailbox: "Archive",
            flags: "",
            date: 1_700_000_000,
            octets: b"From: a@surat.test\r\nSubject: x\r\n\r\nx\r\n",
        };
        store.add(&message).unwrap();
    }
    store.scatter("Archive", 2).unwrap();
    testbed.start().unwrap();
    testbed
}

async fn open_all(page: &mut Live) -> UidSet {
    let request = Request::OpenMailbox {
        mailbox: MailboxName("Archive".into()),
        first_rows: 50,
        known: None,
    };
    let answers = page.ask_all(request).await.unwrap();
    let whole = answers.into_iter().find_map(|answer| match answer {
        Answer::Opened(opened) => match opened.contents {
            Contents::Whole(uids) => Some(uids),
            Contents::Since { .. } => None,
        },
        _ => None,
    });
    whole.unwrap()
}

#[tokio::test]
async fn a_hundred_thousand_scattered_messages_are_opened_and_searched_in_little_memory() {
    let testbed = scattered();
    let proxy = Proxy::start(&testbed).await;
    let browser = Browser::sign_in(&proxy, "ayu").await;
    let mut pages = Vec::new();

    for _ in 0..5 {
        let mut page = browser.live().await;
        let uids = open_all(&mut page).await;
        assert_eq!((uids.len(), uids.ranges().len()), (MESSAGES, MESSAGES));
        pages.push(page);
    }

    let unread = Term {
        field: TermField::Unread,
        text: String::new(),
    };
    let search = Request::Search {
        scope: Scope::Mailbox(MailboxName("Archive".into())),
        terms: vec![unread],
    };
    let answers = pages[0].ask_all(search).await.unwrap();
    let hits = answers.iter().map(|answer| match answer {
        Answer::Hits { total, .. } => *total as usize,
        _ => 0,
    });
    assert_eq!(hits.sum::<usize>(), MESSAGES);

    let peak = proxy.peak_octets();
    assert!(peak < PEAK_OCTETS, "{peak} octets");
}
