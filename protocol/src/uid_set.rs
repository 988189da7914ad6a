//! A set of UIDs as ascending ranges: 100,000 messages of a mailbox are usually a handful of them.

use crate::ids::Uid;
use serde::{Deserialize, Serialize};
use std::{collections::BinaryHeap, fmt};

/// UIDs as inclusive, ascending, disjoint, non-adjacent ranges.
///
/// `Display` writes the sequence-set of RFC 9051 ("1:4,7"); an empty set writes nothing, and must
/// not be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(u32, u32)>", into = "Vec<(u32, u32)>")]
pub struct UidSet {
    ranges: Vec<(u32, u32)>,
}

impl UidSet {
    /// An empty set.
    pub const fn new() -> Self {
        Self { ranges: Vec::new() }
    }

    /// Just this one.
    pub fn one(uid: Uid) -> Self {
        Self {
            ranges: [(uid.0, uid.0)].into(),
        }
    }

    /// The set of all UIDs in `ranges`, which may come in any order, overlap, or be turned around
    /// (as "9:4" may be, RFC 9051, section 9). Zeros are left out: no message has UID 0.
    pub fn from_ranges(ranges: impl IntoIterator<Item = (u32, u32)>) -> Self {
        Self::merged(ranges.into_iter().collect())
    }

    fn merged(mut sorted: Vec<(u32, u32)>) -> Self {
        for range in &mut sorted {
            *range = (range.0.min(range.1).max(1), range.0.max(range.1));
        }
        sorted.retain(|&(low, high)| low <= high);
        // Nearly always it is. The library's sort comes to 1 kB in the app, where that is much.
        if !sorted.is_sorted() {
            sorted = BinaryHeap::from(sorted).into_sorted_vec();
        }
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(sorted.len());
        for (low, high) in sorted {
            match merged.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        Self { ranges: merged }
    }

    /// How many UIDs.
    pub fn len(&self) -> usize {
        self.ranges.iter().map(|&(low, high)| (high - low) as usize + 1).sum()
    }

    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The ranges, ascending, both ends inclusive.
    pub fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    /// Is `uid` in the set? Binary search.
    pub fn contains(&self, uid: Uid) -> bool {
        self.range_of(uid).is_ok()
    }

    /// The lowest UID.
    pub fn first(&self) -> Option<Uid> {
        self.ranges.first().map(|&(low, _)| Uid(low))
    }

    /// The highest UID.
    pub fn last(&self) -> Option<Uid> {
        self.ranges.last().map(|&(_, high)| Uid(high))
    }

    /// Adds one UID.
    pub fn insert(&mut self, uid: Uid) {
        if !self.contains(uid) {
            *self = self.union(&Self::one(uid));
        }
    }

    /// Takes one UID out.
    pub fn remove(&mut self, uid: Uid) {
        if let Ok(at) = self.range_of(uid) {
            let (low, high) = self.ranges[at];
            let rest = [(low, uid.0 - 1), (uid.0.saturating_add(1), high)];
            let keep = [low < uid.0, high > uid.0];
            self.ranges.splice(
                at..=at,
                rest.into_iter()
                    .zip(keep)
                    .filter_map(|(range, keep)| keep.then_some(range)),
            );
        }
    }

    /// The UIDs in either.
    pub fn union(&self, other: &Self) -> Self {
        Self::from_ranges(self.ranges.iter().chain(&other.ranges).copied())
    }

    /// The UIDs of `self` that are not in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        let mut others = other.ranges.iter().copied().peekable();
        for &(low, high) in &self.ranges {
            let mut next = Some(low);
            while let (Some(from), Some(&(other_low, other_high))) = (next, others.peek()) {
                if other_high < from {
                    others.next();
                    continue;
                }
                if other_low > high {
                    break;
                }
                if other_low > from {
                    left.push((from, other_low - 1));
                }
                next = other_high.checked_add(1).filter(|&after| after <= high);
                if other_high <= high {
                    others.next();
                }
            }
            if let Some(from) = next {
                left.push((from, high));
            }
        }
        Self { ranges: left }
    }

    /// The UIDs in both.
    pub fn intersection(&self, other: &Self) -> Self {
        self.difference(&self.difference(other))
    }

    /// The UID that stands `index` places from the newest: 0 is the highest UID.
    pub fn nth_newest(&self, index: usize) -> Option<Uid> {
        let mut left = index;
        for &(low, high) in self.ranges.iter().rev() {
            let count = (high - low) as usize + 1;
            if left < count {
                return u32::try_from(left).ok().map(|back| Uid(high - back));
            }
            left -= count;
        }
        None
    }

    /// How many places `uid` stands from the newest; `None` when it is not in the set.
    pub fn index_from_newest(&self, uid: Uid) -> Option<usize> {
        let at = self.range_of(uid).ok()?;
        let newer: usize = self.ranges[at + 1..]
            .iter()
            .map(|&(low, high)| (high - low) as usize + 1)
            .sum();
        Some(newer + (self.ranges[at].1 - uid.0) as usize)
    }

    /// `count` UIDs from the newest on, leaving out the `skip` newest, as a set.
    pub fn newest(&self, skip: usize, count: usize) -> Self {
        Self::from_ranges(self.iter_newest().skip(skip).take(count).map(|uid| (uid.0, uid.0)))
    }

