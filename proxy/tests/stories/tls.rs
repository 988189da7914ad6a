//! Encryption towards the mail servers, with a private authority, and HTTPS by the proxy itself.

use crate::support::{Browser, Proxy, draft};
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

#[tokio::test]
async fn certificates_that_do_not_verify_are_refused_each_in_its_words() {
    for (kind, reason) in [
        (CertificateKind::WrongHost, CertificateFault::WrongName),
        (CertificateKind::Expired, CertificateFault::Expired),
        (CertificateKind::UnknownCa, CertificateFault::UnknownIssuer),
    ] {
        let testbed = Testbed::builder().certificate(kind).without_postfix().start().unwrap();
        let refused = try_sign_in(&testbed, &implicit(&testbed)).await;
        assert_eq!(
            refused,
            Err(Problem::Certificate {
                server: Server::Imap,
                reason
            })
        );
    }
}

#[tokio::test]
async fn check_says_what_is_there_and_what_is_wrong() {
    let testbed = Testbed::builder().start().unwrap();
    let check = |options: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_surat"));
        command.arg("check").args(options).current_dir(folder.path());
        command
            .env("SURAT_CA_FILE", testbed.ca_file())
            .env("SURAT_PASSWORD", "surat");
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let options = implicit(&testbed);
    let mut options: Vec<&str> = options.iter().map(String::as_str).collect();

    options.extend(["--user", "ayu@surat.test"]);
    let (code, text) = check(&options);
    assert_eq!(code, Some(0), "{text}");
    for wanted in [
        "the certificate is trusted",
        "Round trip",
        "Signed in   as ayu",
        "Offers",
    ] {
        assert!(text.contains(wanted), "{wanted} is not in {text}");
    }

    options[1] = "imaps://localhost:1";
    let (code, text) = check(&options);
    assert_eq!(code, Some(1));
    assert!(text.contains("FAILED") && text.contains("Remedy"), "{text}");
}

#[tokio::test]
async fn the_proxy_speaks_https_by_itself() {
    let testbed = Testbed::builder().without_postfix().start().unwrap();
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
