//! Orders about thousands of messages: their progress, and how they are broken off.

use crate::support::{Browser, Proxy, dovecot, fill_inbox};
use surat_protocol::{Answer, ClientFrame, MailboxName, Problem, Request};

#[tokio::test]
async fn a_move_that_is_cancelled_tells_what_it_moved_and_where_that_is() {
    let testbed = dovecot();
    fill_inbox(&testbed, 4_000);
    let proxy = Proxy::start(&testbed).await;
    let mut page = Browser::sign_in(&proxy, "ayu").await.live().await;
    let (opened, _) = page.open_mailbox("INBOX").await;
    let id = page
        .send(Request::Move {
            mailbox: opened.mailbox,
            uid_validity: opened.uid_validity,
            uids: opened.uids.clone(),
            to: MailboxName("Archive".into()),
        })
        .await;

    let (mut done, mut moved) = (0, None);
    let end = loop {
        let (answer, is_last) = page.answer(id).await;
        match answer {
            Ok(Answer::Progress { done: now, .. }) => {
                if done == 0 {
                    page.send_frame(&ClientFrame::Cancel { id }).await;
                }
                done = now as usize;
            }
            Ok(Answer::Moved { to }) => moved = to,
            other => break (other, is_last),
        }
    };

    assert_eq!(end, (Err(Problem::Cancelled), true));
    let (validity, arrived) = moved.unwrap();
    assert!((1..4_000).contains(&arrived.len()));
    assert_eq!(arrived.len(), done, "the last progress is all of it");
    let (archive, _) = page.open_mailbox("Archive").await;
    assert_eq!((archive.uid_validity, archive.uids), (validity, arrived));
    let (inbox, _) = page.open_mailbox("INBOX").await;
    assert_eq!(inbox.uids.len(), opened.uids.len() - done);
}
