//! The mailbox that a page shows, and since when it hears of it.

use super::sync::MailboxState;
use surat_protocol::{Event, MailboxName, ModSeq};

/// A mailbox as its page knows it.
pub(super) struct Shown {
    /// Its name.
    pub(super) mailbox: MailboxName,
    /// Up to here its opening told everything; 0: nobody knows.
    opened_at: ModSeq,
}

impl Shown {
    /// As it was told to the page.
    pub(super) fn of(state: &MailboxState) -> Self {
        Self {
            mailbox: state.entry.mailbox.name.clone(),
            opened_at: state.highest_modseq(),
        }
    }

    /// Must the page hear of this? `as_of` is the moment of it, 0 where nobody knows.
    ///
    /// The watching connection may have learned flags before the mailbox was opened, and tell of them afterwards. Those
    /// that were told last count for the page, and nobody would tell once more.
    pub(super) fn must_hear(&self, event: &Event, as_of: ModSeq) -> bool {
        let is_known = as_of.0 > 0 && as_of <= self.opened_at;
        !(is_known && matches!(event, Event::Flags { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surat_protocol::{UidSet, UidValidity};

    #[test]
    fn flags_of_before_the_opening_are_not_told_after_it() {
        let (mailbox, uid_validity) = (MailboxName::inbox(), UidValidity(1));
        let flags = Event::Flags {
            mailbox: mailbox.clone(),
            uid_validity,
            changes: Vec::new(),
        };
        let vanished = Event::Vanished {
            mailbox: mailbox.clone(),
            uid_validity,
            uids: UidSet::new(),
        };
        let at = |opened_at| Shown {
            mailbox: mailbox.clone(),
            opened_at: ModSeq(opened_at),
        };

        assert!(!at(9).must_hear(&flags, ModSeq(8)) && !at(9).must_hear(&flags, ModSeq(9)));
        assert!(at(9).must_hear(&flags, ModSeq(10)));
        assert!(at(9).must_hear(&flags, ModSeq(0)) && at(0).must_hear(&flags, ModSeq(8)));
        assert!(at(9).must_hear(&vanished, ModSeq(8)), "what is gone stays gone");
    }
}
