//! What the server tells the list: openings, rows, finds and events, in whatever order they come.

use super::{
    Key, Place, PlaceIndex, Source,
    model::{List, Progress},
    order::{Hit, Order},
    overlay::Moment,
    rows::Rows,
    shelf::Shelved,
};
use surat_protocol::{Flags, Opened, Problem, Row, Uid, UidSet};

/// So many rows beyond each end of the window are fetched with it.
const AHEAD: usize = 30;

/// Opening, and what the server tells.
impl List {
    /// Opens something else, or the same again. What was kept of it is shown at once.
    ///
    /// Returns the generation that answers must name, and how far the list was scrolled when it was
    /// left; `None` when it is the same list and stays as it is.
    pub(crate) fn open(&mut self, source: Source, scroll: f64) -> (u32, Option<f64>) {
        self.generation = self.generation.wrapping_add(1);
        self.fetching.clear();
        self.found_total = 0;
        if self.source.as_ref() == Some(&source) {
            self.rows.make_stale();
            if matches!(self.progress, Progress::Failed(_)) {
                self.progress = Progress::Loading;
            }
            return (self.generation, None);
        }
        self.leave(scroll);
        let kept = match &source {
            Source::Mailbox(mailbox) => self.shelf.take(mailbox),
            Source::Search { .. } => None,
        };
        self.source = Some(source);
        let mut left_at = 0.0;
        if let Some(kept) = kept {
            self.places = [kept.place].into();
            self.told = Order::Mailbox(kept.uids);
            self.rows = kept.rows;
            self.progress = Progress::Partial;
            left_at = kept.scroll;
        }
        self.refresh();
        (self.generation, Some(left_at))
    }

    /// Puts the open mailbox on the shelf and clears the table.
    fn leave(&mut self, scroll: f64) {
        let told = std::mem::replace(&mut self.told, Order::Found(Vec::new()));
        let rows = std::mem::take(&mut self.rows);
        let places = std::mem::take(&mut self.places);
        if let (Order::Mailbox(uids), Some(place)) = (told, places.into_iter().next()) {
            self.shelf.put(Shelved {
                place,
                uids,
                rows,
                scroll,
            });
        }
        self.progress = Progress::Loading;
        self.selection.clear();
        self.focus = None;
        self.may_store_keywords = true;
    }

    /// Forgets everything, as at sign-out.
    pub(crate) fn clear(&mut self) {
        let generation = self.generation.wrapping_add(1);
        self.shelf.clear();
        *self = Self {
            generation,
            ..Self::default()
        };
    }

    /// A question about messages goes out; hand the moment in with its answer.
    pub(crate) fn ask(&mut self) -> Moment {
        self.overlay.ask()
    }

    /// The question is answered, or never will be.
    pub(crate) fn settle(&mut self, asked: Moment) {
        self.fetching.retain(|(moment, _)| *moment != asked);
        self.overlay.settle(asked);
    }

    /// The mailbox is open: its order is known.
    pub(crate) fn opened(&mut self, generation: u32, opened: Opened, asked: Moment) {
        if self.generation != generation {
            return;
        }
        let place = Place {
            mailbox: opened.mailbox,
            uid_validity: opened.uid_validity,
        };
        if self.places.first() != Some(&place) {
            self.rows = Rows::default();
            self.selection.clear();
            self.places = [place.clone()].into();
        }
        self.told = Order::Mailbox(self.overlay.catch_up_order(&place, &opened.uids, asked));
        self.may_store_keywords = opened.may_store_keywords;
        self.progress = Progress::Ready;
        self.refresh();
    }

    /// It could not be opened, or the search broke off.
    pub(crate) fn failed(&mut self, generation: u32, problem: Problem) {
        // What is shown already is worth more than the reason why it could not be made newer.
        if self.generation == generation && (self.progress == Progress::Loading || self.len() == 0) {
            self.progress = Progress::Failed(problem);
        }
    }

    /// Rows came, asked for at `asked`.
    pub(crate) fn put_rows(&mut self, place: &Place, rows: Vec<Row>, asked: Moment) {
        let Some(index) = self.place_index(place) else {
            return;
        };
        for mut row in rows {
            let uid = row.uid;
            self.overlay.catch_up(place, uid, &mut row.flags, asked);
            self.rows.put(Key { place: index, uid }, row);
        }
    }

    /// All rows of a question came: those that did not are gone.
    pub(crate) fn fetched(&mut self, place: &Place, uids: &UidSet) {
        let Some(index) = self.place_index(place) else {
            return;
        };
        let is_here = |uid: &Uid| {
            self.rows.is_fresh(Key {
                place: index,
                uid: *uid,
            })
        };
        let gone: UidSet = uids.iter().filter(|uid| !is_here(uid)).collect();
        if !gone.is_empty() {
            self.vanished(place, &gone);
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
            if let Some(row) = self.rows.get_mut(Key { place: index, uid }) {
                row.flags = flags;
            }
        }
    }

    /// Messages left, by anybody.
    pub(crate) fn vanished(&mut self, place: &Place, uids: &UidSet) {
        let Some(index) = self.place_index(place) else {
            return;
        };
        self.told.remove(index, uids);
        self.rows.remove(index, uids);
        self.refresh();
    }

    /// The rows in or near the window that are missing or out of date, and that nobody fetches yet.
    pub(crate) fn wanted(&mut self, (first, end): (usize, usize)) -> Option<(Place, UidSet, Moment)> {
        let Order::Mailbox(_) = self.shown else {
            return None;
        };
        let place = self.places.first()?.clone();
        if self.progress != Progress::Ready {
            return None;
        }
        let near = first.saturating_sub(AHEAD)..end.saturating_add(AHEAD).min(self.shown.len());
        let keys: Vec<Key> = near.filter_map(|index| self.shown.key_at(index)).collect();
        self.rows.touch(keys.iter().copied());
        let is_wanted =
            |key: &&Key| !self.rows.is_fresh(**key) && !self.fetching.iter().any(|(_, uids)| uids.contains(key.uid));
        let uids: UidSet = keys.iter().filter(is_wanted).map(|key| key.uid).collect();
        if uids.is_empty() {
            return None;
        }
        let asked = self.overlay.ask();
        self.fetching.push((asked, uids.clone()));
        Some((place, uids, asked))
    }

    /// How many questions for rows are under way.
    pub(crate) fn fetches(&self) -> usize {
        self.fetching.len()
    }
}
