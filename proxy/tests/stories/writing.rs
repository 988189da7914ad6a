//! Drafts and sending, with a real Postfix.

use crate::support::{Browser, Live, Proxy, draft};
use surat_protocol::{
    Address, Answer, Draft, DraftAttachment, Event, Flag, MailboxName, MessageRef, Origin, Problem, Request, SendStage,
    Source, SourceUse, UploadId,
    http::{PART, UploadAnswer},
};
use surat_testbed::Testbed;

async fn two_people() -> (Testbed, Proxy, Browser, Live, Live) {
    let testbed = Testbed::builder().start().unwrap();
    let proxy = Proxy::start(&testbed).await;
    let browser = Browser::sign_in(&proxy, "ayu").await;
    let ayu = browser.live().await;
    let budi = Browser::sign_in(&proxy, "budi").await.live().await;
    (testbed, proxy, browser, ayu, budi)
}

async fn upload(browser: &Browser, octets: &[u8]) -> UploadId {
    browser
        .post("/api/upload?name=a.bin", octets.to_vec())
        .await
        .value::<UploadAnswer>()
        .unwrap()
}

fn attached(name: &str, size_octets: u64, origin: Origin) -> DraftAttachment {
    DraftAttachment {
        name: name.into(),
        media_type: "application/octet-stream".into(),
        size_octets,
        origin,
    }
}

async fn save(page: &mut Live, draft: &Draft, replaces: Option<MessageRef>) -> (MessageRef, Vec<DraftAttachment>) {
    match page
        .ask(Request::SaveDraft {
            draft: draft.clone(),
            replaces,
        })
        .await
    {
        Ok(Answer::DraftSaved { message, attachments }) => (message, attachments),
        other => panic!("{other:?}"),
    }
}

async fn send(page: &mut Live, draft: &Draft, replaces: Option<MessageRef>) -> Result<Vec<Answer>, Problem> {
    page.ask_all(Request::Send {
        draft: draft.clone(),
        replaces,
    })
    .await
}

async fn part(browser: &Browser, origin: &Origin) -> Vec<u8> {
    let Origin::Part { message, section } = origin else {
        panic!("{origin:?}")
    };
    let mailbox = message.mailbox.as_str().replace(' ', "%20");
    let path = format!(
        "{PART}?mailbox={mailbox}&validity={}&uid={}&section={}",
        message.uid_validity.0,
        message.uid.0,
        section.as_str()
    );
    browser.get(&path).await.body
}

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
    assert_eq!((sent.uids.len(), sent.unseen), (1, 0));
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
async fn a_refused_recipient_keeps_the_draft_and_is_named() {
    let (_testbed, _proxy, browser, mut ayu, _budi) = two_people().await;
    let id = upload(&browser, b"isi").await;
    let mut letter = draft("Untuk dua orang", "budi@surat.test");
    letter.to.push(Address {
        name: String::new(),
        email: "nobody@elsewhere.test".into(),
    });
    letter.attachments = vec![attached("a.bin", 3, Origin::Upload(id))];
    let (saved, attachments) = save(&mut ayu, &letter, None).await;
    letter.attachments = attachments;

    let refused = send(&mut ayu, &letter, Some(saved)).await;

    let Err(Problem::RecipientsRefused(refused)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].email, "nobody@elsewhere.test");
    let (drafts, rows) = ayu.open_mailbox("Drafts").await;
    assert_eq!(drafts.uids.len(), 1);
    assert!(!rows[0].flags.contains(&Flag::Keyword("$SubmitPending".into())));

    // Its files refer to a version that is gone; they are found again.
    letter.to.pop();
    assert_eq!(
        send(&mut ayu, &letter, None).await.unwrap().pop(),
        Some(Answer::Sent { is_filed: true })
    );
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
    let fetched = budi
        .ask(Request::FetchMessage {
            message,
            allow_remote_images: false,
        })
        .await;
    let Ok(Answer::Message(read)) = fetched else {
        panic!("{fetched:?}")
    };
    let surat_protocol::Body::Plain(text) = read.body else {
        panic!()
    };
    assert!(text.contains("\n.\nRCPT TO:<evil@surat.test>\n.\nQUIT\n"), "{text:?}");
}

#[tokio::test]
async fn a_draft_has_one_version_and_opens_as_it_was_written() {
    let (_testbed, _proxy, browser, mut ayu, _budi) = two_people().await;
    let file = b"tiga\r\nbaris\0\xff".repeat(50_000);
    let id = upload(&browser, &file).await;
    let mut letter = draft("Belum selesai", "budi@surat");
    letter.attachments = vec![attached("berkas.bin", file.len() as u64, Origin::Upload(id))];

    let (first, attachments) = save(&mut ayu, &letter, None).await;
    letter.text.push_str("lebih banyak\n");
    letter.attachments = attachments;
    let (second, attachments) = save(&mut ayu, &letter, Some(first)).await;

    assert_eq!(part(&browser, &attachments[0].origin).await, file);
    let (drafts, _) = ayu.open_mailbox("Drafts").await;
    assert_eq!(drafts.uids.len(), 1);
    let Ok(Answer::Draft(opened)) = ayu.ask(Request::OpenDraft { message: second }).await else {
        panic!()
    };
    assert_eq!(
        (&opened.subject, &opened.message_id, &opened.to),
        (&letter.subject, &letter.message_id, &letter.to)
    );
    assert_eq!(opened.text.trim_end(), letter.text.trim_end());
    assert_eq!(part(&browser, &opened.attachments[0].origin).await, file);
}

