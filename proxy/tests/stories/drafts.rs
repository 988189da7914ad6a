//! Drafts: saved, kept when something goes wrong, and recovered.

use crate::support::{
    Browser, Proxy, dovecot, draft, letter,
    letters::{attached, part, save, send, two_people, upload},
};
use surat_protocol::{Address, Answer, Draft, Event, Flag, MessageRef, Origin, Problem, Request, http::UploadAnswer};
use surat_testbed::Testbed;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

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
    testbed.deliver("ayu", &letter("Penting")).unwrap();
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
async fn an_id_that_is_part_of_another_is_another_message() {
    let (_testbed, _proxy, _browser, mut ayu, _budi) = two_people().await;
    let with_id = |id: &str| Draft {
        message_id: id.into(),
        ..draft("Bagian", "budi@surat.test")
    };

    save(&mut ayu, &with_id("11@surat.test"), None).await;
    save(&mut ayu, &with_id("1@surat.test"), None).await;
    assert_eq!(ayu.open_mailbox("Drafts").await.0.uids.len(), 2);

    send(&mut ayu, &with_id("11@surat.test"), None).await.unwrap();
    for none in ["", "@", "surat.test"] {
        assert_eq!(
            send(&mut ayu, &with_id(none), None).await,
            Err(Problem::BadRequest),
            "{none:?}"
        );
    }
    let answers = send(&mut ayu, &with_id("1@surat.test"), None).await.unwrap();
    assert!(answers.len() > 1, "it was sent, not taken for sent: {answers:?}");
}

#[tokio::test]
async fn a_draft_of_another_program_without_an_id_is_sent() {
    let (testbed, _proxy, _browser, mut ayu, _budi) = two_people().await;
    send(&mut ayu, &draft("Dulu", "budi@surat.test"), None).await.unwrap();
    testbed
        .deliver(
            "ayu",
            b"From: ayu@surat.test\r\nTo: budi@surat.test\r\nSubject: Tanpa\r\n\r\nHalo\r\n",
        )
        .unwrap();
    let (inbox, rows) = ayu.open_mailbox("INBOX").await;
    let message = MessageRef {
        mailbox: inbox.mailbox,
        uid_validity: inbox.uid_validity,
        uid: rows[0].uid,
    };

    let Ok(Answer::Draft(opened)) = ayu.ask(Request::OpenDraft { message }).await else {
        panic!()
    };
    save(&mut ayu, &opened, None).await;
    send(&mut ayu, &opened, None).await.unwrap();

    let (sent, _) = ayu.open_mailbox("Sent").await;
    assert_eq!(sent.uids.len(), 2);
}

#[tokio::test]
async fn what_is_asked_at_once_is_bounded_in_octets() {
    let (_testbed, proxy, browser, mut ayu, _budi) = two_people().await;
    let large = |number: usize| Request::SaveDraft {
        draft: Draft {
            text: "panjang ".repeat(220_000),
            ..draft(&number.to_string(), "budi@surat.test")
        },
        replaces: None,
    };

    for number in 0..60 {
        ayu.send(large(number)).await;
    }
    let octets = proxy.peak_octets();

    let stored = save(&mut browser.live().await, &draft("Kecil", "budi@surat.test"), None).await;
    let (drafts, _) = ayu.open_mailbox("Drafts").await;
    // How many were refused depends on how fast they were read.
    assert!(
        drafts.uids.contains(stored.0.uid) && octets < 100 << 20,
        "{} drafts, {octets} octets",
        drafts.uids.len()
    );
}

#[tokio::test]
async fn an_upload_is_bounded_and_ones_own() {
    let testbed = dovecot();
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
async fn a_refusal_reaches_whoever_is_still_sending() {
    let testbed = dovecot();
    let proxy = Proxy::start_with(&testbed, &["--message-limit", "1M"]).await;
    let browser = Browser::sign_in(&proxy, "ayu").await;
    let host = browser.origin.trim_start_matches("http://");
    let fields: String = browser
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let head = format!(
        "POST /api/upload?name=a HTTP/1.1\r\nhost: {host}\r\norigin: {}\r\n{fields}",
        browser.origin
    );
    let mut connection = TcpStream::connect(host).await.unwrap();

    for (octets, status) in [(2 << 20, "HTTP/1.1 413"), (7, "HTTP/1.1 200")] {
        let head = format!("{head}content-length: {octets}\r\n\r\n");
        connection.write_all(head.as_bytes()).await.unwrap();
        for piece in vec![0; octets].chunks(64 << 10) {
            connection.write_all(piece).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let mut answer = [0; 4096];
        let length = connection.read(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]);
        assert!(answer.starts_with(status), "{answer}");
    }
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
    let testbed = dovecot();
    let sent = letter("Sudah terkirim");
    let mut store = testbed.appender("ayu").unwrap();
    store.append("Drafts", r"\Draft \Seen $Submitted", None, &sent).unwrap();
    store.append("Drafts", r"\Draft \Seen", None, &letter("Belum")).unwrap();
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
