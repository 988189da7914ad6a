//! Flags, moving, copying, deleting, appending.

use crate::support::{ayus_inbox, dovecot, dovecot_with, message, name, sign_in};
use surat_protocol::{Flag, Uid, UidSet};
use surat_proxy::imap::{Error, command::expunge::Expunged, decode::Code};
use surat_testbed::Testbed;

#[tokio::test]
async fn flags_are_set_and_cleared() {
    let testbed = dovecot_with(Testbed::builder(), 3);
    let mut session = ayus_inbox(&testbed).await;
    let uids = UidSet::from_ranges([(1, 2), (50, 60)]);

    session
        .store_flags(&uids, &[Flag::Seen, Flag::junk()], &[])
        .await
        .unwrap();
    session
        .store_flags(&UidSet::one(Uid(1)), &[], &[Flag::Seen])
        .await
        .unwrap();

    let flags = session.fetch_flags(&UidSet::from_ranges([(1, 3)])).await.unwrap();
    let seen: Vec<bool> = flags.iter().map(|(_, flags)| flags.is_seen()).collect();
    assert_eq!(seen, [false, true, true]);
    assert!(flags[0].1.contains(&Flag::junk()) && !flags[2].1.contains(&Flag::junk()));
    let odd = Flag::Keyword("x) BODY[".into());
    assert!(matches!(
        session.store_flags(&uids, &[odd], &[]).await,
        Err(Error::Unsendable)
    ));
}

#[tokio::test]
async fn a_move_can_be_undone_by_its_mapping() {
    let testbed = dovecot_with(Testbed::builder(), 10);
    let mut session = ayus_inbox(&testbed).await;

    let moved = session
        .move_(&UidSet::from_ranges([(3, 5)]), &name("Trash"))
        .await
        .unwrap();

    let mapping = moved.mapping.unwrap();
    assert_eq!(mapping.source_uids().to_string(), "3:5");
    assert_eq!(session.all_uids().await.unwrap().to_string(), "1:2,6:10");

    let trash = session.select(&name("Trash")).await.unwrap();
    assert_eq!(trash.uid_validity.0, mapping.uid_validity);
    session.move_(&mapping.target_uids(), &name("INBOX")).await.unwrap();
    assert!(session.all_uids().await.unwrap().is_empty());
    session.select(&name("INBOX")).await.unwrap();
    assert_eq!(session.all_uids().await.unwrap().to_string(), "1:2,6:13");
}

#[tokio::test]
async fn thousands_of_single_messages_move_in_several_commands() {
    let testbed = dovecot_with(Testbed::builder(), 4000);
    let mut session = ayus_inbox(&testbed).await;
    let odd: UidSet = (1..=4000).step_by(2).map(Uid).collect();

    let moved = session.move_(&odd, &name("Archive")).await.unwrap();

    let mapping = moved.mapping.unwrap();
    assert_eq!((mapping.source_uids(), mapping.target_uids().len()), (odd, 2000));
    assert_eq!(session.all_uids().await.unwrap().len(), 2000);
}

#[tokio::test]
async fn a_copy_leaves_the_original() {
    let testbed = dovecot_with(Testbed::builder(), 2);
    let mut session = ayus_inbox(&testbed).await;

    let mapping = session
        .copy(&UidSet::from_ranges([(1, 2)]), &name("Archive"))
        .await
        .unwrap()
        .unwrap();
    let refused = session.copy(&UidSet::one(Uid(1)), &name("Nowhere")).await.unwrap_err();

    assert_eq!(
        mapping.pairs().map(|(old, new)| (old.0, new.0)).collect::<Vec<_>>(),
        [(1, 1), (2, 2)]
    );
    assert_eq!(session.all_uids().await.unwrap().len(), 2);
    assert_eq!(refused.code(), Some(&Code::TryCreate));
}

#[tokio::test]
async fn deleting_for_good_takes_only_what_was_meant() {
    let testbed = dovecot_with(Testbed::builder(), 5);
    let mut session = ayus_inbox(&testbed).await;
    session
        .store_flags(&UidSet::one(Uid(1)), &[Flag::Deleted], &[])
        .await
        .unwrap();

    assert_eq!(
        session.expunge(&UidSet::from_ranges([(2, 3)])).await.unwrap(),
        Expunged::Gone
    );

    assert_eq!(session.all_uids().await.unwrap().to_string(), "1,4:5");
}

#[tokio::test]
async fn an_appended_message_is_found_where_the_server_said() {
    let testbed = dovecot();
    let mut session = sign_in(&testbed, "ayu").await;
    let text = message(7);
    let flags = [Flag::Draft, Flag::Seen];

    let appended = session
        .append(
            &name("Drafts"),
            &flags,
            Some(837_596_665),
            text.len() as u64,
            text.as_bytes(),
        )
        .await;

    let (validity, uid) = appended.unwrap().unwrap();
    assert_eq!(session.select(&name("Drafts")).await.unwrap().uid_validity, validity);
    let rows = session.fetch_rows(&UidSet::one(uid), |fetch| fetch).await.unwrap();
    assert_eq!(rows[0].internal_date, Some(837_596_665));
    assert!(rows[0].flags.as_ref().is_some_and(|flags| flags.contains(&Flag::Draft)));
}

#[tokio::test]
async fn a_message_is_appended_while_the_mailbox_is_open() {
    let testbed = dovecot_with(Testbed::builder(), 1);
    let mut session = ayus_inbox(&testbed).await;
    let text = message(2).repeat(5000);

    session
        .append(&name("INBOX"), &[], None, text.len() as u64, text.as_bytes())
        .await
        .unwrap();

    assert_eq!(session.all_uids().await.unwrap().len(), 2);
    assert!(!session.take_unsolicited().is_empty());
}

#[tokio::test]
async fn an_append_that_is_refused_sends_nothing_and_goes_on() {
    let testbed = dovecot();
    let mut session = sign_in(&testbed, "ayu").await;

    let refused = session
        .append(&name("Nowhere"), &[], None, 3, &b"abc"[..])
        .await
        .unwrap_err();

    assert_eq!(refused.code(), Some(&Code::TryCreate));
    session.noop().await.unwrap();
}

#[tokio::test]
async fn a_source_that_breaks_off_ends_the_session() {
    let testbed = dovecot();
    let mut session = sign_in(&testbed, "ayu").await;

    let broken = session.append(&name("Drafts"), &[], None, 100, &b"only this"[..]).await;

    assert!(matches!(broken, Err(Error::Source(_))));
    assert!(!session.is_usable());
    let mut other = sign_in(&testbed, "ayu").await;
    assert_eq!(other.status(&name("Drafts")).await.unwrap().messages, Some(0));
}
