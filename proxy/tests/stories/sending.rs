//! Sending, with a real Postfix: once, to everybody, and to nobody else.

use crate::support::{
    Browser, Proxy, draft, letter,
    letters::{attached, send, two_people, upload},
};
use surat_protocol::{
    Address, Answer, Draft, Event, Flag, MailboxName, MessageRef, Origin, Problem, Request, SendStage, Source,
    SourceUse,
};

#[tokio::test]
async fn a_sent_message_arrives_in_an_open_inbox_and_is_filed() {
    let (_testbed, _proxy, browser, mut ayu, mut budi) = two_people().await;
    budi.open_mailbox("INBOX").await;
    let file: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    let id = upload(&browser, &file).await;
    let letter = Draft {
        cc: vec![Address {
            name: "Ayu sendiri".into(),
            email: "ayu@surat.test".into(),
        }],
        bcc: vec![Address {
            name: String::new(),
            email: "budi@surat.test".into(),
        }],
        attachments: vec![attached("angka é.bin", file.len() as u64, Origin::Upload(id))],
        ..draft("Halo Budi", "ayu@surat.test")
    };

    let answers = send(&mut ayu, &letter, None).await.unwrap();

    assert_eq!(answers.first(), Some(&Answer::Sending(SendStage::Saving)));
    assert_eq!(answers.last(), Some(&Answer::Sent { is_filed: true }));
    let (mailbox, row) = budi
        .event(|event| match event {
            Event::Arrived { mailbox, rows, .. } => rows.first().map(|row| (mailbox.clone(), row.clone())),
            _ => None,
        })
        .await;
    assert_eq!(
        (mailbox.as_str(), row.subject.as_str(), row.has_attachment),
        ("INBOX", "Halo Budi", true)
    );

    let (inbox, rows) = budi.open_mailbox("INBOX").await;
    let message = MessageRef {
        mailbox,
        uid_validity: inbox.uid_validity,
        uid: rows[0].uid,
    };
    let Ok(Answer::Headers(headers)) = budi.ask(Request::FetchHeaders { message }).await else {
        panic!()
    };
    assert!(
        headers
            .iter()
            .all(|(name, _)| !name.eq_ignore_ascii_case("bcc") && !name.starts_with("X-Surat"))
    );

    let (sent, rows) = ayu.open_mailbox("Sent").await;
    assert!(sent.uids.len() == 1 && rows[0].flags.is_seen());
    assert!(!rows[0].flags.contains(&Flag::Draft));
    let message = MessageRef {
        mailbox: sent.mailbox,
        uid_validity: sent.uid_validity,
        uid: rows[0].uid,
    };
    let Ok(Answer::Headers(headers)) = ayu.ask(Request::FetchHeaders { message }).await else {
        panic!()
    };
    assert!(
        headers
            .iter()
            .any(|(name, value)| name == "Bcc" && value.contains("budi@surat.test"))
    );
    assert_eq!(ayu.open_mailbox("Drafts").await.0.uids.len(), 0);
}

