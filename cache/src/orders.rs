//! Orders that are not answered yet: what they do to what is kept, and which of them may wait in the queue.

use crate::change::{Change, Place};
use std::{collections::BTreeMap, rc::Rc};
use surat_protocol::{Flag, Flags, MailboxName, Request, RequestId, Uid, UidSet};

/// What an order does to messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Sets and clears flags.
    Flags {
        /// Flags to set.
        add: Vec<Flag>,
        /// Flags to clear.
        remove: Vec<Flag>,
    },
    /// Takes them out of the mailbox.
    Leave,
}

/// An order that may be given twice.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// Where.
    pub(crate) place: Place,
    /// To which messages.
    pub(crate) uids: UidSet,
    /// What.
    pub(crate) effect: Rc<Effect>,
    /// Where they go to.
    to: Option<MailboxName>,
    /// Messages of which other flags were told meanwhile: before the order was done, or after somebody has undone it?
    doubted: UidSet,
}

/// The orders of this page that wait for their last answer.
#[derive(Default)]
pub(crate) struct Orders {
    waiting: BTreeMap<RequestId, Order>,
}

impl Effect {
    /// Are messages marked as read by it, or as unread?
    pub(crate) fn seen(&self) -> Option<bool> {
        match self {
            Self::Flags { remove, .. } if remove.contains(&Flag::Seen) => Some(false),
            Self::Flags { add, .. } if add.contains(&Flag::Seen) => Some(true),
            Self::Flags { .. } | Self::Leave => None,
        }
    }

    /// Does it to the flags of a message.
    pub(crate) fn apply(&self, flags: &mut Flags) {
        if let Self::Flags { add, remove } = self {
            add.iter().for_each(|flag| flags.insert(flag.clone()));
            remove.iter().for_each(|flag| flags.remove(flag));
        }
    }
}

impl Order {
    /// The order of a request, if it comes to the same when it is done twice. Moving and deleting name UIDs, which are
    /// never used again: the second time finds nothing to do. Emptying a mailbox would also take what came since;
    /// copying would copy twice.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let (effect, to) = match request {
            Request::StoreFlags { add, remove, .. } => {
                let (add, remove) = (add.clone(), remove.clone());
                (Effect::Flags { add, remove }, None)
            }
            Request::Move { to, .. } => (Effect::Leave, Some(to.clone())),
            Request::Expunge { .. } => (Effect::Leave, None),
            _ => return None,
        };
        let (mailbox, uid_validity, uids) = request.ordered()?;
        Some(Self {
            place: Place {
                mailbox: mailbox.clone(),
                uid_validity,
            },
            uids: uids.clone(),
            effect: Rc::new(effect),
            to,
            doubted: UidSet::new(),
        })
    }

    /// What it changes as soon as it is given.
    pub(crate) fn given(&self) -> Change {
        let (place, uids) = (self.place.clone(), self.uids.clone());
        match *self.effect {
            Effect::Flags { .. } => Change::FlagsOrdered(place, uids, Rc::clone(&self.effect)),
            Effect::Leave => Change::Hidden(place, uids, self.to.clone()),
        }
    }

    /// What it has changed once it is done. Flags once more: answers that were older may have come in between.
    pub(crate) fn done(self) -> Vec<Change> {
        let place = self.place;
        let changed = match *self.effect {
            Effect::Flags { .. } => Change::FlagsChanged(place.clone(), self.uids, self.effect),
            Effect::Leave => Change::Left(place.clone(), self.uids),
        };
        let doubted = (!self.doubted.is_empty()).then_some(Change::RowsDoubted(place, self.doubted));
        [changed].into_iter().chain(doubted).collect()
    }

    /// What must be learned anew when it is refused: nobody knows how much of it was done.
    pub(crate) fn refused(self) -> Change {
        match *self.effect {
            Effect::Flags { .. } => Change::RowsDoubted(self.place, self.uids),
            Effect::Leave => Change::OrderDoubted(self.place.mailbox),
        }
    }
}

impl Orders {
    /// Takes an order in; false when it is there already.
    pub(crate) fn add(&mut self, id: RequestId, order: Order) -> bool {
        self.waiting.insert(id, order).is_none()
    }

    /// The order has its last answer.
    pub(crate) fn take(&mut self, id: RequestId) -> Option<Order> {
        self.waiting.remove(&id)
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Does to told flags what the server may not have done yet: the orders in turn, so the last one wins per flag.
    pub(crate) fn apply(&self, place: &Place, uid: Uid, flags: &mut Flags) {
        for order in self.at(place).filter(|order| order.uids.contains(uid)) {
            order.effect.apply(flags);
        }
    }

    /// Nobody will tell these flags again, and they are not what orders make of them: once those are done, the row is to
    /// be learned anew.
    pub(crate) fn doubt(&mut self, place: &Place, uid: Uid) {
        let of_it = |order: &&mut Order| order.place == *place && order.uids.contains(uid);
        for order in self.waiting.values_mut().filter(of_it) {
            order.doubted.insert(uid);
        }
    }

    /// Messages that leave a mailbox.
    pub(crate) fn leaving(&self, place: &Place) -> UidSet {
        self.at(place)
            .filter(|order| *order.effect == Effect::Leave)
            .fold(UidSet::new(), |leaving, order| leaving.union(&order.uids))
    }

    fn at<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = &'a Order> {
        self.waiting.values().filter(move |order| order.place == *place)
    }
}
