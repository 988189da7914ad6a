//! Long messages on the socket are compressed for who offers it, and for nobody else.

use crate::support::{Browser, PATIENCE, Proxy, dovecot};
use miniz_oxide::{deflate::compress_to_vec, inflate::decompress_to_vec};
use surat_protocol::{Answer, ClientFrame, MailboxName, Request, RequestId, Row, ServerFrame, frame};
use surat_testbed::{Stored, Testbed};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

/// What Chromium offers.
const OFFER: &str = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

/// A page that looks at its frames.
struct Page {
    stream: BufReader<TcpStream>,
    /// What the handshake was answered with, in small letters.
    head: String,
    is_deflating: bool,
    /// Octets of all frames that came, and how many of them were compressed.
    octets: usize,
    deflated: usize,
}

impl Page {
    /// Asks for a socket with a further header, and says Hello on it.
    async fn open(browser: &Browser, header: &str, is_deflating: bool) -> Self {
        let host = browser.origin.trim_start_matches("http://");
        let mut stream = BufReader::new(TcpStream::connect(host).await.unwrap());
        let request = format!(
            "GET /api/live HTTP/1.1\r\nHost: {host}\r\nOrigin: {}\r\nCookie: {}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             {header}\r\n",
            browser.origin,
            browser.cookie.as_deref().unwrap()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(timeout(PATIENCE, stream.read_u8()).await.unwrap().unwrap());
        }
        let mut page = Self {
            stream,
            head: String::from_utf8(head).unwrap().to_lowercase(),
            is_deflating,
            octets: 0,
            deflated: 0,
        };
        let version = frame::VERSION;
        page.say(&ClientFrame::Hello { version }).await;
        page
    }

    async fn say(&mut self, said: &ClientFrame) {
        let mut octets = frame::encode(said);
        let mut first = 0x82;
        if self.is_deflating {
            first = 0xC2;
            octets = compress_to_vec(&octets, 6);
            octets.push(0);
        }
        let length = u8::try_from(octets.len()).unwrap();
        assert!(length < 126);
        // The mask is zeros.
        let header = [first, 0x80 | length, 0, 0, 0, 0];
        self.stream.write_all(&[&header[..], &octets].concat()).await.unwrap();
    }

    /// The next frame, or the code with which the socket is closed.
    async fn hear(&mut self) -> Result<ServerFrame, u16> {
        timeout(PATIENCE, self.read()).await.unwrap()
    }

    async fn read(&mut self) -> Result<ServerFrame, u16> {
        loop {
            let first = self.stream.read_u8().await.unwrap();
            let length = match self.stream.read_u8().await.unwrap() {
                126 => u64::from(self.stream.read_u16().await.unwrap()),
                127 => self.stream.read_u64().await.unwrap(),
                length => length.into(),
            };
            let mut octets = vec![0; length.try_into().unwrap()];
            self.stream.read_exact(&mut octets).await.unwrap();
            match first {
                0x82 => {}
                0xC2 => {
                    octets.extend([0, 0, 0xFF, 0xFF, 3, 0]);
                    self.deflated += 1;
                }
                0x88 => return Err(u16::from_be_bytes([octets[0], octets[1]])),
                _ => continue,
            }
            self.octets += octets.len();
            let octets = if first == 0xC2 {
                decompress_to_vec(&octets).unwrap()
            } else {
                octets
            };
            return Ok(frame::decode(&octets).unwrap());
        }
    }

    async fn rows(&mut self) -> Vec<Row> {
        assert!(matches!(self.hear().await, Ok(ServerFrame::Welcome(_))));
        let request = Request::OpenMailbox {
            mailbox: MailboxName("Archive".into()),
            first_rows: 100,
            known: None,
        };
        let id = RequestId(1);
        self.say(&ClientFrame::Request { id, request }).await;
        let mut rows = Vec::new();
        loop {
            if let ServerFrame::Answer { answer, is_last, .. } = self.hear().await.unwrap() {
                match answer.unwrap() {
                    Answer::Glance(glance) => rows.extend(glance.rows),
                    Answer::Rows(told) => rows.extend(told),
                    _ => {}
                }
                if is_last {
                    return rows;
                }
            }
        }
    }
}

fn archive() -> Testbed {
    let mut testbed = Testbed::builder().without_postfix().prepare().unwrap();
    let mut store = testbed.store("ayu");
    for number in 0..100 {
        let octets = format!(
            "From: Budi Santoso <budi@surat.test>\r\nTo: ayu@surat.test\r\nSubject: Laporan {number}\r\n\r\n\
             Selamat pagi, ini laporan nomor {number} untuk minggu ini.\r\n"
        );
        let message = Stored {
            mailbox: "Archive",
            flags: "",
            date: 1_700_000_000 + number,
            octets: octets.as_bytes(),
        };
        store.add(&message).unwrap();
    }
    testbed.start().unwrap();
    testbed
}

#[tokio::test]
async fn rows_take_half_the_octets_for_who_offers_compression() {
    let testbed = archive();
    let proxy = Proxy::start(&testbed).await;
    let browser = Browser::sign_in(&proxy, "ayu").await;

    let mut plain = Page::open(&browser, "", false).await;
    let mut offering = Page::open(&browser, OFFER, false).await;
    let mut compressing = Page::open(&browser, OFFER, true).await;
    let rows = plain.rows().await;

    assert!(!plain.head.contains("sec-websocket-extensions"), "{}", plain.head);
    assert_eq!((rows.len(), plain.deflated), (100, 0));
    for page in [&mut offering, &mut compressing] {
        assert!(page.head.contains(
            "sec-websocket-extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"
        ));
        assert_eq!(page.rows().await, rows);
        assert!(page.deflated > 0);
        assert!(page.octets < plain.octets / 2, "{} of {}", page.octets, plain.octets);
    }
}

#[tokio::test]
async fn a_page_that_compresses_without_having_offered_it_is_closed() {
    let testbed = dovecot();
    let proxy = Proxy::start(&testbed).await;
    let browser = Browser::sign_in(&proxy, "ayu").await;

    let mut page = Page::open(&browser, "", false).await;
    assert!(matches!(page.hear().await, Ok(ServerFrame::Welcome(_))));
    page.is_deflating = true;
    let request = Request::ListMailboxes;
    page.say(&ClientFrame::Request {
        id: RequestId(1),
        request,
    })
    .await;

    loop {
        match page.hear().await {
            Ok(ServerFrame::Event(_)) => {}
            end => return assert_eq!(end.err(), Some(1009)),
        }
    }
}
