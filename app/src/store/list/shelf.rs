//! Mailboxes that were looked at a moment ago: going back to one shows it at once, as it was.

use super::{Key, Place, overlay::Change, overlay::Effect, rows::Rows};
use surat_protocol::{MailboxName, ModSeq, UidSet};

/// More mailboxes than this are not kept; the one left for longest is forgotten.
const LIMIT: usize = 6;

/// The mailboxes, the latest last.
#[derive(Default)]
pub(super) struct Shelf(Vec<Shelved>);

/// A mailbox as it was left.
pub(super) struct Shelved {
    /// Which.
    pub(super) place: Place,
    /// Its order.
    pub(super) uids: UidSet,
    /// Since when changes would have to be told.
    pub(super) highest_modseq: ModSeq,
    /// Its rows; stale by now.
    pub(super) rows: Rows,
    /// How far it was scrolled, in CSS pixels.
    pub(super) scroll: f64,
}

impl Shelf {
    /// Keeps a mailbox that is left.
    pub(super) fn put(&mut self, mut left: Shelved) {
        left.rows.make_stale();
        self.0.retain(|own| own.place.mailbox != left.place.mailbox);
        self.0.push(left);
        if self.0.len() > LIMIT {
            self.0.remove(0);
        }
    }

    /// Takes a mailbox that is opened again.
    pub(super) fn take(&mut self, mailbox: &MailboxName) -> Option<Shelved> {
        let at = self.0.iter().position(|own| own.place.mailbox == *mailbox)?;
        Some(self.0.remove(at))
    }

    /// A change was confirmed that may concern a mailbox here.
    pub(super) fn apply(&mut self, change: &Change) {
        let Some(own) = self.0.iter_mut().find(|own| own.place == change.place) else {
            return;
        };
        if change.effect == Effect::Gone {
            own.uids = own.uids.difference(&change.uids);
        } else {
            for uid in change.uids.iter() {
                if let Some(row) = own.rows.get_mut(Key::of_mailbox(uid)) {
                    change.apply(&mut row.flags);
                }
            }
            for uid in change.doubted().iter() {
                own.rows.doubt(Key::of_mailbox(uid));
            }
        }
    }

    /// Forgets all, as at sign-out.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
