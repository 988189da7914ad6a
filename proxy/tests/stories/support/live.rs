//! The socket of a page: asks, and hears.

use super::{Browser, PATIENCE};
use futures_util::{SinkExt, StreamExt};
use std::collections::VecDeque;
use surat_protocol::{
    Answer, ClientFrame, Contents, Event, Glance, Known, MailboxName, MessageRef, ModSeq, Opened, Problem, Request,
    RequestId, Row, ServerFrame, UidSet, UidValidity, Welcome, frame,
};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest, handshake, http::HeaderValue},
};

/// An open socket.
pub struct Live {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next_id: u32,
    /// Events that came while something else was waited for.
    events: VecDeque<Event>,
    /// Answers that came while those of another request were waited for.
    others: VecDeque<(RequestId, Result<Answer, Problem>, bool)>,
    /// What it was told when it was let in.
    pub welcome: Welcome,
}

/// Opens a socket without saying anything on it.
pub async fn connect(
    browser: &Browser,
    origin: &str,
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, tungstenite::Error> {
    connect_by(TcpSocket::new_v4().unwrap(), browser, origin).await
}

/// Is it let in, with its cookie?
pub async fn is_let_in(browser: &Browser) -> bool {
    let mut socket = connect(browser, &browser.origin).await.unwrap();
    let hello = frame::encode(&ClientFrame::Hello {
        version: frame::VERSION,
    });
    socket.send(Message::Binary(hello.into())).await.unwrap();
    matches!(next_frame(&mut socket).await, Ok(ServerFrame::Welcome(_)))
}

/// The cookie that comes with a socket, as a browser sends it back.
pub async fn cookie_of_upgrade(browser: &Browser) -> Option<String> {
    let socket = TcpSocket::new_v4().unwrap();
    let (_, answer) = upgrade(socket, browser, &browser.origin).await.unwrap();
    let cookie = answer.headers().get("set-cookie")?.to_str().unwrap();
    cookie.split(';').next().map(str::to_owned)
}

async fn connect_by(
    socket: TcpSocket,
    browser: &Browser,
    origin: &str,
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, tungstenite::Error> {
    upgrade(socket, browser, origin).await.map(|(socket, _)| socket)
}

async fn upgrade(
    socket: TcpSocket,
    browser: &Browser,
    origin: &str,
) -> Result<(WebSocketStream<MaybeTlsStream<TcpStream>>, handshake::client::Response), tungstenite::Error> {
    let address = format!("{}/api/live", browser.origin.replacen("http", "ws", 1));
    let mut request = address.into_client_request().unwrap();
    request
        .headers_mut()
        .insert("origin", HeaderValue::from_str(origin).unwrap());
    for (name, value) in browser.headers() {
        request
            .headers_mut()
            .insert(name, HeaderValue::from_str(value).unwrap());
    }
    let proxy = browser.origin.trim_start_matches("http://").parse().unwrap();
    let stream = MaybeTlsStream::Plain(socket.connect(proxy).await.unwrap());
    tokio_tungstenite::client_async(request, stream).await
}

impl Live {
    /// Opens a socket, says Hello, and is let in.
    pub async fn open(browser: &Browser) -> Self {
        Self::greet(connect(browser, &browser.origin).await.unwrap()).await
    }

    /// The same on a link that holds little that was not read.
    pub async fn open_narrow(browser: &Browser) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(256 << 10).unwrap();
        Self::greet(connect_by(socket, browser, &browser.origin).await.unwrap()).await
    }

    async fn greet(mut socket: WebSocketStream<MaybeTlsStream<TcpStream>>) -> Self {
        let hello = frame::encode(&ClientFrame::Hello {
            version: frame::VERSION,
        });
        socket.send(Message::Binary(hello.into())).await.unwrap();
        let welcome = match next_frame(&mut socket).await {
            Ok(ServerFrame::Welcome(welcome)) => welcome,
            other => panic!("not let in: {other:?}"),
        };
        Self {
            socket,
            next_id: 0,
            events: VecDeque::new(),
            others: VecDeque::new(),
            welcome,
        }
    }

    /// Sends a request, and gives its id.
    pub async fn send(&mut self, request: Request) -> RequestId {
        self.next_id += 1;
        let id = RequestId(self.next_id);
        self.send_frame(&ClientFrame::Request { id, request }).await;
        id
    }

    /// Sends any frame.
    pub async fn send_frame(&mut self, frame: &ClientFrame) {
        self.socket
            .send(Message::Binary(frame::encode(frame).into()))
            .await
            .unwrap();
    }

    /// Sends a request and waits for all its answers.
    pub async fn ask_all(&mut self, request: Request) -> Result<Vec<Answer>, Problem> {
        let id = self.send(request).await;
        self.answers(id).await
    }

    /// All answers to a request.
    pub async fn answers(&mut self, wanted: RequestId) -> Result<Vec<Answer>, Problem> {
        let mut answers = Vec::new();
        loop {
            let (answer, is_last) = self.answer(wanted).await;
            answers.push(answer?);
            if is_last {
                return Ok(answers);
            }
        }
    }

    /// The next answer to a request, and whether it is the last.
    pub async fn answer(&mut self, wanted: RequestId) -> (Result<Answer, Problem>, bool) {
        if let Some(at) = self.others.iter().position(|(id, ..)| *id == wanted) {
            let (_, answer, is_last) = self.others.remove(at).unwrap();
            return (answer, is_last);
        }
        loop {
            match next_frame(&mut self.socket).await {
                Ok(ServerFrame::Answer { id, answer, is_last }) if id == wanted => return (answer, is_last),
                Ok(ServerFrame::Answer { id, answer, is_last }) => self.others.push_back((id, answer, is_last)),
                Ok(ServerFrame::Event(event)) => self.events.push_back(event),
                Ok(_) => {}
                Err(end) => panic!("the socket ended: {end}"),
            }
        }
    }

    /// Sends a request that has one answer.
    pub async fn ask(&mut self, request: Request) -> Result<Answer, Problem> {
        let mut answers = self.ask_all(request).await?;
        Ok(answers.pop().unwrap())
    }

    /// Forgets the events that have come.
    pub fn forget(&mut self) {
        self.events.clear();
    }

    /// Waits for an event.
    pub async fn event<T>(&mut self, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
        if let Some(at) = self.events.iter().position(|event| wanted(event).is_some()) {
            let event = self.events.remove(at).unwrap();
            return wanted(&event).unwrap();
        }
        loop {
            match next_frame(&mut self.socket).await {
                Ok(ServerFrame::Event(event)) => match wanted(&event) {
                    Some(found) => return found,
                    None => self.events.push_back(event),
                },
                Ok(_) => {}
                Err(end) => panic!("the socket ended before the event: {end}; heard {:?}", self.events),
            }
        }
    }

    /// Opens a mailbox of which nothing is known: all that is in it, and the first rows.
    pub async fn open_mailbox(&mut self, name: &str) -> (Inside, Vec<Row>) {
        let (opened, rows) = self.reopen_mailbox(name, None).await;
        match opened.contents {
            Contents::Whole(uids) => {
                let Opened {
                    mailbox,
                    uid_validity,
                    highest_modseq,
                    ..
                } = opened;
                let inside = Inside {
                    mailbox,
                    uid_validity,
                    highest_modseq,
                    uids,
                };
                (inside, rows)
            }
            contents @ Contents::Since { .. } => panic!("nothing is known, and yet: {contents:?}"),
        }
    }

    /// The newest message of a mailbox, which is opened for that.
    pub async fn newest(&mut self, mailbox: &str) -> MessageRef {
        let (opened, rows) = self.open_mailbox(mailbox).await;
        MessageRef {
            mailbox: opened.mailbox,
            uid_validity: opened.uid_validity,
            uid: rows[0].uid,
        }
    }

    /// Reads a message.
    pub async fn read(&mut self, message: &MessageRef, allow_remote_images: bool) -> surat_protocol::Message {
        let request = Request::FetchMessage {
            message: message.clone(),
            allow_remote_images,
            is_ahead: false,
        };
        match self.ask(request).await {
            Ok(Answer::Message(message)) => *message,
            other => panic!("{other:?}"),
        }
    }

    /// Opens a mailbox of which something is known: what it told, and rows.
    pub async fn reopen_mailbox(&mut self, name: &str, known: Option<Known>) -> (Opened, Vec<Row>) {
        let request = Request::OpenMailbox {
            mailbox: MailboxName(name.into()),
            first_rows: 50,
            known,
        };
        let (mut opened, mut rows) = (None, Vec::new());
        for answer in self.ask_all(request).await.unwrap() {
            match answer {
                Answer::Opened(told) => opened = Some(told),
                Answer::Rows(told) | Answer::Glance(Glance { rows: told, .. }) => rows.extend(told),
                other => panic!("{other:?}"),
            }
        }
        (opened.unwrap(), rows)
    }

    /// Waits until the server closes, and gives the code.
    pub async fn closed(&mut self) -> Option<u16> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.unwrap() {
                Some(Ok(Message::Close(close))) => return close.map(|close| close.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// Sends octets as one binary message.
    pub async fn send_octets(&mut self, octets: Vec<u8>) {
        // The server may close while a large message is under way.
        let _ = self.socket.send(Message::Binary(octets.into())).await;
    }
}

/// What is in a mailbox that was opened.
#[derive(Clone, Debug)]
pub struct Inside {
    pub mailbox: MailboxName,
    pub uid_validity: UidValidity,
    pub highest_modseq: ModSeq,
    pub uids: UidSet,
}

/// The next frame; an error says how the socket ended.
pub async fn next_frame(socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>) -> Result<ServerFrame, String> {
    loop {
        match timeout(PATIENCE, socket.next())
            .await
            .map_err(|_| "nothing came".to_owned())?
        {
            Some(Ok(Message::Binary(octets))) => return frame::decode(&octets).ok_or("not a frame".to_owned()),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            other => return Err(format!("{other:?}")),
        }
    }
}
