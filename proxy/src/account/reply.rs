//! The way of the answers to one request: encoded, counted as long as the page has not read them, and queued.

use super::outbox::{Outbox, Unsent};
use std::sync::Arc;
use surat_protocol::{Answer, Problem, RequestId, ServerFrame, frame};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

/// Answers up to this size are never refused: they tell how an order ended, and requests bound their number.
const SMALL_OCTETS: usize = 16 << 10;

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

    /// Answers that are made while something is held that others wait for, the working connection: they wait for room
    /// in the queue beside that work, in the future that comes along. It ends when all are sent and no more can come.
    pub fn beside(&self) -> (Answers<'_>, impl Future<Output = Result<(), Unsent>>) {
        let (queue, mut waiting) = mpsc::unbounded_channel();
        let telling = async move {
            while let Some(ready) = waiting.recv().await {
                self.deliver(ready).await?;
            }
            Ok(())
        };
        (Answers { reply: self, queue }, telling)
    }

    async fn send(&self, answer: Result<Answer, Problem>, is_last: bool) -> Result<(), Unsent> {
        self.deliver(self.ready(answer, is_last)?).await
    }

    /// An answer that waits is in memory already, so it waits for a page only as far as there is room.
    fn ready(&self, answer: Result<Answer, Problem>, is_last: bool) -> Result<Ready, Unsent> {
        let id = self.id;
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
        Ok(Ready {
            octets,
            ends: is_last.then_some(id),
            unread,
        })
    }

    async fn deliver(&self, ready: Ready) -> Result<(), Unsent> {
        let Ready { octets, ends, unread } = ready;
        self.outbox.send(octets, ends, unread).await
    }
}

/// An answer that is encoded, and counted among those that nobody has read.
struct Ready {
    octets: Vec<u8>,
    ends: Option<RequestId>,
    unread: Option<OwnedSemaphorePermit>,
}

/// Takes answers with more to come, and never waits.
pub struct Answers<'a> {
    reply: &'a Reply,
    /// Has no bound of its own: what waits in it counts as unread, and whoever makes answers makes few.
    queue: mpsc::UnboundedSender<Ready>,
}

impl Answers<'_> {
    /// The next answer, with more to come.
    pub fn give(&self, answer: Answer) -> Result<(), Unsent> {
        let ready = self.reply.ready(Ok(answer), false)?;
        self.queue.send(ready).map_err(|_| Unsent::Gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::outbox::{OCTETS, outbox};

    fn room() -> OwnedSemaphorePermit {
        Arc::new(Semaphore::new(1)).try_acquire_owned().expect("it is free")
    }

    fn unread() -> Arc<Semaphore> {
        Arc::new(Semaphore::new(64 << 20))
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
    async fn work_whose_answers_wait_goes_on_and_they_keep_their_order() {
        let (outbox, mut outlet) = outbox();
        let large = |name: &str| Answer::Headers(vec![(name.into(), "y".repeat(OCTETS))]);
        let reply = Reply::new(RequestId(7), outbox, CancellationToken::new(), room(), unread());
        let (answers, telling) = reply.beside();
        let mut telling = Box::pin(telling);

        for name in ["a", "b"] {
            answers.give(large(name)).expect("it is counted");
            tokio::select! {
                biased;
                _ = &mut telling => unreachable!("more may come"),
                () = tokio::task::yield_now() => {}
            }
        }
        drop(answers);
        let reading = async {
            let mut names = Vec::new();
            while names.len() < 2 {
                let outgoing = outlet.next().await.expect("an answer");
                if let Some(ServerFrame::Answer {
                    answer: Ok(Answer::Headers(headers)),
                    is_last: false,
                    ..
                }) = frame::decode(&outgoing.octets)
                {
                    names.extend(headers.into_iter().map(|(name, _)| name));
                }
            }
            names
        };
        let (told, names) = tokio::join!(telling, reading);

        assert_eq!((told, names), (Ok(()), vec!["a".to_owned(), "b".to_owned()]));
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
