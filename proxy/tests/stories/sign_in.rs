//! Signing in and out, and what happens to those who are not.

use crate::support::{Browser, Live, PATIENCE, Proxy, ayu, dovecot, live, until};
use futures_util::{SinkExt, StreamExt};
use std::sync::Arc;
use surat_protocol::{
    ClientFrame, Event, Problem, Refusal, ServerFrame, frame,
    http::{LOGIN, LOGOUT, Login},
};
use tokio_tungstenite::tungstenite::Message;

/// What a page is told when it says Hello.
async fn refusal(browser: &Browser, version: u16) -> Refusal {
    let mut socket = live::connect(browser, &browser.origin).await.unwrap();
    let hello = frame::encode(&ClientFrame::Hello { version });
    socket.send(Message::Binary(hello.into())).await.unwrap();
    match live::next_frame(&mut socket).await {
        Ok(ServerFrame::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

const NOT_SIGNED_IN: Refusal = Refusal::Problem(Problem::NotSignedIn);

#[tokio::test]
async fn the_right_password_opens_and_sign_out_closes_everywhere() {
    let (_testbed, proxy, browser, mut page) = ayu().await;
    assert_eq!(page.welcome.email, "ayu@surat.test");

    let answered = browser.post(LOGOUT, Vec::new()).await;

    assert_eq!(answered.status, 204);
    assert!(answered.header("set-cookie").contains("Max-Age=0"));
    page.event(|event| matches!(event, Event::SignedOut(Problem::NotSignedIn)).then_some(()))
        .await;
    assert_eq!(page.closed().await, Some(1008), "its open sockets are void as well");
    assert_eq!(
        refusal(&browser, frame::VERSION).await,
        NOT_SIGNED_IN,
        "the old cookie is void"
    );
    assert!(!proxy.log().contains("surat\""), "{}", proxy.log());
}

#[tokio::test]
async fn a_socket_that_greets_after_sign_out_is_not_let_in() {
    let (_testbed, _proxy, browser, _page) = ayu().await;
    let mut late = live::connect(&browser, &browser.origin).await.unwrap();

    browser.post(LOGOUT, Vec::new()).await;
    let hello = frame::encode(&ClientFrame::Hello {
        version: frame::VERSION,
    });
    late.send(Message::Binary(hello.into())).await.unwrap();

    assert_eq!(
        live::next_frame(&mut late).await,
        Ok(ServerFrame::Refused(NOT_SIGNED_IN))
    );
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_told_alike_and_slowed_down() {
    let testbed = dovecot();
    let proxy = Proxy::start(&testbed).await;
    let mut browser = Browser::new(&proxy);

    assert_eq!(
        browser.try_sign_in("ayu@surat.test", "wrong").await,
        Err(Problem::WrongPassword)
    );
    assert_eq!(
        browser.try_sign_in("nobody@surat.test", "wrong").await,
        Err(Problem::WrongPassword)
    );
    assert!(browser.cookie.is_none());

    let mut last = Ok(());
    for _ in 0..5 {
        last = browser.try_sign_in("ayu@surat.test", "wrong").await;
    }
    assert!(
        matches!(
            last,
            Err(Problem::TooManyTries {
                retry_after_seconds: 1..
            })
        ),
        "{last:?}"
    );
    let log = proxy.log();
    assert!(log.contains("not accepted") && !log.contains("wrong"), "{log}");
}

#[tokio::test]
async fn odd_names_and_passwords_are_just_wrong() {
    let testbed = dovecot();
    let proxy = Proxy::start(&testbed).await;

    for (name, password) in [
        ("", "surat"),
        ("ayu@surat.test", ""),
        ("ayu@surat.test\0budi@surat.test", "surat"),
        ("ayu@surat.test", "su\0rat"),
        ("ayu@surat.test\r\nA1 LOGOUT", "surat"),
        ("\"ayu@surat.test\"", "surat"),
        ("äyü@surat.test", "sürat"),
        ("ayu@surat.test", &"x".repeat(5000)),
    ] {
        let result = Browser::new(&proxy).try_sign_in(name, password).await;
        assert_eq!(result, Err(Problem::WrongPassword), "{name:?}");
    }
    Browser::sign_in(&proxy, "ayu").await;
}

#[tokio::test]
async fn a_server_out_of_reach_is_told_as_such() {
    let mut testbed = dovecot();
    let proxy = Proxy::start(&testbed).await;
    testbed.kill_dovecot().unwrap();

    let result = Browser::new(&proxy).try_sign_in("ayu@surat.test", "surat").await;

    assert_eq!(result, Err(Problem::Unreachable(surat_protocol::Server::Imap)));
}

#[tokio::test]
async fn a_cookie_outlives_the_proxy_but_not_its_key() {
    let testbed = dovecot();
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let proxy = Proxy::start_in(&folder, &testbed, &[]).await;
    let mut browser = Browser::sign_in(&proxy, "ayu").await;
    assert_eq!(proxy.terminate().await, Some(0));

    let restarted = Proxy::start_in(&folder, &testbed, &[]).await;
    browser.origin.clone_from(&restarted.origin);
    Live::open(&browser).await;

    let other = Proxy::start(&testbed).await;
    browser.origin.clone_from(&other.origin);
    assert_eq!(refusal(&browser, frame::VERSION).await, NOT_SIGNED_IN);
}

#[tokio::test]
async fn a_damaged_cookie_is_no_cookie() {
    let (_testbed, _proxy, mut browser, _page) = ayu().await;
    let good = browser.cookie.take().unwrap();

    for bad in [
        &good[..good.len() - 1],
        &good.replace('=', "=A"),
        "surat=",
        "surat=é",
        "surat",
    ] {
        browser.cookie = bad.is_ascii().then(|| bad.to_owned());
        assert_eq!(refusal(&browser, frame::VERSION).await, NOT_SIGNED_IN, "{bad}");
    }
}

#[tokio::test]
async fn another_version_is_told_to_reload() {
    let (_testbed, _proxy, browser, _page) = ayu().await;

    assert_eq!(refusal(&browser, frame::VERSION + 1).await, Refusal::OtherVersion);
}

#[tokio::test]
async fn foreign_pages_are_kept_out() {
    let (_testbed, _proxy, browser, _page) = ayu().await;
    let login = frame::encode(&Login {
        email: "ayu@surat.test".into(),
        password: "surat".into(),
        keep: false,
    });
    let post = |path: &str| browser.request(reqwest::Method::POST, path).body(login.clone());

    for path in [LOGIN, LOGOUT, "/api/upload?name=a"] {
        assert_eq!(browser.send(post(path)).await.status, 403, "{path} without Origin");
        let foreign = post(path).header("origin", "https://evil.test");
        assert_eq!(browser.send(foreign).await.status, 403, "{path}");
        let cross = post(path)
            .header("origin", &browser.origin)
            .header("sec-fetch-site", "cross-site");
        assert_eq!(browser.send(cross).await.status, 403, "{path} cross-site");
    }
    assert!(live::connect(&browser, "https://evil.test").await.is_err());
    assert!(live::connect(&browser, "null").await.is_err());
}

#[tokio::test]
async fn odd_frames_close_the_socket_and_nobody_elses() {
    let (_testbed, _proxy, browser, mut other) = ayu().await;

    let mut page = browser.live().await;
    page.send_octets(vec![0xff; 40]).await;
    assert_eq!(page.closed().await, Some(1007));

    let mut page = browser.live().await;
    page.send_octets(vec![0; frame::CLIENT_FRAME_LIMIT + 1]).await;
    assert!(matches!(page.closed().await, Some(1009) | None));

    let mut page = browser.live().await;
    page.send_frame(&ClientFrame::Hello {
        version: frame::VERSION,
    })
    .await;
    assert_eq!(page.closed().await, Some(1008));

    let mut socket = live::connect(&browser, &browser.origin).await.unwrap();
    socket.send(Message::Text("hello".into())).await.unwrap();
    let closed = tokio::time::timeout(PATIENCE, socket.next()).await.unwrap();
    assert!(matches!(closed, Some(Ok(Message::Close(Some(_))))), "{closed:?}");

    other.open_mailbox("INBOX").await;
}

#[tokio::test]
async fn a_stop_is_told_and_ends_well() {
    let (_testbed, proxy, _browser, mut page) = ayu().await;

    let stopped = tokio::spawn(proxy.terminate());

    page.event(|event| matches!(event, Event::Stopping).then_some(())).await;
    assert_eq!(page.closed().await, Some(1012));
    assert_eq!(stopped.await.unwrap(), Some(0));
}

#[tokio::test]
async fn the_mail_server_is_told_where_the_browser_is() {
    let testbed = dovecot();
    let behind = Proxy::start_with(&testbed, &["--trusted-proxy", "127.0.0.1"]).await;

    let mut browser = Browser::new(&behind);
    browser.forwarded_for = Some("192.0.2.7");
    browser.try_sign_in("ayu@surat.test", "surat").await.unwrap();
    browser.live().await.open_mailbox("INBOX").await;
    browser.forwarded_for = Some("2001:db8::7");
    assert!(browser.try_sign_in("ayu@surat.test", "wrong").await.is_err());

    // The session that was signed in with, and the one that watches.
    let signed_in = |log: &str| log.matches("Login: user=<ayu@surat.test>").count();
    let log = until(
        || testbed.dovecot_log(),
        |log| signed_in(log) >= 2 && log.contains("auth failed"),
    )
    .await;
    assert!(
        log.lines()
            .filter(|line| line.contains("Login: "))
            .all(|line| line.contains("rip=192.0.2.7,")),
        "{log}"
    );
    assert!(
        log.lines()
            .any(|line| line.contains("auth failed") && line.contains("rip=2001:db8::7,")),
        "{log}"
    );
}

#[tokio::test]
async fn a_browser_cannot_tell_the_mail_server_a_wrong_address() {
    let testbed = dovecot();
    let proxy = Proxy::start(&testbed).await;

    let mut browser = Browser::new(&proxy);
    browser.forwarded_for = Some("192.0.2.7");
    browser.try_sign_in("ayu@surat.test", "surat").await.unwrap();

    let log = until(|| testbed.dovecot_log(), |log| log.contains("Login: ")).await;
    assert!(log.contains("rip=127.0.0.1,") && !log.contains("192.0.2.7"), "{log}");
}
