//! What the app knows. Each store is plain logic behind a few signals, made once at the root.
//!
//! Stores never touch the DOM or the net: actions change them, views read them.

pub(crate) mod compose;
pub(crate) mod list;
pub(crate) mod mailboxes;
pub(crate) mod notices;
pub(crate) mod preferences;
pub(crate) mod reading;
pub(crate) mod search_query;
pub(crate) mod session;
pub(crate) mod sheet;

use std::{cmp::Ordering, collections::BinaryHeap};

/// Sorts indices by what they stand for. Equals keep their order.
///
/// The one place where the app sorts, and by a heap: the library's own sort is some 6 kB for each type.
fn sort(indices: &mut Vec<usize>, compare: &dyn Fn(usize, usize) -> Ordering) {
    let ranked = indices
        .iter()
        .enumerate()
        .map(|(place, &index)| Ranked { index, place, compare });
    let heap: BinaryHeap<Ranked<'_>> = ranked.collect();
    *indices = heap.into_sorted_vec().into_iter().map(|ranked| ranked.index).collect();
}

/// An index, where it stood, and how to compare what it stands for.
struct Ranked<'a> {
    index: usize,
    place: usize,
    compare: &'a dyn Fn(usize, usize) -> Ordering,
}

impl Ord for Ranked<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.compare)(self.index, other.index).then(self.place.cmp(&other.place))
    }
}

impl PartialOrd for Ranked<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked<'_> {}

#[cfg(test)]
mod tests {
    use super::sort;

    #[test]
    fn equals_keep_their_order() {
        let words = ["bb", "a", "cc", "d", "eee", ""];
        let mut indices: Vec<usize> = (0..words.len()).collect();

        sort(&mut indices, &|a, b| words[a].len().cmp(&words[b].len()));

        assert_eq!(indices, [5, 1, 3, 0, 2, 4]);
    }
}
