//! A page as the proxy sees it: signs in by HTTPS, holds the socket, opens the inbox, hears events.

use anyhow::{Context, Result, anyhow, bail};
use futures_util::{SinkExt, StreamExt};
use rustls::{
    ClientConfig, RootCertStore,
    client::Resumption,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{net::Ipv4Addr, sync::Arc, time::Duration};
use surat_protocol::{
    Answer, ClientFrame, Event, MailboxName, Request, RequestId, ServerFrame,
    frame::{VERSION, decode, encode},
    http::{LIVE, LOGIN, Login, LoginAnswer},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// Signing in means connecting to the IMAP server and back, in turn with others.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Who does not read must not have it kept by the system.
const HOSTILE_OCTETS: u32 = 16 << 10;

/// The way to the proxy.
#[derive(Clone)]
pub(super) struct Proxy {
    port: u16,
    /// The address on this machine from which it is dialled.
    from: Ipv4Addr,
    /// What the system keeps of what the proxy says, if not as much as it likes.
    receives_octets: Option<u32>,
    tls: TlsConnector,
}

/// An open page.
pub(super) struct Page {
    socket: WebSocketStream<TlsStream<TcpStream>>,
    /// Requests so far: each has its number as its id.
    asked: u32,
}

impl Proxy {
    /// A proxy on this machine, whose certificate the CA has signed.
    pub(super) fn new(port: u16, ca_pem: &str) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
            roots.add(certificate.context("Read the CA")?).context("Trust the CA")?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .context("Set up TLS")?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            port,
            from: Ipv4Addr::LOCALHOST,
            receives_octets: None,
            tls: TlsConnector::from(Arc::new(config)),
        })
    }

    /// The same proxy, dialled from another address of this machine (all of 127.0.0.0/8 are).
    pub(super) fn from(&self, from: Ipv4Addr) -> Self {
        Self { from, ..self.clone() }
    }

    /// The same proxy, with a whole TLS handshake each time, and little room for what it says.
    pub(super) fn hostile(mut self) -> Self {
        let mut config = ClientConfig::clone(self.tls.config());
        config.resumption = Resumption::disabled();
        self.tls = TlsConnector::from(Arc::new(config));
        self.receives_octets = Some(HOSTILE_OCTETS);
        self
    }

    /// Signs in, opens the socket, and loads folders and inbox, as the app does.
    pub(super) async fn open(&self, email: &str) -> Result<Page> {
        let page = timeout(TIME_LIMIT, self.open_page(email)).await;
        page.with_context(|| format!("The sign-in of {email} takes too long"))?
            .with_context(|| format!("Sign in {email}"))
    }

    async fn open_page(&self, email: &str) -> Result<Page> {
        let cookie = self.sign_in(email).await?;
        self.enter(&cookie).await
    }

    /// Opens the socket with a session cookie, and loads folders and inbox.
    pub(super) async fn enter(&self, cookie: &str) -> Result<Page> {
        let origin = self.origin();
        let mut request = format!("{}{LIVE}", origin.replacen("http", "ws", 1))
            .into_client_request()
            .context("Prepare the socket")?;
        let headers = request.headers_mut();
        headers.insert("cookie", cookie.parse().context("Take the cookie")?);
        headers.insert("origin", origin.parse().context("Name the origin")?);
        let (socket, _) = client_async(request, self.connect().await?)
            .await
            .context("Open the socket")?;
        let mut page = Page { socket, asked: 0 };
        page.send(&ClientFrame::Hello { version: VERSION }).await?;
        match page.receive().await? {
            ServerFrame::Welcome(_) => {}
            other => bail!("not let in: {other:?}"),
        }
        page.ask(Request::ListMailboxes).await?;
        let mailbox = MailboxName::inbox();
        page.ask(Request::OpenMailbox {
            mailbox,
            first_rows: 40,
            known: None,
        })
        .await?;
        Ok(page)
    }

    /// Signs in and gives the session cookie as it is sent back.
    pub(super) async fn sign_in(&self, email: &str) -> Result<String> {
        let body = encode(&Login {
            email: email.to_owned(),
            password: surat_testbed::PASSWORD.to_owned(),
            keep: false,
        });
        let head = format!(
            "POST {LOGIN} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nOrigin: {}\r\n\
             Content-Type: application/octet-stream\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.port,
            self.origin(),
            body.len()
        );
        let mut stream = self.connect().await?;
        stream
            .write_all(&[head.as_bytes(), &body].concat())
            .await
            .context("Ask")?;
        let mut octets = Vec::new();
        stream.read_to_end(&mut octets).await.context("Hear the answer")?;
        let end = octets
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .context("There is no answer")?;
        let (head, body) = octets.split_at(end);
        let head = String::from_utf8_lossy(head);
        if !head.starts_with("HTTP/1.1 200") {
            bail!("{}", head.lines().next().unwrap_or_default());
        }
        let answer: LoginAnswer = decode(body.get(4..).unwrap_or_default()).context("Understand the answer")?;
        answer.map_err(|problem| anyhow!("{problem:?}"))?;
        let mut headers = head.lines().filter_map(|line| line.split_once(": "));
        let cookie = headers.find(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        let (_, cookie) = cookie.context("No cookie is set")?;
        Ok(cookie.split(';').next().unwrap_or(cookie).to_owned())
    }

    /// An encrypted connection over which nothing was said.
    pub(super) async fn connect(&self) -> Result<TlsStream<TcpStream>> {
        let stream = self.dial().await?;
        let name = ServerName::IpAddress(Ipv4Addr::LOCALHOST.into());
        self.tls.connect(name, stream).await.context("Encrypt")
    }

    /// A connection over which nothing was said.
    pub(super) async fn dial(&self) -> Result<TcpStream> {
        let socket = TcpSocket::new_v4().context("Make a socket")?;
        if let Some(octets) = self.receives_octets {
            socket.set_recv_buffer_size(octets).context("Limit what is received")?;
        }
        socket.bind((self.from, 0).into()).context("Take an address")?;
        let stream = socket
            .connect((Ipv4Addr::LOCALHOST, self.port).into())
            .await
            .context("Connect to the proxy")?;
        stream.set_nodelay(true).context("Send at once")?;
        Ok(stream)
    }

    /// As whose page one comes.
    pub(super) fn origin(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }
}

