//! What has been read from the socket, response by response.
//!
//! Holds memory only while part of a response is there: an idle connection, of which there are
//! thousands, holds none.

use super::frame::{Finder, TooLong};
use bytes::{Bytes, BytesMut};
use std::{
    io,
    mem::MaybeUninit,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::io::poll_read_buf;

/// Room for one read, on the stack, since whether there is anything to read is known only afterwards.
/// As much as a TLS record holds.
const READ_OCTETS: usize = 16 * 1024;

/// Room for one read when a literal of known length is on its way: it goes straight to its place.
const LITERAL_READ_OCTETS: usize = 64 * 1024;

/// Octets that are not yet a whole response, and whole ones that nobody has taken.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    buffer: BytesMut,
    finder: Finder,
}

impl Incoming {
    /// The next whole response, if it is there. Empty lines between responses, as some servers send
    /// them, say nothing and are passed over.
    pub(super) fn next(&mut self) -> io::Result<Option<Bytes>> {
        while let Some(length) = self.finder.find(&self.buffer).map_err(too_long)? {
            let response = self.buffer.split_to(length).freeze();
            if self.buffer.is_empty() {
                // Else it would keep the memory that the response is in.
                self.buffer = BytesMut::new();
            }
            if &*response != b"\r\n" {
                return Ok(Some(response));
            }
        }
        Ok(None)
    }

    /// Reads once; gives how many octets came. None is the end of the stream, which is an error in
    /// the midst of a response.
    pub(super) fn poll_fill(
        &mut self,
        socket: Pin<&mut impl AsyncRead>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let missing = self.finder.missing(self.buffer.len());
        let count = if missing > READ_OCTETS {
            self.buffer.reserve(missing.min(LITERAL_READ_OCTETS));
            ready!(poll_read_buf(socket, context, &mut self.buffer))?
        } else {
            let mut room = [const { MaybeUninit::uninit() }; READ_OCTETS];
            let mut read = ReadBuf::uninit(&mut room);
            ready!(socket.poll_read(context, &mut read))?;
            self.buffer.extend_from_slice(read.filled());
            read.filled().len()
        };
        if count == 0 && !self.buffer.is_empty() {
            let broken = "The connection broke off in a response";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::UnexpectedEof, broken)));
        }
        Poll::Ready(Ok(count))
    }

    /// Octets that wait.
    pub(super) fn len(&self) -> usize {
        self.buffer.len()
    }
}

fn too_long(_: TooLong) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "A response longer than the cap")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    fn fill(incoming: &mut Incoming, mut stream: &[u8]) -> usize {
        let mut count = 0;
        while !stream.is_empty() {
            let polled = incoming.poll_fill(Pin::new(&mut stream), &mut Context::from_waker(Waker::noop()));
            count += match polled {
                Poll::Ready(read) => read.expect("it can be read"),
                Poll::Pending => 0,
            };
        }
        count
    }

    #[test]
    fn nothing_is_held_once_every_response_was_taken() {
        let mut incoming = Incoming::default();

        fill(&mut incoming, &b"* 1 EXISTS\r\n".repeat(5000));
        while incoming.next().expect("good").is_some() {}

        assert_eq!(incoming.buffer.capacity(), 0);
    }

    #[test]
    fn a_response_that_breaks_off_is_an_error() {
        let mut incoming = Incoming::default();
        fill(&mut incoming, b"* 1 EXI");

        let polled = incoming.poll_fill(Pin::new(&mut &b""[..]), &mut Context::from_waker(Waker::noop()));

        assert!(matches!(polled, Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof));
    }

    #[test]
    fn a_long_literal_takes_as_many_octets_as_it_has() {
        let mut incoming = Incoming::default();
        let mut stream = b"* 1 FETCH (BODY[] {1000000}\r\n".to_vec();
        stream.resize(stream.len() + 1_000_000, b'x');
        stream.extend_from_slice(b")\r\n");

        assert_eq!(fill(&mut incoming, &stream), stream.len());

        assert_eq!(incoming.next().expect("good").as_deref(), Some(&stream[..]));
    }
}
