//! The list without signals: server state, the changes over it, and what follows for the screen.

use super::{
    Key, Place, PlaceIndex, Source,
    order::{Hit, Order},
    overlay::{ChangeId, Effect, Moment, Overlay},
    rows::Rows,
    selection::Selection,
    shelf::{Shelf, Shelved},
};
use surat_protocol::{Flags, MessageRef, Opened, Problem, Row, Uid, UidSet};

/// So many rows beyond each end of the window are fetched with it.
const AHEAD: usize = 30;

/// How far the list is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing is known yet: not the same as empty.
    #[default]
    Loading,
    /// The order is known; or a search is still finding.
    Partial,
    /// All is known.
    Ready,
    /// It could not be opened.
    Failed(Problem),
}

/// What a person sees of a message in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The row with the flags as they will be; `None` until it is fetched.
    pub(crate) row: Option<Row>,
    /// Is it selected?
    pub(crate) is_selected: bool,
    /// Does it have the focus?
    pub(crate) is_focused: bool,
}

/// The list.
pub(crate) struct List {
    source: Option<Source>,
    progress: Progress,
    /// Counts openings; answers for an earlier one are dropped.
    generation: u32,
    places: Vec<Place>,
    /// As the server tells it.
    told: Order,
    /// As a person sees it.
    shown: Order,
    rows: Rows,
    fetching: Vec<(Moment, UidSet)>,
    found_total: u32,
    may_store_keywords: bool,
    selection: Selection,
    focus: Option<Key>,
    overlay: Overlay,
    shelf: Shelf,
}

impl Default for List {
    fn default() -> Self {
        Self {
            source: None,
            progress: Progress::Loading,
            generation: 0,
            places: Vec::new(),
            told: Order::Found(Vec::new()),
            shown: Order::Found(Vec::new()),
            rows: Rows::default(),
            fetching: Vec::new(),
            found_total: 0,
            may_store_keywords: true,
            selection: Selection::default(),
            focus: None,
            overlay: Overlay::default(),
            shelf: Shelf::default(),
        }
    }
}

/// What is on screen.
impl List {
    /// What is open.
    pub(crate) fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// How far it is known.
    pub(crate) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// How many messages.
    pub(crate) fn len(&self) -> usize {
        self.shown.len()
    }

    /// The message at an index, 0 the first.
    pub(crate) fn key_at(&self, index: usize) -> Option<Key> {
        self.shown.key_at(index)
    }

    /// Where a message stands.
    pub(crate) fn index_of(&self, key: Key) -> Option<usize> {
        self.shown.index_of(key)
    }

    /// What a person sees of a message.
    pub(crate) fn seen(&self, key: Key) -> Seen {
        Seen {
            row: self.row(key),
            is_selected: self.selection.contains(key),
            is_focused: self.focus == Some(key),
        }
    }

    /// The row with the flags as they will be.
    pub(crate) fn row(&self, key: Key) -> Option<Row> {
        let mut row = self.rows.get(key)?.clone();
        let place = self.places.get(usize::from(key.place.0))?;
        row.flags = self.overlay.flags(place, key.uid, &row.flags);
        Some(row)
    }

    /// The flags of any message as they will be, where they are known.
    pub(crate) fn flags_of(&self, message: &MessageRef) -> Option<Flags> {
        self.row(self.key_of(message)?).map(|row| row.flags)
    }

    /// A message of the list by its full name.
    pub(crate) fn message(&self, key: Key) -> Option<MessageRef> {
        self.places
            .get(usize::from(key.place.0))
            .map(|place| place.message(key.uid))
    }

    /// The key of a message, if its mailbox is on the list.
    pub(crate) fn key_of(&self, message: &MessageRef) -> Option<Key> {
        let place = self.place_index(&Place::of(message))?;
        Some(Key {
            place,
            uid: message.uid,
        })
    }

    /// The message with the focus.
    pub(crate) fn focus(&self) -> Option<Key> {
        self.focus
    }

    /// The selected messages.
    pub(crate) fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Selected messages, a set per mailbox.
    pub(crate) fn selected(&self) -> Vec<(Place, UidSet)> {
        self.selection
            .sets()
            .filter_map(|(place, uids)| Some((self.places.get(usize::from(place.0))?.clone(), uids.clone())))
            .collect()
    }