impl Page {
    /// The next event; pings are answered meanwhile. Fails when the proxy has closed the socket.
    pub(super) async fn event(&mut self) -> Result<Event> {
        loop {
            if let ServerFrame::Event(event) = self.receive().await? {
                return Ok(event);
            }
        }
    }

    /// Asks, and waits for the last answer; gives all of them.
    pub(super) async fn ask(&mut self, request: Request) -> Result<Vec<Answer>> {
        self.asked += 1;
        let id = RequestId(self.asked);
        let mut answers = Vec::new();
        self.send(&ClientFrame::Request { id, request }).await?;
        loop {
            match self.receive().await? {
                ServerFrame::Answer {
                    id: of,
                    answer,
                    is_last,
                } if of == id => {
                    answers.push(answer.map_err(|problem| anyhow!("the proxy refuses: {problem:?}"))?);
                    if is_last {
                        return Ok(answers);
                    }
                }
                ServerFrame::Refused(refusal) => bail!("not let in: {refusal:?}"),
                _ => {}
            }
        }
    }

    async fn send(&mut self, frame: &ClientFrame) -> Result<()> {
        self.socket
            .send(Message::Binary(encode(frame).into()))
            .await
            .context("Send a frame")
    }

    async fn receive(&mut self) -> Result<ServerFrame> {
        loop {
            let message = self.socket.next().await.context("The proxy has closed a socket")?;
            if let Message::Binary(octets) = message.context("Receive a frame")? {
                return decode(&octets).context("Understand a frame");
            }
        }
    }
}
