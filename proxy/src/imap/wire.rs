//! The connection of a signed-in session: whole responses in, commands with their tags out.
//!
//! async-imap's own session is not used beyond the sign-in: what it would keep for each idle
//! connection (a queue for a hundred responses, a buffer of 4 KiB) is more than all the rest of it.

use super::{
    handed_on::head,
    incoming::Incoming,
    socket::BoxedSocket,
    sorter::{Sorter, is_ours},
};
use bytes::Bytes;
use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::AsyncWriteExt;

/// See the module's documentation.
pub(super) struct Wire {
    socket: BoxedSocket,
    incoming: Incoming,
    /// Came during the sign-in.
    early: VecDeque<Bytes>,
    /// Commands so far; the tags are async-imap's, and go on where it ended.
    commands: u32,
}

impl Wire {
    /// Goes on where the sign-in ended.
    pub(super) fn after_sign_in(mut sorter: Sorter<BoxedSocket>) -> Self {
        let completion = sorter.take_handed_on().unwrap_or_default();
        let (socket, incoming, early) = sorter.into_parts();
        Self {
            socket,
            incoming,
            early,
            commands: tag_number(&completion).unwrap_or_default(),
        }
    }

    /// A tag that no command of this session has had.
    pub(super) fn next_tag(&mut self) -> String {
        self.commands = self.commands.wrapping_add(1);
        format!("A{:04}", self.commands)
    }

    /// The next response, whole and in order; `None` at the end of the stream. Safe to drop.
    pub(super) async fn response(&mut self) -> io::Result<Option<Bytes>> {
        poll_fn(|context| self.poll_response(context)).await
    }

    /// Writes octets as they are and flushes.
    pub(super) async fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.socket.write_all(octets).await?;
        self.socket.flush().await
    }

    fn poll_response(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
        if let Some(response) = self.early.pop_front() {
            return Poll::Ready(Ok(Some(response)));
        }
        loop {
            if let Some(response) = self.incoming.next()? {
                // What is no response at all ends the session, as it ends a sign-in.
                if !is_ours(&response) {
                    head(&response)?;
                }
                return Poll::Ready(Ok(Some(response)));
            }
            if ready!(self.incoming.poll_fill(Pin::new(&mut self.socket), context))? == 0 {
                return Poll::Ready(Ok(None));
            }
        }
    }
}

/// 7 of `A0007 OK`.
fn tag_number(completion: &[u8]) -> Option<u32> {
    let tag = completion.split(|octet| *octet == b' ').next()?;
    std::str::from_utf8(tag.strip_prefix(b"A")?).ok()?.parse().ok()
}

impl fmt::Debug for Wire {
    /// Prints sizes and no octets: they are mail.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("unread_octets", &self.incoming.len())
            .field("commands", &self.commands)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_on_after_the_sign_in() {
        assert_eq!(tag_number(b"A0002 OK [CAPABILITY IMAP4rev1]\r\n"), Some(2));
        assert_eq!(tag_number(b"* OK\r\n"), None);
    }
}
