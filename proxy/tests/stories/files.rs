//! Attachments and sources: streamed, named, harmless.

use crate::support::{Browser, Inside, Live, ayu};
use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::StreamExt;
use std::{fmt::Write as _, time::Duration};
use surat_protocol::Uid;
use surat_testbed::Testbed;

const LARGE: usize = 200 << 20;

/// The octet of a large file at a place: a pattern whose period divides no buffer.
fn octet(at: usize) -> u8 {
    u8::try_from(at % 251).unwrap()
}

fn message(part_header: &str, body: &str) -> Vec<u8> {
    format!(
        "From: budi@surat.test\r\nTo: ayu@surat.test\r\nSubject: Berkas\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nini\r\n\
         --b\r\n{part_header}\r\n\r\n{body}\r\n--b--\r\n"
    )
    .into_bytes()
}

fn base64_lines(octets: impl Iterator<Item = u8>) -> String {
    let octets: Vec<u8> = octets.collect();
    let mut text = String::with_capacity(octets.len() * 138 / 100);
    for line in octets.chunks(57) {
        write!(text, "{}\r\n", BASE64_STANDARD.encode(line)).unwrap();
    }
    text
}

fn append(testbed: &Testbed, message: &[u8]) {
    let mut store = testbed.appender("ayu").unwrap();
    store.append("INBOX", "", None, message).unwrap();
    store.finish().unwrap();
}

fn path(opened: &Inside, uid: Uid, rest: &str) -> String {
    format!(
        "/api/part?mailbox=INBOX&validity={}&uid={}&{rest}",
        opened.uid_validity.0, uid.0
    )
}

#[tokio::test]
async fn a_file_of_200_megabytes_streams_through_little_memory() {
    let (testbed, proxy, browser, mut page) = ayu().await;
    let header = "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\
                  Content-Disposition: attachment; filename=besar.bin";
    append(&testbed, &message(header, &base64_lines((0..LARGE).map(octet))));
    let (opened, rows) = page.open_mailbox("INBOX").await;
    let request = browser.request(reqwest::Method::GET, &path(&opened, rows[0].uid, "section=2"));
    let before = proxy.peak_octets();

    let mut pieces = request.send().await.unwrap().bytes_stream();
    let mut at = 0;
    let mut longest = Duration::ZERO;
    while let Some(piece) = pieces.next().await {
        let piece = piece.unwrap();
        assert!(
            piece
                .iter()
                .enumerate()
                .all(|(index, found)| *found == octet(at + index)),
            "at {at}"
        );
        if at / (32 << 20) != (at + piece.len()) / (32 << 20) {
            longest = longest.max(time_to_read(&mut page).await);
        }
        at += piece.len();
    }

    assert_eq!(at, LARGE);
    let grown = proxy.peak_octets() - before;
    assert!(grown < 16 << 20, "grew by {grown} octets");
    assert!(
        longest < Duration::from_secs(10),
        "reading waited {longest:?} for the download"
    );
}

/// How long a person waits for a mailbox while something else goes on.
async fn time_to_read(page: &mut Live) -> Duration {
    let start = std::time::Instant::now();
    page.open_mailbox("Archive").await;
    start.elapsed()
}

#[tokio::test]
async fn types_that_could_run_are_only_downloaded() {
    let (testbed, _proxy, browser, mut page) = ayu().await;
    let png = base64_lines(b"\x89PNG\r\n\x1a\nxxxxxxxx".iter().copied());
    for (kind, name, body) in [
        ("text/html", "a.html", "PHNjcmlwdD4="),
        ("image/svg+xml", "a.svg", "PHN2Zz4="),
        ("image/png", "../../é\\\"x.png", png.as_str()),
        ("text/plain; charset=iso-8859-1", "a.txt", "Y2Fm6Q=="),
        ("application/pdf", "a.pdf", "JVBERi0="),
    ] {
        let header = format!(
            "Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"{name}\""
        );
        append(&testbed, &message(&header, body));
    }
    let (opened, rows) = page.open_mailbox("INBOX").await;
    let uids: Vec<Uid> = rows.iter().rev().map(|row| row.uid).collect();

    for uid in &uids[..2] {
        let answered = browser.get(&path(&opened, *uid, "section=2&inline=1")).await;
        assert_eq!(answered.header("content-type"), "application/octet-stream");
        assert!(answered.header("content-disposition").starts_with("attachment;"));
        assert!(answered.header("content-security-policy").contains("sandbox"));
    }
    let image = browser.get(&path(&opened, uids[2], "section=2&inline=1")).await;
    assert_eq!(image.header("content-type"), "image/png");
    assert!(image.header("content-disposition").starts_with("inline;"));
    assert!(!image.header("content-disposition").contains(".."));
    assert_eq!(image.header("x-content-type-options"), "nosniff");
    assert_eq!(
        image.header("vary"),
        "cookie",
        "the next one to sign in does not get it from the cache"
    );
    let text = browser.get(&path(&opened, uids[3], "section=2&inline=1")).await;
    assert_eq!(
        (text.header("content-type"), text.text().as_str()),
        ("text/plain; charset=utf-8", "café")
    );
    let pdf = browser.get(&path(&opened, uids[4], "section=2&inline=1")).await;
    assert_eq!((pdf.header("content-type"), pdf.status), ("application/pdf", 200));

    let source = path(&opened, uids[3], "").replace("/api/part", "/api/source");
    let eml = browser.get(&source).await;
    assert!(eml.text().starts_with("From: budi@surat.test\r\n"));
    assert!(eml.header("content-disposition").contains("Berkas.eml"));
    let shown = browser.get(&format!("{source}&inline=1")).await;
    assert_eq!(shown.header("content-type"), "text/plain; charset=utf-8");
}

#[tokio::test]
async fn what_is_not_there_or_not_ones_own_is_told_in_words() {
    let (testbed, proxy, browser, mut page) = ayu().await;
    append(&testbed, &message("Content-Type: text/plain", "x"));
    let (opened, rows) = page.open_mailbox("INBOX").await;
    let good = path(&opened, rows[0].uid, "section=2");

    for (path, status) in [
        (path(&opened, Uid(999), "section=1"), 404),
        (path(&opened, rows[0].uid, "section=9"), 404),
        (path(&opened, rows[0].uid, "section=1]"), 400),
        (path(&opened, rows[0].uid, "section=1%0d%0aA1%20LOGOUT"), 400),
        (good.replace("INBOX", "Nowhere"), 404),
        (good.replace("validity=", "validity=7&was="), 404),
        ("/api/part?mailbox=INBOX".into(), 400),
        ("/api/image?u=http://127.0.0.1/&e=9999999999&s=AAAA".into(), 403),
    ] {
        let answered = browser.get(&path).await;
        assert_eq!(answered.status, status, "{path}: {}", answered.text());
    }
    assert_eq!(Browser::new(&proxy).get(&good).await.status, 401);
    // Budi has no such message.
    assert_eq!(Browser::sign_in(&proxy, "budi").await.get(&good).await.status, 404);
}
