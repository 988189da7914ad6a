//! A wire-tap before a mail server: hears what the proxy says to it.

use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
};

/// Passes connections on, and keeps what clients say on them. It does not see into TLS.
pub struct Tap {
    /// Where it listens.
    pub port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Tap {
    /// A tap before a port of this machine.
    pub async fn before(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::default();
        let kept = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass_on(client, server, Arc::clone(&kept)));
            }
        });
        Self { port, heard }
    }

    /// All that clients have said, as text.
    pub fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()).into_owned()
    }
}

async fn pass_on(client: TcpStream, server: u16, heard: Arc<Mutex<Vec<u8>>>) {
    let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    let (mut from_server, to_server) = server.into_split();
    let (from_client, mut to_client) = client.into_split();
    tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
    listen(from_client, to_server, &heard).await;
}

async fn listen(mut client: impl AsyncRead + Unpin, mut server: impl AsyncWrite + Unpin, heard: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = client.read(&mut buffer).await {
        heard.lock().unwrap().extend_from_slice(&buffer[..count]);
        if server.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
