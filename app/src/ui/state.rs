//! What stands in a place with nothing in it: empty, loading, failed. And chips.

use super::icon::Icon;
use crate::{
    dom::{Children, Label, View, live, view},
    signal::RwSignal,
};
use leptos::prelude::*;
use std::time::Duration;

/// Shorter waits show nothing: what was there, or a calm ground.
const SKELETON_AFTER: Duration = Duration::from_millis(150);

/// An empty place: says what will be here, and offers the next step.
#[component]
pub(crate) fn Empty(
    /// What it is about.
    icon: Icon,
    /// What there is not, or what went wrong.
    #[prop(into)]
    title: Label,
    /// More about it.
    #[prop(optional, into)]
    text: Label,
    /// Buttons: the next step.
    #[prop(optional)]
    children: Option<Children>,
) -> View {
    let has_text = !text.get().is_empty();
    view! {
        <div class="empty">
            {icon.view()}
            <p class="empty-title">{move || title.get()}</p>
            {has_text.then(|| view! { <p class="empty-text">{move || text.get()}</p> })}
            {children.map(|children| view! { <div class="empty-actions">{children()}</div> })}
        </div>
    }
}

/// Grey lines where text will be, after a wait worth mentioning.
#[component]
pub(crate) fn Skeleton(
    /// Said to screen readers: "Opening the message…".
    #[prop(into)]
    name: Label,
    /// How many lines.
    lines: u8,
) -> View {
    let is_shown = RwSignal::new(false);
    if let Ok(timer) = set_timeout_with_handle(move || is_shown.set(true), SKELETON_AFTER) {
        on_cleanup(move || timer.clear());
    }
    live(move || {
        if !is_shown.get() {
            return View::Nothing;
        }
        let name = name.clone();
        view! {
            <div class="skeleton" role="img" aria-label=name>
                {(0..lines).map(|_| view! { <span class="skeleton-line"></span> }).collect::<View>()}
            </div>
        }
    })
}
