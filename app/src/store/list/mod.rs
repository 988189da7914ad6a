//! The message list: what is open, its order, its rows, and what is selected.
//!
//! [`model::List`] is plain logic without signals; [`ListStore`] puts it behind one. Actions change
//! it, views read it, and only the rows in the window are ever read.

pub(crate) mod model;
mod opening;
pub(crate) mod order;
pub(crate) mod overlay;
mod rows;
pub(crate) mod selection;
mod shelf;
mod told;

use crate::signal::{RwSignal, StoredValue};
use futures_util::future::AbortHandle;
use model::List;
use surat_protocol::{MailboxName, MessageRef, RequestId, Uid, UidSet, UidValidity};

/// A mailbox under one UIDVALIDITY: what UIDs belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The mailbox.
    pub(crate) mailbox: MailboxName,
    /// Its UIDVALIDITY.
    pub(crate) uid_validity: UidValidity,
}

/// Which of a list's places; a mailbox's list has just place 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PlaceIndex(pub(crate) u16);

/// A message of the list, as a small value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    /// Where.
    pub(crate) place: PlaceIndex,
    /// Which.
    pub(crate) uid: Uid,
}

impl Key {
    /// The key of a message in a list of one mailbox.
    fn of_mailbox(uid: Uid) -> Self {
        Self {
            place: PlaceIndex(0),
            uid,
        }
    }

    /// As text, for an element's id.
    pub(crate) fn element_id(self) -> String {
        ["row-", &self.place.0.to_string(), "-", &self.uid.0.to_string()].concat()
    }

    /// The key that an element's id names.
    pub(crate) fn from_element_id(id: &str) -> Option<Self> {
        let (place, uid) = id.strip_prefix("row-")?.split_once('-')?;
        Some(Self {
            place: PlaceIndex(place.parse().ok()?),
            uid: Uid(uid.parse().ok()?),
        })
    }
}

impl Place {
    /// A message of this place.
    pub(crate) fn message(&self, uid: Uid) -> MessageRef {
        MessageRef {
            mailbox: self.mailbox.clone(),
            uid_validity: self.uid_validity,
            uid,
        }
    }

    /// The place that a message is in.
    pub(crate) fn of(message: &MessageRef) -> Self {
        Self {
            mailbox: message.mailbox.clone(),
            uid_validity: message.uid_validity,
        }
    }
}

/// Messages to act on, a set per mailbox.
pub(crate) type Targets = Vec<(Place, UidSet)>;

/// What a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A mailbox.
    Mailbox(MailboxName),
    /// What a search finds.
    Search {
        /// Only in this mailbox; `None` = in all.
        mailbox: Option<MailboxName>,
        /// What stands in the search box.
        text: String,
    },
}

/// The message list. A handle: copies are the same list.
#[derive(Clone, Copy)]
pub(crate) struct ListStore {
    /// The list.
    pub(crate) list: RwSignal<List>,
    /// The rows in the window: the first, and the one after the last.
    pub(crate) window: RwSignal<(usize, usize)>,
    /// The mailbox that was opened last: where a search ends.
    pub(crate) mailbox: RwSignal<MailboxName>,
    /// Messages for which a person is choosing a mailbox.
    pub(crate) destined: RwSignal<Option<Targets>>,
    /// How much of a long order is done, and how much there is.
    pub(crate) working: RwSignal<Option<(u32, u32)>>,
    /// The order of which that tells.
    pub(crate) order: StoredValue<Option<RequestId>>,
    /// Messages that are being dragged.
    pub(crate) dragged: RwSignal<Targets>,
    /// On a narrow screen, are the folders shown over the list?
    pub(crate) is_menu_open: RwSignal<bool>,
    /// How far the list is scrolled, in CSS pixels; what the shelf keeps.
    pub(crate) scroll: StoredValue<f64>,
    /// What fills the list at the moment: an opening or a search.
    pub(crate) running: StoredValue<Option<AbortHandle>>,
    /// "g" was pressed, and waits for the key of a folder.
    pub(crate) is_prefixed: StoredValue<bool>,
}

impl ListStore {
    /// Nothing is open.
    pub(crate) fn new() -> Self {
        Self {
            list: RwSignal::new(List::default()),
            window: RwSignal::new((0, 0)),
            mailbox: RwSignal::new(MailboxName::inbox()),
            destined: RwSignal::new(None),
            working: RwSignal::new(None),
            order: StoredValue::new(None),
            dragged: RwSignal::new(Vec::new()),
            is_menu_open: RwSignal::new(false),
            scroll: StoredValue::new(0.0),
            running: StoredValue::new(None),
            is_prefixed: StoredValue::new(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_by_the_id_of_its_element() {
        let key = Key {
            place: PlaceIndex(3),
            uid: Uid(u32::MAX),
        };

        assert_eq!(Key::from_element_id(&key.element_id()), Some(key));
        assert_eq!(Key::from_element_id("row-x-1"), None);
    }
}
