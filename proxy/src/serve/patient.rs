//! A connection with the limits of our patience: whoever says nothing, or takes nothing, is let go.
//!
//! hyper waits for headers only once it knows which HTTP is spoken, and for a reader without end.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// The first octets are there within this.
const OPENING_WITHIN: Duration = Duration::from_secs(20);
/// By so many octets it is known which HTTP is spoken: HTTP/2 begins with these (RFC 9113, section 3.4).
const OPENING_OCTETS: usize = 24;
/// Not one octet taken for so long: the browser is gone, or holds on to what others need.
const TAKEN_WITHIN: Duration = Duration::from_secs(60);

/// A stream that fails with [`io::ErrorKind::TimedOut`].
pub(super) struct Patient<S> {
    stream: S,
    heard_octets: usize,
    /// Runs until the opening is there.
    opening: Option<Pin<Box<Sleep>>>,
    /// Runs while the other side takes nothing.
    taking: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    /// Of a stream that has just been opened.
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            heard_octets: 0,
            opening: Some(Box::pin(sleep(OPENING_WITHIN))),
            taking: None,
        }
    }

    fn taken<T>(&mut self, context: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.taking = None;
            return result;
        }
        let taking = self.taking.get_or_insert_with(|| Box::pin(sleep(TAKEN_WITHIN)));
        ready!(taking.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if let Poll::Ready(result) = Pin::new(&mut self.stream).poll_read(context, buffer) {
            self.heard_octets = self.heard_octets.saturating_add(buffer.filled().len() - before);
            if self.heard_octets >= OPENING_OCTETS {
                self.opening = None;
            }
            return Poll::Ready(result);
        }
        match &mut self.opening {
            None => Poll::Pending,
            Some(opening) => {
                ready!(opening.as_mut().poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        // We answer, so the opening was understood, however short it was.
        self.opening = None;
        let result = Pin::new(&mut self.stream).poll_write(context, octets);
        self.taken(context, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.opening = None;
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, octets);
        self.taken(context, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(context);
        self.taken(context, result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_shutdown(context);
        self.taken(context, result)
    }
}

#[cfg(test)]
mod tests {
    use super::super::listener::serve_connection;
    use axum::{Router, routing::get};
    use hyper_util::server::graceful::GracefulShutdown;
    use std::time::Duration;
    use tokio::{
        io::{AsyncWriteExt, DuplexStream, duplex},
        time::timeout,
    };

    /// A connection to a server of one large file, its task, and what would stop it when dropped.
    fn connect() -> (DuplexStream, tokio::task::JoinHandle<()>, GracefulShutdown) {
        let (browser, server) = duplex(1024);
        let router = Router::new().route("/", get(|| async { vec![0_u8; 1 << 20] }));
        let running = GracefulShutdown::new();
        let serving = tokio::spawn(serve_connection(server, router, running.watcher()));
        (browser, serving, running)
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_says_nothing_or_half_a_word_is_let_go() {
        for said in ["", "PRI * HT", "GE", "GET / HTTP/1.1\r\nhost: a\r\n"] {
            let (mut browser, serving, _running) = connect();
            browser.write_all(said.as_bytes()).await.expect("there is room");

            let ended = timeout(Duration::from_secs(30), serving).await;

            assert!(ended.is_ok(), "{said:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_takes_nothing_is_let_go() {
        let (mut browser, serving, _running) = connect();
        browser
            .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .expect("there is room");

        assert!(timeout(Duration::from_secs(90), serving).await.is_ok());
    }
}
