//! A server that has no extension at all.

use crate::{
    live::inbox_flags,
    support::{Browser, Proxy, fill_inbox, letter},
};
use surat_protocol::{Answer, Event, Flag, MailboxName, Request, UidSet};
use surat_testbed::Testbed;

#[tokio::test]
async fn a_server_without_extensions_serves_as_well() {
    let testbed = Testbed::builder().without_postfix().plain_imap4rev1().start().unwrap();
    testbed.deliver("ayu", &letter("Satu")).unwrap();
    let proxy = Proxy::start(&testbed).await;
    let mut page = Browser::sign_in(&proxy, "ayu").await.live().await;
    assert!(page.welcome.missing_capabilities.contains(&"MOVE".to_owned()));

    let (opened, rows) = page.open_mailbox("INBOX").await;
    assert_eq!(
        (rows[0].subject.as_str(), rows[0].preview.as_str()),
        ("Satu", "Halo, bagaimana kabarmu?")
    );
    page.ask(inbox_flags(&opened, vec![Flag::Seen], Vec::new()))
        .await
        .unwrap();
    page.ask(Request::ListMailboxes).await.unwrap();

    let moved = Request::Move {
        mailbox: opened.mailbox.clone(),
        uid_validity: opened.uid_validity,
        uids: opened.uids,
        to: MailboxName("Archive".into()),
    };
    assert!(matches!(page.ask(moved).await, Ok(Answer::Moved { .. })));
    assert!(page.open_mailbox("INBOX").await.0.uids.is_empty());
    assert_eq!(page.open_mailbox("Archive").await.1[0].subject, "Satu");
}

#[tokio::test]
async fn a_server_without_extensions_tells_another_page_of_a_flag_on_an_old_message() {
    let testbed = Testbed::builder().without_postfix().plain_imap4rev1().start().unwrap();
    fill_inbox(&testbed, 700);
    let proxy = Proxy::start(&testbed).await;
    let browser = Browser::sign_in(&proxy, "ayu").await;
    let (mut one, mut two) = (browser.live().await, browser.live().await);
    let (opened, _) = one.open_mailbox("INBOX").await;
    two.open_mailbox("INBOX").await;
    let oldest = opened.uids.first().unwrap();

    one.ask(Request::StoreFlags {
        mailbox: opened.mailbox.clone(),
        uid_validity: opened.uid_validity,
        uids: UidSet::one(oldest),
        add: vec![Flag::Flagged],
        remove: Vec::new(),
    })
    .await
    .unwrap();

    two.event(|event| match event {
        Event::Flags { changes, .. } => changes
            .iter()
            .any(|(uid, flags)| *uid == oldest && flags.is_flagged())
            .then_some(()),
        _ => None,
    })
    .await;
}
