//! Submission to servers that break off, lie or stay silent, by script.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use surat_protocol::{Problem, Server};
use surat_proxy::{
    secret::Secret,
    submission::{Credentials, Envelope, Submission, send},
    tls::TlsSettings,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

const HELLO: &str = "250-here\r\n250-AUTH PLAIN\r\n250 SIZE 1000\r\n";

/// A server that answers each line it is sent by the script, and ends when the script does.
/// Gives back all that it was sent.
async fn serve(script: &'static [(&'static str, &'static str)]) -> (Submission, JoinHandle<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        drop(listener);
        run(stream, script).await
    });
    let endpoint = format!("smtp://127.0.0.1:{port}").parse().unwrap();
    (
        Submission {
            endpoint,
            tls: TlsSettings::new(None).unwrap(),
        },
        server,
    )
}

async fn run(stream: TcpStream, script: &[(&str, &str)]) -> String {
    let mut stream = BufReader::new(stream);
    let mut heard = String::new();
    for (awaited, reply) in script {
        while !awaited.is_empty() {
            let start = heard.len();
            if stream.read_line(&mut heard).await.unwrap() == 0 || heard[start..].starts_with(awaited) {
                break;
            }
        }
        stream.write_all(reply.as_bytes()).await.unwrap();
    }
    heard
}

async fn result(script: &'static [(&'static str, &'static str)]) -> (Result<(), Problem>, String) {
    let (submission, server) = serve(script).await;
    let credentials = Credentials {
        user: "ayu@surat.test".into(),
        password: Secret::new("surat"),
        address: Some(std::net::Ipv6Addr::LOCALHOST.into()),
    };
    let envelope = Envelope {
        from: "ayu@surat.test".parse().unwrap(),
        to: vec!["budi@surat.test".parse().unwrap()],
    };
    let result = send(&submission, &credentials, &envelope, b"Subject: x\r\n\r\nHello\r\n").await;
    (result, server.await.unwrap())
}

#[tokio::test]
async fn a_link_lost_after_the_final_dot_may_have_sent() {
    let (result, heard) = result(&[
        ("", "220 hi\r\n"),
        ("EHLO", HELLO),
        ("AUTH", "235 ok\r\n"),
        ("MAIL", "250 ok\r\n"),
        ("RCPT", "250 ok\r\n"),
        ("DATA", "354 go\r\n"),
        (".\r\n", ""),
    ])
    .await;

    assert_eq!(result, Err(Problem::MaybeSent));
    assert!(heard.ends_with("Hello\r\n.\r\n"), "{heard}");
}

#[tokio::test]
async fn a_link_lost_before_the_message_has_sent_nothing() {
    let (result, _) = result(&[
        ("", "220 hi\r\n"),
        ("EHLO", HELLO),
        ("AUTH", "235 ok\r\n"),
        ("MAIL", "250 ok\r\n"),
        ("RCPT", ""),
    ])
    .await;

    assert_eq!(result, Err(Problem::ConnectionLost(Server::Submission)));
}

#[tokio::test]
async fn a_refusal_after_the_final_dot_is_in_the_servers_words() {
    let (result, _) = result(&[
        ("", "220 hi\r\n"),
        ("EHLO", HELLO),
        ("AUTH", "235 ok\r\n"),
        ("MAIL", "250 ok\r\n"),
        ("RCPT", "250 ok\r\n"),
        ("DATA", "354 go\r\n"),
        (".\r\n", "554-5.7.1 Looks like\r\n554 5.7.1 \x1b[31mspam\r\n"),
        ("QUIT", "221 bye\r\n"),
    ])
    .await;

    assert_eq!(
        result,
        Err(Problem::SubmissionRefused("554 5.7.1 Looks like 5.7.1 [31mspam".into()))
    );
}

#[tokio::test]
async fn a_refused_sender_is_a_refused_submission() {
    let (result, heard) = result(&[
        ("", "220 hi\r\n"),
        ("EHLO", HELLO),
        ("AUTH", "235 ok\r\n"),
        ("MAIL", "553 5.7.1 not yours\r\n"),
        ("QUIT", "221 bye\r\n"),
    ])
    .await;

    assert_eq!(result, Err(Problem::SubmissionRefused("553 5.7.1 not yours".into())));
    assert!(!heard.contains("DATA"));
}

#[tokio::test]
async fn a_refused_starttls_ends_before_anything_is_said_in_clear() {
    let (result, heard) = result(&[
        ("", "220 hi\r\n"),
        ("EHLO", "250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"),
        ("STARTTLS", "454 no\r\n"),
    ])
    .await;

    assert_eq!(result, Err(Problem::NoEncryption(Server::Submission)));
    assert!(!heard.contains("AUTH") && !heard.contains("MAIL"), "{heard}");
}

#[tokio::test]
async fn text_slipped_in_before_tls_ends_the_conversation() {
    let (result, heard) = result(&[
        ("", "220 hi\r\n"),
        ("EHLO", "250-here\r\n250 STARTTLS\r\n"),
        ("STARTTLS", "220 go\r\n250 slipped in\r\n"),
    ])
    .await;

    assert_eq!(result, Err(Problem::NoEncryption(Server::Submission)));
    assert!(!heard.contains("AUTH"), "{heard}");
}

#[tokio::test]
async fn what_is_no_smtp_server_is_unreachable() {
    let (result, _) = result(&[("", "* OK IMAP4rev1\r\n")]).await;

    assert_eq!(result, Err(Problem::Unreachable(Server::Submission)));
}

#[tokio::test]
async fn login_is_used_where_plain_is_missing() {
    let (result, heard) = result(&[
        ("", "220 hi\r\n"),
        ("EHLO", "250-here\r\n250 AUTH LOGIN\r\n"),
        ("AUTH LOGIN", "334 VXNlcm5hbWU6\r\n"),
        ("YXl1QHN1cmF0LnRlc3Q=", "334 UGFzc3dvcmQ6\r\n"),
        ("c3VyYXQ=", "535 5.7.8 no\r\n"),
        ("QUIT", "221 bye\r\n"),
    ])
    .await;

    assert_eq!(result, Err(Problem::WrongPassword), "{heard}");
}

#[tokio::test]
async fn a_server_that_refuses_to_be_told_an_address_gets_the_message() {
    let (result, heard) = result(&[
        ("", "220 hi\r\n"),
        ("EHLO", "250-here\r\n250-AUTH PLAIN\r\n250 XCLIENT ADDR LOGIN\r\n"),
        ("XCLIENT", "550 not you\r\n"),
        ("AUTH", "235 ok\r\n"),
        ("MAIL", "250 ok\r\n"),
        ("RCPT", "250 ok\r\n"),
        ("DATA", "354 go\r\n"),
        (".", "250 taken\r\n"),
    ])
    .await;

    assert_eq!(result, Ok(()));
    assert!(heard.contains("\nXCLIENT ADDR=IPV6:::1\r\n"), "{heard}");
}

#[tokio::test]
async fn a_server_that_takes_no_address_is_told_none() {
    let (result, heard) = result(&[
        ("", "220 hi\r\n"),
        ("EHLO", "250-here\r\n250-AUTH PLAIN\r\n250 XCLIENT LOGIN\r\n"),
        ("AUTH", "535 no\r\n"),
    ])
    .await;

    assert_eq!(result, Err(Problem::WrongPassword));
    assert!(!heard.contains("XCLIENT"), "{heard}");
}
