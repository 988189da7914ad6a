//! `surat check`, as an administrator runs it.

use std::process::Command;
use surat_testbed::{CertificateKind, Testbed};

/// Runs it for Ayu: whether both servers can be used, and what it says.
fn check(testbed: &Testbed, imap: &str, smtp: &str, password: &str) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_surat"));
    command
        .args(["check", "--imap-url", imap, "--smtp-url", smtp])
        .args(["--user", "ayu@surat.test"])
        .current_dir(folder.path())
        .env("SURAT_CA_FILE", testbed.ca_file())
        .env("SURAT_PASSWORD", password);
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

fn assert_says(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "{wanted:?} is not in\n{text}");
    }
}

#[test]
fn check_tells_what_both_servers_are_and_what_a_lack_costs() {
    let testbed = Testbed::builder()
        .imap_capability("IMAP4rev1 IDLE MOVE ID")
        .message_size_limit_octets(20_000)
        .start()
        .unwrap();
    let imap = format!("imaps://localhost:{}", testbed.imaps_port);
    let smtp = format!("smtp://localhost:{}", testbed.smtp_port);

    let (can_be_used, text) = check(&testbed, &imap, &smtp, "surat");

    assert!(can_be_used, "{text}");
    let (reading, sending) = text.split_once("\nSubmission").unwrap();
    let everywhere = [
        "Connected   in ",
        "the certificate is trusted",
        "Certificate of CN=Surat test server\n",
        "Certificate for localhost, 127.0.0.1\n",
        "Certificate by CN=Surat test CA\n",
        " (59 days left)\n",
        "Round trip ",
        "Signed in   as ayu@surat.test\n",
    ];
    assert_says(reading, &everywhere);
    assert_says(sending, &everywhere);
    assert_says(
        reading,
        &[
            "Encryption  TLS,",
            "Offers      MOVE, IDLE, ID\n",
            "Lacks       NOTIFY: folders that are not open show new mail within a minute",
        ],
    );
    assert_says(
        sending,
        &[
            "Encryption  STARTTLS,",
            "SIZE 20000",
            "it takes 20000 octets, and message-limit is",
            "Both servers can be used.",
        ],
    );
}

#[test]
fn check_tells_what_is_wrong_and_the_remedy() {
    let mut testbed = Testbed::builder().start().unwrap();
    let imap = format!("imaps://localhost:{}", testbed.imaps_port);
    let smtp = format!("smtps://localhost:{}", testbed.smtps_port);

    let (can_be_used, text) = check(&testbed, &imap, &smtp, "wrong");
    assert!(!can_be_used);
    assert_eq!(
        text.matches("FAILED      The server did not accept this name and password.")
            .count(),
        2,
        "{text}"
    );

    let mistaken = format!("imaps://localhost:{}", testbed.imap_port);
    let (_, text) = check(&testbed, &mistaken, "smtps://mail.nowhere.invalid", "surat");
    assert_says(
        &text,
        &[
            "FAILED      No TLS is spoken on port",
            &format!("write imap://localhost:{};", testbed.imap_port),
            "FAILED      The name mail.nowhere.invalid has no address",
        ],
    );

    testbed.kill_dovecot().unwrap();
    let (can_be_used, text) = check(&testbed, &imap, &smtp, "surat");
    assert!(!can_be_used);
    assert_says(
        &text,
        &["FAILED      Nobody listens on port", "Remedy      Start the server"],
    );
}

#[test]
fn check_describes_a_certificate_that_it_refuses() {
    let testbed = Testbed::builder()
        .certificate(CertificateKind::WrongHost)
        .without_postfix()
        .start()
        .unwrap();
    let imap = format!("imap://localhost:{}", testbed.imap_port);

    let (can_be_used, text) = check(&testbed, &imap, "smtps://localhost:1", "surat");

    assert!(!can_be_used);
    assert_says(
        &text,
        &[
            "FAILED      The certificate was made for another name than localhost, so nothing was sent.",
            "Certificate for elsewhere.surat.test\n",
            "Remedy      Write one of its names in imap-url",
        ],
    );
}
