//! What is kept of a mailbox beside its rows: which messages are in it, and how old that is. Pure.
//!
//! The rule that makes kept rows trustworthy: **every kept row is right as of [`Kept::modseq`] or later**. So that is the
//! MODSEQ that the app may name when it opens the mailbox again, and news since then put everything right.

use crate::change::{Change, Opening, Place};
use serde::{Deserialize, Serialize};
use surat_protocol::{Contents, MailboxName, ModSeq, Opened, Uid, UidSet, UidValidity};

/// What is kept of a mailbox. Rows are kept only of mailboxes that have this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// UIDVALIDITY.
    pub(crate) uid_validity: UidValidity,
    /// Which messages are in it.
    pub(crate) uids: UidSet,
    /// Every kept row is right as of this, or later; 0 = the server cannot tell what is new.
    modseq: ModSeq,
    /// Something was refused, or changed too much: let the order be told whole.
    is_doubtful: bool,
    /// The last opening named `modseq`, and was told everything nevertheless.
    was_told_whole: bool,
    uid_next: Uid,
    is_read_only: bool,
    may_store_keywords: bool,
    /// When it was last opened, in milliseconds since 1970.
    pub(crate) opened_at: u64,
}

/// What an opening means for what was kept before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// Rows are right, as far as the messages are still there.
    Kept,
    /// All rows of these UIDs may be wrong, and nobody tells which; bodies are as they were.
    Stale,
    /// It was another mailbox of this name.
    Void,
}

impl Kept {
    /// As the proxy would tell it.
    pub(crate) fn opened(&self, mailbox: MailboxName) -> Opened {
        Opened {
            mailbox,
            uid_validity: self.uid_validity,
            uid_next: self.uid_next,
            highest_modseq: if self.is_doubtful { ModSeq(0) } else { self.modseq },
            contents: Contents::Whole(self.uids.clone()),
            is_read_only: self.is_read_only,
            may_store_keywords: self.may_store_keywords,
        }
    }

    /// Does a change to what is kept of the mailbox that the change is about.
    pub(crate) fn apply(kept: Option<Self>, change: &Change, now: u64) -> Option<Self> {
        if let Change::Opened(opening) = change {
            return Self::open(kept, opening, now).0;
        }
        let mut kept = kept?;
        match change {
            Change::Arrived(place, uids) if kept.is_at(place) => {
                kept.uids = kept.uids.union(uids);
                let next = kept.uids.last().map_or(1, |last| last.0.saturating_add(1));
                kept.uid_next = kept.uid_next.max(Uid(next));
            }
            Change::Left(place, uids) | Change::Hidden(place, uids, _) if kept.is_at(place) => {
                kept.uids = kept.uids.difference(uids);
            }
            Change::OrderDoubted(_) => kept.is_doubtful = true,
            Change::Forgotten(_) => return None,
            _ => {}
        }
        Some(kept)
    }

    /// Is it about this place?
    pub(crate) fn is_at(&self, place: &Place) -> bool {
        self.uid_validity == place.uid_validity
    }

    /// What is kept after an opening, and what that means for rows and bodies that were kept before.
    pub(crate) fn open(before: Option<Self>, opening: &Opening, now: u64) -> (Option<Self>, Before) {
        let Opening { opened, known, leaving } = opening;
        let known = known
            .as_ref()
            .filter(|known| known.uid_validity == opened.uid_validity && known.highest_modseq.0 > 0);
        let uids = match (&opened.contents, known) {
            (Contents::Whole(uids), _) => uids.clone(),
            (Contents::Since { vanished, arrived, .. }, Some(known)) => known.uids.difference(vanished).union(arrived),
            // News of what nobody knew: the proxy tells none.
            (Contents::Since { .. }, None) => return (before, Before::Kept),
        };
        let before = before.filter(|before| before.uid_validity == opened.uid_validity);
        let is_whole = matches!(opened.contents, Contents::Whole(_));
        let (modseq, rows) = match &before {
            None => (opened.highest_modseq, Before::Void),
            Some(before) => match before.right_since(opened, known.map(|known| known.highest_modseq), is_whole) {
                Some(modseq) => (modseq, Before::Kept),
                None => (opened.highest_modseq, Before::Stale),
            },
        };
        let kept = Self {
            uid_validity: opened.uid_validity,
            uids: uids.difference(leaving),
            modseq,
            is_doubtful: false,
            was_told_whole: is_whole && known.is_some(),
            uid_next: opened.uid_next,
            is_read_only: opened.is_read_only,
            may_store_keywords: opened.may_store_keywords,
            opened_at: now,
        };
        (Some(kept), rows)
    }