#[tokio::test]
async fn asked_twice_it_is_sent_once_even_by_another_proxy() {
    let (testbed, proxy, _browser, mut ayu, mut budi) = two_people().await;
    let letter = draft("Sekali saja", "budi@surat.test");
    let filed = Some(Answer::Sent { is_filed: true });

    let mut second = Browser::sign_in(&proxy, "ayu").await.live().await;
    let (one, two) = tokio::join!(send(&mut ayu, &letter, None), send(&mut second, &letter, None));
    assert_eq!((one.unwrap().pop(), two.unwrap().pop()), (filed.clone(), filed.clone()));

    let other = Proxy::start(&testbed).await;
    let mut elsewhere = Browser::sign_in(&other, "ayu").await.live().await;
    assert_eq!(send(&mut elsewhere, &letter, None).await.unwrap().pop(), filed);

    let (inbox, _) = loop {
        let opened = budi.open_mailbox("INBOX").await;
        if !opened.1.is_empty() {
            break opened;
        }
    };
    assert_eq!(inbox.uids.len(), 1);
    assert_eq!(ayu.open_mailbox("Sent").await.0.uids.len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_to_nobody_or_to_what_is_no_address() {
    let (_testbed, _proxy, _browser, mut ayu, mut budi) = two_people().await;

    let nobody = Draft {
        to: Vec::new(),
        ..draft("Kosong", "x")
    };
    assert_eq!(send(&mut ayu, &nobody, None).await, Err(Problem::NoRecipients));
    for bad in [
        "budi",
        "budi@",
        "a b@surat.test",
        "budi@surat.test\r\nRCPT TO:<ayu@surat.test>",
        "<budi@surat.test>",
        "a\0@b.c",
    ] {
        let result = send(&mut ayu, &draft("Buruk", bad), None).await;
        assert!(matches!(result, Err(Problem::BadAddress(_))), "{bad:?}: {result:?}");
    }
    for id in ["", "no-at-sign", "a@b>\r\nX: y", "a b@c"] {
        let letter = Draft {
            message_id: id.into(),
            ..draft("Buruk", "budi@surat.test")
        };
        assert_eq!(send(&mut ayu, &letter, None).await, Err(Problem::BadRequest), "{id:?}");
    }
    assert_eq!(budi.open_mailbox("INBOX").await.0.uids.len(), 0);
}

#[tokio::test]
async fn odd_text_cannot_become_a_header_or_a_command() {
    let (_testbed, _proxy, _browser, mut ayu, mut budi) = two_people().await;
    budi.open_mailbox("INBOX").await;
    let letter = Draft {
        from_name: "Ayu\r\nBcc: evil@surat.test".into(),
        to: vec![Address {
            name: "Budi\"\r\nX-Evil: 1".into(),
            email: "budi@surat.test".into(),
        }],
        subject: "Satu\r\nX-Evil: 2\0 é".into(),
        text: "baris\n.\nRCPT TO:<evil@surat.test>\r\n.\r\nQUIT\n\0 é\n".into(),
        ..draft("", "budi@surat.test")
    };

    assert_eq!(
        send(&mut ayu, &letter, None).await.unwrap().pop(),
        Some(Answer::Sent { is_filed: true })
    );

    budi.event(|event| matches!(event, Event::Arrived { .. }).then_some(()))
        .await;
    let (inbox, rows) = budi.open_mailbox("INBOX").await;
    let message = MessageRef {
        mailbox: inbox.mailbox,
        uid_validity: inbox.uid_validity,
        uid: rows[0].uid,
    };
    let Ok(Answer::Headers(headers)) = budi
        .ask(Request::FetchHeaders {
            message: message.clone(),
        })
        .await
    else {
        panic!()
    };
    assert!(
        headers.iter().all(|(name, _)| name != "X-Evil" && name != "Bcc"),
        "{headers:?}"
    );
    let read = budi.read(&message, false).await;
    let surat_protocol::Body::Plain(text) = read.body else {
        panic!()
    };
    assert!(text.contains("\n.\nRCPT TO:<evil@surat.test>\n.\nQUIT\n"), "{text:?}");
}

#[tokio::test]
async fn an_answer_marks_what_it_answers_and_a_forward_moves_no_octets() {
    let (testbed, _proxy, browser, mut ayu, mut budi) = two_people().await;
    let id = upload(&browser, b"lampiran").await;
    let with_file = Draft {
        attachments: vec![attached("a.bin", 8, Origin::Upload(id))],
        ..draft("Berkas", "ayu@surat.test")
    };
    send(&mut ayu, &with_file, None).await.unwrap();
    testbed.deliver("ayu", &letter("Tanya")).unwrap();
    let (inbox, rows) = loop {
        let opened = ayu.open_mailbox("INBOX").await;
        if opened.1.len() == 2 {
            break opened;
        }
    };
    let of = |subject: &str| MessageRef {
        mailbox: MailboxName::inbox(),
        uid_validity: inbox.uid_validity,
        uid: rows.iter().find(|row| row.subject == subject).unwrap().uid,
    };
    budi.open_mailbox("INBOX").await;

    let reply = Draft {
        source: Some(Source {
            message: of("Tanya"),
            used_as: SourceUse::Reply,
        }),
        ..draft("Re: Tanya", "budi@surat.test")
    };
    send(&mut ayu, &reply, None).await.unwrap();
    let section = surat_protocol::Section::parse("2").unwrap();
    let origin = Origin::Part {
        message: of("Berkas"),
        section,
    };
    let forward = Draft {
        attachments: vec![attached("a.bin", 8, origin)],
        source: Some(Source {
            message: of("Berkas"),
            used_as: SourceUse::Forward,
        }),
        ..draft("Fwd: Berkas", "budi@surat.test")
    };
    send(&mut ayu, &forward, None).await.unwrap();

    let (_, rows) = ayu.open_mailbox("INBOX").await;
    let flags = |subject: &str| rows.iter().find(|row| row.subject == subject).unwrap().flags.clone();
    assert!(flags("Tanya").contains(&Flag::Answered));
    assert!(flags("Berkas").contains(&Flag::forwarded()));
    budi.event(|event| match event {
        Event::Arrived { rows, .. } => rows
            .iter()
            .any(|row| row.subject == "Fwd: Berkas" && row.has_attachment)
            .then_some(()),
        _ => None,
    })
    .await;
}
