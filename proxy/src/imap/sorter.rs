//! The adapter between the socket and async-imap: it sorts what the server says into two streams.
//!
//! The rule: the greeting, BYE, `+` and tagged lines go on to async-imap; every other `* …` response
//! is ours, whole and in order. `client` owns a sorter until the sign-in is done.

use super::{handed_on::head, incoming::Incoming};
use bytes::Bytes;
use std::{
    collections::VecDeque,
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Most octets that may wait in our queue: nobody listens to it before the sign-in is done.
const MAX_QUEUED_OCTETS: usize = super::frame::MAX_RESPONSE_OCTETS;

/// What keeping a response costs beside its octets, so that a million empty ones are bounded too.
const QUEUE_COST_OCTETS: usize = 64;

/// See the module's documentation.
pub struct Sorter<S> {
    socket: S,
    /// Read from the socket, not yet sorted.
    incoming: Incoming,
    /// Ours.
    queue: VecDeque<Bytes>,
    queued_octets: usize,
    /// For async-imap, not yet read by it.
    outgoing: Bytes,
    /// The whole line whose head async-imap was given last.
    handed_on: Option<Bytes>,
    is_greeted: bool,
}

impl<S> Sorter<S> {
    /// Sorts a connection from its first octet: the first response is the greeting.
    pub fn new(socket: S) -> Self {
        Self {
            socket,
            incoming: Incoming::default(),
            queue: VecDeque::new(),
            queued_octets: 0,
            outgoing: Bytes::new(),
            handed_on: None,
            is_greeted: false,
        }
    }

    /// Sorts a connection whose greeting has been read already: after STARTTLS.
    pub fn after_greeting(socket: S) -> Self {
        Self {
            is_greeted: true,
            ..Self::new(socket)
        }
    }

    /// The next response that is ours.
    pub fn pop(&mut self) -> Option<Bytes> {
        let response = self.queue.pop_front()?;
        self.queued_octets -= response.len() + QUEUE_COST_OCTETS;
        Some(response)
    }

    /// The whole line behind what async-imap read last: it was given no more than the head.
    pub fn take_handed_on(&mut self) -> Option<Bytes> {
        self.handed_on.take()
    }

    /// Gives the socket back. What had been read and not sorted is dropped: after STARTTLS it is
    /// something that was slipped in before the encryption began (RFC 9051, section 11.1).
    pub fn into_socket(self) -> S {
        self.socket
    }

    /// Ends the sorting: the socket, what was read and not sorted, and what is ours.
    pub(super) fn into_parts(self) -> (S, Incoming, VecDeque<Bytes>) {
        (self.socket, self.incoming, self.queue)
    }

    /// Sorts what is complete, up to the first line for async-imap. Says whether anything was
    /// added to our queue.
    fn sort(&mut self) -> io::Result<bool> {
        let mut has_queued = false;
        while self.outgoing.is_empty() {
            let Some(response) = self.incoming.next()? else { break };
            if self.is_greeted && is_ours(&response) {
                self.enqueue(response)?;
                has_queued = true;
            } else {
                self.is_greeted = true;
                self.outgoing = head(&response)?;
                self.handed_on = Some(response);
            }
        }
        Ok(has_queued)
    }

    fn enqueue(&mut self, response: Bytes) -> io::Result<()> {
        self.queued_octets += response.len() + QUEUE_COST_OCTETS;
        if self.queued_octets > MAX_QUEUED_OCTETS {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "Too much unasked-for data"));
        }
        self.queue.push_back(response);
        Ok(())
    }
}

/// Any `*` response but BYE.
pub(super) fn is_ours(response: &[u8]) -> bool {
    let mut words = response
        .split(|octet| octet.is_ascii_whitespace())
        .filter(|word| !word.is_empty());
    words.next() == Some(b"*") && !words.next().is_some_and(|word| word.eq_ignore_ascii_case(b"BYE"))
}

