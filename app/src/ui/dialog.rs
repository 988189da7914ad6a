//! A modal dialog: the browser's own `<dialog>`, which keeps the focus inside and closes on Escape.

use super::{button::IconButton, dom, icon::Icon};
use crate::{
    dom::{Children, Label, NodeRef, View, view},
    i18n::tr,
    signal::effect,
};
use leptos::{ev, prelude::*};
use web_sys::HtmlDialogElement;

/// What takes the focus when a dialog opens; the cross if there is nothing.
const FIRST: &str = ".dialog-body :is(button, input, select, textarea, a[href], [tabindex='0']):not(:disabled)";

/// A dialog that is open for as long as it is rendered. Closing gives the focus back.
#[component]
pub(crate) fn Dialog(
    /// Its heading, and its name.
    #[prop(into)]
    name: Label,
    /// Further classes: "wide", "narrow".
    #[prop(optional)]
    class: &'static str,
    /// Asked to close: by Escape, the cross, or a press beside it.
    #[prop(into)]
    on_close: Callback<()>,
    /// What is in it.
    children: Children,
) -> View {
    let dialog = NodeRef::<HtmlDialogElement>::new();
    let heading = dom::unique_id("dialog");
    let label = heading.clone();
    dom::restore_focus_on_cleanup(dialog);
    effect(move || {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            // Fails only for a dialog that is not in the page; this one is.
            let _ = dialog.show_modal();
            // Past the cross, to what the dialog is for.
            let first = dialog.query_selector(FIRST).ok().flatten();
            if let Some(first) = first {
                dom::focus(&first);
            }
        }
    });
    let close_beside = move |event: ev::MouseEvent| {
        if event.target() == event.current_target() {
            on_close.run(());
        }
    };
    view! {
        <dialog
            node_ref=dialog
            class=["dialog ", class].concat()
            aria-labelledby=label
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                on_close.run(());
            }
            on:mousedown=close_beside
            // The keys of the page behind are not for now.
            on:keydown=|event| event.stop_propagation()
        >
            <div class="dialog-frame">
                <div class="dialog-head">
                    <h2 id=heading>{move || name.get()}</h2>
                    <IconButton icon=Icon::Cross name=tr(|t| t.ui.close) on_press=on_close />
                </div>
                <div class="dialog-body">{children()}</div>
            </div>
        </dialog>
    }
}
