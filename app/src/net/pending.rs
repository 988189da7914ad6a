//! Requests that are not answered yet: those on their way and those that wait for a link. Pure.
//!
//! When the link breaks, a request that does the same when it is done twice goes out again on the
//! next one; the others end with [`Problem::ConnectionLost`], since nobody knows what became of them.
//! What a person did to messages waits for the next link as long as it takes.

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use surat_protocol::{
    Answer, ClientFrame, Problem, Request, RequestId, Server,
    frame::{encode, renumbered},
};

/// How long a request waits for a link before it ends, in milliseconds.
const WAIT_MS: f64 = 15_000.0;

/// An answer, and whether it is the last.
pub(super) type Reply = (Result<Answer, Problem>, bool);

/// All requests without their last answer.
#[derive(Default)]
pub(super) struct Pending {
    waiting: Vec<Waiting>,
    last_id: u32,
}

struct Waiting {
    id: RequestId,
    /// What to send when there is a link.
    frame: Vec<u8>,
    nature: Nature,
    is_sent: bool,
    unsent_since: f64,
    replies: UnboundedSender<Reply>,
}

impl Pending {
    /// Takes a request in; it goes out with the next [`Self::take_unsent`].
    pub(super) fn add(&mut self, request: Request, now: f64) -> (RequestId, UnboundedReceiver<Reply>) {
        let (nature, id) = (nature(&request), self.next_id());
        let frame = encode(&ClientFrame::Request { id, request });
        self.wait(id, frame, nature, now)
    }

    /// Takes in an order that an earlier page has left behind, as the frame that it was; `None` when it is none.
    pub(super) fn adopt(&mut self, frame: &[u8], now: f64) -> Option<(RequestId, UnboundedReceiver<Reply>)> {
        let id = self.next_id();
        Some(self.wait(id, renumbered(frame, id)?, Nature::Order, now))
    }

    fn next_id(&mut self) -> RequestId {
        self.last_id = self.last_id.wrapping_add(1);
        RequestId(self.last_id)
    }

    fn wait(
        &mut self,
        id: RequestId,
        frame: Vec<u8>,
        nature: Nature,
        now: f64,
    ) -> (RequestId, UnboundedReceiver<Reply>) {
        let (replies, receiver) = unbounded();
        self.waiting.push(Waiting {
            id,
            frame,
            nature,
            is_sent: false,
            unsent_since: now,
            replies,
        });
        (id, receiver)
    }

    /// The frame of the request that was taken in last.
    pub(super) fn latest(&self) -> &[u8] {
        self.waiting
            .last()
            .map(|waiting| waiting.frame.as_slice())
            .unwrap_or_default()
    }

    /// The frames that wait for a link, oldest first; from now on they count as sent.
    pub(super) fn take_unsent(&mut self) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        for waiting in self.waiting.iter_mut().filter(|waiting| !waiting.is_sent) {
            waiting.is_sent = true;
            frames.push(waiting.frame.clone());
        }
        frames
    }

    /// Hands an answer to whoever asked; one that nobody waits for any more is dropped.
    pub(super) fn answer(&mut self, id: RequestId, answer: Result<Answer, Problem>, is_last: bool) {
        let Some(at) = self.waiting.iter().position(|waiting| waiting.id == id) else {
            return;
        };
        // A closed channel means that the asker is gone, which is what `cancel` is for.
        let _ = self.waiting[at].replies.unbounded_send((answer, is_last));
        if is_last {
            self.waiting.remove(at);
        }
    }

    /// Forgets a request. True when the proxy knows of it and should be told.
    pub(super) fn cancel(&mut self, id: RequestId) -> bool {
        match self.waiting.iter().position(|waiting| waiting.id == id) {
            Some(at) => self.waiting.remove(at).is_sent,
            None => false,
        }
    }

    /// Leaves an order at what is done of it. True when the proxy should be told; its answer is waited for.
    pub(super) fn break_off(&mut self, id: RequestId) -> bool {
        let Some(at) = self.waiting.iter().position(|waiting| waiting.id == id) else {
            return false;
        };
        self.waiting[at].nature = Nature::BrokenOff;
        if !self.waiting[at].is_sent {
            self.waiting.remove(at).fail(Problem::Cancelled);
            return false;
        }
        true
    }

    /// The link broke: repeatable requests wait for the next one, the others end.
    pub(super) fn lose_link(&mut self, now: f64) {
        self.waiting.retain_mut(|waiting| {
            if !waiting.is_sent {
                return true;
            }
            let problem = match waiting.nature {
                Nature::Once => Problem::ConnectionLost(Server::Imap),
                Nature::BrokenOff => Problem::Cancelled,
                Nature::Repeatable | Nature::Order => {
                    waiting.is_sent = false;
                    waiting.unsent_since = now;
                    return true;
                }
            };
            waiting.fail(problem);
            false
        });
    }

    /// Ends the requests that have waited too long for a link.
    pub(super) fn expire(&mut self, now: f64) {
        self.waiting.retain(|waiting| {
            let is_late = !waiting.is_sent && waiting.nature != Nature::Order && now - waiting.unsent_since > WAIT_MS;
            if is_late {
                waiting.fail(Problem::ConnectionLost(Server::Imap));
            }
            !is_late
        });
    }

    /// Ends all requests, as when the session is over.
    pub(super) fn end_all(&mut self, problem: &Problem) {
        for waiting in self.waiting.drain(..) {
            waiting.fail(problem.clone());
        }
    }

    /// Is an answer awaited over the link?
    pub(super) fn is_any_sent(&self) -> bool {
        self.waiting.iter().any(|waiting| waiting.is_sent)
    }
}