impl<S: AsyncRead + Unpin> AsyncRead for Sorter<S> {
    /// Yields what is for async-imap. When responses of ours came in on the way, it asks to be
    /// polled again instead of reading on, so that whoever polls can take them from the queue first:
    /// this keeps the order of responses and completion, and the queue short.
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if !this.outgoing.is_empty() {
                let count = this.outgoing.len().min(buf.remaining());
                buf.put_slice(&this.outgoing.split_to(count));
                return Poll::Ready(Ok(()));
            }
            if this.sort()? {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let is_wanting = this.outgoing.is_empty();
            if is_wanting && ready!(this.incoming.poll_fill(Pin::new(&mut this.socket), cx))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Sorter<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

impl<S> fmt::Debug for Sorter<S> {
    /// Prints sizes and no octets: they are mail.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sorter")
            .field("unsorted_octets", &self.incoming.len())
            .field("queued", &self.queue.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{collections::VecDeque, task::Waker};

    const STREAM: &[u8] = b"* OK ready\r\n* CAPABILITY IMAP4rev1\r\nA0001 OK [UIDNEXT 3]x{5}\r\n\r\n* 1 FETCH (BODY[] {10}\r\na\r\nA9 OK\r\n)\r\n\
        * 2 EXISTS\r\n+ idling\r\n* bye {2}\r\n* 3 EXISTS\r\nA0002 NO gone\r\n* 4 EXISTS\r\n";

    /// A socket that gives one chunk per read, and is not ready in between.
    struct Chunks {
        chunks: VecDeque<Vec<u8>>,
        is_ready: bool,
    }

    impl AsyncRead for Chunks {
        fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            self.is_ready = !self.is_ready;
            if self.is_ready {
                return Poll::Pending;
            }
            if let Some(mut chunk) = self.chunks.pop_front() {
                let rest = chunk.split_off(chunk.len().min(buf.remaining()));
                buf.put_slice(&chunk);
                if !rest.is_empty() {
                    self.chunks.push_front(rest);
                }
            }
            Poll::Ready(Ok(()))
        }
    }

    /// Whole lines in the order in which a session sees them, and what async-imap reads.
    fn sort(stream: &[u8], cuts: &[usize]) -> (Vec<String>, String) {
        let mut chunks = VecDeque::new();
        let mut rest = stream;
        for &cut in cuts {
            let (chunk, after) = rest.split_at(cut.min(rest.len()));
            chunks.push_back(chunk.to_vec());
            rest = after;
        }
        chunks.push_back(rest.to_vec());
        chunks.retain(|chunk| !chunk.is_empty());
        let mut sorter = Sorter::new(Chunks {
            chunks,
            is_ready: false,
        });
        let (mut lines, mut heads) = (Vec::new(), Vec::new());
        loop {
            let mut room = [0; 7];
            let mut buffer = ReadBuf::new(&mut room);
            let polled = Pin::new(&mut sorter).poll_read(&mut Context::from_waker(Waker::noop()), &mut buffer);
            heads.extend_from_slice(buffer.filled());
            lines.extend(std::iter::from_fn(|| sorter.pop()).map(|line| String::from_utf8(line.into()).unwrap()));
            lines.extend(
                sorter
                    .take_handed_on()
                    .map(|line| String::from_utf8(line.into()).unwrap()),
            );
            if matches!(polled, Poll::Ready(Ok(()))) && buffer.filled().is_empty() {
                return (lines, String::from_utf8(heads).unwrap());
            }
        }
    }

    #[test]
    fn lines_keep_their_order_and_async_imap_gets_its_own() {
        let (lines, heads) = sort(STREAM, &[]);

        assert_eq!(heads, "* OK\r\nA0001 OK\r\n+\r\n* BYE\r\nA0002 NO\r\n");
        assert_eq!(
            lines.concat().replace("\r\n", "|"),
            String::from_utf8_lossy(STREAM)
                .replace("\r\n\r\n", "\r\n")
                .replace("\r\n", "|")
        );
        assert_eq!(lines.len(), 10);
    }

    #[test]
    fn a_flood_that_nobody_takes_is_an_error() {
        let flood = b"* 1 EXISTS\r\n".repeat(500_000);
        let mut sorter = Sorter::after_greeting(&flood[..]);
        let mut room = [0; 16];

        let error = loop {
            let mut buffer = ReadBuf::new(&mut room);
            match Pin::new(&mut sorter).poll_read(&mut Context::from_waker(Waker::noop()), &mut buffer) {
                Poll::Pending => {}
                Poll::Ready(result) => break result.unwrap_err(),
            }
        };

        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn a_long_literal_is_not_looked_at_again_and_again() {
        let mut stream = b"* 1 FETCH (BODY[] {20000000}\r\n".to_vec();
        stream.resize(stream.len() + 20_000_000, b'\n');
        stream.extend_from_slice(b")\r\n");
        let started = std::time::Instant::now();

        let mut sorter = Sorter::after_greeting(&stream[..]);
        let mut buffer = [0; 16];
        let polled =
            Pin::new(&mut sorter).poll_read(&mut Context::from_waker(Waker::noop()), &mut ReadBuf::new(&mut buffer));

        assert!(polled.is_pending());
        assert_eq!(sorter.pop().map(|line| line.len()), Some(stream.len()));
        // Looking at it anew for each of 300 reads would take minutes in a debug build.
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    }

    proptest! {
        #[test]
        fn any_cut_of_the_stream_gives_the_same_lines(cuts in proptest::collection::vec(1usize..40, 0..60)) {
            prop_assert_eq!(sort(STREAM, &cuts), sort(STREAM, &[]));
        }
    }
}
