//! Which messages are selected. A set of ranges per mailbox, so that "all of 100,000" costs nothing.

use super::{Key, PlaceIndex, order::Order};
use surat_protocol::UidSet;

/// The selected messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    sets: Vec<(PlaceIndex, UidSet)>,
    /// Where a range begins: the last message that was selected by itself.
    anchor: Option<Key>,
}

impl Selection {
    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.sets.iter().map(|(_, uids)| uids.len()).sum()
    }

    /// None?
    pub(crate) fn is_empty(&self) -> bool {
        self.sets.iter().all(|(_, uids)| uids.is_empty())
    }

    /// Is this one selected?
    pub(crate) fn contains(&self, key: Key) -> bool {
        self.sets
            .iter()
            .any(|(place, uids)| *place == key.place && uids.contains(key.uid))
    }

    /// The selected messages, a set per place, none of them empty.
    pub(super) fn sets(&self) -> impl Iterator<Item = (PlaceIndex, &UidSet)> {
        self.sets
            .iter()
            .filter(|(_, uids)| !uids.is_empty())
            .map(|(place, uids)| (*place, uids))
    }

    /// Selects a message, or no longer.
    pub(super) fn toggle(&mut self, key: Key) {
        let is_selected = self.contains(key);
        let uids = self.set(key.place);
        if is_selected {
            uids.remove(key.uid);
        } else {
            uids.insert(key.uid);
        }
        self.anchor = Some(key);
    }

    /// Selects all from the last one selected, else from `start`, to `key`.
    pub(super) fn extend(&mut self, order: &Order, start: Option<Key>, key: Key) {
        let anchor = self
            .anchor
            .or(start)
            .filter(|&anchor| order.index_of(anchor).is_some())
            .unwrap_or(key);
        self.sets = order.between(anchor, key);
        self.anchor = Some(anchor);
    }

    /// Selects all.
    pub(super) fn select_all(&mut self, order: &Order) {
        self.sets = order.all();
    }

    /// Selects none.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Messages that the list does not show are not selected.
    pub(super) fn keep(&mut self, order: &Order) {
        if self.is_empty() {
            return;
        }
        let all = order.all();
        for (place, uids) in &mut self.sets {
            *uids = match all.iter().find(|(own, _)| own == place) {
                Some((_, shown)) => uids.intersection(shown),
                None => UidSet::new(),
            };
        }
    }

    fn set(&mut self, place: PlaceIndex) -> &mut UidSet {
        let at = match self.sets.iter().position(|(own, _)| *own == place) {
            Some(at) => at,
            None => {
                self.sets.push((place, UidSet::new()));
                self.sets.len() - 1
            }
        };
        &mut self.sets[at].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surat_protocol::Uid;

    fn key(uid: u32) -> Key {
        Key::of_mailbox(Uid(uid))
    }

    fn selected(selection: &Selection) -> String {
        selection.sets().map(|(_, uids)| uids.to_string()).collect()
    }

    #[test]
    fn a_range_goes_from_the_last_one_selected_and_may_turn_around() {
        let order = Order::Mailbox(UidSet::from_ranges([(1, 3), (7, 9)]));
        let mut selection = Selection::default();
        selection.toggle(key(7));

        selection.extend(&order, None, key(2));
        assert_eq!(selected(&selection), "2:3,7");
        selection.extend(&order, None, key(9));
        assert_eq!(selected(&selection), "7:9");
    }

    #[test]
    fn a_range_without_a_beginning_starts_where_the_focus_is() {
        let order = Order::Mailbox(UidSet::from_ranges([(1, 9)]));
        let mut selection = Selection::default();

        selection.extend(&order, Some(key(4)), key(6));

        assert_eq!(selected(&selection), "4:6");
    }

    #[test]
    fn all_can_be_selected_but_one() {
        let order = Order::Mailbox(UidSet::from_ranges([(1, 100_000)]));
        let mut selection = Selection::default();

        selection.select_all(&order);
        selection.toggle(key(5));

        assert_eq!(selected(&selection), "1:4,6:100000");
        assert_eq!(selection.len(), 99_999);
    }
}
