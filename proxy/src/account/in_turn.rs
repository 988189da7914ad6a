//! Orders about the same messages are carried out in the order in which they were given.
//!
//! Requests run beside one another and may overtake one another. That is as it should be, but for a star that is set
//! and cleared again: a page whose link comes back sends both at once, and the last one counts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use surat_protocol::{Flag, MailboxName, Request, UidSet, UidValidity};
use tokio_util::sync::CancellationToken;

/// The orders of an account that are not done.
#[derive(Default)]
pub(super) struct InTurn {
    waiting: Mutex<Vec<Waiting>>,
}

struct Waiting {
    about: About,
    done: CancellationToken,
}

/// What an order is about.
struct About {
    mailbox: MailboxName,
    /// `None`: all messages that are there when it is carried out.
    messages: Option<(UidValidity, UidSet)>,
    /// `None`: more than flags.
    flags: Option<Vec<Flag>>,
}

/// A place behind the orders that were given before. Dropped when the order is done.
pub(super) struct Turn {
    all: Arc<InTurn>,
    earlier: Vec<CancellationToken>,
    done: CancellationToken,
}

impl InTurn {
    /// Gives an order its place; `None` for a request that may be carried out at any time.
    pub(super) fn take_place(self: &Arc<Self>, request: &Request) -> Option<Turn> {
        let about = About::of(request)?;
        let done = CancellationToken::new();
        let mut waiting = self.lock();
        let earlier = waiting.iter().filter(|other| other.about.meets(&about));
        let earlier = earlier.map(|other| other.done.clone()).collect();
        waiting.push(Waiting {
            about,
            done: done.clone(),
        });
        Some(Turn {
            all: Arc::clone(self),
            earlier,
            done,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Waits until all is done that comes first.
    pub(super) async fn come(&self) {
        for earlier in &self.earlier {
            earlier.cancelled().await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.done.cancel();
        self.all.lock().retain(|waiting| !waiting.done.is_cancelled());
    }
}

impl About {
    fn of(request: &Request) -> Option<Self> {
        if let Request::EmptyMailbox { mailbox } = request {
            return Some(Self {
                mailbox: mailbox.clone(),
                messages: None,
                flags: None,
            });
        }
        let (mailbox, uid_validity, uids) = request.ordered()?;
        let flags = match request {
            Request::StoreFlags { add, remove, .. } => Some(add.iter().chain(remove).cloned().collect()),
            _ => None,
        };
        Some(Self {
            mailbox: mailbox.clone(),
            messages: Some((uid_validity, uids.clone())),
            flags,
        })
    }

    /// Does it matter which of the two comes first?
    fn meets(&self, other: &Self) -> bool {
        let shares_messages = match (&self.messages, &other.messages) {
            (Some((validity, uids)), Some((other_validity, others))) => {
                validity == other_validity && !uids.intersection(others).is_empty()
            }
            _ => true,
        };
        let shares_flags = match (&self.flags, &other.flags) {
            (Some(flags), Some(others)) => flags.iter().any(|flag| others.contains(flag)),
            _ => true,
        };
        self.mailbox == other.mailbox && shares_messages && shares_flags
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use surat_protocol::Uid;
    use tokio::time::timeout;

    fn flags(uid: u32, add: &[Flag], remove: &[Flag]) -> Request {
        Request::StoreFlags {
            mailbox: MailboxName::inbox(),
            uid_validity: UidValidity(1),
            uids: UidSet::one(Uid(uid)),
            add: add.to_vec(),
            remove: remove.to_vec(),
        }
    }

    fn expunge(uid: u32) -> Request {
        Request::Expunge {
            mailbox: MailboxName::inbox(),
            uid_validity: UidValidity(1),
            uids: UidSet::one(Uid(uid)),
        }
    }

    async fn has_come(turn: &Turn) -> bool {
        timeout(Duration::from_millis(20), turn.come()).await.is_ok()
    }

    #[tokio::test]
    async fn a_star_that_is_taken_away_again_is_set_first() {
        let all = Arc::new(InTurn::default());
        let set = all.take_place(&flags(1, &[Flag::Flagged], &[])).expect("an order");
        let clear = all.take_place(&flags(1, &[], &[Flag::Flagged])).expect("an order");

        assert!(has_come(&set).await && !has_come(&clear).await);
        drop(set);
        assert!(has_come(&clear).await);
        drop(clear);
        assert!(all.lock().is_empty());
    }

    #[tokio::test]
    async fn what_has_nothing_to_do_with_one_another_does_not_wait() {
        let all = Arc::new(InTurn::default());
        let _star = all.take_place(&flags(1, &[Flag::Flagged], &[])).expect("an order");

        let other_flag = all.take_place(&flags(1, &[Flag::Seen], &[])).expect("an order");
        let other_message = all.take_place(&expunge(2)).expect("an order");
        assert!(has_come(&other_flag).await && has_come(&other_message).await);

        let same_message = all.take_place(&expunge(1)).expect("an order");
        let mailbox = MailboxName::inbox();
        let all_messages = all.take_place(&Request::EmptyMailbox { mailbox }).expect("an order");
        assert!(!has_come(&same_message).await && !has_come(&all_messages).await);
        assert!(all.take_place(&Request::Ping).is_none());
    }
}
