//! Small things of the DOM that several parts need.

use crate::{
    dom::NodeRef,
    signal::{Signal, StoredValue},
};
use leptos::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, Element, HtmlDialogElement, HtmlElement};

/// An id that no other element of the page has.
pub(crate) fn unique_id(kind: &str) -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("{kind}-{}", LAST.fetch_add(1, Ordering::Relaxed))
}

/// The element that has the focus, unless it is the page itself.
pub(crate) fn focused() -> Option<HtmlElement> {
    let element = document().active_element()?;
    (element.tag_name() != "BODY").then(|| element.dyn_into().ok())?
}

/// Gives an element the focus; one that cannot take it is left alone.
pub(crate) fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        // Fails for no element of a page that is shown.
        let _ = element.focus();
    }
}

/// All elements in `root` that match, in order.
pub(crate) fn all(root: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = root.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|at| found.get(at)?.dyn_into().ok())
        .collect()
}

/// Are files being dragged, and not a piece of text or a row?
pub(crate) fn carries_files(event: &DragEvent) -> bool {
    let types = event.data_transfer().map(|data| data.types());
    types.is_some_and(|types| types.iter().any(|kind| kind == "Files"))
}

/// A length for a style, in whole pixels. A float as text would bring 10 kB of code with it.
pub(crate) fn pixels(length: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "lengths on a screen fit; others are as good as the longest"
    )]
    let whole = length as i32;
    format!("{whole}px")
}

/// "true" or "false", for attributes that need a word. All such closures are of one type, as with `i18n::tr`.
pub(crate) fn truth(is_so: Signal<bool>) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
    move || if is_so.get() { "true" } else { "false" }
}

/// Closes `dialog` and gives the focus to what had it when this was called, once the current owner is cleaned up.
pub(crate) fn restore_focus_on_cleanup(dialog: NodeRef<HtmlDialogElement>) {
    let before = StoredValue::new(focused());
    on_cleanup(move || {
        // While a modal dialog is open, nothing behind it can take the focus.
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        // Who moved on by pointer or key meanwhile stays there.
        let is_inside = focused().is_none_or(|now| now.closest("dialog").is_ok_and(|dialog| dialog.is_some()));
        if let Some(before) = before.try_get_value().flatten()
            && before.is_connected()
            && is_inside
        {
            focus(&before);
        }
    });
}
