//! Starts a private Dovecot and signs in to it; or plays the server by a script.

use std::time::Duration;
use surat_proxy::{
    endpoint::Endpoint,
    imap::{self, Error, Session, WireName},
    secret::Secret,
    tls::TlsSettings,
};
use surat_testbed::{Builder, PASSWORD, Stored, Testbed, address};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A server that has everything, without mail.
pub(crate) fn dovecot() -> Testbed {
    start(Testbed::builder())
}

/// A server that announces no extension.
pub(crate) fn plain_dovecot() -> Testbed {
    start(Testbed::builder().plain_imap4rev1())
}

/// A server with so many messages in Ayu's INBOX; each third is read, each tenth has a star.
pub(crate) fn dovecot_with(builder: Builder, messages: usize) -> Testbed {
    let mut testbed = builder.without_postfix().prepare().unwrap();
    let mut store = testbed.store("ayu");
    for number in 1..=messages {
        let flags = match (number % 3, number % 10) {
            (0, 0) => "FS",
            (0, _) => "S",
            (_, 0) => "F",
            _ => "",
        };
        let octets = message(number);
        let date = 1_600_000_000 + 60 * number as u64;
        store
            .add(&Stored {
                mailbox: "INBOX",
                flags,
                date,
                octets: octets.as_bytes(),
            })
            .unwrap();
    }
    testbed.start().unwrap();
    testbed
}

/// A message with its number in the subject.
pub(crate) fn message(number: usize) -> String {
    format!(
        "From: Budi <budi@surat.test>\r\nTo: ayu@surat.test\r\nSubject: Number {number}\r\n\
         Message-ID: <n{number}@surat.test>\r\nReferences: <a@surat.test> <b@surat.test>\r\n\
         Date: Sun, 13 Sep 2020 12:26:40 +0000\r\n\r\nBody of message {number}.\r\n"
    )
}

pub(crate) fn start(builder: Builder) -> Testbed {
    builder.without_postfix().start().unwrap()
}

/// The server's IMAPS port, as configured by a person.
pub(crate) fn imaps(testbed: &Testbed) -> Endpoint {
    format!("imaps://localhost:{}", testbed.imaps_port).parse().unwrap()
}

/// Trusts the testbed's CA.
pub(crate) fn trust(testbed: &Testbed) -> TlsSettings {
    TlsSettings::new(Some(&testbed.ca_file())).unwrap()
}

pub(crate) async fn sign_in(testbed: &Testbed, user: &str) -> Session {
    try_sign_in(testbed, user, PASSWORD).await.unwrap()
}

pub(crate) async fn try_sign_in(testbed: &Testbed, user: &str, password: &str) -> Result<Session, Error> {
    let client = imap::dial(&imaps(testbed), &trust(testbed)).await.unwrap();
    client.sign_in(&address(user), &Secret::new(password), None).await
}

/// Signs in as Ayu and opens the inbox.
pub(crate) async fn ayus_inbox(testbed: &Testbed) -> Session {
    let mut session = sign_in(testbed, "ayu").await;
    session.select(&WireName::inbox()).await.unwrap();
    session
}

pub(crate) fn name(text: &str) -> WireName {
    WireName::from_server(text.as_bytes())
}

/// A step of a script: wait for a piece of what the client sends, then say something.
pub(crate) type Step = (&'static str, &'static str);

/// Signs in to a server that plays a script after this greeting and sign-in.
pub(crate) async fn scripted(capabilities: &str, steps: &'static [Step]) -> (Session, JoinHandle<String>) {
    let greeting = format!("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN {capabilities}] hi\r\n");
    let reply = format!("A0001 OK [CAPABILITY IMAP4rev1 {capabilities}] welcome\r\n");
    let (endpoint, server) = play(async move |mut stream: TcpStream| {
        let mut heard = String::new();
        stream.write_all(greeting.as_bytes()).await.unwrap();
        hear(&mut stream, &mut heard, "AUTHENTICATE PLAIN\r\n").await;
        stream.write_all(b"+ \r\n").await.unwrap();
        hear(&mut stream, &mut heard, "\r\n").await;
        stream.write_all(reply.as_bytes()).await.unwrap();
        hear(&mut stream, &mut heard, "CAPABILITY\r\n").await;
        let all = format!("* CAPABILITY IMAP4rev1 {}\r\nA0002 OK\r\n", reply_capabilities(&reply));
        stream.write_all(all.as_bytes()).await.unwrap();
        follow(&mut stream, steps).await
    })
    .await;
    let client = imap::dial(&endpoint, &TlsSettings::new(None).unwrap()).await.unwrap();
    let session = client.sign_in("ayu", &Secret::new("secret"), None).await.unwrap();
    (session, server)
}

fn reply_capabilities(reply: &str) -> String {
    let inside = reply.split(['[', ']']).nth(1).unwrap();
    inside.trim_start_matches("CAPABILITY IMAP4rev1 ").to_owned()
}

/// Listens on loopback and lets `server` speak with whoever comes first.
pub(crate) async fn play<F>(server: impl FnOnce(TcpStream) -> F + Send + 'static) -> (Endpoint, JoinHandle<String>)
where
    F: Future<Output = String> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("imap://127.0.0.1:{}", listener.local_addr().unwrap().port())
        .parse()
        .unwrap();
    let task = tokio::spawn(async move { server(listener.accept().await.unwrap().0).await });
    (endpoint, task)
}

/// Plays the steps, then listens until the client hangs up. Gives all that the client said.
pub(crate) async fn follow(stream: &mut TcpStream, steps: &[Step]) -> String {
    let mut all = String::new();
    let mut heard = String::new();
    for (awaited, said) in steps {
        hear(stream, &mut heard, awaited).await;
        all.push_str(&heard);
        stream.write_all(said.as_bytes()).await.unwrap();
    }
    let mut rest = Vec::new();
    // The client may hang up rudely.
    let _ = stream.read_to_end(&mut rest).await;
    all + &String::from_utf8_lossy(&rest)
}

/// Reads until `awaited` was said.
pub(crate) async fn hear(stream: &mut TcpStream, heard: &mut String, awaited: &str) {
    heard.clear();
    let reading = async {
        while !heard.contains(awaited) {
            let mut buffer = [0; 4096];
            let count = stream.read(&mut buffer).await.unwrap();
            assert!(
                count > 0,
                "the client hung up before it said {awaited:?}; it said {heard:?}"
            );
            heard.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
    };
    if tokio::time::timeout(Duration::from_secs(10), reading).await.is_err() {
        panic!("the client did not say {awaited:?}, but {heard:?}");
    }
}
