//! What a reader is told of a sender: by the own mail server's word, by the letter itself, and by the own mail.

use crate::support::{Browser, Live, Proxy, ayu, dovecot, fill_inbox, tapped, until};
use surat_protocol::{Answer, Caution, Checks, Outcome, Problem, Request, Trust};
use surat_testbed::Testbed;

/// A letter with these header fields on top.
fn letter(fields: &str) -> Vec<u8> {
    format!("{fields}To: ayu@surat.test\r\nSubject: Surat\r\nMessage-ID: <1@x.test>\r\n\r\nHalo\r\n").into_bytes()
}

/// Puts a letter into a mailbox.
fn put(testbed: &Testbed, mailbox: &str, letter: &[u8]) {
    let mut store = testbed.appender("ayu").unwrap();
    store.append(mailbox, "\\Seen", None, letter).unwrap();
    store.finish().unwrap();
}

/// What is said of the newest message of a mailbox when it is opened.
async fn told(page: &mut Live, mailbox: &str) -> Trust {
    let message = page.newest(mailbox).await;
    page.read(&message, false).await.trust
}

/// What the own mail says of the sender of the newest message in the inbox.
async fn weighed(page: &mut Live, email: &str) -> Option<Caution> {
    let message = page.newest("INBOX").await;
    let email = email.to_owned();
    match page.ask(Request::WeighSender { message, email }).await {
        Ok(Answer::Weighed(caution)) => caution,
        other => panic!("{other:?}"),
    }
}

const FORGED: &str = "Authentication-Results: mx.surat.test; spf=fail smtp.mailfrom=evil.test;\r\n\tdkim=none; \
                      dmarc=fail header.from=bank.example\r\n\
                      Authentication-Results: mx.surat.test; dmarc=pass header.from=bank.example\r\n\
                      From: Budi <budi@bank.example>\r\n";

#[tokio::test]
async fn the_word_of_the_own_server_is_passed_on_where_its_name_is_set() {
    let testbed = dovecot();
    put(&testbed, "INBOX", &letter(FORGED));
    let proxy = Proxy::start_with(&testbed, &["--authserv-id", "mx.surat.test"]).await;
    let mut page = Browser::sign_in(&proxy, "ayu").await.live().await;

    let expected = Trust {
        checks: Some(Checks {
            spf: Outcome::Fail,
            dkim: Outcome::Missing,
            dmarc: Outcome::Fail,
        }),
        caution: Some(Caution::Unconfirmed {
            domain: "bank.example".into(),
        }),
    };
    assert_eq!(told(&mut page, "INBOX").await, expected);

    let mut elsewhere = Proxy::start(&testbed).await;
    let mut page = Browser::sign_in(&elsewhere, "ayu").await.live().await;
    assert_eq!(told(&mut page, "INBOX").await, Trust::default());
    elsewhere = Proxy::start_with(&testbed, &["--authserv-id", "mx.bank.example"]).await;
    let mut page = Browser::sign_in(&elsewhere, "ayu").await.live().await;
    assert_eq!(told(&mut page, "INBOX").await, Trust::default());
}

#[tokio::test]
async fn a_name_with_another_address_is_told_and_not_of_what_one_sent_oneself() {
    let (testbed, _proxy, _browser, mut page) = ayu().await;
    let posing = letter("From: =?utf-8?q?budi=EF=BC=A0bank=2Eexample?= <x@evil.test>\r\n");
    put(&testbed, "INBOX", &posing);
    put(&testbed, "Sent", &posing);

    let expected = Caution::OtherName {
        named: "budi@bank.example".into(),
        email: "x@evil.test".into(),
    };
    assert_eq!(told(&mut page, "INBOX").await.caution, Some(expected));
    assert_eq!(told(&mut page, "Sent").await, Trust::default());
}

