//! The mail server is lost and comes back: what happened meanwhile is on the page afterwards.

use crate::{
    live::{arrived, counted, inbox_flags},
    support::{PATIENCE, ayu, letter, tapped, until},
};
use std::time::{Duration, Instant};
use surat_protocol::{Counts, Event, Flag, MailboxName, Problem, Request};
use surat_testbed::Testbed;

#[tokio::test]
async fn a_killed_server_is_told_and_what_was_missed_is_caught_up() {
    let (mut testbed, _proxy, _browser, mut page) = ayu().await;
    testbed.deliver("ayu", &letter("Satu")).unwrap();
    page.open_mailbox("INBOX").await;

    testbed.kill_dovecot().unwrap();
    page.event(|event| matches!(event, Event::ServerLost).then_some(()))
        .await;
    let start = Instant::now();
    let failed = page
        .ask_all(Request::OpenMailbox {
            mailbox: MailboxName::inbox(),
            first_rows: 5,
            known: None,
        })
        .await;
    assert!(
        matches!(failed, Err(Problem::Unreachable(_) | Problem::ConnectionLost(_))),
        "{failed:?}"
    );
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());

    testbed.start_dovecot().unwrap();
    testbed.deliver("ayu", &letter("Dua")).unwrap();
    page.event(|event| matches!(event, Event::ServerBack).then_some(()))
        .await;
    arrived(&mut page, "Dua").await;
    assert_eq!(page.open_mailbox("INBOX").await.0.uids.len(), 2);
}

#[tokio::test]
async fn folders_that_were_made_while_the_server_was_lost_are_told_unasked() {
    let (mut testbed, _proxy, _browser, mut page) = ayu().await;
    page.ask(Request::ListMailboxes).await.unwrap();
    page.open_mailbox("INBOX").await;

    testbed.kill_dovecot().unwrap();
    page.event(|event| matches!(event, Event::ServerLost).then_some(()))
        .await;
    testbed.store("ayu").create("Baru").unwrap();
    testbed.start().unwrap();

    page.event(|event| match event {
        Event::Mailboxes(all) => all.iter().any(|mailbox| mailbox.name.as_str() == "Baru").then_some(()),
        _ => None,
    })
    .await;
}

#[tokio::test]
async fn a_mailbox_that_was_opened_as_the_server_was_lost_has_its_news_afterwards() {
    let testbed = Testbed::builder().without_starttls().without_postfix().start().unwrap();
    let (tap, _proxy, mut page) = tapped(&testbed).await;
    page.open_mailbox("Archive").await;
    let is_idle = |heard: &str| heard.contains(r#"SELECT "Archive""#) && heard.ends_with("IDLE\r\n");
    let mut heard = String::new();
    // What the first look at the mailboxes has made the server say is over when nothing more is said for a while.
    while heard != tap.heard() || !is_idle(&heard) {
        heard = until(|| tap.heard(), is_idle).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }

    // The watcher ends its IDLE when it is told of the mailbox, and finds that the connection is gone.
    tap.cut_at("DONE\r\n");
    page.open_mailbox("INBOX").await;
    page.event(|event| matches!(event, Event::ServerBack).then_some(()))
        .await;

    testbed.deliver("ayu", &letter("Satu")).unwrap();
    arrived(&mut page, "Satu").await;
}

#[tokio::test]
async fn counts_that_could_not_be_read_after_a_change_are_told_though_they_are_as_before() {
    let testbed = Testbed::builder().without_starttls().without_postfix().start().unwrap();
    testbed.deliver("ayu", &letter("Satu")).unwrap();
    let (tap, _proxy, mut page) = tapped(&testbed).await;
    page.ask(Request::ListMailboxes).await.unwrap();
    let (opened, _) = page.open_mailbox("INBOX").await;
    let counts = Counts { messages: 1, unseen: 1 };
    counted(&mut page, "INBOX", counts).await;
    // What the opening makes the proxy look at is over when nothing more is said for a while.
    let is_idle = |heard: &str| heard.contains("STATUS \"INBOX\"") && heard.ends_with("IDLE\r\n");
    let mut heard = String::new();
    while heard != tap.heard() || !is_idle(&heard) {
        heard = until(|| tap.heard(), is_idle).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    page.ask(Request::Ping).await.unwrap();
    page.forget();

    // A page that counted one less meanwhile, while somebody else counted one more, has to hear of it.
    tap.cut_at("STATUS \"INBOX\"");
    page.ask(inbox_flags(&opened, Vec::new(), vec![Flag::Seen]))
        .await
        .unwrap();

    counted(&mut page, "INBOX", counts).await;
}