    /// All messages, a set per mailbox.
    pub(crate) fn everything(&self) -> Vec<(Place, UidSet)> {
        let sets = self.shown.all().into_iter().filter(|(_, uids)| !uids.is_empty());
        sets.filter_map(|(place, uids)| Some((self.places.get(usize::from(place.0))?.clone(), uids)))
            .collect()
    }

    /// Does the mailbox keep keywords?
    pub(crate) fn may_store_keywords(&self) -> bool {
        self.may_store_keywords
    }

    /// Known messages of a set that are unread, as a person sees them; and whether all are known.
    pub(crate) fn count_unread(&self, place: &Place, uids: &UidSet) -> (u32, bool) {
        let Some(index) = self.place_index(place) else {
            return (0, false);
        };
        let (mut unread, mut is_known) = (0, true);
        for uid in uids.iter() {
            match self.rows.get(Key { place: index, uid }) {
                Some(row) if !self.overlay.flags(place, uid, &row.flags).is_seen() => unread += 1,
                Some(_) => {}
                None => is_known = false,
            }
        }
        (unread, is_known)
    }

    fn place_index(&self, place: &Place) -> Option<PlaceIndex> {
        let at = self.places.iter().position(|own| own == place)?;
        u16::try_from(at).ok().map(PlaceIndex)
    }
}

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

    /// Works out anew what a person sees, after the server's state or the changes over it changed.
    fn refresh(&mut self) {
        let stood_at = self.focus.and_then(|key| self.shown.index_of(key));
        self.shown = self.told.clone();
        for (index, place) in self.places.iter().enumerate() {
            let gone = self.overlay.gone(place);
            if let (false, Ok(index)) = (gone.is_empty(), u16::try_from(index)) {
                self.shown.remove(PlaceIndex(index), &gone);
            }
        }
        self.selection.keep(&self.shown);
        if self.focus.is_some_and(|key| self.shown.index_of(key).is_none()) {
            // The next older message takes its place, so that going through a list is one key.
            let last = self.shown.len().checked_sub(1);
            self.focus = last.and_then(|last| self.shown.key_at(stood_at.unwrap_or(0).min(last)));
        }
    }
}

/// What a person does.
impl List {
    /// Shows a change before the server has it.
    pub(crate) fn begin(&mut self, place: Place, uids: UidSet, effect: Effect) -> ChangeId {
        let change = self.overlay.begin(place, uids, effect);
        self.refresh();
        change
    }

    /// The server did it.
    pub(crate) fn confirm(&mut self, id: ChangeId) {
        let Some(change) = self.overlay.confirm(id) else {
            return;
        };
        self.shelf.apply(&change);
        if change.effect == Effect::Gone {
            self.vanished(&change.place, &change.uids);
        } else if let Some(index) = self.place_index(&change.place) {
            for (key, row) in self.rows.iter_mut() {
                if key.place == index && change.uids.contains(key.uid) {
                    change.apply(&mut row.flags);
                }
            }
        }
    }

    /// The server refused it: everything is as it was.
    pub(crate) fn roll_back(&mut self, id: ChangeId) {
        self.overlay.roll_back(id);
        self.refresh();
    }

    /// Gives a message the focus.
    pub(crate) fn set_focus(&mut self, key: Option<Key>) {
        self.focus = key;
    }

    /// The message so many places after the one with the focus (before, when negative); the first when none has it.
    pub(crate) fn neighbour(&self, step: isize) -> Option<Key> {
        let last = self.len().checked_sub(1)?;
        let index = match self.focus.and_then(|key| self.index_of(key)) {
            Some(index) => index.saturating_add_signed(step).min(last),
            None => 0,
        };
        self.key_at(index)
    }

    /// Selects a message, or no longer.
    pub(crate) fn toggle(&mut self, key: Key) {
        self.selection.toggle(key);
        self.focus = Some(key);
    }

    /// Selects all from the last one selected, else from the focus, to this one.
    pub(crate) fn select_to(&mut self, key: Key) {
        self.selection.extend(&self.shown, self.focus, key);
        self.focus = Some(key);
    }

    /// Selects all messages.
    pub(crate) fn select_all(&mut self) {
        self.selection.select_all(&self.shown);
    }

    /// Selects none.
    pub(crate) fn select_none(&mut self) {
        self.selection.clear();
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