    /// All UIDs, the highest first.
    pub fn iter_newest(&self) -> Newest<'_> {
        Newest {
            ranges: self.ranges.iter(),
            left: None,
        }
    }

    /// All UIDs, ascending.
    pub fn iter(&self) -> Oldest<'_> {
        Oldest {
            ranges: self.ranges.iter(),
            left: None,
        }
    }

    fn range_of(&self, uid: Uid) -> Result<usize, usize> {
        self.ranges.binary_search_by(|&(low, high)| {
            if high < uid.0 {
                std::cmp::Ordering::Less
            } else if low > uid.0 {
                std::cmp::Ordering::Greater
            } else {
                std::cmp::Ordering::Equal
            }
        })
    }
}

/// The UIDs of a set, ascending: [`UidSet::iter`].
#[derive(Clone, Debug)]
pub struct Oldest<'a> {
    ranges: std::slice::Iter<'a, (u32, u32)>,
    left: Option<(u32, u32)>,
}

impl Iterator for Oldest<'_> {
    type Item = Uid;

    // Inlined into all loops over UIDs, it would make the app some kilobytes larger.
    #[inline(never)]
    fn next(&mut self) -> Option<Uid> {
        let (low, high) = self.left.take().or_else(|| self.ranges.next().copied())?;
        self.left = (low < high).then(|| (low + 1, high));
        Some(Uid(low))
    }
}

/// The UIDs of a set, the highest first: [`UidSet::iter_newest`].
#[derive(Clone, Debug)]
pub struct Newest<'a> {
    ranges: std::slice::Iter<'a, (u32, u32)>,
    left: Option<(u32, u32)>,
}

impl Iterator for Newest<'_> {
    type Item = Uid;

    #[inline(never)]
    fn next(&mut self) -> Option<Uid> {
        let (low, high) = self.left.take().or_else(|| self.ranges.next_back().copied())?;
        self.left = (low < high).then(|| (low, high - 1));
        Some(Uid(high))
    }
}

impl From<Vec<(u32, u32)>> for UidSet {
    /// Ranges off the wire are put in order again: what comes from outside keeps no promise.
    fn from(ranges: Vec<(u32, u32)>) -> Self {
        Self::from_ranges(ranges)
    }
}

impl From<UidSet> for Vec<(u32, u32)> {
    fn from(set: UidSet) -> Self {
        set.ranges
    }
}

impl FromIterator<Uid> for UidSet {
    fn from_iter<I: IntoIterator<Item = Uid>>(uids: I) -> Self {
        Self::from_ranges(uids.into_iter().map(|uid| (uid.0, uid.0)))
    }
}

impl fmt::Display for UidSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, &(low, high)) in self.ranges.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            if low == high {
                write!(f, "{low}")?;
            } else {
                write!(f, "{low}:{high}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn set(ranges: &[(u32, u32)]) -> UidSet {
        UidSet::from_ranges(ranges.iter().copied())
    }

    #[test]
    fn ranges_are_sorted_and_merged() {
        assert_eq!(set(&[(7, 7), (4, 1), (5, 5), (0, 0)]).to_string(), "1:5,7");
        assert_eq!(set(&[(1, u32::MAX), (5, 9)]).ranges(), [(1, u32::MAX)]);
    }

    #[test]
    fn places_count_from_the_newest() {
        let uids = set(&[(1, 3), (10, 11)]);

        assert_eq!(uids.nth_newest(0), Some(Uid(11)));
        assert_eq!(uids.nth_newest(2), Some(Uid(3)));
        assert_eq!(uids.nth_newest(5), None);
        assert_eq!(uids.index_from_newest(Uid(3)), Some(2));
        assert_eq!(uids.newest(1, 2).to_string(), "3,10");
    }

    #[test]
    fn set_arithmetic_agrees_with_a_plain_set() {
        let numbers =
            |seed: u32| -> BTreeSet<u32> { (1..60).filter(|n| (n * n + seed * 7) % 5 < 2 + seed % 2).collect() };
        for seed in 0..40 {
            let (a, b) = (numbers(seed), numbers(seed * 3 + 1));
            let (x, y): (UidSet, UidSet) = (a.iter().map(|&n| Uid(n)).collect(), b.iter().map(|&n| Uid(n)).collect());

            assert!(
                x.difference(&y).iter().map(|u| u.0).eq(a.difference(&b).copied()),
                "seed {seed}"
            );
            assert!(
                x.intersection(&y).iter().map(|u| u.0).eq(a.intersection(&b).copied()),
                "seed {seed}"
            );
            assert!(x.union(&y).iter().map(|u| u.0).eq(a.union(&b).copied()), "seed {seed}");
        }
    }

    #[test]
    fn one_uid_comes_and_goes() {
        let mut uids = set(&[(1, 3)]);

        uids.remove(Uid(2));
        assert_eq!(uids.to_string(), "1,3");
        uids.insert(Uid(2));
        assert_eq!(uids.to_string(), "1:3");
        uids.remove(Uid(9));
        assert_eq!(uids.len(), 3);
    }
}
