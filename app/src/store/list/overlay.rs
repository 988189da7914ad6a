//! What a person did that the server has not confirmed yet, and what it confirmed a moment ago.
//!
//! The list is the server's state with these changes over it. A refused change is dropped, and the
//! server's state shows again: that is the whole rollback. A confirmed one is kept for as long as
//! answers are under way that were asked for before it, so that a late answer never reverts it.

use super::Place;
use surat_protocol::{Flag, Flags, Uid, UidSet};

/// Names a change until it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChangeId(u32);

/// A moment between changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u32);

/// What a change does to messages.
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
    Gone,
    /// Puts them into the mailbox: only ever told.
    Come,
    /// These are all flags: only ever told.
    Told(Flags),
}

/// One change.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    id: ChangeId,
    /// Where.
    pub(super) place: Place,
    /// Which messages.
    pub(super) uids: UidSet,
    /// What.
    pub(super) effect: Effect,
    confirmed: Option<Moment>,
    /// Messages of which the server told all flags since: after this change, or it tells once more.
    overtaken: UidSet,
    /// Messages of which an answer told other flags meanwhile. Was it made before this change, or after somebody has
    /// taken it back? Nobody tells once more.
    doubted: UidSet,
}

/// All changes that still matter, oldest first.
#[derive(Default)]
pub(crate) struct Overlay {
    changes: Vec<Change>,
    last_id: u32,
    now: u32,
    /// When the answers were asked for that are under way.
    awaited: Vec<Moment>,
}

impl Effect {
    fn apply(&self, flags: &mut Flags) {
        match self {
            Self::Flags { add, remove } => {
                for flag in add {
                    flags.insert(flag.clone());
                }
                for flag in remove {
                    flags.remove(flag);
                }
            }
            Self::Told(all) => *flags = all.clone(),
            Self::Gone | Self::Come => {}
        }
    }
}

impl Change {
    /// Is what the server told of this message earlier to be brought up to date with the change?
    pub(super) fn is_news_of(&self, uid: Uid) -> bool {
        self.uids.contains(uid) && !self.overtaken.contains(uid)
    }

    /// Does the change to flags that the server told.
    pub(super) fn apply(&self, flags: &mut Flags) {
        self.effect.apply(flags);
    }

    /// Messages whose flags are to be asked for once the change is done.
    pub(super) fn doubted(&self) -> &UidSet {
        &self.doubted
    }

    fn would_change(&self, flags: &Flags) -> bool {
        let mut after = flags.clone();
        self.apply(&mut after);
        after != *flags
    }
}

impl Overlay {
    /// Shows a change before the server has it.
    pub(crate) fn begin(&mut self, place: Place, uids: UidSet, effect: Effect) -> ChangeId {
        self.last_id = self.last_id.wrapping_add(1);
        let id = ChangeId(self.last_id);
        self.changes.push(Change {
            id,
            place,
            uids,
            effect,
            confirmed: None,
            overtaken: UidSet::new(),
            doubted: UidSet::new(),
        });
        id
    }

    /// The server did it. Returns the change, to be done to what the server told earlier.
    pub(crate) fn confirm(&mut self, id: ChangeId) -> Option<Change> {
        self.now = self.now.wrapping_add(1);
        let now = Moment(self.now);
        let change = self.changes.iter_mut().find(|change| change.id == id)?;
        change.confirmed = Some(now);
        let change = change.clone();
        self.forget_old();
        Some(change)
    }

    /// The server refused it: what it told earlier shows again.
    pub(crate) fn roll_back(&mut self, id: ChangeId) {
        self.changes.retain(|change| change.id != id);
    }

    /// The server told by itself what became of messages. An answer under way may be older than that, and may not
    /// revert it; if it is newer, the server tells once more.
    pub(super) fn told(&mut self, place: &Place, uids: UidSet, effect: Effect) {
        if matches!(effect, Effect::Told(_)) {
            let unconfirmed = |change: &&mut Change| change.confirmed.is_none() && change.place == *place;
            for change in self.changes.iter_mut().filter(unconfirmed) {
                change.overtaken = change.overtaken.union(&uids);
            }
        }
        if self.awaited.is_empty() {
            return;
        }
        let id = self.begin(place.clone(), uids, effect);
        self.confirm(id);
    }

    /// A question about messages goes out; its answer is as old as this moment.
    pub(crate) fn ask(&mut self) -> Moment {
        let now = Moment(self.now);
        self.awaited.push(now);
        now
    }

    /// The question of that moment is answered, or never will be.
    pub(crate) fn settle(&mut self, asked: Moment) {
        if let Some(at) = self.awaited.iter().position(|&moment| moment == asked) {
            self.awaited.swap_remove(at);
        }
        self.forget_old();
    }

    /// Flags as a person sees them, from the flags that the server told.
    pub(super) fn flags(&self, place: &Place, uid: Uid, told: &Flags) -> Flags {
        let mut flags = told.clone();
        for change in self.unconfirmed(place).filter(|change| change.uids.contains(uid)) {
            change.apply(&mut flags);
        }
        flags
    }

