//! NO, BAD and silence; commands that are given up; servers that play by other rules.

use crate::support::{dovecot_with, name, scripted};
use std::time::Duration;
use surat_protocol::{Flag, Term, TermField, Uid, UidSet};
use surat_proxy::imap::{
    Error, WireName,
    command::watch::WatchEnd,
    command_line::CommandLine,
    decode::{Code, Response},
};
use surat_testbed::Testbed;

#[tokio::test]
async fn no_and_bad_are_different_and_the_session_goes_on() {
    let (mut session, _server) = scripted(
        "",
        &[
            ("NOOP\r\n", "* 3 EXISTS\r\nA0003 NO [OVERQUOTA] full\r\n"),
            ("NOOP\r\n", "A0004 BAD what?\r\n"),
            ("NOOP\r\n", "A0005 OK\r\n"),
        ],
    )
    .await;

    let refused = session.noop().await.unwrap_err();
    let misunderstood = session.noop().await.unwrap_err();

    assert_eq!(refused.code(), Some(&Code::OverQuota));
    assert!(matches!(misunderstood, Error::Bad(_)));
    session.noop().await.unwrap();
}

#[tokio::test]
async fn a_refused_fetch_store_or_search_is_no_success() {
    let (mut session, _server) = scripted(
        "",
        &[
            ("UID FETCH", "* 1 FETCH (UID 1 FLAGS ())\r\nA0003 NO broken\r\n"),
            ("UID STORE", "A0004 NO [NOPERM] no\r\n"),
            ("UID SEARCH", "* SEARCH 1\r\nA0005 NO no\r\n"),
        ],
    )
    .await;
    let one = UidSet::one(Uid(1));

    assert!(matches!(session.fetch_flags(&one).await, Err(Error::No(_))));
    assert_eq!(
        session.store_flags(&one, &[Flag::Seen], &[]).await.unwrap_err().code(),
        Some(&Code::NoPerm)
    );
    assert!(matches!(session.all_uids().await, Err(Error::No(_))));
    assert!(session.is_usable());
}

#[tokio::test]
async fn a_server_that_says_bye_or_nothing_is_lost() {
    for (reply, words) in [("* BYE shutting down\r\n", "shutting down"), ("", "the server hung up")] {
        let steps: &'static [_] = vec![("NOOP\r\n", reply)].leak();
        let (mut session, server) = scripted("", steps).await;
        if reply.is_empty() {
            server.abort();
        }

        let lost = session.noop().await.unwrap_err();

        assert!(
            matches!(&lost, Error::ConnectionLost(text) if text.contains(words) || reply.is_empty()),
            "{lost:?}"
        );
        assert!(!session.is_usable());
    }
}

#[tokio::test]
async fn silence_is_an_error_of_its_own_and_ends_the_session() {
    let (mut session, _server) = scripted("", &[("NOOP\r\n", "* 1 EXISTS\r\n")]).await;

    tokio::time::pause();
    let silence = session.noop().await.unwrap_err();

    assert!(matches!(silence, Error::TimedOut), "{silence:?}");
    assert!(!session.is_usable());
    assert!(matches!(session.noop().await, Err(Error::ConnectionLost(_))));
}

#[tokio::test]
async fn news_that_come_with_other_answers_are_kept() {
    let (mut session, _server) = scripted(
        "",
        &[(
            "UID FETCH",
            "* 5 EXISTS\r\n* 2 FETCH (UID 9 FLAGS (\\Seen))\r\n* 1 FETCH (UID 1 FLAGS ())\r\n* VANISHED 3\r\nA0003 OK\r\n",
        )],
    )
    .await;

    let flags = session.fetch_flags(&UidSet::one(Uid(1))).await.unwrap();

    assert_eq!(flags.len(), 1);
    let kept = session.take_unsolicited();
    assert!(
        matches!(
            &kept[..],
            [Response::Exists(5), Response::Fetch(_), Response::Vanished { .. }]
        ),
        "{kept:?}"
    );
}

#[tokio::test]
async fn a_command_that_was_given_up_is_read_to_its_end() {
    let testbed = dovecot_with(Testbed::builder(), 500);
    let mut session = crate::support::ayus_inbox(&testbed).await;
    let all = UidSet::from_ranges([(1, 500)]);

    let mut running = session
        .start(&CommandLine::new("UID FETCH 1:500 (UID BODY.PEEK[])"))
        .await
        .unwrap();
    assert!(running.next().await.unwrap().is_some());
    let _ = tokio::time::timeout(Duration::ZERO, session.fetch_rows(&all, |fetch| fetch)).await;

    // What the first two commands still bring is neither news nor part of this answer.
    assert_eq!(
        session.fetch_flags(&UidSet::from_ranges([(7, 9)])).await.unwrap().len(),
        3
    );
    assert!(session.take_unsolicited().is_empty());
}