#[tokio::test]
async fn a_wrong_reference_deletes_nothing() {
    let (testbed, _proxy, _browser, mut ayu, _budi) = two_people().await;
    testbed.deliver("ayu", &crate::support::letter("Penting")).unwrap();
    let (inbox, rows) = ayu.open_mailbox("INBOX").await;
    let innocent = MessageRef {
        mailbox: inbox.mailbox,
        uid_validity: inbox.uid_validity,
        uid: rows[0].uid,
    };

    save(&mut ayu, &draft("Baru", "budi@surat.test"), Some(innocent)).await;

    assert_eq!(ayu.open_mailbox("INBOX").await.0.uids.len(), 1);
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
    testbed.deliver("ayu", &crate::support::letter("Tanya")).unwrap();
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

#[tokio::test]
async fn an_upload_is_bounded_and_ones_own() {
    let testbed = Testbed::builder().without_postfix().start().unwrap();
    let proxy = Proxy::start_with(&testbed, &["--message-limit", "1M"]).await;
    let browser = Browser::sign_in(&proxy, "ayu").await;

    let large = browser.post("/api/upload?name=a", vec![0; (1 << 20) + 1]).await;
    assert_eq!(large.status, 413);
    assert_eq!(
        large.value::<UploadAnswer>(),
        Err(Problem::TooLarge { limit_octets: 1 << 20 })
    );

    let stranger = Browser::new(&proxy).post("/api/upload?name=a", vec![0]).await;
    assert_eq!(stranger.value::<UploadAnswer>(), Err(Problem::NotSignedIn));

    let id = upload(&browser, b"rahasia").await;
    let mut budi = Browser::sign_in(&proxy, "budi").await.live().await;
    let theft = Draft {
        attachments: vec![attached("a.bin", 7, Origin::Upload(id))],
        ..draft("Curi", "budi@surat.test")
    };
    let stolen = budi
        .ask(Request::SaveDraft {
            draft: theft,
            replaces: None,
        })
        .await;
    assert_eq!(stolen, Err(Problem::UploadGone("a.bin".into())));
}

#[tokio::test]
async fn a_lost_submission_server_keeps_the_draft() {
    let (mut testbed, _proxy, _browser, mut ayu, _budi) = two_people().await;
    testbed.kill_postfix().unwrap();
    let letter = draft("Nanti", "budi@surat.test");

    let result = send(&mut ayu, &letter, None).await;

    assert_eq!(result, Err(Problem::Unreachable(surat_protocol::Server::Submission)));
    assert_eq!(ayu.open_mailbox("Drafts").await.0.uids.len(), 1);
    testbed.start_postfix().unwrap();
    assert_eq!(
        send(&mut ayu, &letter, None).await.unwrap().pop(),
        Some(Answer::Sent { is_filed: true })
    );
    assert_eq!(ayu.open_mailbox("Drafts").await.0.uids.len(), 0);
}

#[tokio::test]
async fn what_was_sent_before_a_crash_is_filed_after_it() {
    let testbed = Testbed::builder().without_postfix().start().unwrap();
    let sent = crate::support::letter("Sudah terkirim");
    let mut store = testbed.appender("ayu").unwrap();
    store.append("Drafts", r"\Draft \Seen $Submitted", None, &sent).unwrap();
    store
        .append("Drafts", r"\Draft \Seen", None, &crate::support::letter("Belum"))
        .unwrap();
    store.finish().unwrap();
    let proxy = Proxy::start(&testbed).await;
    let mut page = Browser::sign_in(&proxy, "ayu").await.live().await;

    page.event(|event| match event {
        Event::Counts { mailbox, counts } => (mailbox.as_str() == "Sent" && counts.messages == 1).then_some(()),
        _ => None,
    })
    .await;

    assert_eq!(page.open_mailbox("Sent").await.1[0].subject, "Sudah terkirim");
    assert_eq!(page.open_mailbox("Drafts").await.1[0].subject, "Belum");
}

#[tokio::test]
async fn what_may_have_been_sent_is_not_sent_again_unasked() {
    let testbed = Testbed::builder().start().unwrap();
    let proxy = Proxy::start(&testbed).await;
    let mut page = Browser::sign_in(&proxy, "ayu").await.live().await;
    let letter = draft("Mungkin", "budi@surat.test");
    let (saved, _) = save(&mut page, &letter, None).await;
    let pending = Request::StoreFlags {
        mailbox: saved.mailbox,
        uid_validity: saved.uid_validity,
        uids: surat_protocol::UidSet::one(saved.uid),
        add: vec![Flag::Keyword("$SubmitPending".into())],
        remove: Vec::new(),
    };
    page.ask(pending).await.unwrap();

    assert_eq!(send(&mut page, &letter, None).await, Err(Problem::MaybeSent));
}
