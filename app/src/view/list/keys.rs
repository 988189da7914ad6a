//! Keys of the grid itself: arrows, Home, End, Page Up and Down, with Shift to select, Ctrl+A for all.
//!
//! Letters are for the whole page: see `keyboard`.

use super::Grid;
use crate::action::message;
use leptos::ev;

impl Grid {
    pub(super) fn walk(self, event: &ev::KeyboardEvent) {
        let list = self.app.list.list;
        let is_chord = event.ctrl_key() || event.meta_key();
        match event.key().as_str() {
            "a" | "A" if is_chord => list.update(|list| list.select_all()),
            " " if !event.shift_key() => list.update(|list| {
                if let Some(key) = list.focus() {
                    list.toggle(key);
                }
            }),
            key => {
                let Some(step) = self.step(key).filter(|_| !is_chord && !event.alt_key()) else {
                    return;
                };
                self.go(step, event.shift_key());
            }
        }
        event.prevent_default();
        event.stop_propagation();
    }

    /// How many rows a key goes on, or back.
    fn step(self, key: &str) -> Option<isize> {
        let (first, end) = self.app.list.window.get_untracked();
        let page = isize::try_from(end.saturating_sub(first).saturating_sub(12))
            .unwrap_or(1)
            .max(1);
        match key {
            "ArrowDown" => Some(1),
            "ArrowUp" => Some(-1),
            "PageDown" => Some(page),
            "PageUp" => Some(-page),
            "Home" => Some(isize::MIN),
            "End" => Some(isize::MAX),
            _ => None,
        }
    }

    fn go(self, step: isize, is_selecting: bool) {
        let app = self.app;
        let Some(key) = app.list.list.with_untracked(|list| list.neighbour(step)) else {
            return;
        };
        if is_selecting {
            return app.list.list.update(|list| list.select_to(key));
        }
        // With a message open beside the list, walking the list is reading on.
        if app.route.current().with_untracked(|route| route.message().is_some()) {
            message::open_row(app, key);
        } else {
            app.list.list.update(|list| list.set_focus(Some(key)));
        }
    }
}
