//! News: by IDLE, by NOTIFY, and the end of the server.

use crate::support::{ayus_inbox, dovecot_with, message, name, sign_in, start};
use std::{future::pending, time::Duration};
use surat_protocol::{Flag, Uid, UidSet};
use surat_proxy::imap::{Error, Session, command::watch::WatchEnd, decode::Response};
use surat_testbed::Testbed;
use tokio::{sync::oneshot, time::Instant};

/// All that is possible, without NOTIFY.
const WITH_IDLE: &str = "IMAP4rev1 IDLE ENABLE CONDSTORE QRESYNC UIDPLUS MOVE ESEARCH LIST-EXTENDED LIST-STATUS";

/// The server is told to look every second where it is not told by the kernel; the rest is for a busy machine. It is far
/// less than what a client waits that only asks now and then, or that finds out by a time limit.
const AT_ONCE: Duration = Duration::from_secs(10);

async fn news(session: &mut Session, is_wanted: impl Fn(&Response) -> bool) -> Vec<Response> {
    let deadline = Instant::now() + AT_ONCE;
    let mut all = Vec::new();
    while !all.iter().any(&is_wanted) {
        match session.watch(deadline, pending()).await.unwrap() {
            WatchEnd::News(news) => all.extend(news),
            end => panic!("{end:?} after {all:?}"),
        }
    }
    all
}

#[tokio::test]
async fn idle_notices_a_delivered_message_at_once() {
    let testbed = dovecot_with(Testbed::builder().imap_capability(WITH_IDLE), 1);
    let mut session = ayus_inbox(&testbed).await;
    let delivery = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        testbed.deliver("ayu", message(2).as_bytes()).unwrap();
    };

    tokio::join!(news(&mut session, |news| *news == Response::Exists(2)), delivery);

    assert_eq!(session.all_uids().await.unwrap().len(), 2);
}

#[tokio::test]
async fn idle_notices_flags_and_what_vanished() {
    let testbed = dovecot_with(Testbed::builder().imap_capability(WITH_IDLE), 3);
    let mut session = ayus_inbox(&testbed).await;
    let mut other = ayus_inbox(&testbed).await;
    let change = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        other
            .store_flags(&UidSet::one(Uid(2)), &[Flag::Flagged], &[])
            .await
            .unwrap();
        other.expunge(&UidSet::one(Uid(1))).await.unwrap();
    };

    let vanished = |news: &Response| matches!(news, Response::Vanished { uids, .. } if uids.contains(Uid(1)));
    let (all, ()) = tokio::join!(news(&mut session, vanished), change);

    assert!(
        all.iter()
            .any(|news| matches!(news, Response::Fetch(fetch) if fetch.uid == Some(Uid(2))))
    );
}

#[tokio::test]
async fn notify_tells_of_other_mailboxes_and_of_the_open_one_right_after() {
    let testbed = dovecot_with(Testbed::builder(), 1);
    let mut session = ayus_inbox(&testbed).await;
    let namespaces = session.namespace().await.unwrap();
    assert!(session.notify(&namespaces).await.unwrap());
    session.take_unsolicited();
    let mut other = sign_in(&testbed, "ayu").await;
    let change = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let text = message(2);
        other
            .append(&name("Archive"), &[], None, text.len() as u64, text.as_bytes())
            .await
            .unwrap();
        testbed.deliver("ayu", message(3).as_bytes()).unwrap();
    };

    let archive = |news: &Response| matches!(news, Response::MailboxStatus(status) if status.name == name("Archive") && status.messages == Some(1));
    let (mut all, ()) = tokio::join!(news(&mut session, archive), change);
    if !all.contains(&Response::Exists(2)) {
        all = news(&mut session, |news| *news == Response::Exists(2)).await;
    }

    assert!(all.contains(&Response::Exists(2)));
    assert_eq!(session.all_uids().await.unwrap().len(), 2);
}

#[tokio::test]
async fn notify_tells_of_new_names() {
    let testbed = dovecot_with(Testbed::builder(), 0);
    let mut session = sign_in(&testbed, "ayu").await;
    assert!(session.notify(&Default::default()).await.unwrap());
    session.take_unsolicited();
    let mut other = sign_in(&testbed, "ayu").await;

    other.create(&name("Receipts")).await.unwrap();

    news(
        &mut session,
        |news| matches!(news, Response::List(entry) if entry.name == name("Receipts")),
    )
    .await;
}

#[tokio::test]
async fn the_connection_is_given_back_when_asked_for() {
    for builder in [Testbed::builder(), Testbed::builder().imap_capability(WITH_IDLE)] {
        let testbed = dovecot_with(builder, 1);
        let mut session = ayus_inbox(&testbed).await;
        session.notify(&Default::default()).await.unwrap();
        session.take_unsolicited();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopping = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            stop.send(()).unwrap();
            Instant::now()
        };

        let deadline = Instant::now() + 3 * AT_ONCE;
        let watching = session.watch(deadline, async { drop(stopped.await) });
        let (end, asked) = tokio::join!(watching, stopping);

        assert_eq!(end.unwrap(), WatchEnd::Stopped);
        assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
        assert_eq!(session.all_uids().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_watch_that_is_dropped_leaves_the_session_whole() {
    let testbed = dovecot_with(Testbed::builder().imap_capability(WITH_IDLE), 1);
    let mut session = ayus_inbox(&testbed).await;

    for milliseconds in [0, 1, 3, 10, 100] {
        let watching = session.watch(Instant::now() + Duration::from_secs(9), pending());
        let _ = tokio::time::timeout(Duration::from_millis(milliseconds), watching).await;
        if session.is_usable() {
            assert_eq!(session.all_uids().await.unwrap().len(), 1);
        }
    }
    assert!(session.is_usable());
}

#[tokio::test]
async fn a_killed_server_is_noticed_at_once() {
    for builder in [Testbed::builder(), Testbed::builder().imap_capability(WITH_IDLE)] {
        let mut testbed = start(builder);
        let mut session = ayus_inbox(&testbed).await;
        session.notify(&Default::default()).await.unwrap();
        session.take_unsolicited();

        let watching = tokio::spawn(async move {
            let end = session.watch(Instant::now() + 3 * AT_ONCE, pending()).await;
            (end, session.is_usable(), session.noop().await)
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        testbed.kill_dovecot().unwrap();
        let killed = Instant::now();
        let (end, is_usable, after) = watching.await.unwrap();

        assert!(matches!(end, Err(Error::ConnectionLost(_))), "{end:?}");
        assert!(matches!(after, Err(Error::ConnectionLost(_))) && !is_usable);
        assert!(killed.elapsed() < AT_ONCE, "{:?}", killed.elapsed());
    }
}
