//! Counts that are always right: what the server told, and what a person did since.
//!
//! The server tells counts by itself, before or after it confirms the change that they follow from.
//! Each change is therefore counted until the server's number includes it, and never twice.

use surat_protocol::{Counts, MailboxName};

/// What one change does to the counts of one mailbox.
#[derive(Clone, Debug)]
struct Delta {
    change: u32,
    mailbox: MailboxName,
    messages: i64,
    unseen: i64,
    /// The server told other counts since: whether they include this change is not known.
    is_overtaken: bool,
}

/// The changes that the server's counts may not include yet, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deltas {
    all: Vec<Delta>,
    last_change: u32,
}

/// A change of one or two mailboxes' counts, until it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CountChange(u32);

impl Deltas {
    /// A new change; [`Self::add`] says what it does.
    pub(crate) fn begin(&mut self) -> CountChange {
        self.last_change = self.last_change.wrapping_add(1);
        CountChange(self.last_change)
    }

    /// What a change does to a mailbox: so many messages and unread messages more, or less.
    pub(crate) fn add(&mut self, change: CountChange, mailbox: MailboxName, messages: i64, unseen: i64) {
        if messages != 0 || unseen != 0 {
            self.all.push(Delta {
                change: change.0,
                mailbox,
                messages,
                unseen,
                is_overtaken: false,
            });
        }
    }

    /// Counts as a person sees them.
    pub(crate) fn over(&self, mailbox: &MailboxName, told: Counts) -> Counts {
        self.of(mailbox).fold(told, sum)
    }

    /// The server told `now`, after `before`.
    pub(crate) fn told(&mut self, mailbox: &MailboxName, before: Counts, now: Counts) {
        let mut expected = before;
        let included = self.of(mailbox).position(|delta| {
            expected = sum(expected, delta);
            expected == now
        });
        if let Some(last) = included {
            // Just what the oldest changes come to: they are in.
            return self.drop_oldest(mailbox, last + 1);
        }
        // Counts as they were may be new all the same: one read here, one arrived elsewhere. Where they are not, the
        // server tells them once more after the change.
        for delta in self.all.iter_mut().filter(|delta| delta.mailbox == *mailbox) {
            delta.is_overtaken = true;
        }
    }

    /// The server confirmed a change. Returns what it must be thought to count from now on.
    pub(crate) fn confirm(&mut self, change: CountChange, mailbox: &MailboxName, told: Counts) -> Counts {
        let told = self
            .of(mailbox)
            .filter(|delta| delta.change == change.0 && !delta.is_overtaken)
            .fold(told, sum);
        self.all
            .retain(|delta| delta.change != change.0 || delta.mailbox != *mailbox);
        told
    }

    /// The server refused a change.
    pub(crate) fn roll_back(&mut self, change: CountChange) {
        self.all.retain(|delta| delta.change != change.0);
    }

    fn of<'a>(&'a self, mailbox: &'a MailboxName) -> impl Iterator<Item = &'a Delta> {
        self.all.iter().filter(move |delta| delta.mailbox == *mailbox)
    }

    fn drop_oldest(&mut self, mailbox: &MailboxName, count: usize) {
        let mut left = count;
        self.all.retain(|delta| {
            let is_dropped = left > 0 && delta.mailbox == *mailbox;
            left -= usize::from(is_dropped);
            !is_dropped
        });
    }
}

fn sum(counts: Counts, delta: &Delta) -> Counts {
    let add = |count: u32, more: i64| u32::try_from((i64::from(count) + more).max(0)).unwrap_or(u32::MAX);
    Counts {
        messages: add(counts.messages, delta.messages),
        unseen: add(counts.unseen, delta.unseen),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(unseen: u32) -> Counts {
        Counts { messages: 9, unseen }
    }

    /// One mailbox with five unread messages of which one after another is read.
    struct Inbox {
        name: MailboxName,
        told: Counts,
        deltas: Deltas,
    }

    impl Inbox {
        fn new() -> Self {
            Self {
                name: MailboxName::inbox(),
                told: counts(5),
                deltas: Deltas::default(),
            }
        }

        fn read_one(&mut self) -> CountChange {
            let change = self.deltas.begin();
            self.deltas.add(change, self.name.clone(), 0, -1);
            change
        }

        fn tell(&mut self, unseen: u32) {
            self.deltas.told(&self.name, self.told, counts(unseen));
            self.told = counts(unseen);
        }

        fn confirm(&mut self, change: CountChange) {
            self.told = self.deltas.confirm(change, &self.name, self.told);
        }

        fn unseen(&self) -> u32 {
            self.deltas.over(&self.name, self.told).unseen
        }
    }

    #[test]
    fn counts_that_come_before_the_confirmation_are_not_counted_twice() {
        let mut inbox = Inbox::new();
        let change = inbox.read_one();
        assert_eq!(inbox.unseen(), 4);

        inbox.tell(4);
        assert_eq!(inbox.unseen(), 4);
        inbox.confirm(change);

        assert_eq!(inbox.unseen(), 4);
    }

    #[test]
    fn counts_that_come_after_the_confirmation_change_nothing() {
        let mut inbox = Inbox::new();
        let change = inbox.read_one();

        inbox.confirm(change);
        assert_eq!(inbox.unseen(), 4);
        inbox.tell(4);

        assert_eq!(inbox.unseen(), 4);
    }

    #[test]
    fn two_changes_may_be_told_one_by_one() {
        let mut inbox = Inbox::new();
        let (first, second) = (inbox.read_one(), inbox.read_one());

        inbox.tell(4);
        assert_eq!(inbox.unseen(), 3, "the second is still to come");
        inbox.confirm(first);
        assert_eq!(inbox.unseen(), 3);
        inbox.tell(3);
        inbox.confirm(second);

        assert_eq!(inbox.unseen(), 3);
    }

    #[test]
    fn a_message_that_arrives_meanwhile_comes_out_right_in_the_end() {
        let mut inbox = Inbox::new();
        let change = inbox.read_one();

        // 5 unread, one read, two arrived.
        inbox.tell(6);
        inbox.confirm(change);

        assert_eq!(inbox.unseen(), 6);
    }

    #[test]
    fn counts_that_are_as_before_may_have_the_change_in_them() {
        let mut inbox = Inbox::new();
        let change = inbox.read_one();

        // 5 unread, one read, one arrived.
        inbox.tell(5);
        inbox.confirm(change);

        assert_eq!(inbox.unseen(), 5);
    }

    #[test]
    fn a_refused_change_was_never_there() {
        let mut inbox = Inbox::new();
        let change = inbox.read_one();

        inbox.deltas.roll_back(change);

        assert_eq!(inbox.unseen(), 5);
    }

    #[test]
    fn counts_never_fall_below_nothing() {
        let mut deltas = Deltas::default();
        let change = deltas.begin();
        deltas.add(change, MailboxName::inbox(), -20, -20);

        assert_eq!(deltas.over(&MailboxName::inbox(), counts(5)), Counts::default());
    }
}
