//! Messages dragged from the list onto a folder: moved there, or copied with Ctrl.

use super::{Folders, folder_of};
use crate::action::message;
use leptos::ev;
use surat_protocol::MailboxName;

impl Folders {
    pub(super) fn drag_over(self, event: &ev::DragEvent) {
        let target = folder_of(event).map(|(_, name)| name).filter(|name| self.takes(name));
        if target.is_some() {
            // Says that a drop is welcome here.
            event.prevent_default();
        }
        if self.drop_on.get_untracked() != target {
            self.drop_on.set(target);
        }
    }

    pub(super) fn drop(self, event: &ev::DragEvent) {
        event.prevent_default();
        self.drop_on.set(None);
        let targets = self.app.list.dragged.get_untracked();
        let Some((_, name)) = folder_of(event).filter(|(_, name)| self.takes(name)) else {
            return;
        };
        if event.ctrl_key() {
            message::copy_to(self.app, &targets, &name);
        } else {
            message::move_to(self.app, targets, &name);
        }
    }

    /// Can the messages that are being dragged be put into this folder?
    fn takes(self, name: &MailboxName) -> bool {
        let is_elsewhere =
            |dragged: &crate::store::list::Targets| dragged.iter().any(|(place, _)| place.mailbox != *name);
        self.app.list.dragged.with_untracked(is_elsewhere)
            && self.app.mailboxes.known.with_untracked(|known| {
                known
                    .get(name)
                    .is_some_and(|mailbox| mailbox.is_selectable && mailbox.rights.may_insert())
            })
    }
}
