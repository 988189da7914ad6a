//! How far something is.

use crate::{
    dom::{Label, View, view},
    signal::Signal,
};
use leptos::prelude::*;

/// A bar from 0 to 100.
#[component]
pub(crate) fn Progress(
    /// What is under way.
    #[prop(into)]
    name: Label,
    /// How much is done, in per cent.
    #[prop(into)]
    percent: Signal<u16>,
) -> View {
    view! { <progress class="progress" max="100" aria-label=name prop:value=move || percent.get()></progress> }
}
