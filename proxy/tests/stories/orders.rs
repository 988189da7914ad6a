//! Orders that come in one breath, and about messages of which only the watching connection has heard.

use crate::{
    live::inbox_flags,
    support::{ayu, fill_inbox, letter},
};
use surat_protocol::{Event, Flag, MailboxName, Request, UidSet};

#[tokio::test]
async fn an_order_about_what_arrived_a_moment_ago_is_carried_out() {
    let (testbed, _proxy, _browser, mut page) = ayu().await;
    page.open_mailbox("INBOX").await;
    let mut uid_validity = None;
    for subject in ["Satu", "Dua"] {
        testbed.deliver("ayu", &letter(subject)).unwrap();
        let (validity, uids) = page
            .event(|event| match event {
                Event::Arrived { uid_validity, uids, .. } => Some((*uid_validity, uids.clone())),
                _ => None,
            })
            .await;
        // The connection that carries it out was not told of the message yet.
        let order = match subject {
            "Satu" => Request::StoreFlags {
                mailbox: MailboxName::inbox(),
                uid_validity: validity,
                uids,
                add: vec![Flag::Seen],
                remove: Vec::new(),
            },
            _ => Request::Move {
                mailbox: MailboxName::inbox(),
                uid_validity: validity,
                uids,
                to: MailboxName("Archive".into()),
            },
        };
        page.ask(order).await.unwrap();
        uid_validity = Some(validity);
    }

    let (opened, rows) = page.open_mailbox("INBOX").await;
    assert_eq!(Some(opened.uid_validity), uid_validity);
    let left: Vec<_> = rows
        .iter()
        .map(|row| (row.subject.as_str(), row.flags.is_seen()))
        .collect();
    assert_eq!(left, [("Satu", true)]);
    let (_, archived) = page.open_mailbox("Archive").await;
    assert_eq!(
        archived.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>(),
        ["Dua"]
    );
}

#[tokio::test]
async fn orders_that_come_in_one_breath_are_carried_out_in_their_order() {
    let (testbed, _proxy, _browser, mut page) = ayu().await;
    fill_inbox(&testbed, 20);
    let (opened, _) = page.open_mailbox("INBOX").await;

    // As a page sends them whose link has come back.
    let mut ids = Vec::new();
    for uid in opened.uids.iter() {
        let mut about = opened.clone();
        about.uids = UidSet::one(uid);
        ids.push(page.send(inbox_flags(&about, vec![Flag::Flagged], Vec::new())).await);
        ids.push(page.send(inbox_flags(&about, Vec::new(), vec![Flag::Flagged])).await);
    }
    for id in ids {
        page.answers(id).await.unwrap();
    }

    let (_, rows) = page.open_mailbox("INBOX").await;
    let starred = rows.iter().filter(|row| row.flags.is_flagged()).count();
    assert_eq!((rows.len(), starred), (20, 0));
}
