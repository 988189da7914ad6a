//! Shows the notices, in the corner, for as long as it takes to read them.

use super::{button::IconButton, icon::Icon};
use crate::{
    dom::{View, view},
    i18n::tr,
    signal::{RwSignal, effect},
    store::notices::{Notice, Notices},
};
use leptos::prelude::*;
use std::time::Duration;

/// A notice that can be undone waits for a decision; another one only to be read.
const WITH_UNDO: Duration = Duration::from_secs(12);
const WITHOUT_UNDO: Duration = Duration::from_secs(6);

/// The place of all notices. Once, in the shell; always in the page, so that screen readers hear it.
#[component]
pub(crate) fn ToastHost(
    /// Whose notices.
    notices: Notices,
) -> View {
    view! {
        <div class="toasts" role="status">
            <For each=move || notices.shown().get() key=|notice| notice.id let:notice>
                <Toast notices notice />
            </For>
        </div>
    }
}

#[component]
fn Toast(notices: Notices, notice: Notice) -> View {
    let Notice { id, text, has_undo } = notice;
    let is_held = RwSignal::new(false);
    // While a pointer or the focus rests on it, it stays.
    effect(move || {
        if is_held.get() {
            return;
        }
        let time = if has_undo { WITH_UNDO } else { WITHOUT_UNDO };
        if let Ok(timer) = set_timeout_with_handle(move || notices.dismiss(id), time) {
            on_cleanup(move || timer.clear());
        }
    });
    let undo = has_undo.then(|| {
        view! {
            <button type="button" class="button quiet" on:click=move |_| notices.undo(id)>
                {tr(|t| t.ui.undo)}
            </button>
        }
    });
    view! {
        <div
            class="toast"
            on:pointerenter=move |_| is_held.set(true)
            on:pointerleave=move |_| is_held.set(false)
            on:focusin=move |_| is_held.set(true)
            on:focusout=move |_| is_held.set(false)
        >
            <span class="toast-text">{text}</span>
            {undo}
            <IconButton icon=Icon::Cross name=tr(|t| t.ui.close) on_press=move || notices.dismiss(id) />
        </div>
    }
}
