//! Which rows are made: those on screen and a few beyond, wherever the scroll bar is.
//!
//! The height of a row comes from the style sheet, so that spacer, rows and window agree.

use crate::{
    action::rows::{fill_window, move_window},
    app::App,
    dom::NodeRef,
    signal::{Memo, RwSignal, StoredValue, effect},
    store::list::Key,
};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlElement, ResizeObserver};

/// So many rows beyond each edge are made, so that a flick of the wheel shows no gap. Where nothing was before, they
/// come a frame after those on screen: nobody waits for what cannot be seen.
const BEYOND: usize = 6;

/// The window over the list.
#[derive(Clone, Copy)]
pub(super) struct Window {
    app: App,
    scroller: NodeRef<HtmlElement>,
    /// The rows that are made.
    pub(super) keys: Memo<Vec<Key>>,
    /// Their indices: the first, and the one after the last.
    made: RwSignal<(usize, usize)>,
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

impl Seen {
    /// The same, scrolled to another place.
    fn at(self, top: f64) -> Self {
        Self { top, ..self }
    }

    /// The rows on screen: the first, and the one after the last. None before the first look.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "indices of rows, from pixels that are not negative"
    )]
    fn on_screen(self) -> (usize, usize) {
        if self.row < 1.0 {
            return (0, 0);
        }
        let first = (self.top / self.row) as usize;
        (first, first + (self.room / self.row).ceil() as usize + 1)
    }
}

impl Window {
    /// A window over the list of this app.
    pub(super) fn new(app: App, scroller: NodeRef<HtmlElement>) -> Self {
        let made = RwSignal::new((0, 0));
        let keys = Memo::new(move |_| {
            let (first, end) = made.get();
            app.list
                .list
                .with(|list| (first..end).filter_map(|index| list.key_at(index)).collect())
        });
        Self {
            app,
            scroller,
            keys,
            made,
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
                self.made.set(self.seen.get_value().at(left_at).on_screen());
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
    #[expect(clippy::cast_precision_loss, reason = "an index of a row")]
    fn look(self) {
        let Some(scroller) = self.scroller.get_untracked() else {
            return;
        };
        let seen = Seen {
            top: f64::from(scroller.scroll_top()).max(0.0),
            room: f64::from(scroller.client_height()),
            row: row_height(&scroller),
        };
        self.seen.set_value(seen);
        self.app.list.scroll.set_value(seen.top);
        let (first, end) = seen.on_screen();
        let anchor = self.app.list.list.with_untracked(|list| list.key_at(first));
        self.anchor
            .set_value(anchor.map(|key| (key, seen.top - first as f64 * seen.row)));
        let window = (first.saturating_sub(BEYOND), end + BEYOND);
        if self.app.list.window.get_untracked() != window {
            move_window(self.app, window);
        }
        self.make((first, end), window);
    }

    /// Makes the rows of the window; those on screen alone while there is nothing else, until they are painted.
    fn make(self, on_screen: (usize, usize), window: (usize, usize)) {
        let made = self.made.get_untracked();
        if made == window {
            return;
        }
        let is_elsewhere = made.1 <= on_screen.0 || on_screen.1 <= made.0;
        if !is_elsewhere && made != on_screen {
            return self.made.set(window);
        }
        self.made.set(on_screen);
        if self.app.list.list.with_untracked(|list| list.has_rows(on_screen)) {
            // A frame is being made now; this comes after it.
            let widen = move || {
                if self.made.try_get_untracked() == Some(on_screen) {
                    self.made.set(window);
                }
            };
            set_timeout(widen, Duration::ZERO);
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
