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
        self.notify_named(text.into());
    }

    /// Tells something. Names the notice.
    pub(crate) fn notify_named(self, text: String) -> u32 {
        self.add(text, None)
    }

    /// Tells of something that can be undone, once. Names the notice.
    pub(crate) fn notify_undo(self, text: impl Into<String>, undo: impl FnOnce() + 'static) -> u32 {
        self.add(text.into(), Some(Box::new(undo)))
    }

    /// Says it in other words, to be read anew. Names the notice as it is then; nothing happens to one that has gone.
    pub(crate) fn reword(self, id: u32, text: String) -> u32 {
        let mut new = id;
        self.shown.update(|shown| {
            if let Some(notice) = shown.iter_mut().find(|notice| notice.id == id) {
                new = self.next_id();
                (notice.id, notice.text) = (new, text);
            }
        });
        self.undos.update_value(|undos| {
            if let Some(undo) = undos.iter_mut().find(|undo| undo.0 == id) {
                undo.0 = new;
            }
        });
        new
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

    fn next_id(self) -> u32 {
        self.last_id.update_value(|id| *id = id.wrapping_add(1));
        self.last_id.get_value()
    }

    fn add(self, text: String, undo: Option<Undo>) -> u32 {
        let id = self.next_id();
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
        id
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
    fn a_notice_in_other_words_still_undoes_what_it_tells_of() {
        let owner = Owner::new();
        owner.set();
        let notices = Notices::new();
        let undone = Rc::new(Cell::new(0));
        let count = Rc::clone(&undone);
        let first = notices.notify_undo("two archived", move || count.set(count.get() + 1));

        let second = notices.reword(first, "one archived".to_owned());
        notices.dismiss(first);

        assert_ne!(first, second);
        assert_eq!(texts(notices), ["one archived"]);
        assert!(notices.undo_latest());
        assert_eq!(undone.get(), 1);
        assert_eq!(notices.reword(second, "none".to_owned()), second, "it has gone");
        assert!(texts(notices).is_empty());
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
