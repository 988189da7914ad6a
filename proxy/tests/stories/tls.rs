//! Encryption towards the mail servers, with a private authority, and HTTPS by the proxy itself.

use crate::support::{Browser, Proxy, Tap, dovecot, draft, letters::send, until};
use std::process::Command;
use surat_protocol::{Answer, CertificateFault, Problem, Request, Server};
use surat_testbed::{CertificateKind, Testbed};

/// A proxy that speaks TLS from the first octet with both servers.
fn implicit(testbed: &Testbed) -> [String; 4] {
    let imap = format!("imaps://localhost:{}", testbed.imaps_port);
    let smtp = format!("smtps://localhost:{}", testbed.smtps_port);
    ["--imap-url".into(), imap, "--smtp-url".into(), smtp]
}

async fn start(testbed: &Testbed, options: &[String]) -> Proxy {
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    Proxy::start_with(testbed, &options).await
}

async fn try_sign_in(testbed: &Testbed, options: &[String]) -> Result<(), Problem> {
    let proxy = start(testbed, options).await;
    Browser::new(&proxy).try_sign_in("ayu@surat.test", "surat").await
}

#[tokio::test]
async fn a_private_authority_is_trusted_for_reading_and_sending() {
    let testbed = Testbed::builder().start().unwrap();
    let starttls = [
        "--imap-url",
        &format!("imap://localhost:{}", testbed.imap_port),
        "--smtp-url",
        &format!("smtp://localhost:{}", testbed.smtp_port),
    ]
    .map(str::to_owned);

    for options in [implicit(&testbed), starttls] {
        let proxy = start(&testbed, &options).await;
        let mut page = Browser::sign_in(&proxy, "ayu").await.live().await;
        page.open_mailbox("INBOX").await;
        let sent = page
            .ask_all(Request::Send {
                draft: draft("Rahasia", "budi@surat.test"),
                replaces: None,
            })
            .await;
        assert_eq!(sent.unwrap().pop(), Some(Answer::Sent { is_filed: true }));
    }
}

const FAULTS: [(CertificateKind, CertificateFault); 3] = [
    (CertificateKind::WrongHost, CertificateFault::WrongName),
    (CertificateKind::Expired, CertificateFault::Expired),
    (CertificateKind::UnknownCa, CertificateFault::UnknownIssuer),
];

#[tokio::test]
async fn a_mail_server_whose_certificate_does_not_verify_gets_no_password() {
    for (kind, reason) in FAULTS {
        let testbed = Testbed::builder().certificate(kind).without_postfix().start().unwrap();
        for url in [
            format!("imaps://localhost:{}", testbed.imaps_port),
            format!("imap://localhost:{}", testbed.imap_port),
        ] {
            let refused = try_sign_in(&testbed, &["--imap-url".into(), url.clone()]).await;

            let server = Server::Imap;
            assert_eq!(refused, Err(Problem::Certificate { server, reason }), "{url}");
        }
        let broken_off = |log: &str| log.lines().filter(|line| line.contains("SSL_accept() failed")).count();
        let log = until(|| testbed.dovecot_log(), |log| broken_off(log) == 2).await;
        let mut handshakes = log.lines().filter(|line| line.contains("SSL_accept() failed"));
        assert!(handshakes.all(|line| line.contains("(no auth attempts")), "{log}");
        assert!(!log.contains("Login:") && !log.contains("auth failed"), "{log}");
    }
}

