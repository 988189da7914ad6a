//! The same on a server that announces nothing but IMAP4rev1.

use crate::support::{dovecot_with, message, name, plain_dovecot, sign_in};
use std::time::Duration;
use surat_protocol::{Flag, Role, Term, TermField, Uid, UidSet};
use surat_proxy::imap::{
    Capabilities, Session, WireName,
    command::{expunge::Expunged, watch::WatchEnd},
};
use surat_testbed::Testbed;
use tokio::time::Instant;

async fn inbox(testbed: &Testbed) -> Session {
    let mut session = sign_in(testbed, "ayu").await;
    assert_eq!(session.capabilities(), &Capabilities::default());
    session.select(&WireName::inbox()).await.unwrap();
    session
}

fn filled(messages: usize) -> Testbed {
    dovecot_with(Testbed::builder().plain_imap4rev1(), messages)
}

#[tokio::test]
async fn mailboxes_have_guessed_roles_and_counts_on_request() {
    let testbed = plain_dovecot();
    let mut session = inbox(&testbed).await;
    let namespaces = session.namespace().await.unwrap();

    let listed = session.list(&namespaces, true).await.unwrap();

    let trash = listed
        .iter()
        .find(|mailbox| mailbox.entry.name == name("Trash"))
        .unwrap();
    assert_eq!((trash.entry.role, &trash.status), (Some(Role::Trash), &None));
    assert_eq!(session.status(&name("Trash")).await.unwrap().messages, Some(0));
    assert!(session.my_rights(&name("Trash")).await.unwrap().may_insert());
}

#[tokio::test]
async fn reading_and_searching_work() {
    let testbed = filled(300);
    let mut session = inbox(&testbed).await;
    let subject = Term {
        field: TermField::Subject,
        text: "Number 299".into(),
    };

    assert_eq!(session.all_uids().await.unwrap().to_string(), "1:300");
    assert_eq!(session.search(&[subject]).await.unwrap(), UidSet::one(Uid(299)));
    let rows = session
        .fetch_rows(&UidSet::from_ranges([(290, 300)]), |fetch| fetch)
        .await
        .unwrap();
    assert!(rows.len() == 11 && rows.iter().all(|row| row.preview.is_none() && row.envelope.is_some()));
    assert!(session.fetch_message(Uid(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn moving_copies_and_deletes_just_these() {
    let testbed = filled(5);
    let mut session = inbox(&testbed).await;

    let moved = session
        .move_(&UidSet::from_ranges([(2, 3)]), &name("Archive"))
        .await
        .unwrap();

    // Dovecot tells where they are although it no longer announces so.
    assert_eq!(moved.source, Expunged::Gone);
    assert_eq!(session.all_uids().await.unwrap().to_string(), "1,4:5");
    assert_eq!(session.status(&name("Archive")).await.unwrap().messages, Some(2));
}

#[tokio::test]
async fn what_others_marked_as_deleted_is_never_expunged_along() {
    let testbed = filled(5);
    let mut session = inbox(&testbed).await;
    session
        .store_flags(&UidSet::one(Uid(1)), &[Flag::Deleted], &[])
        .await
        .unwrap();

    let expunged = session.expunge(&UidSet::one(Uid(4))).await.unwrap();

    assert_eq!(expunged, Expunged::LeftMarked);
    assert_eq!(session.all_uids().await.unwrap().len(), 5);
    assert_eq!(session.deleted_uids().await.unwrap().to_string(), "1,4");
    session.unmark_deleted(&UidSet::one(Uid(4))).await.unwrap();
    assert_eq!(session.deleted_uids().await.unwrap(), UidSet::one(Uid(1)));
}

#[tokio::test]
async fn closing_expunges_nothing() {
    let testbed = filled(2);
    let mut session = inbox(&testbed).await;
    session
        .store_flags(&UidSet::one(Uid(1)), &[Flag::Deleted], &[])
        .await
        .unwrap();

    session.unselect().await.unwrap();

    assert_eq!(session.status(&name("INBOX")).await.unwrap().messages, Some(2));
}

#[tokio::test]
async fn literals_wait_to_be_asked_for() {
    let testbed = filled(1);
    let mut session = inbox(&testbed).await;
    let text = message(2);

    session
        .append(&name("INBOX"), &[Flag::Seen], None, text.len() as u64, text.as_bytes())
        .await
        .unwrap();
    let odd = Term {
        field: TermField::Anywhere,
        text: "Größe".into(),
    };

    assert!(session.search(&[odd]).await.unwrap().is_empty());
    assert_eq!(session.all_uids().await.unwrap().len(), 2);
}

#[tokio::test]
async fn watching_ends_in_time_and_news_come_with_the_next_command() {
    let testbed = filled(1);
    let mut session = inbox(&testbed).await;

    let end = session
        .watch(Instant::now() + Duration::from_millis(200), std::future::pending())
        .await;
    assert_eq!(end.unwrap(), WatchEnd::Deadline);

    testbed.deliver("ayu", message(2).as_bytes()).unwrap();
    session.noop().await.unwrap();
    let end = session
        .watch(Instant::now() + Duration::from_secs(5), std::future::pending())
        .await;
    assert!(matches!(end.unwrap(), WatchEnd::News(_)));
}
