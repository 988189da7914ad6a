//! The message that is open: what is wanted, what is shown, and why it is not when it is not.
//!
//! Written by [`crate::action::reading`] alone.

mod kept;
pub(crate) mod text;

use super::list::Place;
use crate::{
    i18n::case::{is_of_word, lower, upper},
    signal::{RwSignal, StoredValue},
};
use futures_util::future::AbortHandle;
use kept::Kept;
use std::sync::Arc;
use surat_protocol::{Caution, Message, MessageRef, Problem, UidSet};

/// A message that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Which.
    pub(crate) at: MessageRef,
    /// What it says.
    pub(crate) message: Message,
    /// Were remote images let through?
    pub(crate) has_images: bool,
}

/// The reading pane's state. A handle: copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    /// The message that should be open.
    pub(crate) wanted: RwSignal<Option<MessageRef>>,
    /// The message that is; for a moment still the one before.
    pub(crate) shown: RwSignal<Option<Arc<Shown>>>,
    /// Why the wanted one cannot be.
    pub(crate) trouble: RwSignal<Option<Problem>>,
    /// The ground of HTML mail, where the reader chose one: dark or white. `None` follows theme and mail.
    pub(crate) is_on_dark: RwSignal<Option<bool>>,
    /// What the account's own mail said afterwards of the sender of the message that is shown.
    pub(crate) weighed: RwSignal<Option<Caution>>,
    /// The question that is under way.
    running: StoredValue<Option<AbortHandle>>,
    /// What needs no question.
    kept: StoredValue<Kept>,
    /// Messages to be fetched ahead, the most likely last; and whether one of them is on its way.
    pub(crate) ahead: StoredValue<(Vec<MessageRef>, bool)>,
}

impl Reading {
    /// Nothing is open.
    pub(crate) fn new() -> Self {
        Self {
            wanted: RwSignal::new(None),
            shown: RwSignal::new(None),
            trouble: RwSignal::new(None),
            is_on_dark: RwSignal::new(None),
            weighed: RwSignal::new(None),
            running: StoredValue::new(None),
            kept: StoredValue::new(Kept::default()),
            ahead: StoredValue::new((Vec::new(), false)),
        }
    }

    /// Something else, or nothing, is to be open: what was asked before is void.
    pub(crate) fn want(self, message: Option<MessageRef>) {
        self.run(None);
        self.trouble.set(None);
        self.is_on_dark.set(None);
        if message.is_none() {
            self.shown.set(None);
        }
        self.wanted.set(message);
    }

    /// Is this the message that should be open?
    pub(crate) fn is_wanted(self, message: &MessageRef) -> bool {
        self.wanted.with_untracked(|wanted| wanted.as_ref() == Some(message))
    }

    /// Is this the message that is shown?
    pub(crate) fn is_shown(self, message: &MessageRef) -> bool {
        self.shown
            .with_untracked(|shown| shown.as_ref().is_some_and(|shown| shown.at == *message))
    }

    /// Only one question is under way; an earlier one is broken off.
    pub(crate) fn run(self, handle: Option<AbortHandle>) {
        let mut before = None;
        self.running
            .update_value(|running| before = std::mem::replace(running, handle));
        if let Some(before) = before {
            before.abort();
        }
    }

    /// The wanted message came.
    pub(crate) fn show(self, shown: Arc<Shown>) {
        self.keep(Arc::clone(&shown));
        self.trouble.set(None);
        if !self.is_shown(&shown.at) {
            self.weighed.set(None);
        }
        self.shown.set(Some(shown));
    }

    /// A message that may be opened soon, or again.
    pub(crate) fn keep(self, shown: Arc<Shown>) {
        self.kept.update_value(|kept| kept.put(shown));
    }

    /// A message that needs no question.
    pub(crate) fn kept(self, message: &MessageRef) -> Option<Arc<Shown>> {
        self.kept.try_update_value(|kept| kept.get(message)).flatten()
    }

    /// Is it there?
    pub(crate) fn is_kept(self, message: &MessageRef) -> bool {
        self.kept.with_value(|kept| kept.has(message))
    }

    /// Forgets all, as at sign-out.
    pub(crate) fn forget_all(self) {
        self.want(None);
        self.kept.update_value(Kept::clear);
        self.ahead.update_value(|(wanted, _)| wanted.clear());
    }

    /// The wanted message cannot be shown.
    pub(crate) fn fail(self, problem: Problem) {
        self.shown.set(None);
        self.trouble.set(Some(problem));
    }

    /// Messages left a mailbox: perhaps the open one.
    pub(crate) fn vanished(self, place: &Place, uids: &UidSet) {
        self.kept.update_value(|kept| kept.forget(place, uids));
        let is_gone = self.wanted.with_untracked(|wanted| {
            let gone = |message: &MessageRef| Place::of(message) == *place && uids.contains(message.uid);
            wanted.as_ref().is_some_and(gone)
        });
        if is_gone {
            self.fail(Problem::MessageGone);
        }
    }
}

/// The letters in a person's disc: of the first and the last word of the name, else of the address.
pub(crate) fn initials(name: &str, email: &str) -> String {
    let text = if name.trim().is_empty() { email } else { name };
    let mut words = text
        .split_whitespace()
        .filter_map(|word| word.chars().find(|&c| is_of_word(c)));
    let first = words.next();
    let last = if name.trim().is_empty() {
        None
    } else {
        words.next_back()
    };
    upper(&first.into_iter().chain(last).collect::<String>())
}

/// One of `count` colours, always the same for an address.
pub(crate) fn colour_of(email: &str, count: u32) -> u32 {
    // FNV-1a: short, and spreads addresses of one domain well.
    let hash = lower(email).bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (hash >> 8) % count.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::prelude::Owner;
    use surat_protocol::{MailboxName, Uid, UidValidity};

    fn message(uid: u32) -> MessageRef {
        MessageRef {
            mailbox: MailboxName::inbox(),
            uid_validity: UidValidity(1),
            uid: Uid(uid),
        }
    }

    #[test]
    fn a_message_that_vanishes_while_open_is_said_to_be_gone() {
        let owner = Owner::new();
        owner.set();
        let reading = Reading::new();
        reading.want(Some(message(7)));

        reading.vanished(&Place::of(&message(1)), &UidSet::one(Uid(8)));
        assert_eq!(reading.trouble.get_untracked(), None);

        reading.vanished(&Place::of(&message(1)), &UidSet::one(Uid(7)));
        assert_eq!(reading.trouble.get_untracked(), Some(Problem::MessageGone));
    }

    #[test]
    fn initials_come_from_the_name_or_the_address() {
        assert_eq!(initials("Budi Agung Santoso", "x@y"), "BS");
        assert_eq!(initials("  ", "ayu@surat.test"), "A");
        assert_eq!(initials("\"Ayu\"", ""), "A");
        assert_eq!(initials("日本 太郎", ""), "日太");
        assert_eq!(initials("", ""), "");
    }

    #[test]
    fn an_address_keeps_its_colour() {
        assert_eq!(colour_of("Ayu@surat.test", 8), colour_of("ayu@surat.test", 8));
        assert!(
            (0..100)
                .map(|n| colour_of(&format!("p{n}@surat.test"), 8))
                .all(|colour| colour < 8)
        );
    }
}
