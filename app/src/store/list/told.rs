//! What the server tells the list: rows, finds and events, in whatever order they come.

use super::{
    Key, Place, PlaceIndex,
    model::{List, Progress},
    order::{Hit, Order},
    overlay::{Effect, Moment},
};
use surat_protocol::{Flags, Row, Uid, UidSet};

/// So many rows beyond each end of the window are fetched with it.
const AHEAD: usize = 30;

/// What the server tells.
impl List {
    /// Rows came, asked for at `asked`.
    pub(crate) fn put_rows(&mut self, place: &Place, rows: Vec<Row>, asked: Moment) {
        let Some(index) = self.place_index(place) else {
            return;
        };
        for mut row in rows {
            let uid = row.uid;
            let key = Key { place: index, uid };
            let is_sure = self.overlay.catch_up(place, uid, &mut row.flags, asked);
            self.rows.put(key, row);
            if !is_sure {
                self.rows.doubt(key);
            }
        }
    }

    /// Rows of this device came, which may be old: they are shown, and asked for. What is known already is newer.
    pub(crate) fn put_kept_rows(&mut self, place: &Place, rows: Vec<Row>, asked: Moment) {
        let Some(index) = self.place_index(place) else {
            return;
        };
        let key = |row: &Row| Key {
            place: index,
            uid: row.uid,
        };
        let is_new = |row: &Row| self.rows.get(key(row)).is_none();
        let rows: Vec<Row> = rows.into_iter().filter(is_new).collect();
        let keys: Vec<Key> = rows.iter().map(key).collect();
        self.put_rows(place, rows, asked);
        // Even those that an opening brings up to date: this device may know them as of an earlier one.
        for key in keys {
            self.rows.doubt(key);
        }
    }

    /// Found in one mailbox.
    pub(crate) fn found(&mut self, generation: u32, place: &Place, rows: Vec<Row>, total: u32, asked: Moment) {
        if self.generation != generation {
            return;
        }
        self.found_total = self.found_total.saturating_add(total);
        let index = match self.place_index(place) {
            Some(index) => index,
            None => {
                let Ok(next) = u16::try_from(self.places.len()) else {
                    return;
                };
                self.places.push(place.clone());
                PlaceIndex(next)
            }
        };
        let hits: Vec<Hit> = rows
            .iter()
            .map(|row| Hit {
                key: Key {
                    place: index,
                    uid: row.uid,
                },
                received: row.received,
            })
            .collect();
        self.told.insert_found(hits);
        self.put_rows(place, rows, asked);
        self.progress = Progress::Partial;
        self.refresh();
    }

    /// How many messages were found in all; more than are listed where there are very many.
    pub(crate) fn found_total(&self) -> u32 {
        self.found_total
    }

    /// The search is stopped: what it found is all there will be.
    pub(crate) fn stop(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        self.progress = Progress::Ready;
    }

    /// The search has found all.
    pub(crate) fn found_all(&mut self, generation: u32) {
        if self.generation == generation {
            self.progress = Progress::Ready;
        }
    }

    /// Messages came into the mailbox.
    pub(crate) fn arrived(&mut self, place: &Place, uids: &UidSet, rows: Vec<Row>) {
        self.overlay.told(place, uids.clone(), Effect::Come);
        if let (Order::Mailbox(told), Some(PlaceIndex(0))) = (&self.told, self.place_index(place)) {
            self.told = Order::Mailbox(told.union(uids));
            for row in rows {
                self.rows.put(Key::of_mailbox(row.uid), row);
            }
            self.refresh();
        }
    }

    /// Flags changed, by anybody.
    pub(crate) fn flags_changed(&mut self, place: &Place, changes: Vec<(Uid, Flags)>) {
        let Some(index) = self.place_index(place) else {
            return;
        };
        for (uid, flags) in changes {
            self.overlay.told(place, UidSet::one(uid), Effect::Told(flags.clone()));
            if let Some(row) = self.rows.get_mut(Key { place: index, uid }) {
                row.flags = flags;
            }
        }
    }

    /// Messages left, by anybody.
    pub(crate) fn vanished(&mut self, place: &Place, uids: &UidSet) {
        self.overlay.told(place, uids.clone(), Effect::Gone);
        let Some(index) = self.place_index(place) else {
            return;
        };
        self.told.remove(index, uids);
        self.rows.remove(index, uids);
        self.refresh();
    }

    /// The rows in the window that are missing or out of date, and that nobody fetches yet; when there are none, those
    /// near it.
    pub(crate) fn wanted(&mut self, (first, end): (usize, usize)) -> Option<(Place, UidSet, Moment)> {
        let Order::Mailbox(_) = self.shown else {
            return None;
        };
        let place = self.places.first()?.clone();
        if self.progress != Progress::Ready {
            return None;
        }
        let near = first.saturating_sub(AHEAD)..end.saturating_add(AHEAD);
        let keys: Vec<Key> = near.clone().filter_map(|index| self.shown.key_at(index)).collect();
        self.rows.touch(keys.into_iter());
        let uids = [first..end, near].into_iter().map(|range| self.missing(range));
        let uids = uids.into_iter().find(|uids| !uids.is_empty())?;
        let asked = self.overlay.ask();
        self.fetching.push((asked, uids.clone()));
        Some((place, uids, asked))
    }

    /// While the server is not heard: rows near the window of which nothing is known. Each is looked for once.
    pub(crate) fn unseen(&mut self, (first, end): (usize, usize)) -> Option<(Place, UidSet)> {
        if self.progress != Progress::Partial {
            return None;
        }
        let place = self.places.first()?.clone();
        let near = first.saturating_sub(AHEAD)..end.saturating_add(AHEAD);
        let keys = near.filter_map(|index| self.shown.key_at(index));
        let uids: UidSet = keys
            .filter(|key| self.rows.get(*key).is_none())
            .map(|key| key.uid)
            .collect();
        let uids = uids.difference(&self.sought);
        self.sought = self.sought.union(&uids);
        (!uids.is_empty()).then_some((place, uids))
    }

    fn missing(&self, range: std::ops::Range<usize>) -> UidSet {
        let is_wanted =
            |key: &Key| !self.rows.is_fresh(*key) && !self.fetching.iter().any(|(_, uids)| uids.contains(key.uid));
        let keys = range.filter_map(|index| self.shown.key_at(index));
        keys.filter(is_wanted).map(|key| key.uid).collect()
    }

    /// Are there rows between these indices, and is each of them known?
    pub(crate) fn has_rows(&self, (first, end): (usize, usize)) -> bool {
        let is_known = |index| self.shown.key_at(index).is_none_or(|key| self.rows.get(key).is_some());
        first < self.shown.len() && (first..end).all(is_known)
    }

    /// How many questions for rows are under way.
    pub(crate) fn fetches(&self) -> usize {
        self.fetching.len()
    }
}
