//! A server that means harm: floods, nonsense, endless nesting. It may cost the session, and nothing else.

use crate::support::{name, scripted};
use surat_protocol::{Uid, UidSet};
use surat_proxy::imap::Error;

/// One FETCH of Ayu's server, with this reply; what becomes of it.
async fn fetch(reply: String) -> (Result<usize, Error>, bool) {
    let steps: &'static [_] = vec![("UID FETCH", &*reply.leak())].leak();
    let (mut session, _server) = scripted("", steps).await;
    let rows = session.fetch_rows(&UidSet::one(Uid(1)), |fetch| fetch).await;
    (rows.map(|rows| rows.len()), session.is_usable())
}

#[tokio::test]
async fn endless_nesting_is_a_damaged_message_and_no_crash() {
    let deep = format!(
        "* 1 FETCH (UID 1 BODYSTRUCTURE {}{})\r\nA0003 OK\r\n",
        "(".repeat(200_000),
        ")".repeat(200_000)
    );

    let (rows, is_usable) = fetch(deep).await;

    assert!(matches!(rows, Ok(1)) && is_usable);
}

#[tokio::test]
async fn nonsense_between_the_answers_is_passed_over() {
    let (rows, is_usable) = fetch(
        "* \r\n* ((((\r\n\r\n* 1 FETCH (UID\r\n* NAMESPACE \"\r\n* 1 FETCH (UID 1 ENVELOPE ())\r\nA0003 OK [\r\n"
            .into(),
    )
    .await;

    assert!(matches!(rows, Ok(1)) && is_usable);
}

#[tokio::test]
async fn a_literal_of_many_gigabytes_ends_the_session() {
    let (rows, is_usable) = fetch("* 1 FETCH (UID 1 BODY[] {99999999999}\r\nabc".into()).await;

    assert!(matches!(rows, Err(Error::ConnectionLost(_))) && !is_usable, "{rows:?}");
}

#[tokio::test]
async fn what_is_no_imap_ends_the_session() {
    for nonsense in ["HTTP/1.1 200 OK\r\n\r\n", "\u{0}\u{0}\r\n", "A0003 MAYBE\r\n"] {
        let (rows, is_usable) = fetch(nonsense.into()).await;

        assert!(
            matches!(rows, Err(Error::ConnectionLost(_))) && !is_usable,
            "{nonsense:?}: {rows:?}"
        );
    }
}

#[tokio::test]
async fn a_flood_of_answers_ends_the_session() {
    let flood = format!(
        "* 1 FETCH (UID 1 ENVELOPE () BODY[] {{1000000}}\r\n{})\r\n",
        "x".repeat(1_000_000)
    )
    .repeat(60);
    let steps: &'static [_] = vec![("X", &*flood.leak())].leak();
    let (mut session, _server) = scripted("", steps).await;

    let result = session
        .run(&surat_proxy::imap::command_line::CommandLine::new("X"))
        .await;

    assert!(matches!(result, Err(Error::TooLong)) && !session.is_usable());
}

#[tokio::test]
async fn names_from_outside_stay_names() {
    let (mut session, server) = scripted("LITERAL+", &[("NOOP", "A0003 OK\r\n")]).await;
    assert!(matches!(session.delete(&name("a\0b")).await, Err(Error::Unsendable)));
    session.noop().await.unwrap();
    drop(session);

    assert!(!server.await.unwrap().contains("DELETE"));
}
