//! Orders about messages of which only the watching connection has heard.

use crate::support::{ayu, letter};
use surat_protocol::{Event, Flag, MailboxName, Request};

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
