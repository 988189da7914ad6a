//! The line between two panes, which can be moved by pointer and by arrow keys.

use crate::{
    dom::{Label, View, view},
    signal::{RwSignal, StoredValue},
};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// How far an arrow key moves it, in CSS pixels.
const STEP: i32 = 16;

/// A splitter; the pane before it (at the start edge) is `width` wide.
#[component]
pub(crate) fn Splitter(
    /// What it changes: "Width of the folders".
    #[prop(into)]
    name: Label,
    /// The width, in CSS pixels.
    width: RwSignal<u16>,
    /// Least and greatest width.
    range: (u16, u16),
) -> View {
    // Where the pointer and the width were when a drag began.
    let grip = StoredValue::new(None::<(i32, u16)>);
    let on_down = move |event: ev::PointerEvent| {
        if let Some(line) = event
            .current_target()
            .and_then(|target| target.dyn_into::<Element>().ok())
        {
            // Fails only for a pointer that has just gone.
            let _ = line.set_pointer_capture(event.pointer_id());
            grip.set_value(Some((event.client_x(), width.get_untracked())));
        }
    };
    let on_move = move |event: ev::PointerEvent| {
        if let Some((x, before)) = grip.get_value() {
            width.set(moved(before, (event.client_x() - x) * direction(), range));
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowRight" => STEP * direction(),
            "ArrowLeft" => -STEP * direction(),
            "Home" => -i32::from(u16::MAX),
            "End" => i32::from(u16::MAX),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        width.update(|width| *width = moved(*width, by, range));
    };
    view! {
        <div
            class="splitter"
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=name
            aria-valuemin=range.0
            aria-valuemax=range.1
            aria-valuenow=move || width.get()
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=move |_| grip.set_value(None)
            on:pointercancel=move |_| grip.set_value(None)
            on:keydown=on_key
        ></div>
    }
}

/// 1 where lines run from left to right, -1 where they run from right to left.
fn direction() -> i32 {
    let is_rtl = document().dir() == "rtl";
    if is_rtl { -1 } else { 1 }
}

fn moved(width: u16, by: i32, (least, most): (u16, u16)) -> u16 {
    let width = (i32::from(width) + by).clamp(i32::from(least), i32::from(most));
    u16::try_from(width).unwrap_or(least)
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn a_pane_stays_within_its_range() {
        assert_eq!(moved(232, 16, (160, 400)), 248);
        assert_eq!(moved(232, -500, (160, 400)), 160);
        assert_eq!(moved(232, i32::from(u16::MAX), (160, 400)), 400);
    }
}
