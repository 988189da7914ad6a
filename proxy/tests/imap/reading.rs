//! Opening a mailbox, rows, messages, parts, search.

use crate::support::{ayus_inbox, dovecot_with, message, name, scripted, sign_in};
use surat_protocol::{Flag, ModSeq, Term, TermField, Uid, UidSet};
use surat_proxy::imap::{
    Error, WireName,
    command::fetch_part::{PartReader, What},
    decode::body_structure::BodyStructure,
};
use surat_testbed::{Stored, Testbed};

#[tokio::test]
async fn a_mailbox_of_thousands_opens_as_one_range() {
    let testbed = dovecot_with(Testbed::builder(), 2000);
    let mut session = sign_in(&testbed, "ayu").await;

    let selected = session.select(&WireName::inbox()).await.unwrap();
    let uids = session.all_uids().await.unwrap();

    assert_eq!((session.exists(), uids.to_string().as_str()), (Some(2000), "1:2000"));
    assert_eq!(selected.uid_next, Some(Uid(2001)));
    assert!(selected.uid_validity.0 > 0 && selected.highest_modseq > ModSeq(0) && !selected.is_read_only);
    assert!(selected.permanent_flags.unwrap().may_create_keywords);
    assert_eq!(session.unseen_uids().await.unwrap().len(), 2000 - 666);
}

#[tokio::test]
async fn rows_have_all_that_a_list_shows() {
    let testbed = dovecot_with(Testbed::builder(), 60);
    let mut session = ayus_inbox(&testbed).await;
    let wanted = UidSet::from_ranges([(30, 30), (58, 90)]);

    let mut rows = session.fetch_rows(&wanted, |fetch| fetch).await.unwrap();

    rows.sort_by_key(|row| row.uid);
    assert_eq!(
        rows.iter().map(|row| row.uid.unwrap().0).collect::<Vec<_>>(),
        [30, 58, 59, 60]
    );
    let first = &rows[0];
    assert_eq!(
        first.envelope.as_ref().unwrap().subject.as_deref(),
        Some(&b"Number 30"[..])
    );
    assert_eq!(first.internal_date, Some(1_600_001_800));
    assert_eq!(first.preview.as_deref(), Some(&b"Body of message 30."[..]));
    let flags = first.flags.as_ref().unwrap();
    assert!(flags.is_seen() && flags.is_flagged());
    assert!(matches!(&first.body_structure, Some(BodyStructure::Part(part)) if part.subtype == "plain"));
}

#[tokio::test]
async fn a_message_comes_with_the_fields_that_answering_needs() {
    let testbed = dovecot_with(Testbed::builder(), 2);
    let mut session = ayus_inbox(&testbed).await;

    let described = session.fetch_message(Uid(2)).await.unwrap().unwrap();

    assert_eq!(
        String::from_utf8_lossy(&described.fields),
        "References: <a@surat.test> <b@surat.test>\r\n\r\n"
    );
    assert!(described.fetch.envelope.is_some() && described.fetch.sections.is_empty());
    assert_eq!(described.fetch.size_octets, Some(message(2).len() as u64));
    assert_eq!(session.fetch_message(Uid(99)).await.unwrap(), None);
    let flags = session.fetch_flags(&UidSet::one(Uid(2))).await.unwrap();
    assert!(!flags[0].1.is_seen());
}

#[tokio::test]
async fn making_a_mailbox_ready_for_reading_loses_no_news() {
    let (mut session, _server) = scripted(
        "CONDSTORE",
        &[(
            "UID FETCH * (RFC822.SIZE)\r\n",
            "* 3 EXISTS\r\n* 2 FETCH (UID 2 RFC822.SIZE 70)\r\n* 1 FETCH (FLAGS (\\Seen))\r\nA0003 OK\r\n",
        )],
    )
    .await;

    session.warm_up().await.unwrap();

    let news = session.take_unsolicited();
    assert_eq!(news.len(), 2, "{news:?}");
    let testbed = dovecot_with(Testbed::builder(), 0);
    ayus_inbox(&testbed).await.warm_up().await.unwrap();
}