    /// The MODSEQ as of which the rows that were kept are right after an opening; `None` when nobody can say.
    fn right_since(&self, opened: &Opened, asked_since: Option<ModSeq>, is_whole: bool) -> Option<ModSeq> {
        let now = opened.highest_modseq;
        match asked_since {
            // Without MODSEQ every opening is told whole, and whoever shows kept rows asks for them again.
            _ if now.0 == 0 => Some(now),
            _ if self.modseq.0 == 0 || now < self.modseq => None,
            Some(since) if !is_whole && since <= self.modseq => Some(now),
            // Asked twice, and the server could not tell what is new: it never will.
            Some(_) if is_whole && self.was_told_whole => None,
            _ => Some(self.modseq),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{known, opened, opening, set};

    fn whole(uids: &[(u32, u32)]) -> Contents {
        Contents::Whole(set(uids))
    }

    fn nothing_new() -> Contents {
        Contents::Since {
            vanished: UidSet::new(),
            arrived: UidSet::new(),
            flags: Vec::new(),
        }
    }

    fn kept(modseq: u64) -> Option<Kept> {
        Kept::open(None, &opening(opened(1, modseq, whole(&[(1, 4)])), None), 0).0
    }

    fn open(before: Option<Kept>, opened: Opened, known: Option<surat_protocol::Known>) -> (u64, Before) {
        let (after, rows) = Kept::open(before, &opening(opened, known), 0);
        (after.map_or(0, |after| after.modseq.0), rows)
    }

    #[test]
    fn rows_stay_as_old_as_they_are_when_everything_is_told() {
        assert_eq!(
            open(kept(10), opened(1, 20, whole(&[(1, 4)])), None),
            (10, Before::Kept),
            "flags may have changed since 10, and the next opening tells which"
        );
    }

    #[test]
    fn news_make_rows_new_only_if_they_begin_where_the_rows_end() {
        let news = |known_modseq| {
            open(
                kept(10),
                opened(1, 30, nothing_new()),
                Some(known(known_modseq, &[(1, 4)])),
            )
        };

        assert_eq!(news(10), (30, Before::Kept));
        assert_eq!(news(9), (30, Before::Kept));
        // The page was told more than its cache was: changes between 10 and 20 are not among these.
        assert_eq!(news(20), (10, Before::Kept));
    }

    #[test]
    fn rows_are_void_when_the_server_cannot_tell_what_is_new_twice_in_a_row() {
        let told_whole = opening(opened(1, 20, whole(&[(1, 4)])), Some(known(10, &[(1, 4)])));
        let (once, rows) = Kept::open(kept(10), &told_whole, 0);
        assert_eq!(rows, Before::Kept);

        assert_eq!(
            open(once, opened(1, 30, whole(&[(1, 4)])), Some(known(10, &[(1, 4)]))),
            (30, Before::Stale)
        );
    }

    #[test]
    fn rows_are_void_when_the_server_has_begun_to_count_anew() {
        assert_eq!(open(kept(10), opened(1, 3, whole(&[(1, 4)])), None), (3, Before::Stale));
        assert_eq!(open(kept(0), opened(1, 3, whole(&[(1, 4)])), None), (3, Before::Stale));
        assert_eq!(open(kept(10), opened(1, 0, whole(&[(1, 4)])), None), (0, Before::Kept));
    }

    #[test]
    fn another_uidvalidity_is_another_mailbox() {
        assert_eq!(
            open(kept(10), opened(2, 10, whole(&[(1, 4)])), None),
            (10, Before::Void)
        );
    }

    #[test]
    fn news_of_what_nobody_knew_change_nothing() {
        assert_eq!(open(None, opened(1, 10, nothing_new()), None), (0, Before::Kept));
    }
}
