//! A wire-tap before a mail server: hears what the proxy says to it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
    time::sleep,
};

/// Passes connections on, and keeps what clients say on them. It does not see into TLS.
pub struct Tap {
    /// Where it listens.
    pub port: u16,
    wire: Arc<Wire>,
}

/// What its connections share.
#[derive(Default)]
struct Wire {
    heard: Mutex<Vec<u8>>,
    /// The next connection on which a client says this is cut, before the server hears it.
    cut_at: Mutex<Option<&'static str>>,
    /// The server hears so much later what has these words in it.
    hold: Mutex<Option<(&'static str, Duration)>>,
}

impl Tap {
    /// A tap before a port of this machine.
    pub async fn before(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let wire = Arc::<Wire>::default();
        let shared = Arc::clone(&wire);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass_on(client, server, Arc::clone(&shared)));
            }
        });
        Self { port, wire }
    }

    /// All that clients have said, as text.
    pub fn heard(&self) -> String {
        String::from_utf8_lossy(&self.wire.heard.lock().unwrap()).into_owned()
    }

    /// Cuts the connection on which a client says this next.
    pub fn cut_at(&self, words: &'static str) {
        *self.wire.cut_at.lock().unwrap() = Some(words);
    }

    /// Holds back whatever has these words in it for so long, every time.
    pub fn hold(&self, words: &'static str, time: Duration) {
        *self.wire.hold.lock().unwrap() = Some((words, time));
    }
}

async fn pass_on(client: TcpStream, server: u16, wire: Arc<Wire>) {
    let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    let (mut from_server, to_server) = server.into_split();
    let (from_client, mut to_client) = client.into_split();
    tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
    // When this ends, the server is left; it hangs up, and so does the other direction.
    listen(from_client, to_server, &wire).await;
}

async fn listen(mut client: impl AsyncRead + Unpin, mut server: impl AsyncWrite + Unpin, wire: &Wire) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = client.read(&mut buffer).await {
        wire.heard.lock().unwrap().extend_from_slice(&buffer[..count]);
        let said = String::from_utf8_lossy(&buffer[..count]);
        if wire
            .cut_at
            .lock()
            .unwrap()
            .take_if(|words| said.contains(*words))
            .is_some()
        {
            return;
        }
        let held = wire.hold.lock().unwrap().filter(|(words, _)| said.contains(*words));
        if let Some((_, time)) = held {
            sleep(time).await;
        }
        if server.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
