//! Strings in each field of messages that Postfix is given: what it logged is what was meant.

use crate::{
    message::{FIELDS, address},
    strings::{Strings, count},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, SystemTime},
};
use surat_protocol::{Draft, DraftAttachment, Origin, UploadId};
use surat_proxy::{
    imap::{self, WireName},
    mime::{compose, recipients, transmitted},
    secret::Secret,
    submission::{Credentials, Submission, send},
    tls::TlsSettings,
};
use surat_testbed::{PASSWORD, Testbed};

/// Strings, where nobody asks for more; each message carries ten.
const STRINGS: usize = 2_500;

fn draft(strings: &mut Strings, number: u32) -> Draft {
    Draft {
        message_id: format!("n{number}@surat.test"),
        from_name: strings.text(),
        to: vec![address(&strings.text(), "budi@surat.test")],
        bcc: vec![address(&strings.text(), "ayu@surat.test")],
        subject: strings.text(),
        text: strings.text(),
        in_reply_to: Some(strings.text()),
        references: vec![strings.text(), format!("{}@x", strings.text())],
        attachments: vec![DraftAttachment {
            name: strings.text(),
            media_type: strings.text(),
            size_octets: 3,
            origin: Origin::Upload(UploadId("1".into())),
        }],
        ..Draft::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn class_14_postfix_hears_of_no_other_command_recipient_and_header_field() {
    let testbed = Testbed::builder().without_starttls().log_commands().start().unwrap();
    let submission = Submission {
        endpoint: format!("smtp://127.0.0.1:{}", testbed.smtp_port).parse().unwrap(),
        tls: TlsSettings::new(None).unwrap(),
    };
    let ayu = Credentials {
        user: "ayu@surat.test".into(),
        password: Secret::new(PASSWORD),
        address: None,
    };
    let mut strings = Strings::new(60);
    let messages = u32::try_from(count(STRINGS) / 10).unwrap();
    for number in 0..messages {
        let draft = draft(&mut strings, number);
        let stored = compose(&draft, &ayu.user, vec![b"abc".to_vec()], SystemTime::now()).unwrap();
        let envelope = recipients(&draft, &ayu.user).unwrap();
        let sent = send(&submission, &ayu, &envelope, &transmitted(&stored)).await;
        assert_eq!(sent, Ok(()), "{draft:?}");
    }

    for user in ["ayu", "budi"] {
        assert_eq!(arrived(&testbed, user, messages).await, messages, "{user}");
    }
    check_log(&testbed.postfix_log(), messages as usize);
}

/// How many messages are in an inbox, once there are enough.
async fn arrived(testbed: &Testbed, user: &str, messages: u32) -> u32 {
    let endpoint = format!("imap://127.0.0.1:{}", testbed.imap_port).parse().unwrap();
    let client = imap::dial(&endpoint, &TlsSettings::new(None).unwrap()).await.unwrap();
    let name = surat_testbed::address(user);
    let mut session = client.sign_in(&name, &Secret::new(PASSWORD), None).await.unwrap();
    let mut exists = 0;
    for _ in 0..200 + messages / 10 {
        session.select(&WireName::inbox()).await.unwrap();
        exists = session.exists().unwrap();
        if exists >= messages {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    exists
}

/// Postfix logs each connection, each header field, and each recipient.
fn check_log(log: &str, sent: usize) {
    let known = ["Received", "Return-Path"].into_iter().chain(FIELDS);
    let known: BTreeSet<&str> = known
        .filter(|name| *name != "Bcc" && !name.starts_with("X-Surat"))
        .collect();
    let (mut messages, mut to, mut fields) = (0, BTreeSet::new(), BTreeMap::<(&str, &str), usize>::new());
    for line in log.lines() {
        let odd = [
            "improper command",
            "non-SMTP",
            "unknown command",
            "syntax",
            "too many",
            "reject:",
            "status=bounced",
        ];
        assert!(
            !odd.iter()
                .any(|odd| line.contains(odd) && !line.contains("info: header")),
            "{line}"
        );
        messages += usize::from(line.contains("/smtpd") && line.contains(": client="));
        if let Some((_, rest)) = line.split_once(" to=<")
            && !line.contains("info: header")
        {
            to.insert(rest.split('>').next().unwrap());
        }
        if let Some((before, field)) = line.split_once(": info: header ") {
            let message = before.rsplit(' ').next().unwrap();
            let name = field.split(':').next().unwrap();
            assert!(known.contains(name), "{line}");
            *fields.entry((message, name)).or_default() += 1;
        }
    }
    assert_eq!(messages, sent);
    assert_eq!(to, BTreeSet::from(["ayu@surat.test", "budi@surat.test"]));
    assert!(fields.len() > 5 * messages, "{}", fields.len());
    let twice = fields.iter().find(|(_, times)| **times > 1);
    assert_eq!(twice, None);
    println!(
        "{messages} messages with {} header fields in Postfix's log",
        fields.len()
    );
}
