//! The frames of a WebSocket (RFC 6455), as far as a server with one page behind it needs them.
//!
//! tungstenite reads and writes the headers. Its own socket keeps the largest message that it ever
//! wrote or read in memory, up to 16 MiB for each page, and copies all that it writes; this one keeps
//! nothing between two messages, and hands payloads to the stream where they are.

mod begun;

use super::deflate::{Deflate, Inflating};
use begun::Begun;
use bytes::{Buf, BufMut, Bytes, BytesMut};
use std::{
    fmt,
    future::poll_fn,
    io::{self, Cursor},
    mem::MaybeUninit,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Control, Data, OpCode},
};

/// Room for one read, on the stack, since whether there is anything to read is known only afterwards.
const READ_OCTETS: usize = 8 * 1024;

/// A page that takes no octet for so long is let go.
const TAKEN_WITHIN: Duration = Duration::from_secs(20);

/// Longest payload of a ping, a pong or a close (RFC 6455, section 5.5).
const CONTROL_OCTETS: usize = 125;

/// The longest header that a server writes: it masks nothing.
const HEADER_OCTETS: usize = 10;

/// Pieces that a message may come in. Browsers make one of it, or pieces of many KiB.
const PIECES: usize = 1_024;

/// The server's end of a socket.
pub(super) struct Socket<S> {
    stream: S,
    /// Largest message that may come in, in octets; compressed or not.
    limit: usize,
    /// May messages be compressed?
    deflate: Option<Deflate>,
    /// Read, and not yet a whole frame.
    incoming: BytesMut,
    /// Of the frame whose payload is on its way, and how long that is.
    header: Option<(FrameHeader, usize)>,
    /// The beginning of a message that comes in several frames.
    fragments: Option<Fragments>,
    /// A message that is there and not yet what it was.
    inflating: Option<Box<Inflating>>,
    /// What the message that is coming in takes.
    begun: Begun,
}

struct Fragments {
    is_binary: bool,
    pieces: usize,
    /// Is the whole message compressed?
    deflate: Option<Deflate>,
    octets: BytesMut,
}

/// What came in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// A binary message.
    Binary(Bytes),
    /// A text; nobody here wants one.
    Text,
    /// To be answered with a pong that holds the same.
    Ping(Bytes),
    /// The answer to a ping.
    Pong,
    /// The other side is done, and wants to hear the same.
    Close,
}

/// Why nothing more can be read.
#[derive(Debug)]
pub(super) enum Fault {
    /// The link broke.
    Link(io::Error),
    /// Too large, or not a frame.
    Frame,
    /// Too much has begun to come in on the sockets of one account.
    Full,
    /// A message that began long ago and is not whole.
    Late,
}

