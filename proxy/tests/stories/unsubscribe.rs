//! Leaving a mailing list with one click (RFC 8058): only where the own mail server vouches for the offer.

use crate::support::{Browser, Live, Proxy, dovecot};
use std::sync::Arc;
use surat_protocol::{Answer, MessageRef, Problem, Request};
use surat_testbed::Testbed;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// A list's web server with the testbed's certificate: it answers each request with this status, and notes it.
async fn list(testbed: &Testbed, status: &'static str) -> (u16, mpsc::UnboundedReceiver<String>) {
    let certificates = CertificateDer::pem_file_iter(testbed.dir().join("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(testbed.dir().join("server.key")).unwrap();
    let tls = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(certificates.collect::<Result<_, _>>().unwrap(), key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (asked, requests) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = String::new();
            while !request.contains("One-Click") {
                let mut buffer = vec![0; 4096];
                let read = stream.read(&mut buffer).await.unwrap();
                assert!(read > 0, "cut: {request}");
                request.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
            }
            asked.send(request).unwrap();
            let answer = format!("HTTP/1.1 {status}\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (port, requests)
}

/// A newsletter whose list is told at this port.
fn newsletter(port: u16, results: &str, signed: &str) -> String {
    format!(
        "Authentication-Results: mx.surat.test; {results}\r\n\
         DKIM-Signature: v=1; d=news.example; h={signed}; b=x\r\n\
         From: Kabar <kabar@news.example>\r\nTo: ayu@surat.test\r\nSubject: Kabar\r\n\
         List-Unsubscribe: <https://localhost:{port}/off?u=ayu>\r\n\
         List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nHalo\r\n"
    )
}

const GOOD: &str = "dkim=pass header.d=news.example";
const ALL: &str = "From:List-Unsubscribe:List-Unsubscribe-Post";

/// The newest message, and the host that it offers.
async fn offered(page: &mut Live) -> (MessageRef, Option<String>) {
    let message = page.newest("INBOX").await;
    let host = page.read(&message, false).await.unsubscribe;
    (message, host)
}

async fn page_at(testbed: &Testbed, options: &[&str]) -> (Proxy, Live) {
    let proxy = Proxy::start_with(testbed, options).await;
    let page = Browser::sign_in(&proxy, "ayu").await.live().await;
    (proxy, page)
}

const OPTIONS: [&str; 3] = ["--allow-private-image-hosts", "--authserv-id", "mx.surat.test"];

#[tokio::test]
async fn one_click_tells_the_list_and_nothing_of_the_reader() {
    let testbed = dovecot();
    let (port, mut requests) = list(&testbed, "202 Accepted").await;
    testbed.deliver("ayu", newsletter(port, GOOD, ALL).as_bytes()).unwrap();
    let (_proxy, mut page) = page_at(&testbed, &OPTIONS).await;

    let (message, host) = offered(&mut page).await;
    assert_eq!(host.as_deref(), Some("localhost"));
    assert!(requests.try_recv().is_err(), "reading tells nobody");
    assert_eq!(page.ask(Request::Unsubscribe { message }).await, Ok(Answer::Done));

    let request = requests.recv().await.unwrap().to_ascii_lowercase();
    assert!(request.starts_with("post /off?u=ayu http/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\nlist-unsubscribe=one-click"), "{request}");
    assert!(
        request.contains("content-type: application/x-www-form-urlencoded\r\n"),
        "{request}"
    );
    assert!(!request.contains("cookie") && !request.contains("referer"), "{request}");
}

#[tokio::test]
async fn what_is_not_vouched_for_is_neither_offered_nor_done() {
    let testbed = dovecot();
    let (port, mut requests) = list(&testbed, "200 OK").await;
    let (_proxy, mut page) = page_at(&testbed, &OPTIONS).await;
    let cases = [
        ("dkim=fail header.d=news.example", ALL, false),
        ("dkim=none", ALL, false),
        (GOOD, "From", true),
    ];

    for (results, signed, is_offered) in cases {
        testbed
            .deliver("ayu", newsletter(port, results, signed).as_bytes())
            .unwrap();
        let (message, host) = offered(&mut page).await;
        assert_eq!(host.is_some(), is_offered, "{results} {signed}");
        let outcome = page.ask(Request::Unsubscribe { message }).await;
        assert_eq!(outcome, Err(Problem::NotUnsubscribed), "{results} {signed}");
    }
    let (_proxy, mut stranger) = page_at(&testbed, &OPTIONS[..1]).await;
    testbed.deliver("ayu", newsletter(port, GOOD, ALL).as_bytes()).unwrap();
    assert_eq!(offered(&mut stranger).await.1, None, "nobody's results are believed");
    assert!(requests.try_recv().is_err());
}

#[tokio::test]
async fn a_list_that_does_not_take_it_is_told_as_such() {
    let testbed = dovecot();
    let (port, mut requests) = list(&testbed, "302 Found").await;
    testbed.deliver("ayu", newsletter(port, GOOD, ALL).as_bytes()).unwrap();
    let (_proxy, mut page) = page_at(&testbed, &OPTIONS).await;
    let (message, _) = offered(&mut page).await;

    let outcome = page.ask(Request::Unsubscribe { message }).await;

    assert_eq!(outcome, Err(Problem::NotUnsubscribed));
    assert!(requests.recv().await.is_some());
    assert!(requests.try_recv().is_err(), "a redirect is not followed");
}

#[tokio::test]
async fn a_list_inside_the_own_network_is_not_told() {
    let testbed = dovecot();
    let (port, mut requests) = list(&testbed, "200 OK").await;
    testbed.deliver("ayu", newsletter(port, GOOD, ALL).as_bytes()).unwrap();
    let (_proxy, mut page) = page_at(&testbed, &OPTIONS[1..]).await;
    let (message, _) = offered(&mut page).await;

    assert_eq!(
        page.ask(Request::Unsubscribe { message }).await,
        Err(Problem::NotUnsubscribed)
    );
    assert!(requests.try_recv().is_err());
}
