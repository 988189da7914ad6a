//! Submission to a real Postfix: what arrives, and what is refused in which words.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    time::{Duration, Instant, SystemTime},
};
use surat_protocol::{Address, CertificateFault, Draft, Problem, Server};
use surat_proxy::{
    mime::{compose, recipients, transmitted},
    secret::Secret,
    submission::{Credentials, Fault, Probe, Submission, send},
    tls::TlsSettings,
};
use surat_testbed::{CertificateKind, Testbed};

fn submission(testbed: &Testbed, url: &str) -> Submission {
    Submission {
        endpoint: url.parse().unwrap(),
        tls: TlsSettings::new(Some(&testbed.ca_file())).unwrap(),
    }
}

fn ayu() -> Credentials {
    Credentials {
        user: "ayu@surat.test".into(),
        password: Secret::new("surat"),
        address: None,
    }
}

fn draft(to: &[&str]) -> Draft {
    let address = |email: &&str| Address {
        name: String::new(),
        email: (*email).into(),
    };
    Draft {
        message_id: "one@surat.test".into(),
        to: to.iter().map(address).collect(),
        subject: "Ombak 🌊".into(),
        text: "Halo Budi\n.\n..two dots\n".into(),
        ..Draft::default()
    }
}

async fn send_draft(submission: &Submission, draft: &Draft) -> Result<(), Problem> {
    let message = compose(draft, "ayu@surat.test", Vec::new(), SystemTime::now())?;
    send(
        submission,
        &ayu(),
        &recipients(draft, "ayu@surat.test")?,
        &transmitted(&message),
    )
    .await
}

