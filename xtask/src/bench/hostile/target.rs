//! How a hostile socket reaches the proxy, and what is counted of it.

use super::{super::client::Proxy, frames, kind::Kind};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use surat_protocol::{
    ClientFrame,
    frame::{VERSION, encode},
    http::LIVE,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

/// The longest header of an answer that is read.
const HEAD_OCTETS: usize = 16 << 10;

/// What a sealed cookie looks like, and what is in none.
const FORGED: &str =
    "__Host-surat=AkZvcmdlZEZvcmdlZEZvcmdlZEZvcmdlZEZvcmdlZEZvcmdlZEZvcmdlZEZvcmdlZEZvcmdlZEZvcmdlZEZvcmdlZA";

/// As whom a socket comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// As nobody.
    Stranger,
    /// As somebody who has a cookie that nobody gave him.
    Forged,
    /// As an account that has signed in.
    Session,
}

/// The proxy, as one hostile socket sees it.
pub(super) struct Target {
    /// From an address of this socket's own.
    pub(super) proxy: Proxy,
    /// Of a session that many share.
    pub(super) cookie: String,
    pub(super) tally: Arc<Tally>,
}

/// Counts of all sockets of one kind.
#[derive(Debug, Default)]
pub(super) struct Tally {
    up: AtomicU64,
    begun: AtomicU64,
    let_in: AtomicU64,
    ended: AtomicU64,
    frames: AtomicU64,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Count {
    pub(super) kind: Kind,
    /// Sockets that are kept up.
    pub(super) sockets: u64,
    /// Those that are open now.
    pub(super) up: u64,
    /// Opened so far.
    pub(super) begun: u64,
    /// Those of them that got a Welcome.
    pub(super) let_in: u64,
    /// Those of them that the proxy has ended.
    pub(super) ended: u64,
    /// Hostile frames that were taken, as far as the sender can tell.
    pub(super) frames: u64,
}

impl Tally {
    /// A socket is opened.
    pub(super) fn begin(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.up.fetch_add(1, Ordering::Relaxed);
    }

    /// It has ended.
    pub(super) fn end(&self) {
        self.up.fetch_sub(1, Ordering::Relaxed);
        self.ended.fetch_add(1, Ordering::Relaxed);
    }

    /// Frames were sent.
    pub(super) fn sent(&self, frames: u64) {
        self.frames.fetch_add(frames, Ordering::Relaxed);
    }

    pub(super) fn count(&self, kind: Kind, sockets: u64) -> Count {
        let [up, begun, let_in, ended, frames] = [&self.up, &self.begun, &self.let_in, &self.ended, &self.frames]
            .map(|counter| counter.load(Ordering::Relaxed));
        Count {
            kind,
            sockets,
            up,
            begun,
            let_in,
            ended,
            frames,
        }
    }
}

impl Target {
    /// A connection, without TLS.
    pub(super) async fn dial(&self) -> Result<TcpStream> {
        self.proxy.dial().await
    }

    /// The same, with TLS.
    pub(super) async fn connect(&self) -> Result<TlsStream<TcpStream>> {
        self.proxy.connect().await
    }

    /// A socket, over which nothing was said.
    pub(super) async fn upgrade(&self, way: Way) -> Result<TlsStream<TcpStream>> {
        let mut stream = self.connect().await?;
        let origin = self.proxy.origin();
        let host = origin.trim_start_matches("https://");
        let cookie = match way {
            Way::Stranger => String::new(),
            Way::Forged => format!("Cookie: {FORGED}\r\n"),
            Way::Session => format!("Cookie: {}\r\n", self.cookie),
        };
        let head = format!(
            "GET {LIVE} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n{cookie}Connection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.context("Ask for a socket")?;
        let head = read_head(&mut stream).await?;
        if !head.starts_with(b"HTTP/1.1 101") {
            bail!("no socket");
        }
        Ok(stream)
    }

    /// A socket on which one has greeted; counted where that was welcome.
    pub(super) async fn enter(&self, way: Way) -> Result<TlsStream<TcpStream>> {
        let mut stream = self.upgrade(way).await?;
        let hello = encode(&ClientFrame::Hello { version: VERSION });
        stream.write_all(&frames::masked(frames::BINARY, &hello)).await?;
        let mut start = [0; 3];
        stream.read_exact(&mut start).await.context("Hear an answer")?;
        // A binary frame, its length, and the number of what it holds: a Welcome is the first in the list.
        if matches!(start, [frames::BINARY, _, 0]) {
            self.tally.let_in.fetch_add(1, Ordering::Relaxed);
        }
        Ok(stream)
    }
}

async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.context("Hear an answer")?);
        if head.len() > HEAD_OCTETS {
            bail!("an answer without an end");
        }
    }
    Ok(head)
}