#[tokio::test]
async fn a_submission_server_whose_certificate_does_not_verify_gets_neither_password_nor_letter() {
    let reading = dovecot();
    for (kind, reason) in FAULTS {
        let sending = Testbed::builder().certificate(kind).start().unwrap();
        let authorities = format!("{}{}", reading.ca_pem, sending.ca_pem);
        std::fs::write(reading.ca_file(), authorities).unwrap();
        for url in [
            format!("smtps://localhost:{}", sending.smtps_port),
            format!("smtp://localhost:{}", sending.smtp_port),
        ] {
            let proxy = start(&reading, &["--smtp-url".into(), url.clone()]).await;

            let server = Server::Submission;
            assert_eq!(
                kept_as_draft(&proxy).await,
                Problem::Certificate { server, reason },
                "{url}"
            );
        }
        let broken_off = |log: &str| log.matches("SSL_accept error").count();
        // The test bed itself has looked whether the server answers.
        let log = until(|| sending.postfix_log(), |log| broken_off(log) == 3).await;
        assert!(!log.contains("auth=") && !log.contains("sasl_"), "{log}");
    }
}

#[tokio::test]
async fn a_mail_server_that_hides_starttls_gets_no_password() {
    let testbed = Testbed::builder().without_starttls().without_postfix().start().unwrap();
    let tap = Tap::before(testbed.imap_port).await;

    let refused = try_sign_in(&testbed, &["--imap-url".into(), far("imap", &tap)]).await;

    assert_eq!(refused, Err(Problem::NoEncryption(Server::Imap)));
    // Its greeting has told already that there is no STARTTLS.
    assert_eq!(tap.heard(), "");
}

#[tokio::test]
async fn a_submission_server_that_hides_starttls_gets_neither_password_nor_letter() {
    let testbed = Testbed::builder().without_starttls().start().unwrap();
    let tap = Tap::before(testbed.smtp_port).await;
    let proxy = start(&testbed, &["--smtp-url".into(), far("smtp", &tap)]).await;

    assert_eq!(kept_as_draft(&proxy).await, Problem::NoEncryption(Server::Submission));

    let heard = tap.heard();
    let commands: Vec<&str> = heard.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(commands, ["EHLO"], "{heard}");
}

/// The tap's address in a spelling that is none of loopback's, as that of a server far away: the system takes a
/// connection to 0.0.0.0 to this machine.
fn far(scheme: &str, tap: &Tap) -> String {
    format!("{scheme}://0.0.0.0:{}", tap.port)
}

/// Writes a letter that cannot be sent. Gives what the page is told, once the letter was found among the drafts.
async fn kept_as_draft(proxy: &Proxy) -> Problem {
    let mut page = Browser::sign_in(proxy, "ayu").await.live().await;
    let letter = draft("Rahasia", "budi@surat.test");

    let problem = send(&mut page, &letter, None).await.unwrap_err();

    let (_, drafts) = page.open_mailbox("Drafts").await;
    assert!(drafts.iter().any(|row| row.subject == "Rahasia"), "{drafts:?}");
    problem
}

#[tokio::test]
async fn the_proxy_speaks_https_by_itself() {
    let testbed = dovecot();
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let options = ["--tls-cert", cert.to_str().unwrap(), "--tls-key", key.to_str().unwrap()].map(str::to_owned);

    let proxy = start(&testbed, &options).await;

    assert!(proxy.origin.starts_with("https://"));
    let address = format!("{}/healthz", proxy.origin.replace("127.0.0.1", "localhost"));
    // By HTTP/2 as browsers do, where there is no Host header to tell our own page by.
    let origin = proxy.origin.replace("127.0.0.1", "localhost");
    let posted = Command::new("curl")
        .args([
            "-si",
            "--http2",
            "--cacert",
            cert.to_str().unwrap(),
            "-H",
            &format!("Origin: {origin}"),
        ])
        .args(["--data-binary", "x", &format!("{origin}/api/login")])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&posted.stdout).into_owned();
    assert!(text.starts_with("HTTP/2 400"), "{text}");

    let curl = Command::new("curl")
        .args(["-si", "--http1.1", "--cacert", cert.to_str().unwrap(), &address])
        .output()
        .unwrap();
    let text = String::from_utf8(curl.stdout).unwrap();
    assert!(
        text.contains("200 OK") && text.to_lowercase().contains("strict-transport-security"),
        "{text}"
    );
}
