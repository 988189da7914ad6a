//! Messages that were read, or fetched ahead: opening one of them asks nobody.

use super::Shown;
use crate::store::list::Place;
use std::sync::Arc;
use surat_protocol::{Body, MessageRef, UidSet};

/// More messages than these are not kept; the one not looked at for longest is forgotten.
const LIMIT: usize = 60;

/// Nor more text than this, in octets.
const TEXT_LIMIT: usize = 8 << 20;

/// The messages, the latest last.
#[derive(Default)]
pub(super) struct Kept(Vec<Arc<Shown>>);

impl Kept {
    /// A message, which counts as looked at.
    pub(super) fn get(&mut self, at: &MessageRef) -> Option<Arc<Shown>> {
        let index = self.0.iter().position(|own| own.at == *at)?;
        let found = self.0.remove(index);
        self.0.push(Arc::clone(&found));
        Some(found)
    }

    /// Is it there?
    pub(super) fn has(&self, at: &MessageRef) -> bool {
        self.0.iter().any(|own| own.at == *at)
    }

    /// Keeps a message in the place of what was kept of it.
    pub(super) fn put(&mut self, shown: Arc<Shown>) {
        self.0.retain(|own| own.at != shown.at);
        self.0.push(shown);
        while self.0.len() > LIMIT || (self.0.len() > 1 && self.octets() > TEXT_LIMIT) {
            self.0.remove(0);
        }
    }

    /// Forgets messages that left a mailbox.
    pub(super) fn forget(&mut self, place: &Place, uids: &UidSet) {
        self.0
            .retain(|own| Place::of(&own.at) != *place || !uids.contains(own.at.uid));
    }

    /// Forgets all, as at sign-out.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn octets(&self) -> usize {
        let text = |shown: &Arc<Shown>| match &shown.message.body {
            Body::Plain(text) | Body::Html { document: text, .. } => text.len(),
            Body::Empty => 0,
        };
        self.0.iter().map(text).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surat_protocol::{Envelope, Flags, MailboxName, Message, Trust, Uid, UidValidity};

    fn at(uid: u32) -> MessageRef {
        MessageRef {
            mailbox: MailboxName::inbox(),
            uid_validity: UidValidity(1),
            uid: Uid(uid),
        }
    }

    fn shown(uid: u32, octets: usize) -> Arc<Shown> {
        Arc::new(Shown {
            at: at(uid),
            message: Message {
                uid: Uid(uid),
                flags: Flags::default(),
                received: 0,
                envelope: Envelope::default(),
                body: Body::Plain("x".repeat(octets)),
                attachments: Vec::new(),
                damage: Vec::new(),
                trust: Trust::default(),
                unsubscribe: None,
            },
            has_images: false,
        })
    }

    #[test]
    fn what_nobody_looked_at_for_longest_is_forgotten_first() {
        let mut kept = Kept::default();
        for uid in 1..=60 {
            kept.put(shown(uid, 1));
        }
        assert!(kept.get(&at(1)).is_some());

        kept.put(shown(61, 1));

        assert!(kept.has(&at(1)) && !kept.has(&at(2)) && kept.has(&at(61)));
    }

    #[test]
    fn long_texts_leave_room_for_few_and_always_for_the_last() {
        let mut kept = Kept::default();
        kept.put(shown(1, TEXT_LIMIT / 2 + 1));
        kept.put(shown(2, TEXT_LIMIT / 2 + 1));
        assert!(!kept.has(&at(1)) && kept.has(&at(2)));

        kept.put(shown(3, TEXT_LIMIT * 2));
        assert!(kept.has(&at(3)) && !kept.has(&at(2)));
    }

    #[test]
    fn messages_that_left_are_forgotten() {
        let mut kept = Kept::default();
        kept.put(shown(1, 1));
        kept.put(shown(2, 1));

        kept.forget(&Place::of(&at(1)), &UidSet::one(Uid(1)));

        assert!(!kept.has(&at(1)) && kept.has(&at(2)));
    }
}