#[tokio::test]
async fn parts_are_fetched_up_to_a_cap() {
    let testbed = dovecot_with(Testbed::builder(), 1);
    let mut session = ayus_inbox(&testbed).await;
    let text = What::Part(surat_protocol::Section::parse("1").unwrap());

    let whole = session.fetch_part(Uid(1), &text, 1000).await.unwrap().unwrap();
    let cut = session.fetch_part(Uid(1), &text, 4).await.unwrap().unwrap();
    let header = session.fetch_header(Uid(1), &What::Header).await.unwrap().unwrap();
    let missing = What::Part(surat_protocol::Section::parse("7").unwrap());

    assert_eq!(
        (whole.octets.as_slice(), whole.is_last),
        (&b"Body of message 1.\r\n"[..], true)
    );
    assert_eq!((cut.octets.as_slice(), cut.is_last), (&b"Body"[..], false));
    assert!(header.starts_with(b"From: Budi") && header.ends_with(b"\r\n\r\n"));
    assert!(
        session
            .fetch_part(Uid(1), &missing, 9)
            .await
            .unwrap()
            .is_none_or(|piece| piece.octets.is_empty())
    );
    assert_eq!(session.fetch_part(Uid(9), &text, 9).await.unwrap(), None);
}

#[tokio::test]
async fn several_parts_come_in_one_command() {
    let testbed = Testbed::builder().without_postfix().start().unwrap();
    let octets = "From: a@surat.test\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
                  --b\r\nContent-Type: text/plain\r\n\r\nHalo\r\n--b\r\nContent-Type: text/html\r\n\r\n\
                  <p>Halo</p>\r\n--b--\r\n";
    testbed.deliver("ayu", octets.as_bytes()).unwrap();
    let mut session = ayus_inbox(&testbed).await;
    let wanted = [("2", 1000), ("7", 9), ("1", 2)];
    let wanted = wanted.map(|(section, cap)| (surat_protocol::Section::parse(section).unwrap(), cap));

    let mut parts = session.fetch_parts(Uid(1), &wanted).await.unwrap();
    let gone = session.fetch_parts(Uid(9), &wanted).await.unwrap();

    parts.retain(|(_, octets)| !octets.is_empty());
    parts.sort();
    let [(one, halo), (two, html)] = &parts[..] else {
        panic!("{parts:?}")
    };
    assert_eq!((one.as_str(), &halo[..]), ("1", &b"Ha"[..]));
    assert_eq!((two.as_str(), &html[..]), ("2", &b"<p>Halo</p>"[..]));
    assert!(gone.is_empty());
}

#[tokio::test]
async fn a_large_message_is_streamed_in_pieces_that_add_up() {
    let mut testbed = Testbed::builder().without_postfix().prepare().unwrap();
    let large = format!(
        "Subject: large\r\n\r\n{}",
        "0123456789abcdef0123456789abcdef0123456789abcdef\r\n".repeat(60_000)
    );
    let stored = Stored {
        mailbox: "INBOX",
        flags: "",
        date: 1_600_000_000,
        octets: large.as_bytes(),
    };
    testbed.store("ayu").add(&stored).unwrap();
    testbed.start().unwrap();
    let mut session = ayus_inbox(&testbed).await;

    let mut reader = PartReader::new(Uid(1), What::Whole);
    let mut whole = Vec::new();
    while let Some(piece) = reader.next(&mut session).await.unwrap() {
        assert!(piece.len() <= 512 * 1024);
        whole.extend(piece);
        // The connection is free between two pieces.
        session.noop().await.unwrap();
    }

    assert!(
        whole == large.as_bytes(),
        "{} octets instead of {}",
        whole.len(),
        large.len()
    );
    let gone = PartReader::new(Uid(5), What::Whole).next(&mut session).await;
    assert!(matches!(gone, Err(Error::Incomplete(_))));
}

