//! The socket of a page: asks, and hears.

use super::{Browser, PATIENCE};
use futures_util::{SinkExt, StreamExt};
use std::collections::VecDeque;
use surat_protocol::{
    Answer, ClientFrame, Event, MailboxName, Opened, Problem, Request, RequestId, Row, ServerFrame, Welcome, frame,
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest, http::HeaderValue},
};

/// An open socket.
pub struct Live {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next_id: u32,
    /// Events that came while something else was waited for.
    events: VecDeque<Event>,
    /// What it was told when it was let in.
    pub welcome: Welcome,
}

/// Opens a socket without saying anything on it.
pub async fn connect(
    browser: &Browser,
    origin: &str,
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, tungstenite::Error> {
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
    tokio_tungstenite::connect_async(request)
        .await
        .map(|(socket, _)| socket)
}

impl Live {
    /// Opens a socket, says Hello, and is let in.
    pub async fn open(browser: &Browser) -> Self {
        let mut socket = connect(browser, &browser.origin).await.unwrap();
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
            match next_frame(&mut self.socket).await {
                Ok(ServerFrame::Answer { id, answer, is_last }) if id == wanted => {
                    answers.push(answer?);
                    if is_last {
                        return Ok(answers);
                    }
                }
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

    /// Opens a mailbox: what it told, and the first rows.
    pub async fn open_mailbox(&mut self, name: &str) -> (Opened, Vec<Row>) {
        let mailbox = MailboxName(name.into());
        let answers = self
            .ask_all(Request::OpenMailbox {
                mailbox,
                first_rows: 50,
            })
            .await
            .unwrap();
        match <[Answer; 2]>::try_from(answers) {
            Ok([Answer::Opened(opened), Answer::Rows(rows)]) => (opened, rows),
            other => panic!("{other:?}"),
        }
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