/// The only message in a user's INBOX, once it is there.
fn arrived(testbed: &Testbed, user: &str) -> String {
    let mut imap = BufReader::new(TcpStream::connect(("127.0.0.1", testbed.imap_port)).unwrap());
    imap.get_ref().set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut ask = |command: &str| {
        imap.get_mut().write_all(format!("a {command}\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        while !answer.lines().last().is_some_and(|line| line.starts_with("a ")) {
            assert!(imap.read_line(&mut answer).unwrap() > 0, "{answer}");
        }
        answer
    };
    ask(&format!("LOGIN {user}@surat.test surat"));
    for _ in 0..100 {
        if ask("SELECT INBOX").contains("* 1 EXISTS") {
            return ask("FETCH 1 BODY[]");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    "nothing arrived".into()
}

#[tokio::test]
async fn a_message_arrives_with_its_bcc_stripped_and_its_dots_whole() {
    let testbed = Testbed::builder().start().unwrap();
    let mut draft = draft(&["budi@surat.test"]);
    draft.bcc = vec![Address {
        name: "Hidden".into(),
        email: "ayu@surat.test".into(),
    }];

    send_draft(
        &submission(&testbed, &format!("smtp://127.0.0.1:{}", testbed.smtp_port)),
        &draft,
    )
    .await
    .unwrap();

    let budis = arrived(&testbed, "budi");
    assert!(budis.contains("\r\nHalo Budi\r\n.\r\n..two dots\r\n"), "{budis}");
    assert!(
        !budis.contains("Hidden") && budis.contains("Message-ID: <one@surat.test>"),
        "{budis}"
    );
    assert!(arrived(&testbed, "ayu").contains("Halo Budi"));
}

#[tokio::test]
async fn each_refused_recipient_is_told_and_nothing_is_sent() {
    let testbed = Testbed::builder().start().unwrap();
    let submission = submission(&testbed, &format!("smtps://localhost:{}", testbed.smtps_port));
    let draft = draft(&["nobody@surat.test", "budi@surat.test", "none@surat.test"]);

    let problem = send_draft(&submission, &draft).await.unwrap_err();

    let Problem::RecipientsRefused(refused) = problem else {
        panic!("{problem:?}")
    };
    let named: Vec<&str> = refused.iter().map(|refused| refused.email.as_str()).collect();
    assert_eq!(named, ["nobody@surat.test", "none@surat.test"]);
    assert!(refused[0].reason.starts_with("550 5.1.1"), "{refused:?}");
    // What is sent now is the only thing that arrives.
    send_draft(&submission, &self::draft(&["budi@surat.test"]))
        .await
        .unwrap();
    assert!(arrived(&testbed, "budi").contains("* 1 FETCH"));
}

#[tokio::test]
async fn a_wrong_password_is_told() {
    let testbed = Testbed::builder().start().unwrap();
    let submission = submission(&testbed, &format!("smtp://127.0.0.1:{}", testbed.smtp_port));
    let draft = draft(&["budi@surat.test"]);
    let envelope = recipients(&draft, "ayu@surat.test").unwrap();
    let wrong = Credentials {
        password: Secret::new("wrong"),
        ..ayu()
    };

    assert_eq!(
        send(&submission, &wrong, &envelope, b"Subject: x\r\n\r\n").await,
        Err(Problem::WrongPassword)
    );
}

#[tokio::test]
async fn a_message_that_is_too_large_is_known_before_it_is_sent() {
    let testbed = Testbed::builder().message_size_limit_octets(20_000).start().unwrap();
    let submission = submission(&testbed, &format!("smtp://127.0.0.1:{}", testbed.smtp_port));
    let mut draft = draft(&["budi@surat.test"]);
    draft.text = "many words ".repeat(5000);

    assert_eq!(
        send_draft(&submission, &draft).await,
        Err(Problem::TooLarge { limit_octets: 20_000 })
    );
}

#[tokio::test]
async fn bad_certificates_are_refused_by_starttls_and_by_tls() {
    let kinds = [
        (CertificateKind::UnknownCa, CertificateFault::UnknownIssuer),
        (CertificateKind::WrongHost, CertificateFault::WrongName),
        (CertificateKind::Expired, CertificateFault::Expired),
    ];
    for (kind, reason) in kinds {
        let testbed = Testbed::builder().certificate(kind).start().unwrap();
        for url in [
            format!("smtps://localhost:{}", testbed.smtps_port),
            format!("smtp://localhost:{}", testbed.smtp_port),
        ] {
            let result = send_draft(&submission(&testbed, &url), &draft(&["budi@surat.test"])).await;

            let server = Server::Submission;
            assert_eq!(result, Err(Problem::Certificate { server, reason }), "{url}");
        }
    }
}

#[tokio::test]
async fn hidden_starttls_is_refused_except_on_loopback() {
    let testbed = Testbed::builder().without_starttls().start().unwrap();
    let draft = draft(&["budi@surat.test"]);

    // 0.0.0.0 leads to the same server, and is no spelling of loopback.
    let far = submission(&testbed, &format!("smtp://0.0.0.0:{}", testbed.smtp_port));
    assert_eq!(
        send_draft(&far, &draft).await,
        Err(Problem::NoEncryption(Server::Submission))
    );

    let near = submission(&testbed, &format!("smtp://127.0.0.1:{}", testbed.smtp_port));
    assert_eq!(send_draft(&near, &draft).await, Ok(()));
}

#[tokio::test]
async fn a_server_that_is_gone_is_unreachable() {
    let mut testbed = Testbed::builder().start().unwrap();
    let submission = submission(&testbed, &format!("smtp://127.0.0.1:{}", testbed.smtp_port));
    testbed.kill_postfix().unwrap();

    let result = send_draft(&submission, &draft(&["budi@surat.test"])).await;

    assert_eq!(result, Err(Problem::Unreachable(Server::Submission)));
}

#[tokio::test]
async fn a_probe_tells_what_the_server_offers() {
    let testbed = Testbed::builder().start().unwrap();

    let submission = submission(&testbed, &format!("smtps://localhost:{}", testbed.smtps_port));

    let mut probe = Probe::open(&submission).await.unwrap();

    let report = probe.report.clone();
    assert!(report.greeting.contains("ESMTP"), "{report:?}");
    assert!(report.offers("size") && !report.offers("STARTTLS"), "{report:?}");
    assert_eq!(report.size_limit_octets, Some(50 << 20));
    let wrong = Credentials {
        password: Secret::new("wrong"),
        ..ayu()
    };
    let refused = probe.sign_in(&wrong).await;
    assert!(
        matches!(refused, Err(Fault::Problem(Problem::WrongPassword))),
        "{refused:?}"
    );
    probe.sign_in(&ayu()).await.unwrap();
    probe.leave().await;
}

#[tokio::test]
async fn a_server_that_believes_us_is_told_where_the_person_sits() {
    let testbed = Testbed::builder().xclient().start().unwrap();
    let draft = draft(&["budi@surat.test"]);
    let message = compose(&draft, "ayu@surat.test", Vec::new(), SystemTime::now()).unwrap();
    let envelope = recipients(&draft, "ayu@surat.test").unwrap();
    let (smtp, smtps) = (testbed.smtp_port, testbed.smtps_port);

    for url in [format!("smtp://127.0.0.1:{smtp}"), format!("smtps://127.0.0.1:{smtps}")] {
        for address in ["192.0.2.7", "2001:db8::7"] {
            let ayu = Credentials {
                address: Some(address.parse().unwrap()),
                ..ayu()
            };
            send(&submission(&testbed, &url), &ayu, &envelope, &transmitted(&message))
                .await
                .unwrap();
        }
    }

    // This Postfix has no IPv6: it refuses to be told such an address, and takes the message all the same.
    let clients = ["unknown[192.0.2.7]", "localhost[127.0.0.1]"];
    let sent = || clients.map(|client| testbed.postfix_log().matches(&format!("client={client}, sasl")).count());
    let patience = Instant::now() + Duration::from_secs(20);
    while sent() != [2, 2] && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(sent(), [2, 2], "{}", testbed.postfix_log());
}
