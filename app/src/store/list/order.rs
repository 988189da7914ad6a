//! Which messages a list shows, in which order: those of a mailbox as ranges, or those found.

use super::{Key, PlaceIndex};
use crate::store::sort;
use surat_protocol::{Uid, UidSet};

/// A message that a search found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Which.
    pub(super) key: Key,
    /// INTERNALDATE, seconds since 1970 UTC.
    pub(super) received: i64,
}

/// The messages of a list, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// All of one mailbox (place 0), by arrival.
    Mailbox(UidSet),
    /// Those found, in any number of mailboxes, by date.
    Found(Vec<Hit>),
}

impl Order {
    /// How many.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Mailbox(uids) => uids.len(),
            Self::Found(hits) => hits.len(),
        }
    }

    /// The message at a place of the list, 0 the newest.
    pub(crate) fn key_at(&self, index: usize) -> Option<Key> {
        match self {
            Self::Mailbox(uids) => uids.nth_newest(index).map(Key::of_mailbox),
            Self::Found(hits) => hits.get(index).map(|hit| hit.key),
        }
    }

    /// Where a message stands in the list.
    pub(crate) fn index_of(&self, key: Key) -> Option<usize> {
        match self {
            Self::Mailbox(_) if key.place != PlaceIndex(0) => None,
            Self::Mailbox(uids) => uids.index_from_newest(key.uid),
            Self::Found(hits) => hits.iter().position(|hit| hit.key == key),
        }
    }

    /// The messages from one to another, both included, as a set per place.
    pub(super) fn between(&self, from: Key, to: Key) -> Vec<(PlaceIndex, UidSet)> {
        match self {
            Self::Mailbox(uids) => {
                let range = UidSet::from_ranges([(from.uid.0, to.uid.0)]);
                [(PlaceIndex(0), uids.intersection(&range))].into()
            }
            Self::Found(hits) => {
                let (Some(from), Some(to)) = (self.index_of(from), self.index_of(to)) else {
                    return Vec::new();
                };
                by_place(hits.get(from.min(to)..=from.max(to)).unwrap_or_default())
            }
        }
    }

    /// All messages, as a set per place.
    pub(super) fn all(&self) -> Vec<(PlaceIndex, UidSet)> {
        match self {
            Self::Mailbox(uids) => [(PlaceIndex(0), uids.clone())].into(),
            Self::Found(hits) => by_place(hits),
        }
    }

    /// Takes messages out.
    pub(super) fn remove(&mut self, place: PlaceIndex, gone: &UidSet) {
        match self {
            Self::Mailbox(uids) if place == PlaceIndex(0) => *uids = uids.difference(gone),
            Self::Mailbox(_) => {}
            Self::Found(hits) => hits.retain(|hit| hit.key.place != place || !gone.contains(hit.key.uid)),
        }
    }

    /// Puts in what was found; twice is once.
    pub(super) fn insert_found(&mut self, found: impl IntoIterator<Item = Hit>) {
        if let Self::Found(hits) = self {
            hits.extend(found);
            let mut order: Vec<usize> = (0..hits.len()).collect();
            sort(&mut order, &|a, b| {
                let (a, b) = (&hits[a], &hits[b]);
                let newest_first = b.received.cmp(&a.received);
                let by_place = a.key.place.0.cmp(&b.key.place.0);
                newest_first.then(by_place).then(b.key.uid.cmp(&a.key.uid))
            });
            *hits = order.into_iter().map(|index| hits[index]).collect();
            hits.dedup();
        }
    }
}

fn by_place(hits: &[Hit]) -> Vec<(PlaceIndex, UidSet)> {
    let mut sets: Vec<(PlaceIndex, Vec<Uid>)> = Vec::new();
    for Hit { key, .. } in hits {
        match sets.iter_mut().find(|(place, _)| *place == key.place) {
            Some((_, uids)) => uids.push(key.uid),
            None => sets.push((key.place, [key.uid].into())),
        }
    }
    sets.into_iter()
        .map(|(place, uids)| (place, uids.into_iter().collect()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(place: u16, uid: u32, received: i64) -> Hit {
        Hit {
            key: Key {
                place: PlaceIndex(place),
                uid: Uid(uid),
            },
            received,
        }
    }

    fn found() -> Order {
        let mut order = Order::Found(Vec::new());
        order.insert_found([hit(0, 5, 50), hit(0, 9, 90)]);
        order.insert_found([hit(1, 1, 70), hit(0, 9, 90)]);
        order
    }

    #[test]
    fn what_is_found_in_several_mailboxes_stands_by_date_and_once() {
        let order = found();

        let uids: Vec<u32> = (0..order.len())
            .filter_map(|at| order.key_at(at))
            .map(|key| key.uid.0)
            .collect();
        assert_eq!(uids, [9, 1, 5]);
        assert_eq!(order.index_of(hit(1, 1, 0).key), Some(1));
    }

    #[test]
    fn a_range_is_what_stands_between_in_this_order() {
        let sets = found().between(hit(0, 9, 0).key, hit(1, 1, 0).key);

        let sets: Vec<_> = sets.iter().map(|(place, uids)| (place.0, uids.to_string())).collect();
        assert_eq!(sets, [(0, "9".to_owned()), (1, "1".to_owned())]);
    }

    #[test]
    fn a_message_leaves_the_mailbox_that_it_was_in_and_no_other() {
        let mut order = found();

        order.remove(PlaceIndex(0), &UidSet::from_ranges([(1, 5)]));

        assert_eq!(order.len(), 2);
        assert!(order.index_of(hit(1, 1, 0).key).is_some());
    }
}
