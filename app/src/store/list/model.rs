//! The list without signals: server state, the changes over it, and what follows for the screen.

use super::{
    Key, Place, PlaceIndex, Source,
    order::Order,
    overlay::{ChangeId, Effect, Moment, Overlay},
    rows::Rows,
    selection::Selection,
    shelf::Shelf,
};
use surat_protocol::{Flags, MessageRef, ModSeq, Problem, Row, UidSet};

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
    pub(super) source: Option<Source>,
    pub(super) progress: Progress,
    /// Counts openings; answers for an earlier one are dropped.
    pub(super) generation: u32,
    pub(super) places: Vec<Place>,
    /// As the server tells it.
    pub(super) told: Order,
    /// As a person sees it.
    pub(super) shown: Order,
    /// Messages older than these, as long as only their number is known.
    pub(super) older: usize,
    /// Since when changes would have to be told if the mailbox were opened again; 0 = all of them.
    pub(super) highest_modseq: ModSeq,
    pub(super) rows: Rows,
    pub(super) fetching: Vec<(Moment, UidSet)>,
    /// Rows that were looked for on this device.
    pub(super) sought: UidSet,
    pub(super) found_total: u32,
    pub(super) may_store_keywords: bool,
    pub(super) selection: Selection,
    pub(super) focus: Option<Key>,
    pub(super) overlay: Overlay,
    pub(super) shelf: Shelf,
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
            older: 0,
            highest_modseq: ModSeq(0),
            rows: Rows::default(),
            fetching: Vec::new(),
            sought: UidSet::new(),
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
        self.shown.len() + self.older
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

    /// How many changes the server has not confirmed.
    pub(crate) fn pending(&self) -> usize {
        self.overlay.pending()
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

    pub(super) fn place_index(&self, place: &Place) -> Option<PlaceIndex> {
        let at = self.places.iter().position(|own| own == place)?;
        u16::try_from(at).ok().map(PlaceIndex)
    }
}

/// What follows for the screen.
impl List {
    /// Works out anew what a person sees, after the server's state or the changes over it changed.
    pub(super) fn refresh(&mut self) {
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
                if key.place == index && change.is_news_of(key.uid) {
                    change.apply(&mut row.flags);
                }
            }
            for uid in change.doubted().iter() {
                self.rows.doubt(Key { place: index, uid });
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
pub(super) mod tests;
