//! The way to one browser: a queue of frames, bounded in number and in octets.
//!
//! Answers wait for room; events do not. A browser that leaves its queue full is let go, since
//! buffering for it without end would take the memory of everybody else.

use axum::body::Bytes;
use std::sync::Arc;
use surat_protocol::{Answer, Event, Problem, RequestId, ServerFrame, frame};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

/// Frames that may wait. Events are small and come in bursts.
const FRAMES: usize = 64;
/// Octets that may wait; one frame may be larger, if it waits alone.
const OCTETS: usize = 4 << 20;
/// Answers up to this size are never refused: they tell how an order ended, and requests bound their number.
const SMALL_OCTETS: usize = 16 << 10;

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
#[derive(Debug, PartialEq, Eq)]
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

    async fn send(
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

/// Where the answers to one request go.
pub struct Reply {
    id: RequestId,
    outbox: Outbox,
    /// Cancelled when nobody wants the answer any more.
    pub cancelled: CancellationToken,
    _room: OwnedSemaphorePermit,
    /// Room for answers that nobody has read yet.
    unread: Arc<Semaphore>,
}

impl Reply {
    /// Answers to request `id` of the browser behind `outbox`. The request holds `room` to its end; answers hold as
    /// many permits of `unread` as they have octets until they are written.
    pub fn new(
        id: RequestId,
        outbox: Outbox,
        cancelled: CancellationToken,
        room: OwnedSemaphorePermit,
        unread: Arc<Semaphore>,
    ) -> Self {
        Self {
            id,
            outbox,
            cancelled,
            _room: room,
            unread,
        }
    }

    /// One answer, with more to come.
    pub async fn answer(&self, answer: Answer) -> Result<(), Unsent> {
        self.send(Ok(answer), false).await
    }

    /// The last answer. Where there is no room for it, a refusal stands in its place.
    pub async fn finish(self, result: Result<Answer, Problem>) -> Result<(), Unsent> {
        match self.send(result, true).await {
            Err(Unsent::TooMuch) => {
                let (id, is_last) = (self.id, true);
                let refusal = ServerFrame::Answer {
                    id,
                    answer: Err(Problem::Busy),
                    is_last,
                };
                self.outbox.send(frame::encode(&refusal), Some(id), None).await
            }
            sent => sent,
        }
    }

    /// An answer that waits is in memory already, so it waits for a page only as far as there is room.
    async fn send(&self, answer: Result<Answer, Problem>, is_last: bool) -> Result<(), Unsent> {
        let id = self.id;
        let ends = is_last.then_some(id);
        let mut octets = frame::encode(&ServerFrame::Answer { id, answer, is_last });
        if octets.len() > frame::SERVER_FRAME_LIMIT {
            let answer = Err(Problem::TooLarge {
                limit_octets: frame::SERVER_FRAME_LIMIT as u64,
            });
            octets = frame::encode(&ServerFrame::Answer { id, answer, is_last });
        }
        let mut unread = None;
        if octets.len() > SMALL_OCTETS {
            let permits = u32::try_from(octets.len()).unwrap_or(u32::MAX);
            let taken = Arc::clone(&self.unread).try_acquire_many_owned(permits);
            unread = Some(taken.map_err(|_| Unsent::TooMuch)?);
        }
        self.outbox.send(octets, ends, unread).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room() -> OwnedSemaphorePermit {
        Arc::new(Semaphore::new(1)).try_acquire_owned().expect("it is free")
    }
    use surat_protocol::MailboxName;

    fn unread() -> Arc<Semaphore> {
        Arc::new(Semaphore::new(64 << 20))
    }

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

    #[tokio::test]
    async fn a_large_answer_waits_until_there_is_room() {
        let (outbox, mut outlet) = outbox();
        let large = || Answer::Headers(vec![("x".into(), "y".repeat(OCTETS * 2))]);
        let reply = Reply::new(RequestId(7), outbox, CancellationToken::new(), room(), unread());

        reply.answer(large()).await.expect("alone it goes");
        let second = tokio::spawn(async move { reply.finish(Ok(large())).await });
        tokio::task::yield_now().await;
        assert!(!second.is_finished());

        assert_eq!(outlet.next().await.and_then(|frame| frame.ends), None);
        assert_eq!(outlet.next().await.and_then(|frame| frame.ends), Some(RequestId(7)));
    }

    #[tokio::test]
    async fn answers_that_nobody_reads_are_refused_before_they_fill_the_memory() {
        let (outbox, mut outlet) = outbox();
        let unread = Arc::new(Semaphore::new(SMALL_OCTETS * 3));
        let reply = |id| {
            let cancelled = CancellationToken::new();
            Reply::new(RequestId(id), outbox.clone(), cancelled, room(), Arc::clone(&unread))
        };
        let large = || Answer::Headers(vec![("x".into(), "y".repeat(SMALL_OCTETS * 2))]);

        reply(1).finish(Ok(large())).await.expect("it waits in the queue");
        assert_eq!(reply(2).answer(large()).await, Err(Unsent::TooMuch));
        reply(3).finish(Ok(large())).await.expect("a refusal goes");
        reply(4)
            .finish(Ok(Answer::Done))
            .await
            .expect("how an order ended goes");

        let mut told = Vec::new();
        for _ in 0..3 {
            let outgoing = outlet.next().await.expect("an answer");
            if let Some(ServerFrame::Answer { id, answer, .. }) = frame::decode(&outgoing.octets) {
                told.push((id.0, answer.map(|answer| answer == Answer::Done)));
            }
        }
        assert_eq!(told, [(1, Ok(false)), (3, Err(Problem::Busy)), (4, Ok(true))]);
        reply(5).answer(large()).await.expect("there is room again");
    }

    #[tokio::test]
    async fn an_answer_to_nobody_is_an_error() {
        let (outbox, outlet) = outbox();
        drop(outlet);

        let reply = Reply::new(RequestId(1), outbox, CancellationToken::new(), room(), unread());

        assert!(reply.finish(Ok(Answer::Done)).await.is_err());
    }

    #[tokio::test]
    async fn an_answer_beyond_the_limit_becomes_a_problem() {
        let (outbox, mut outlet) = outbox();
        let reply = Reply::new(RequestId(1), outbox, CancellationToken::new(), room(), unread());

        let huge = Answer::Headers(vec![("x".into(), "y".repeat(frame::SERVER_FRAME_LIMIT))]);
        reply.finish(Ok(huge)).await.expect("the browser is there");

        let octets = outlet.next().await.expect("a frame").octets;
        let frame = frame::decode(&octets);
        assert!(matches!(
            frame,
            Some(ServerFrame::Answer {
                answer: Err(Problem::TooLarge { .. }),
                is_last: true,
                ..
            })
        ));
    }
}
