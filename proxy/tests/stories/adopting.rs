//! A page that opens a mailbox which others show already hears of all that happens after what it was told.

use crate::{
    live::{arrived, elsewhere},
    support::{ayu, letter},
};
use surat_protocol::{Event, Uid};

#[tokio::test]
async fn what_the_other_pages_never_saw_vanishes_from_the_page_that_did() {
    let (testbed, _proxy, browser, mut one) = ayu().await;
    let mut two = browser.live().await;
    one.open_mailbox("INBOX").await;
    testbed.deliver("ayu", &letter("Satu")).unwrap();
    arrived(&mut one, "Satu").await;

    for _ in 0..3 {
        // Dovecot tells of both at once, half a second later; the second page has opened in between.
        testbed.deliver("ayu", &letter("Dua")).unwrap();
        let (opened, _) = two.open_mailbox("INBOX").await;
        assert_eq!(opened.uids.len(), 2);
        elsewhere(&testbed, &["STORE 2 +FLAGS (\\Deleted)", "EXPUNGE"]);

        let gone: Uid = opened.uids.last().unwrap();
        two.event(|event| match event {
            Event::Vanished { uids, .. } => uids.contains(gone).then_some(()),
            _ => None,
        })
        .await;
    }
}