impl Waiting {
    fn fail(&self, problem: Problem) {
        // As in `answer`: nobody may be listening any more.
        let _ = self.replies.unbounded_send((Err(problem), true));
    }
}

/// What becomes of a request when the link breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nature {
    /// It ends.
    Once,
    /// It goes out again on the next link, if that comes soon.
    Repeatable,
    /// It goes out again whenever there is a link.
    Order,
    /// It is an order that a person has broken off: it ends.
    BrokenOff,
}

/// Moving and expunging name UIDs, which are never used again: the second time finds nothing to do.
/// Sending is keyed by Message-ID.
fn nature(request: &Request) -> Nature {
    match request {
        Request::StoreFlags { .. } | Request::Move { .. } | Request::Expunge { .. } => Nature::Order,
        Request::FetchRows { .. }
        | Request::FetchMessage { .. }
        | Request::FetchHeaders { .. }
        | Request::OpenDraft { .. }
        | Request::Send { .. } => Nature::Repeatable,
        // The app lists and opens anew whenever a link comes up; searches stream, so that half the
        // hits would come twice; the rest could act on something that changed meanwhile.
        Request::ListMailboxes
        | Request::OpenMailbox { .. }
        | Request::Search { .. }
        // A note that does not come is no loss.
        | Request::WeighSender { .. }
        | Request::Copy { .. }
        | Request::EmptyMailbox { .. }
        | Request::CreateMailbox { .. }
        | Request::RenameMailbox { .. }
        | Request::DeleteMailbox { .. }
        | Request::SaveDraft { .. }
        | Request::Unsubscribe { .. }
        | Request::Ping => Nature::Once,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surat_protocol::{MailboxName, Uid, UidSet, UidValidity};

    fn flags() -> Request {
        Request::StoreFlags {
            mailbox: MailboxName::inbox(),
            uid_validity: UidValidity(1),
            uids: UidSet::one(Uid(7)),
            add: Vec::new(),
            remove: Vec::new(),
        }
    }

    fn next(receiver: &mut UnboundedReceiver<Reply>) -> Option<Reply> {
        receiver.try_recv().ok()
    }

    #[test]
    fn answers_reach_the_one_who_asked_and_no_one_else() {
        let mut pending = Pending::default();
        let (first, mut first_replies) = pending.add(Request::ListMailboxes, 0.0);
        let (_, mut other_replies) = pending.add(Request::ListMailboxes, 0.0);
        assert_eq!(pending.take_unsent().len(), 2);

        pending.answer(first, Ok(Answer::Done), true);
        pending.answer(RequestId(99), Ok(Answer::Done), true);

        assert_eq!(next(&mut first_replies), Some((Ok(Answer::Done), true)));
        assert_eq!(next(&mut other_replies), None);
    }

    #[test]
    fn a_broken_link_repeats_what_is_safe_and_ends_the_rest() {
        let mut pending = Pending::default();
        let (_, mut flag_replies) = pending.add(flags(), 0.0);
        let (_, mut copy_replies) = pending.add(Request::ListMailboxes, 0.0);
        assert_eq!(pending.take_unsent().len(), 2);

        pending.lose_link(10.0);

        assert_eq!(pending.take_unsent().len(), 1);
        assert_eq!(next(&mut flag_replies), None);
        assert_eq!(
            next(&mut copy_replies),
            Some((Err(Problem::ConnectionLost(Server::Imap)), true))
        );
    }

    #[test]
    fn no_question_waits_for_a_link_for_ever() {
        let mut pending = Pending::default();
        let (_, mut replies) = pending.add(Request::ListMailboxes, 1_000.0);
        let (_, mut order_replies) = pending.add(flags(), 1_000.0);

        pending.expire(15_000.0);
        assert_eq!(next(&mut replies), None);
        pending.expire(16_001.0);

        assert_eq!(
            next(&mut replies),
            Some((Err(Problem::ConnectionLost(Server::Imap)), true))
        );
        assert_eq!(next(&mut order_replies), None, "what was done to messages is kept");
        assert_eq!(pending.take_unsent().len(), 1);
    }

    #[test]
    fn an_order_that_is_broken_off_is_waited_for_and_never_goes_out_again() {
        let mut pending = Pending::default();
        let (id, mut replies) = pending.add(flags(), 0.0);
        assert_eq!(pending.take_unsent().len(), 1);

        assert!(pending.break_off(id));
        assert_eq!(next(&mut replies), None, "the proxy says what became of it");
        pending.lose_link(10.0);

        assert_eq!(next(&mut replies), Some((Err(Problem::Cancelled), true)));
        assert!(pending.take_unsent().is_empty());
    }

    #[test]
    fn an_order_that_is_broken_off_before_it_went_out_ends_at_once() {
        let mut pending = Pending::default();
        let (id, mut replies) = pending.add(flags(), 0.0);

        assert!(!pending.break_off(id));

        assert_eq!(next(&mut replies), Some((Err(Problem::Cancelled), true)));
        assert!(pending.take_unsent().is_empty());
    }

    #[test]
    fn only_a_request_that_went_out_needs_a_cancel() {
        let mut pending = Pending::default();
        let (unsent, _) = pending.add(flags(), 0.0);
        assert!(!pending.cancel(unsent));

        let (sent, _) = pending.add(flags(), 0.0);
        assert_eq!(pending.take_unsent().len(), 1);

        assert!(pending.is_any_sent());
        assert!(pending.cancel(sent));
        assert!(!pending.is_any_sent());
    }
}
