//! Swiping a row on a touch screen: towards one side archives it, towards the other marks it read or unread.

use super::{row_element, row_of};
use crate::{
    action::message,
    app::App,
    i18n::t,
    signal::StoredValue,
    store::list::{Key, Targets},
};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// A finger that went so far sideways swipes, and scrolls no more; in CSS pixels.
const BEGINS_AT: i32 = 14;

/// A row that is let go so far out is acted on; in CSS pixels.
const ACTS_AT: i32 = 88;

/// A finger on a row.
#[derive(Clone)]
struct Touch {
    key: Key,
    row: HtmlElement,
    from: (i32, i32),
    /// How far the row is out; `None` while it may still become a scroll.
    out: Option<i32>,
}

/// What a swipe does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Archive,
    ToggleSeen,
}

/// The swipe, if one is going on.
#[derive(Clone, Copy)]
pub(super) struct Swipe {
    app: App,
    touch: StoredValue<Option<Touch>>,
}

impl Swipe {
    pub(super) fn new(app: App) -> Self {
        Self {
            app,
            touch: StoredValue::new(None),
        }
    }

    pub(super) fn start(self, event: &ev::PointerEvent) {
        if event.pointer_type() != "touch" || !event.is_primary() {
            return;
        }
        let row = row_element(event).and_then(|row| row.dyn_into().ok());
        let touch = row.zip(row_of(event)).map(|(row, key)| Touch {
            key,
            row,
            from: (event.client_x(), event.client_y()),
            out: None,
        });
        self.touch.set_value(touch);
    }

    pub(super) fn turn(self, event: &ev::PointerEvent) {
        self.touch.update_value(|touch| {
            let Some(touch) = touch else { return };
            let (x, y) = (event.client_x() - touch.from.0, event.client_y() - touch.from.1);
            if touch.out.is_none() && !(x.abs() > BEGINS_AT && x.abs() > 2 * y.abs()) {
                return;
            }
            touch.out = Some(x);
            touch.show(self.app, act(x, is_mirrored(self.app)));
        });
    }

    pub(super) fn end(self, _: &ev::PointerEvent) {
        let Some(touch) = self.touch.try_update_value(Option::take).flatten() else {
            return;
        };
        touch.let_go();
        let targets = message::targets_of_row(self.app, touch.key);
        match touch.out.and_then(|out| act(out, is_mirrored(self.app))) {
            Some(Act::Archive) => message::archive(self.app, targets),
            Some(Act::ToggleSeen) => {
                let is_seen = is_seen(self.app, &targets);
                message::set_seen(self.app, &targets, !is_seen);
            }
            None => {}
        }
    }

    pub(super) fn cancel(self) {
        if let Some(touch) = self.touch.try_update_value(Option::take).flatten() {
            touch.let_go();
        }
    }
}

impl Touch {
    fn show(&self, app: App, act: Option<Act>) {
        let texts = &t().message;
        let (word, does) = match act {
            Some(Act::Archive) => ("archive", texts.archive),
            Some(Act::ToggleSeen) if is_seen(app, &message::targets_of_row(app, self.key)) => {
                ("seen", texts.mark_unread)
            }
            Some(Act::ToggleSeen) => ("seen", texts.mark_read),
            None => ("", ""),
        };
        let out = self.out.unwrap_or_default();
        let side = if out < 0 { "right" } else { "left" };
        // Setting a property or an attribute with a fixed name cannot fail.
        let _ = self.row.style().set_property("--out", &format!("{out}px"));
        let _ = self.row.style().set_property("--gap-side", side);
        let _ = self.row.set_attribute("data-does", does);
        let _ = self.row.set_attribute("data-swipe", word);
    }

    fn let_go(&self) {
        let _ = self.row.style().remove_property("--out");
        let _ = self.row.remove_attribute("data-swipe");
    }
}

/// Has all of it been read?
fn is_seen(app: App, targets: &Targets) -> bool {
    message::are_all(app, targets, &surat_protocol::Flags::is_seen)
}

/// Is archiving towards the start, by the person's wish or by the direction of writing?
fn is_mirrored(app: App) -> bool {
    (document().dir() == "rtl") != app.preferences.swaps_swipes.get_untracked()
}

fn act(out: i32, is_mirrored: bool) -> Option<Act> {
    if out.abs() < ACTS_AT {
        return None;
    }
    Some(if (out > 0) == is_mirrored {
        Act::ToggleSeen
    } else {
        Act::Archive
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_acted_on_only_when_it_is_far_out() {
        assert_eq!(act(40, false), None);
        assert_eq!(act(120, false), Some(Act::Archive));
        assert_eq!(act(-120, false), Some(Act::ToggleSeen));
        assert_eq!(act(-120, true), Some(Act::Archive));
    }
}