    /// Messages that a person does not see any more, while the server still has them.
    pub(super) fn gone(&self, place: &Place) -> UidSet {
        self.unconfirmed(place)
            .filter(|change| change.effect == Effect::Gone)
            .fold(UidSet::new(), |gone, change| gone.union(&change.uids))
    }

    /// Brings flags that were asked for at `asked` up to date with what was confirmed since. Says whether they are
    /// sure: an answer that differs may as well have been made after the change, when somebody had taken it back.
    pub(super) fn catch_up(&mut self, place: &Place, uid: Uid, flags: &mut Flags, asked: Moment) -> bool {
        let told = flags.clone();
        let of_it = |change: &&mut Change| change.place == *place && change.uids.contains(uid);
        for change in self.changes.iter_mut().filter(of_it) {
            match change.confirmed {
                Some(at) if at > asked => change.apply(flags),
                None if change.would_change(&told) => change.doubted.insert(uid),
                _ => {}
            }
        }
        *flags == told
    }

    /// Brings an order that was asked for at `asked` up to date with what was confirmed since.
    pub(super) fn catch_up_order(&self, place: &Place, uids: &UidSet, asked: Moment) -> UidSet {
        self.confirmed_since(place, asked)
            .fold(uids.clone(), |order, change| match change.effect {
                Effect::Gone => order.difference(&change.uids),
                Effect::Come => order.union(&change.uids),
                Effect::Flags { .. } | Effect::Told(_) => order,
            })
    }

    /// How many changes the server has not confirmed, in any mailbox.
    pub(super) fn pending(&self) -> usize {
        self.changes.iter().filter(|change| change.confirmed.is_none()).count()
    }

    fn unconfirmed<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = &'a Change> {
        self.changes
            .iter()
            .filter(move |change| change.confirmed.is_none() && change.place == *place)
    }

    fn confirmed_since<'a>(&'a self, place: &'a Place, asked: Moment) -> impl Iterator<Item = &'a Change> {
        self.changes
            .iter()
            .filter(move |change| change.confirmed.is_some_and(|at| at > asked) && change.place == *place)
    }

    /// A confirmed change matters as long as some answer under way is older than it.
    fn forget_old(&mut self) {
        let oldest = self.awaited.iter().min().copied();
        self.changes.retain(|change| match (change.confirmed, oldest) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(at), Some(oldest)) => at > oldest,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surat_protocol::{MailboxName, UidValidity};

    fn inbox() -> Place {
        Place {
            mailbox: MailboxName::inbox(),
            uid_validity: UidValidity(1),
        }
    }

    fn star() -> Effect {
        Effect::Flags {
            add: [Flag::Flagged].into(),
            remove: Vec::new(),
        }
    }

    fn is_starred(overlay: &Overlay, uid: u32) -> bool {
        overlay.flags(&inbox(), Uid(uid), &Flags::default()).is_flagged()
    }

    #[test]
    fn a_refused_change_leaves_no_trace() {
        let mut overlay = Overlay::default();
        let starred = overlay.begin(inbox(), UidSet::one(Uid(1)), star());
        let gone = overlay.begin(inbox(), UidSet::one(Uid(2)), Effect::Gone);
        assert!(is_starred(&overlay, 1) && !is_starred(&overlay, 2));
        assert!(overlay.gone(&inbox()).contains(Uid(2)));

        overlay.roll_back(starred);
        overlay.roll_back(gone);

        assert!(!is_starred(&overlay, 1));
        assert!(overlay.gone(&inbox()).is_empty());
    }

    #[test]
    fn an_answer_that_was_asked_for_before_a_change_does_not_revert_it() {
        let mut overlay = Overlay::default();
        let asked = overlay.ask();
        let starred = overlay.begin(inbox(), UidSet::one(Uid(1)), star());
        let gone = overlay.begin(inbox(), UidSet::one(Uid(2)), Effect::Gone);
        assert!(overlay.confirm(starred).is_some() && overlay.confirm(gone).is_some());

        let mut flags = Flags::default();
        let is_sure = overlay.catch_up(&inbox(), Uid(1), &mut flags, asked);
        let order = overlay.catch_up_order(&inbox(), &UidSet::from_ranges([(1, 3)]), asked);

        assert!(flags.is_flagged() && !is_sure);
        assert_eq!(order.to_string(), "1,3");
    }

    #[test]
    fn an_answer_that_was_asked_for_after_a_change_speaks_for_itself() {
        let mut overlay = Overlay::default();
        let old = overlay.ask();
        let starred = overlay.begin(inbox(), UidSet::one(Uid(1)), star());
        overlay.confirm(starred);
        let asked = overlay.ask();

        let mut flags = Flags::default();
        assert!(overlay.catch_up(&inbox(), Uid(1), &mut flags, asked));
        assert!(!flags.is_flagged());

        overlay.settle(old);
        overlay.settle(asked);
        assert!(overlay.changes.is_empty());
    }

    #[test]
    fn a_change_in_one_mailbox_says_nothing_about_another() {
        let mut overlay = Overlay::default();
        overlay.begin(inbox(), UidSet::one(Uid(1)), Effect::Gone);
        let anew = Place {
            uid_validity: UidValidity(2),
            ..inbox()
        };

        assert!(overlay.gone(&anew).is_empty());
    }
}