#[tokio::test]
async fn a_sender_is_new_until_they_write_again_or_are_written_to() {
    let (testbed, _proxy, _browser, mut page) = ayu().await;
    put(&testbed, "INBOX", &letter("From: awal@new.example\r\n"));
    assert_eq!(
        weighed(&mut page, "awal@new.example").await,
        Some(Caution::FirstContact),
        "of all"
    );
    fill_inbox(&testbed, 30);
    put(&testbed, "INBOX", &letter("From: baru@new.example\r\n"));

    assert_eq!(
        weighed(&mut page, "baru@new.example").await,
        Some(Caution::FirstContact)
    );
    assert_eq!(
        weighed(&mut page, "tedi@other.example").await,
        Some(Caution::FirstContact)
    );
    assert_eq!(weighed(&mut page, "orang@surat.test").await, None, "of the own domain");
    assert_eq!(weighed(&mut page, "nobody").await, None, "no address");

    put(&testbed, "INBOX", &letter("From: Baru <BARU@new.example>\r\n"));
    assert_eq!(weighed(&mut page, "baru@new.example").await, None);
    assert_eq!(
        weighed(&mut page, "tedi@other.example").await,
        Some(Caution::FirstContact)
    );
}

#[tokio::test]
async fn who_was_written_to_is_known_and_who_looks_like_them_is_told() {
    let (testbed, _proxy, _browser, mut page) = ayu().await;
    let sent = "From: ayu@surat.test\r\nTo: Budi <budi@mandiri.example>\r\nCc: tedi@paypal.example\r\n\r\nHalo\r\n";
    put(&testbed, "Sent", sent.as_bytes());
    put(&testbed, "INBOX", &letter("From: x@new.example\r\n"));

    for known in ["budi@mandiri.example", "Tedi@paypal.example"] {
        assert_eq!(weighed(&mut page, known).await, None, "{known}");
    }
    let like = |domain: &str, like: &str| {
        Some(Caution::LookAlike {
            domain: domain.into(),
            like: like.into(),
        })
    };
    assert_eq!(
        weighed(&mut page, "budi@rnandiri.example").await,
        like("rnandiri.example", "mandiri.example")
    );
    // That they wrote before makes them no better.
    put(&testbed, "INBOX", &letter("From: x@paypa1.example\r\n"));
    put(&testbed, "INBOX", &letter("From: x@paypa1.example\r\n"));
    assert_eq!(
        weighed(&mut page, "x@paypa1.example").await,
        like("paypa1.example", "paypal.example")
    );
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_refused() {
    let (testbed, _proxy, _browser, mut page) = ayu().await;
    put(&testbed, "INBOX", &letter("From: x@new.example\r\n"));
    let message = page.newest("INBOX").await;

    for email in [
        "",
        "a\r\nA1 LOGOUT@x.example",
        &format!("{}@x.example", "x".repeat(600)),
    ] {
        let (message, email) = (message.clone(), email.to_owned());
        let answer = page.ask(Request::WeighSender { message, email }).await;
        assert_eq!(answer, Err(Problem::BadRequest));
    }
    // Taken as syntax, it would find every message before this one.
    put(&testbed, "INBOX", &letter("From: x@new.example\r\n"));
    let posing = weighed(&mut page, "a\" OR ALL FROM \"@x.example").await;
    assert_eq!(posing, Some(Caution::FirstContact));
}

#[tokio::test]
async fn whom_the_account_writes_to_is_looked_up_before_somebody_reads_in_a_large_mailbox() {
    let testbed = Testbed::builder().without_starttls().without_postfix().start().unwrap();
    let (tap, _proxy, mut page) = tapped(&testbed).await;
    put(
        &testbed,
        "Sent",
        b"From: ayu@surat.test\r\nTo: budi@mandiri.example\r\n\r\nHalo\r\n",
    );
    fill_inbox(&testbed, 1_001);
    let looked = |heard: &str| heard.matches(r#"SELECT "Sent""#).count();

    let message = page.newest("INBOX").await;
    let is_back = |heard: &str| {
        let after = heard.rsplit_once(r#"SELECT "Sent""#).map_or("", |(_, after)| after);
        after.contains(r#"SELECT "INBOX""#) && after.contains("RFC822.SIZE")
    };
    let heard = until(|| tap.heard(), is_back).await;

    assert_eq!(looked(&heard), 1);
    for email in ["budi@mandiri.example", "orang@rnandiri.example"] {
        let email = email.to_owned();
        let message = message.clone();
        let weighed = page.ask(Request::WeighSender { message, email }).await;
        assert!(matches!(weighed, Ok(Answer::Weighed(_))), "{weighed:?}");
    }
    assert_eq!(looked(&tap.heard()), 1, "{}", tap.heard());
}
