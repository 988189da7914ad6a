//! Which rows are made: those on screen and a few beyond, wherever the scroll bar is.
//!
//! The height of a row comes from the style sheet, so that spacer, rows and window agree.

use crate::{
    action::rows::{fill_window, move_window},
    app::App,
    dom::NodeRef,
    signal::{Memo, StoredValue, effect},
    store::list::Key,
};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlElement, ResizeObserver};

/// So many rows beyond each edge are made, so that a flick of the wheel shows no gap.
const BEYOND: usize = 6;

/// The window over the list.
#[derive(Clone, Copy)]
pub(super) struct Window {
    app: App,
    scroller: NodeRef<HtmlElement>,
    /// The rows in the window.
    pub(super) keys: Memo<Vec<Key>>,
    /// A frame was asked for in which the window is looked at.
    is_due: StoredValue<bool>,
    /// The first row on screen, and how far it is scrolled out, in CSS pixels.
    anchor: StoredValue<Option<(Key, f64)>>,
    /// As it was when the window was looked at: asking the page between two changes would lay it out each time.
    seen: StoredValue<Seen>,
}

/// Heights in CSS pixels.
#[derive(Clone, Copy, Default)]
struct Seen {
    top: f64,
    /// Of the frame.
    room: f64,
    /// Of a row; 0 before the first look.
    row: f64,
}

impl Window {
    /// A window over the list of this app.
    pub(super) fn new(app: App, scroller: NodeRef<HtmlElement>) -> Self {
        let keys = Memo::new(move |_| {
            let (first, end) = app.list.window.get();
            app.list
                .list
                .with(|list| (first..end).filter_map(|index| list.key_at(index)).collect())
        });
        Self {
            app,
            scroller,
            keys,
            is_due: StoredValue::new(false),
            anchor: StoredValue::new(None),
            seen: StoredValue::new(Seen::default()),
        }
    }

    /// Follows size, density, focus, and what happens to the list.
    pub(super) fn follow(self) {
        self.follow_size();
        let list = self.app.list.list;
        let source = Memo::new(move |_| list.with(|list| list.source().cloned()));
        let mut before = None;
        effect(move || {
            let source = source.get();
            if before.as_ref() != Some(&source) {
                self.anchor.set_value(None);
                let left_at = self.app.list.scroll.get_value();
                // Once the spacer is as high as this list needs it: before, the browser would stop short.
                request_animation_frame(move || self.scroll_to(left_at));
                self.due();
            }
            before = Some(source);
        });
        effect(move || {
            self.app.preferences.density.track();
            self.due();
        });
        effect(move || {
            list.track();
            self.hold();
            fill_window(self.app);
        });
        let focus = Memo::new(move |_| list.with(|list| list.focus()));
        effect(move || {
            if let Some(key) = focus.get() {
                self.reveal(key);
            }
        });
    }

    /// Is this row made?
    pub(super) fn shows(self, key: Key) -> bool {
        self.keys.with(|keys| keys.contains(&key))
    }

    /// The list was scrolled: the window is looked at once in the next frame.
    pub(super) fn scrolled(self) {
        self.due();
    }

    fn due(self) {
        if self.is_due.try_get_value() == Some(false) {
            self.is_due.set_value(true);
            request_animation_frame(move || {
                // The list may have been left before the frame came.
                if self.is_due.try_get_value().is_some() {
                    self.is_due.set_value(false);
                    self.look();
                }
            });
        }
    }

    /// Works out which rows are on screen.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "indices of rows, from pixels that are not negative"
    )]
    fn look(self) {
        let Some(scroller) = self.scroller.get_untracked() else {
            return;
        };
        let (top, height) = (f64::from(scroller.scroll_top()).max(0.0), row_height(&scroller));
        let room = f64::from(scroller.client_height());
        self.seen.set_value(Seen { top, room, row: height });
        self.app.list.scroll.set_value(top);
        let first = (top / height) as usize;
        let count = (room / height).ceil() as usize + 1;
        let anchor = self.app.list.list.with_untracked(|list| list.key_at(first));
        self.anchor
            .set_value(anchor.map(|key| (key, top - first as f64 * height)));
        let window = (first.saturating_sub(BEYOND), first + count + BEYOND);
        if self.app.list.window.get_untracked() != window {
            move_window(self.app, window);
        }
    }

    /// Messages came or left above what is on screen: what is read stays where it is.
    #[expect(clippy::cast_precision_loss, reason = "an index of a row")]
    fn hold(self) {
        let Some((key, out)) = self.anchor.get_value() else {
            return self.due();
        };
        let Seen { top, row: height, .. } = self.seen.get_value();
        // At the very top new messages are what is wanted.
        if top < height {
            return self.due();
        }
        if let Some(index) = self.app.list.list.with_untracked(|list| list.index_of(key)) {
            let wanted = index as f64 * height + out;
            if (wanted - top).abs() >= 1.0 {
                // The spacer gets its new height in this same turn, before the frame.
                request_animation_frame(move || self.scroll_to(wanted));
            }
        }
        self.due();
    }

    /// Scrolls just so far that a row is on screen.
    #[expect(clippy::cast_precision_loss, reason = "an index of a row")]
    fn reveal(self, key: Key) {
        let Some(index) = self.app.list.list.with_untracked(|list| list.index_of(key)) else {
            return;
        };
        let Seen { top, room, row: height } = self.seen.get_value();
        let row = index as f64 * height;
        if row < top {
            self.scroll_to(row);
        } else if row + height > top + room && room > 0.0 {
            self.scroll_to(row + height - room);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "pixels of a list")]
    fn scroll_to(self, top: f64) {
        if let Some(scroller) = self.scroller.get_untracked() {
            scroller.set_scroll_top(top as i32);
        }
    }

    fn follow_size(self) {
        let on_resize = Closure::<dyn FnMut()>::new(move || self.due());
        let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok();
        let kept = StoredValue::new(Some((observer.clone(), on_resize)));
        effect(move || {
            if let (Some(scroller), Some(observer)) = (self.scroller.get(), &observer) {
                observer.observe(&scroller);
            }
        });
        on_cleanup(move || {
            kept.update_value(|kept| {
                if let Some((Some(observer), _)) = kept.take() {
                    observer.disconnect();
                }
            });
        });
    }
}

/// The height of a row, in CSS pixels, as the style sheet has it for this density and pointer.
fn row_height(scroller: &HtmlElement) -> f64 {
    let style = window().get_computed_style(scroller).ok().flatten();
    let height = style.and_then(|style| style.get_property_value("--row-height").ok());
    // Whole pixels, as the tokens have it: reading fractions would bring kilobytes of code with it.
    let pixels = height.and_then(|height| height.trim().strip_suffix("px")?.parse::<u16>().ok());
    // Without style sheets nothing is laid out anyway.
    f64::from(pixels.filter(|&pixels| pixels >= 1).unwrap_or(64))
}