#[tokio::test]
async fn search_meets_all_terms() {
    let testbed = dovecot_with(Testbed::builder(), 40);
    let mut session = ayus_inbox(&testbed).await;
    let term = |field, text: &str| Term {
        field,
        text: text.into(),
    };
    let mut found = async |terms: &[Term]| session.search(terms).await.unwrap().to_string();

    assert_eq!(found(&[term(TermField::Subject, "number 7")]).await, "7");
    assert_eq!(found(&[term(TermField::Anywhere, "message 12.")]).await, "12");
    assert_eq!(
        found(&[
            term(TermField::From, "budi"),
            term(TermField::Starred, ""),
            term(TermField::Unread, "")
        ])
        .await,
        "10,20,40"
    );
    assert_eq!(found(&[term(TermField::Anywhere, "Bücher \" OR ALL")]).await, "");
    assert_eq!(found(&[term(TermField::To, "nobody")]).await, "");
    assert_eq!(
        session
            .uids_of_message_id(&UidSet::new(), "n3@surat.test")
            .await
            .unwrap(),
        UidSet::one(Uid(3))
    );
    assert!(matches!(
        session.search(&[term(TermField::Body, "a\0")]).await,
        Err(Error::Unsendable)
    ));
}

#[tokio::test]
async fn changes_are_told_since_a_moment() {
    let testbed = dovecot_with(Testbed::builder(), 5);
    let mut session = sign_in(&testbed, "ayu").await;
    let selected = session.select(&WireName::inbox()).await.unwrap();
    let mut other = ayus_inbox(&testbed).await;
    other
        .store_flags(&UidSet::one(Uid(2)), &[Flag::forwarded()], &[])
        .await
        .unwrap();
    other.expunge(&UidSet::one(Uid(4))).await.unwrap();
    session.noop().await.unwrap();

    let changes = session.changes_since(selected.highest_modseq).await.unwrap();

    assert_eq!(changes.vanished, Some(UidSet::one(Uid(4))));
    assert_eq!(changes.flags.len(), 1);
    assert!(changes.flags[0].0 == Uid(2) && changes.flags[0].1.contains(&Flag::forwarded()));
    assert!(changes.highest_modseq > selected.highest_modseq);
}

#[tokio::test]
async fn what_happens_while_changes_are_told_does_not_count_as_told() {
    for (extra, up_to) in [
        ("", 9),
        // A message came at 10 and a flag was set at 11: the message is told by EXISTS alone.
        ("* 4 EXISTS\r\n* 1 FETCH (UID 1 FLAGS () MODSEQ (11))\r\n", 0),
        // Without QRESYNC some servers do not say of which UID it is.
        ("* 1 FETCH (FLAGS () MODSEQ (11))\r\n", 0),
    ] {
        let reply = format!("* 2 FETCH (UID 2 FLAGS (\\Seen) MODSEQ (9))\r\n{extra}A0003 OK\r\n");
        let steps: &'static [_] = vec![("CHANGEDSINCE 7", &*reply.leak())].leak();
        let (mut session, _server) = scripted("CONDSTORE", steps).await;

        let changes = session.changes_since(ModSeq(7)).await.unwrap();

        assert_eq!(changes.highest_modseq, ModSeq(up_to), "{extra}");
        assert!(changes.flags.iter().any(|(uid, _)| *uid == Uid(2)));
        assert_eq!(
            session.take_unsolicited().is_empty(),
            extra.is_empty(),
            "a look follows"
        );
    }
}

#[tokio::test]
async fn a_mailbox_may_be_open_for_reading_only() {
    let testbed = dovecot_with(Testbed::builder(), 1);
    let mut session = sign_in(&testbed, "ayu").await;

    assert!(session.examine(&WireName::inbox()).await.unwrap().is_read_only);
    session.unselect().await.unwrap();
    assert_eq!(session.selected(), None);
    assert!(session.select(&name("Nowhere")).await.is_err());
    assert_eq!(session.selected(), None);
}
