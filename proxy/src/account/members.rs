//! Which messages of a mailbox its pages know, in little memory.
//!
//! The UIDs of a mailbox of 100,000 that was sorted through for years are 800 KB of ranges. A server
//! that tells by itself what vanished (QRESYNC) need not be compared with: since UIDs only ascend
//! (RFC 9051, section 2.3.1.1), what is known is all below the next one.

use surat_protocol::{Uid, UidSet};

/// Messages that pages know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Members {
    /// These.
    Listed(UidSet),
    /// All that there are below this UID.
    Below {
        /// The next one that would be new.
        end: u32,
        /// What the server reported as vanished last. It may report it again: only changes that are left
        /// move the moment on since which it is asked.
        gone: UidSet,
    },
}

/// What a report of the server means.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Report {
    /// New messages.
    pub(super) arrived: UidSet,
    /// Messages that were known and are gone.
    pub(super) vanished: UidSet,
    /// What is known afterwards.
    pub(super) members: Members,
}

impl Members {
    /// Is this one known, unless it has vanished?
    pub(super) fn contains(&self, uid: Uid) -> bool {
        match self {
            Self::Listed(uids) => uids.contains(uid),
            Self::Below { end, .. } => uid.0 < *end,
        }
    }

    /// What it means that these changed and those vanished, as a server with QRESYNC told.
    pub(super) fn report(&self, changed: &UidSet, vanished: &UidSet) -> Report {
        let (arrived, newly_vanished, end) = match self {
            Self::Listed(uids) => {
                let end = uids.last().map_or(1, after);
                (changed.difference(uids), vanished.intersection(uids), end)
            }
            Self::Below { end, gone } => {
                let known = below(*end);
                let vanished = vanished.intersection(&known).difference(gone);
                (changed.difference(&known), vanished, *end)
            }
        };
        let end = arrived.last().map_or(end, |last| after(last).max(end));
        Report {
            arrived,
            vanished: newly_vanished,
            members: Self::Below {
                end,
                gone: vanished.intersection(&below(end)),
            },
        }
    }
}

fn after(uid: Uid) -> u32 {
    uid.0.saturating_add(1)
}

fn below(end: u32) -> UidSet {
    UidSet::from_ranges((end > 1).then(|| (1, end - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(uids: &[u32]) -> UidSet {
        uids.iter().map(|uid| Uid(*uid)).collect()
    }

    #[test]
    fn a_hundred_thousand_scattered_messages_become_one_number() {
        let scattered = UidSet::from_ranges((1..=100_000).map(|number| (number * 2, number * 2)));
        let members = Members::Listed(scattered);

        let report = members.report(&set(&[4, 200_003]), &set(&[3, 8]));

        assert_eq!((report.arrived, report.vanished), (set(&[200_003]), set(&[8])));
        let gone = set(&[3, 8]);
        assert_eq!(report.members, Members::Below { end: 200_004, gone });
    }

    #[test]
    fn what_is_reported_again_is_no_news() {
        let first = Members::Listed(set(&[1, 2, 5])).report(&set(&[]), &set(&[2]));
        let again = first.members.report(&set(&[]), &set(&[2]));
        let more = again.members.report(&set(&[]), &set(&[2, 5]));

        assert_eq!((first.vanished, again.vanished), (set(&[2]), set(&[])));
        assert_eq!(more.vanished, set(&[5]));
    }

    #[test]
    fn what_came_and_went_between_two_looks_is_never_told() {
        let first = Members::Listed(set(&[1])).report(&set(&[3]), &set(&[2]));
        let again = first.members.report(&set(&[]), &set(&[2]));

        assert_eq!((first.arrived, first.vanished), (set(&[3]), set(&[])));
        assert_eq!(again.vanished, set(&[]));
    }

    proptest! {
        /// A mailbox in which messages come, change and vanish, looked at now and then. The server reports as
        /// QRESYNC does: what changed after the highest change that was told, and what vanished after it.
        #[test]
        fn what_is_told_adds_up_to_what_is_there(steps in proptest::collection::vec((0u8..5, any::<u32>()), 1..120)) {
            let mut there: std::collections::BTreeMap<u32, u64> = (1..=5).map(|uid| (uid, 0)).collect();
            let mut expunged: Vec<(u32, u64)> = Vec::new();
            let (mut next, mut modseq, mut since) = (6, 1_u64, 1_u64);
            let mut told = set(&[1, 2, 3, 4, 5]);
            let mut members = Members::Listed(told.clone());
            for (what, which) in steps {
                modseq += 1;
                let chosen = there.keys().nth(which as usize % there.len().max(1)).copied();
                match (what, chosen) {
                    (0 | 1, _) => { there.insert(next, modseq); next += 1; }
                    (2, Some(uid)) => { there.insert(uid, modseq); }
                    (3, Some(uid)) => { there.remove(&uid); expunged.push((uid, modseq)); }
                    _ => {
                        let changed: UidSet = there.iter().filter(|(_, at)| **at > since).map(|(uid, _)| Uid(*uid)).collect();
                        let vanished: UidSet = expunged.iter().filter(|(_, at)| *at > since).map(|(uid, _)| Uid(*uid)).collect();
                        let report = members.report(&changed, &vanished);
                        prop_assert!(report.vanished.difference(&told).is_empty() && report.arrived.intersection(&told).is_empty());
                        told = told.difference(&report.vanished).union(&report.arrived);
                        prop_assert_eq!(&told, &there.keys().map(|uid| Uid(*uid)).collect::<UidSet>());
                        members = report.members;
                        since = there.values().copied().filter(|at| *at > since).max().unwrap_or(since);
                    }
                }
            }
        }
    }
}
