//! How far something is.

use leptos::{prelude::*, text_prop::TextProp};

/// A bar from 0 to 1.
#[component]
pub(crate) fn Progress(
    /// What is under way.
    #[prop(into)]
    name: TextProp,
    /// The share that is done.
    #[prop(into)]
    share: Signal<f64>,
) -> impl IntoView {
    view! { <progress class="progress" max="1" aria-label=name prop:value=move || share.get()></progress> }
}
