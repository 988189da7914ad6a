//! Mailboxes: names, roles, counts, rights, namespaces.

use crate::support::{dovecot, dovecot_with, name, sign_in};
use surat_protocol::Role;
use surat_proxy::imap::{Error, Session, decode::Code};
use surat_testbed::Testbed;

async fn names(session: &mut Session) -> Vec<String> {
    let namespaces = session.namespace().await.unwrap();
    let listed = session.list(&namespaces, true).await.unwrap();
    listed
        .iter()
        .map(|mailbox| session.unicode_name(&mailbox.entry.name).0)
        .collect()
}

#[tokio::test]
async fn all_mailboxes_come_with_role_and_counts() {
    let testbed = dovecot_with(Testbed::builder(), 9);
    let mut session = sign_in(&testbed, "ayu").await;
    let namespaces = session.namespace().await.unwrap();

    let listed = session.list(&namespaces, true).await.unwrap();

    let inbox = listed
        .iter()
        .find(|mailbox| mailbox.entry.name == name("INBOX"))
        .unwrap();
    let status = inbox.status.as_ref().unwrap();
    assert_eq!((status.messages, status.unseen), (Some(9), Some(6)));
    let role = |text: &str| {
        listed
            .iter()
            .find(|mailbox| mailbox.entry.name == name(text))
            .unwrap()
            .entry
            .role
    };
    assert_eq!(
        (role("Trash"), role("Sent"), role("Drafts")),
        (Some(Role::Trash), Some(Role::Sent), Some(Role::Drafts))
    );
    assert!(
        listed
            .iter()
            .any(|mailbox| mailbox.entry.name == name("Shared/support"))
    );
}

#[tokio::test]
async fn namespaces_and_rights_are_told() {
    let testbed = dovecot();
    let mut session = sign_in(&testbed, "budi").await;

    let namespaces = session.namespace().await.unwrap();
    let own = session.my_rights(&name("INBOX")).await.unwrap();
    let shared = session.my_rights(&name("Shared/announcements")).await.unwrap();

    assert_eq!(namespaces.shared[0].prefix.as_bytes(), b"Shared/");
    assert!(own.may_insert() && own.may_remove_messages());
    assert!(shared.may_read() && !shared.may_insert() && !shared.may_remove_messages());
}

#[tokio::test]
async fn a_mailbox_is_made_renamed_and_deleted_under_any_name() {
    let testbed = dovecot();
    let mut session = sign_in(&testbed, "ayu").await;

    for text in ["Rücksprache & more", "日本語", "a \"quoted\" \\ name", "{5}", "💌"] {
        let (first, second) = (
            session.wire_name(text).unwrap(),
            session.wire_name(&format!("{text} 2")).unwrap(),
        );
        session.create(&first).await.unwrap();
        assert!(names(&mut session).await.contains(&text.to_owned()), "{text:?}");

        session.rename(&first, &second).await.unwrap();
        session.status(&second).await.unwrap();

        session.delete(&second).await.unwrap();
        assert!(
            !names(&mut session).await.iter().any(|listed| listed.starts_with(text)),
            "{text:?}"
        );
    }
}

#[tokio::test]
async fn why_a_mailbox_cannot_be_made_or_found_is_told_by_code() {
    let testbed = dovecot();
    let mut session = sign_in(&testbed, "ayu").await;

    session.create(&name("Receipts")).await.unwrap();
    let there = session.create(&name("Receipts")).await.unwrap_err();
    let missing = session.select(&name("No such {3}")).await.unwrap_err();
    let forbidden = session.create(&name("Shared/mine")).await.unwrap_err();

    assert_eq!(there.code(), Some(&Code::AlreadyExists));
    // Dovecot 2.3 has no code for it in SELECT.
    assert!(matches!(missing, Error::No(_)));
    assert_eq!(forbidden.code(), Some(&Code::NoPerm));
    assert!(matches!(forbidden, Error::No(_)) && session.is_usable());
}