/// How the other side is told that it is over (RFC 6455, section 7.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Close(pub(super) u16, pub(super) &'static str);

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// A socket after the handshake.
    pub(super) fn new(stream: S, limit: usize, deflate: Option<Deflate>) -> Self {
        Self {
            stream,
            limit,
            deflate,
            incoming: BytesMut::new(),
            header: None,
            fragments: None,
            inflating: None,
            begun: Begun::default(),
        }
    }

    /// From now on what has begun to come in takes room here, as long as it is not whole.
    pub(super) fn limit_together(&mut self, together: Arc<Semaphore>) {
        self.begun.limit_together(together);
    }

    /// The next message; `None` when the other side has gone. Safe to drop.
    pub(super) async fn receive(&mut self) -> Option<Result<Message, Fault>> {
        poll_fn(|context| self.poll_receive(context)).await
    }

    /// Sends a binary message, compressed where that pays.
    pub(super) async fn send(&mut self, octets: &[u8]) -> io::Result<()> {
        let deflated = match self.deflate.filter(|deflate| deflate.may_pay(octets)) {
            // In a box: a page that waits has no room for it.
            Some(deflate) => Box::pin(deflate.deflate(octets)).await,
            None => None,
        };
        let header = FrameHeader {
            opcode: OpCode::Data(Data::Binary),
            rsv1: deflated.is_some(),
            ..FrameHeader::default()
        };
        self.write_frame(&header, deflated.as_deref().unwrap_or(octets)).await
    }

    /// Asks for a sign of life.
    pub(super) async fn ping(&mut self) -> io::Result<()> {
        self.write(OpCode::Control(Control::Ping), &[]).await
    }

    /// Gives a sign of life.
    pub(super) async fn pong(&mut self, octets: &[u8]) -> io::Result<()> {
        self.write(OpCode::Control(Control::Pong), octets).await
    }

    /// Says that it is over, and why.
    pub(super) async fn close(&mut self, Close(code, reason): Close) -> io::Result<()> {
        let mut octets = code.to_be_bytes().to_vec();
        octets.extend_from_slice(reason.as_bytes());
        octets.truncate(CONTROL_OCTETS);
        self.write(OpCode::Control(Control::Close), &octets).await
    }

    async fn write(&mut self, opcode: OpCode, octets: &[u8]) -> io::Result<()> {
        let header = FrameHeader {
            opcode,
            ..FrameHeader::default()
        };
        self.write_frame(&header, octets).await
    }

    async fn write_frame(&mut self, header: &FrameHeader, octets: &[u8]) -> io::Result<()> {
        let mut room = [0; HEADER_OCTETS];
        let mut unused = &mut room[..];
        header
            .format(octets.len() as u64, &mut (&mut unused).writer())
            .map_err(io::Error::other)?;
        let length = HEADER_OCTETS - unused.len();
        let mut left = room.get(..length).unwrap_or_default().chain(octets);
        while left.has_remaining() {
            if taken(self.stream.write_buf(&mut left)).await? == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
        taken(self.stream.flush()).await
    }

    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Message, Fault>>> {
        loop {
            match self.next() {
                Ok(Some(message)) => return Poll::Ready(Some(Ok(message))),
                Ok(None) => {}
                Err(fault) => return Poll::Ready(Some(Err(fault))),
            }
            if self.inflating.is_some() {
                // Others first.
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            if self.is_too_late(context) {
                return Poll::Ready(Some(Err(Fault::Late)));
            }
            let mut room = [const { MaybeUninit::uninit() }; READ_OCTETS];
            let mut read = ReadBuf::uninit(&mut room);
            match ready!(Pin::new(&mut self.stream).poll_read(context, &mut read)) {
                Err(error) => return Poll::Ready(Some(Err(Fault::Link(error)))),
                Ok(()) if read.filled().is_empty() => return Poll::Ready(None),
                Ok(()) => self.incoming.extend_from_slice(read.filled()),
            }
        }
    }

    /// Has the message that is coming in taken too long?
    fn is_too_late(&mut self, context: &mut Context<'_>) -> bool {
        if self.incoming.is_empty() && self.header.is_none() && self.fragments.is_none() {
            self.begun.stop_clock();
            return false;
        }
        self.begun.is_late(context)
    }

    /// The next message, if it is there.
    fn next(&mut self) -> Result<Option<Message>, Fault> {
        let mut message = self.inflate()?;
        while message.is_none() && self.inflating.is_none() {
            let Some((header, payload)) = self.frame()? else {
                return Ok(None);
            };
            message = self.take(&header, payload)?;
        }
        // A ping may stand between the pieces of a message.
        if message.is_some() && self.fragments.is_none() {
            self.begun.end();
        }
        Ok(message)
    }

    /// The next frame, if it is there, unmasked.
    fn frame(&mut self) -> Result<Option<(FrameHeader, BytesMut)>, Fault> {
        let (header, length) = match self.header.take() {
            Some(known) => known,
            None => {
                let mut cursor = Cursor::new(&self.incoming[..]);
                let Some((header, length)) = FrameHeader::parse(&mut cursor).map_err(|_| Fault::Frame)? else {
                    return Ok(None);
                };
                let read = usize::try_from(cursor.position()).map_err(|_| Fault::Frame)?;
                self.incoming.advance(read);
                (header, self.checked(length)?)
            }
        };
        if self.incoming.len() < length {
            self.header = Some((header, length));
            return Ok(None);
        }
        let mut payload = self.incoming.split_to(length);
        if self.incoming.is_empty() {
            // Else it would keep the memory that the payload is in.
            self.incoming = BytesMut::new();
        }
        // A page that does not mask is not a browser (RFC 6455, section 5.1).
        let mask = header.mask.ok_or(Fault::Frame)?;
        for chunk in payload.chunks_mut(mask.len()) {
            chunk.iter_mut().zip(mask).for_each(|(octet, mask)| *octet ^= mask);
        }
        Ok(Some((header, payload)))
    }

    /// The length of a payload, if there may be so much.
    fn checked(&mut self, length: u64) -> Result<usize, Fault> {
        let before = self.fragments.as_ref().map_or(0, |fragments| fragments.octets.len());
        let length = usize::try_from(length).map_err(|_| Fault::Frame)?;
        let together = length.saturating_add(before);
        if together > self.limit {
            return Err(Fault::Frame);
        }
        self.begun.take_room(together)?;
        Ok(length)
    }

    /// What a frame says, if a message ends with it.
    fn take(&mut self, header: &FrameHeader, payload: BytesMut) -> Result<Option<Message>, Fault> {
        if header.rsv2 || header.rsv3 {
            return Err(Fault::Frame);
        }
        let deflate = match (header.rsv1, header.opcode) {
            (false, _) => None,
            // Only where it was agreed upon, and it is said with the first frame (RFC 7692, section 6.1).
            (true, OpCode::Data(Data::Binary | Data::Text)) => Some(self.deflate.ok_or(Fault::Frame)?),
            (true, _) => return Err(Fault::Frame),
        };
        let is_binary = match header.opcode {
            OpCode::Control(control) if header.is_final && payload.len() <= CONTROL_OCTETS => {
                return match control {
                    Control::Ping => Ok(Some(Message::Ping(payload.freeze()))),
                    Control::Pong => Ok(Some(Message::Pong)),
                    Control::Close => Ok(Some(Message::Close)),
                    Control::Reserved(_) => Err(Fault::Frame),
                };
            }
            OpCode::Data(Data::Continue) => return self.go_on(header.is_final, &payload),
            OpCode::Data(Data::Binary) => true,
            OpCode::Data(Data::Text) => false,
            OpCode::Control(_) | OpCode::Data(Data::Reserved(_)) => return Err(Fault::Frame),
        };
        if self.fragments.is_some() {
            return Err(Fault::Frame);
        }
        let fragments = Fragments {
            is_binary,
            pieces: 1,
            deflate,
            octets: payload,
        };
        self.put_together(header.is_final, fragments)
    }

    fn go_on(&mut self, is_final: bool, octets: &[u8]) -> Result<Option<Message>, Fault> {
        let mut fragments = self.fragments.take().ok_or(Fault::Frame)?;
        fragments.octets.extend_from_slice(octets);
        fragments.pieces += 1;
        if fragments.pieces > PIECES {
            return Err(Fault::Frame);
        }
        self.put_together(is_final, fragments)
    }

    fn put_together(&mut self, is_final: bool, fragments: Fragments) -> Result<Option<Message>, Fault> {
        if is_final {
            return self.whole(fragments);
        }
        self.fragments = Some(fragments);
        Ok(None)
    }

    fn whole(&mut self, fragments: Fragments) -> Result<Option<Message>, Fault> {
        if !fragments.is_binary {
            return Ok(Some(Message::Text));
        }
        let Some(deflate) = fragments.deflate else {
            return Ok(Some(Message::Binary(fragments.octets.freeze())));
        };
        self.inflating = Some(Box::new(deflate.inflate(&fragments.octets, self.limit)));
        self.inflate()
    }

    /// A step with the message that is not yet what it was, if there is one.
    fn inflate(&mut self) -> Result<Option<Message>, Fault> {
        let Some(mut inflating) = self.inflating.take() else {
            return Ok(None);
        };
        let whole = inflating.step().map_err(|_| Fault::Frame)?;
        if whole.is_none() {
            self.inflating = Some(inflating);
        }
        Ok(whole.map(|octets| Message::Binary(octets.into())))
    }
}

/// A step of writing, for which a slow link has time, and a page that takes nothing has not.
async fn taken<T>(step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(TAKEN_WITHIN, step)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link(error) => write!(f, "the link broke: {error}"),
            Self::Frame => f.write_str("too large, or not a frame"),
            Self::Full => f.write_str("too much at once for one account"),
            Self::Late => f.write_str("a message that does not end"),
        }
    }
}

#[cfg(test)]
mod tests;
