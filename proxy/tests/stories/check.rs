//! `surat check`, as an administrator runs it.

use std::process::Command;
use surat_testbed::Testbed;

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
    let imap = format!("imaps://localhost:{}", testbed.imaps_port);
    let smtp = format!("smtps://localhost:{}", testbed.smtps_port);
    let mut options = vec!["--imap-url", &imap, "--smtp-url", &smtp];

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
