//! Short notices ("3 messages archived"), some with a way back. Shown by `ui::toast`.

use crate::signal::{RwSignal, Signal, StoredValue};

/// More than this are too many to read; the oldest gives way.
const SHOWN_LIMIT: usize = 3;

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    /// Names it while it is shown.
    pub(crate) id: u32,
    /// What it says.
    pub(crate) text: String,
    /// Can what it tells of be undone?
    pub(crate) has_undo: bool,
}

type Undo = Box<dyn FnOnce()>;

/// The notices on screen, oldest first. A handle: copies are the same notices.
#[derive(Clone, Copy)]
pub(crate) struct Notices {
    shown: RwSignal<Vec<Notice>>,
    undos: StoredValue<Vec<(u32, Undo)>>,
    last_id: StoredValue<u32>,
}

impl Notices {
    /// None.
    pub(crate) fn new() -> Self {
        Self {
            shown: RwSignal::new(Vec::new()),
            undos: StoredValue::new(Vec::new()),
            last_id: StoredValue::new(0),
        }
    }

    /// What is shown.
    pub(crate) fn shown(self) -> Signal<Vec<Notice>> {
        self.shown.into()
    }

    /// Tells something.
    pub(crate) fn notify(self, text: impl Into<String>) {
        self.add(text.into(), None);
    }

    /// Tells of something that can be undone, once.
    pub(crate) fn notify_undo(self, text: impl Into<String>, undo: impl FnOnce() + 'static) {
        self.add(text.into(), Some(Box::new(undo)));
    }

    /// Takes a notice away, and its way back with it.
    pub(crate) fn dismiss(self, id: u32) {
        self.undos.update_value(|undos| undos.retain(|(own, _)| *own != id));
        self.shown.update(|shown| shown.retain(|notice| notice.id != id));
    }

    /// Undoes what a notice tells of, and takes it away.
    pub(crate) fn undo(self, id: u32) {
        let mut undo = None;
        self.undos.update_value(|undos| {
            if let Some(at) = undos.iter().position(|(own, _)| *own == id) {
                undo = Some(undos.swap_remove(at).1);
            }
        });
        self.dismiss(id);
        if let Some(undo) = undo {
            undo();
        }
    }

    /// Undoes the latest thing that can be undone. False when there is none.
    pub(crate) fn undo_latest(self) -> bool {
        let latest = self.shown.with_untracked(|shown| {
            shown
                .iter()
                .rev()
                .find(|notice| notice.has_undo)
                .map(|notice| notice.id)
        });
        if let Some(id) = latest {
            self.undo(id);
        }
        latest.is_some()
    }

    /// Takes all away, as at sign-out.
    pub(crate) fn clear(self) {
        self.undos.update_value(Vec::clear);
        self.shown.update(Vec::clear);
    }

    fn add(self, text: String, undo: Option<Undo>) {
        self.last_id.update_value(|id| *id = id.wrapping_add(1));
        let id = self.last_id.get_value();
        let has_undo = undo.is_some();
        if let Some(undo) = undo {
            self.undos.update_value(|undos| undos.push((id, undo)));
        }
        let oldest = self
            .shown
            .with_untracked(|shown| (shown.len() >= SHOWN_LIMIT).then(|| shown.first().map(|notice| notice.id)));
        if let Some(oldest) = oldest.flatten() {
            self.dismiss(oldest);
        }
        self.shown.update(|shown| shown.push(Notice { id, text, has_undo }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::prelude::Owner;
    use std::{cell::Cell, rc::Rc};

    fn texts(notices: Notices) -> Vec<String> {
        notices
            .shown
            .with_untracked(|shown| shown.iter().map(|notice| notice.text.clone()).collect())
    }

    #[test]
    fn the_oldest_notice_gives_way() {
        let owner = Owner::new();
        owner.set();
        let notices = Notices::new();

        for text in ["a", "b", "c", "d"] {
            notices.notify(text);
        }

        assert_eq!(texts(notices), ["b", "c", "d"]);
    }

    #[test]
    fn undo_takes_back_the_latest_thing_that_can_be_and_only_once() {
        let owner = Owner::new();
        owner.set();
        let notices = Notices::new();
        let undone = Rc::new(Cell::new(0));
        let count = Rc::clone(&undone);
        notices.notify_undo("archived", move || count.set(count.get() + 1));
        notices.notify("draft saved");

        assert!(notices.undo_latest());
        assert!(!notices.undo_latest());

        assert_eq!(undone.get(), 1);
        assert_eq!(texts(notices), ["draft saved"]);
    }
}