/// A name as servers that break the rules have them: a quoted string cannot hold it.
fn eight_bit() -> WireName {
    WireName::from_server("aéb".as_bytes())
}

#[tokio::test]
async fn literals_go_at_once_where_that_is_allowed() {
    let (mut session, server) =
        scripted("LITERAL-", &[("CREATE", "A0003 OK\r\n"), ("SUBSCRIBE", "A0004 OK\r\n")]).await;

    session.create(&eight_bit()).await.unwrap();
    drop(session);

    let said = server.await.unwrap();
    assert!(said.contains("A0003 CREATE {4+}\r\naéb\r\n"), "{said:?}");
}

#[tokio::test]
async fn a_literal_that_is_refused_is_not_sent() {
    let (mut session, server) = scripted(
        "",
        &[
            ("{4}\r\n", "A0003 NO [CANNOT] such a name\r\n"),
            ("NOOP", "A0004 OK\r\n"),
        ],
    )
    .await;

    let refused = session.create(&eight_bit()).await.unwrap_err();
    session.noop().await.unwrap();
    drop(session);

    assert_eq!(refused.code(), Some(&Code::Cannot));
    assert_eq!(server.await.unwrap(), "A0003 CREATE {4}\r\nA0004 NOOP\r\n");
}

#[tokio::test]
async fn an_append_waits_through_early_news() {
    let (mut session, server) = scripted(
        "UIDPLUS",
        &[
            ("APPEND", "* 7 EXISTS\r\n* OK still here\r\n+ go\r\n"),
            ("hello\r\n", "* 8 EXISTS\r\nA0003 OK [APPENDUID 38505 3955] done\r\n"),
        ],
    )
    .await;

    let appended = session
        .append(&name("Sent"), &[Flag::Seen], None, 5, &b"hello and more"[..])
        .await
        .unwrap();
    drop(session);

    assert_eq!(appended.map(|(_, uid)| uid), Some(Uid(3955)));
    assert_eq!(server.await.unwrap(), "A0003 APPEND \"Sent\" (\\Seen) {5}\r\nhello\r\n");
}

#[tokio::test]
async fn a_server_without_utf_8_is_asked_for_what_it_knows() {
    let (mut session, server) = scripted(
        "LITERAL+",
        &[
            ("SEARCH CHARSET", "A0003 NO [BADCHARSET (US-ASCII)] no\r\n"),
            ("UID SEARCH SUBJECT", "* SEARCH 4\r\nA0004 OK\r\n"),
            ("UID SEARCH CHARSET", "A0005 NO [BADCHARSET] no\r\n"),
        ],
    )
    .await;
    let term = |text: &str| Term {
        field: TermField::Subject,
        text: text.into(),
    };

    assert_eq!(
        session.search(&[term("Bücher kaufen")]).await.unwrap(),
        UidSet::one(Uid(4))
    );
    assert!(matches!(
        session.search(&[term("日本語")]).await,
        Err(Error::Unsupported(_))
    ));
    drop(session);

    assert!(
        server
            .await
            .unwrap()
            .contains("A0004 UID SEARCH SUBJECT \"kaufen\"\r\n")
    );
}

#[tokio::test]
async fn extensions_that_are_announced_and_not_understood_are_done_without() {
    let (mut session, _server) = scripted(
        "LIST-EXTENDED LIST-STATUS IDLE",
        &[
            ("RETURN", "A0003 BAD what?\r\n"),
            (
                "LIST \"\" \"*\"\r\n",
                "* LIST (\\HasNoChildren) \"/\" Sampah\r\nA0004 OK\r\n",
            ),
            ("IDLE", "A0005 NO\r\n"),
            ("NOOP", "* 3 EXISTS\r\nA0006 OK\r\n"),
        ],
    )
    .await;

    let listed = session.list(&Default::default(), true).await.unwrap();
    assert_eq!(listed[0].entry.role, Some(surat_protocol::Role::Trash));

    let deadline = tokio::time::Instant::now() + Duration::from_millis(100);
    let end = session.watch(deadline, std::future::pending()).await;
    assert!(end.is_ok() && session.is_usable(), "{end:?}");
}

#[tokio::test]
async fn words_that_only_keep_the_connection_alive_end_no_idle() {
    let (mut session, server) = scripted(
        "IDLE",
        &[
            ("IDLE\r\n", "+ idling\r\n* OK Still here\r\n"),
            ("DONE\r\n", "A0003 OK\r\n"),
        ],
    )
    .await;

    let soon = tokio::time::Instant::now() + Duration::from_millis(500);
    let end = session.watch(soon, std::future::pending()).await.unwrap();

    assert_eq!(end, WatchEnd::Deadline);
    drop(session);
    assert_eq!(server.await.unwrap(), "A0003 IDLE\r\nDONE\r\n");
}
