//! The way to one browser: a queue of frames, bounded in number and in octets.
//!
//! Answers wait for room; events do not. A browser that leaves its queue full is let go, since
//! buffering for it without end would take the memory of everybody else.

use axum::body::Bytes;
use std::sync::Arc;
use surat_protocol::{Event, RequestId, ServerFrame, frame};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

/// Frames that may wait. Events are small and come in bursts.
const FRAMES: usize = 64;
/// Octets that may wait; one frame may be larger, if it waits alone.
pub(super) const OCTETS: usize = 4 << 20;

/// Where frames for one browser go in. Cheap to clone.
#[derive(Clone)]
pub struct Outbox {
    frames: mpsc::Sender<Outgoing>,
    room: Arc<Semaphore>,
    is_slow: CancellationToken,
}

/// Where they come out.
pub struct Outlet {
    frames: mpsc::Receiver<Outgoing>,
    is_slow: CancellationToken,
}

/// A frame on its way.
pub struct Outgoing {
    /// The frame.
    pub octets: Bytes,
    /// The request that it ends.
    pub ends: Option<RequestId>,
    _room: OwnedSemaphorePermit,
    /// Of an answer: what the account's pages may leave unread together.
    _unread: Option<OwnedSemaphorePermit>,
}

/// An answer was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// The browser is gone; nobody waits for what was to be sent.
    Gone,
    /// The account's pages have left too many answers unread.
    TooMuch,
}

/// Makes the queue of one browser.
pub fn outbox() -> (Outbox, Outlet) {
    let (sender, receiver) = mpsc::channel(FRAMES);
    let is_slow = CancellationToken::new();
    let outbox = Outbox {
        frames: sender,
        room: Arc::new(Semaphore::new(OCTETS)),
        is_slow: is_slow.clone(),
    };
    (
        outbox,
        Outlet {
            frames: receiver,
            is_slow,
        },
    )
}

impl Outlet {
    /// The next frame; `None` when the browser did not read and must be let go.
    pub async fn next(&mut self) -> Option<Outgoing> {
        tokio::select! {
            biased;
            () = self.is_slow.cancelled() => None,
            frame = self.frames.recv() => frame,
        }
    }
}

impl Outbox {
    /// Puts an event into the queue. Does not wait: an event that finds no room ends the socket,
    /// for a browser that misses one would show something wrong from then on.
    pub fn tell(&self, event: &Event) {
        let octets = frame::encode(&ServerFrame::Event(event.clone()));
        let room = Arc::clone(&self.room).try_acquire_many_owned(cost(&octets));
        let is_queued = room.is_ok_and(|room| {
            self.frames
                .try_send(Outgoing {
                    octets: octets.into(),
                    ends: None,
                    _room: room,
                    _unread: None,
                })
                .is_ok()
        });
        if !is_queued {
            self.is_slow.cancel();
        }
    }

    /// Puts an answer into the queue, once there is room.
    pub(super) async fn send(
        &self,
        octets: Vec<u8>,
        ends: Option<RequestId>,
        unread: Option<OwnedSemaphorePermit>,
    ) -> Result<(), Unsent> {
        let room = tokio::select! {
            () = self.frames.closed() => return Err(Unsent::Gone),
            room = Arc::clone(&self.room).acquire_many_owned(cost(&octets)) => room.map_err(|_| Unsent::Gone)?,
        };
        self.frames
            .send(Outgoing {
                octets: octets.into(),
                ends,
                _room: room,
                _unread: unread,
            })
            .await
            .map_err(|_| Unsent::Gone)
    }

    /// Is the browser gone?
    pub fn is_closed(&self) -> bool {
        self.frames.is_closed()
    }
}

fn cost(octets: &[u8]) -> u32 {
    u32::try_from(octets.len().min(OCTETS)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use surat_protocol::MailboxName;

    fn event() -> Event {
        Event::Reset {
            mailbox: MailboxName::inbox(),
        }
    }

    #[tokio::test]
    async fn a_browser_that_does_not_read_is_let_go() {
        let (outbox, mut outlet) = outbox();

        for _ in 0..FRAMES {
            outbox.tell(&event());
        }
        assert!(outlet.next().await.is_some());

        outbox.tell(&event());
        outbox.tell(&event());
        assert!(outlet.next().await.is_none());
    }
}
