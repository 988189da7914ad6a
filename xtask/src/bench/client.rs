//! A page as the proxy sees it: signs in by HTTP, holds the socket, opens the inbox.

use anyhow::{Context, Result, anyhow, bail};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};
use surat_protocol::{
    ClientFrame, MailboxName, Request, RequestId, ServerFrame,
    frame::{VERSION, decode, encode},
    http::{LIVE, LOGIN, Login, LoginAnswer},
};
use tungstenite::{Error, Message, WebSocket, client::IntoClientRequest};

/// Signing in means connecting to the IMAP server and back.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// An open page.
pub(crate) struct Page {
    socket: WebSocket<TcpStream>,
}

impl Page {
    /// Signs in, opens the socket, and loads folders and inbox, as the app does.
    pub(crate) fn open(port: u16, email: &str) -> Result<Self> {
        let cookie = sign_in(port, email)?;
        let mut request = format!("ws://127.0.0.1:{port}{LIVE}")
            .into_client_request()
            .context("Prepare the socket")?;
        let headers = request.headers_mut();
        headers.insert("cookie", cookie.parse().context("Take the cookie")?);
        headers.insert(
            "origin",
            format!("http://127.0.0.1:{port}").parse().context("Name the origin")?,
        );
        let (socket, _) =
            tungstenite::client(request, connect(port)?).map_err(|error| anyhow!("open the socket: {error}"))?;
        let mut page = Self { socket };
        page.send(&ClientFrame::Hello { version: VERSION })?;
        match page.receive()? {
            ServerFrame::Welcome(_) => {}
            other => bail!("not let in: {other:?}"),
        }
        page.ask(1, Request::ListMailboxes)?;
        page.ask(
            2,
            Request::OpenMailbox {
                mailbox: MailboxName::inbox(),
                first_rows: 40,
            },
        )?;
        page.socket
            .get_mut()
            .set_nonblocking(true)
            .context("Set up the socket")?;
        Ok(page)
    }

    /// Answers pings and takes events, without waiting. Fails when the proxy has closed the socket.
    pub(crate) fn stay(&mut self) -> Result<()> {
        loop {
            match self.socket.read() {
                Ok(_) => {}
                Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error).context("the proxy closed a socket"),
            }
        }
        match self.socket.flush() {
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(()),
            outcome => outcome.context("Answer a ping"),
        }
    }

    /// Asks, and waits for the last answer.
    fn ask(&mut self, id: u32, request: Request) -> Result<()> {
        let id = RequestId(id);
        self.send(&ClientFrame::Request { id, request })?;
        loop {
            match self.receive()? {
                ServerFrame::Answer {
                    id: of,
                    answer,
                    is_last,
                } if of == id => {
                    answer.map_err(|problem| anyhow!("the proxy refuses: {problem:?}"))?;
                    if is_last {
                        return Ok(());
                    }
                }
                ServerFrame::Refused(refusal) => bail!("not let in: {refusal:?}"),
                _ => {}
            }
        }
    }

    fn send(&mut self, frame: &ClientFrame) -> Result<()> {
        self.socket
            .send(Message::Binary(encode(frame).into()))
            .context("Send a frame")
    }

    fn receive(&mut self) -> Result<ServerFrame> {
        loop {
            if let Message::Binary(octets) = self.socket.read().context("Receive a frame")? {
                return decode(&octets).context("Understand a frame");
            }
        }
    }
}

/// Signs in and gives the session cookie as it is sent back.
fn sign_in(port: u16, email: &str) -> Result<String> {
    let login = Login {
        email: email.to_owned(),
        password: surat_testbed::PASSWORD.to_owned(),
        keep: false,
    };
    let body = encode(&login);
    let head = format!(
        "POST {LOGIN} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = connect(port)?;
    stream
        .write_all(&[head.as_bytes(), &body].concat())
        .context("Sign in")?;
    let mut octets = Vec::new();
    stream.read_to_end(&mut octets).context("Sign in")?;
    let end = octets
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .context("The sign-in has no answer")?;
    let (head, body) = octets.split_at(end);
    let head = String::from_utf8_lossy(head);
    if !head.starts_with("HTTP/1.1 200") {
        bail!("sign-in of {email}: {}", head.lines().next().unwrap_or_default());
    }
    let answer: LoginAnswer = decode(body.get(4..).unwrap_or_default()).context("Understand the sign-in's answer")?;
    answer.map_err(|problem| anyhow!("sign-in of {email}: {problem:?}"))?;
    let cookies = head.lines().filter_map(|line| line.split_once(": "));
    let cookie = cookies
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    let (_, cookie) = cookie.context("The sign-in sets no cookie")?;
    Ok(cookie.split(';').next().unwrap_or(cookie).to_owned())
}

fn connect(port: u16) -> Result<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context("Connect to the proxy")?;
    stream.set_read_timeout(Some(TIME_LIMIT)).context("Set time limit")?;
    Ok(stream)
}
