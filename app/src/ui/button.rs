//! Buttons: with words, and with an icon alone.

use super::icon::Icon;
use crate::{
    dom::{Label, View, view},
    i18n::t,
    signal::Signal,
};
use leptos::prelude::*;

/// A button with words, and an icon before them if it has one.
#[component]
pub(crate) fn Button(
    /// What it does, as it is written on it.
    #[prop(into)]
    name: Label,
    /// Before the words.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// Its key, for the tooltip: "r".
    #[prop(optional)]
    key: &'static str,
    /// "primary" for the one that ends the task, "danger" for what cannot be undone, "quiet" without an edge.
    #[prop(optional)]
    look: &'static str,
    /// Can it not be pressed now?
    #[prop(optional, into)]
    is_disabled: Signal<bool>,
    /// What happens when it is pressed.
    #[prop(into)]
    on_press: Callback<()>,
) -> View {
    let label = name.clone();
    view! {
        <button
            type="button"
            class=["button ", look].concat()
            title=move || tooltip(&name.get(), key)
            aria-keyshortcuts=shortcut(key)
            disabled=is_disabled
            on:click=move |_| on_press.run(())
        >
            {icon.map(Icon::view)}
            <span class="button-words">{move || label.get()}</span>
        </button>
    }
}

/// A button that is only an icon; its name is its tooltip.
#[component]
pub(crate) fn IconButton(
    /// The icon.
    icon: Icon,
    /// What it does.
    #[prop(into)]
    name: Label,
    /// Its key, for the tooltip: "e".
    #[prop(optional)]
    key: &'static str,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
    /// Can it not be pressed now?
    #[prop(optional, into)]
    is_disabled: Signal<bool>,
    /// What happens when it is pressed.
    #[prop(into)]
    on_press: Callback<()>,
) -> View {
    let label = name.clone();
    view! {
        <button
            type="button"
            class=["icon-button ", class].concat()
            aria-label=label
            title=move || tooltip(&name.get(), key)
            aria-keyshortcuts=shortcut(key)
            disabled=is_disabled
            on:click=move |_| on_press.run(())
        >
            {icon.view()}
        </button>
    }
}

/// "Reply (r)"; the name alone where there is no key.
pub(crate) fn tooltip(name: &str, key: &str) -> String {
    if key.is_empty() {
        name.to_owned()
    } else {
        t().ui.with_key(key, name)
    }
}

fn shortcut(key: &'static str) -> Option<&'static str> {
    (!key.is_empty()).then_some(key)
}
