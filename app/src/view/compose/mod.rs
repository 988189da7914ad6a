//! The composer: a window in the corner of a desktop, the whole screen of a phone.

mod address_field;
mod files;

use crate::{
    action::compose,
    app::{App, app},
    dom::{NodeRef, View, live, view},
    i18n::{problem, t, tr},
    signal::{RwSignal, Signal, effect},
    store::compose::{Focus, Status},
    ui::{
        button::{Button, IconButton},
        dom,
        icon::Icon,
    },
    view::shell::is_phone,
};
use address_field::AddressField;
use leptos::{ev, prelude::*};
use std::time::Duration;
use surat_protocol::SendStage;
use web_sys::{DataTransfer, HtmlDialogElement, HtmlTextAreaElement};

/// A pause in typing after which the draft is stored.
const SAVE_AFTER: Duration = Duration::from_secs(2);

/// Shows the composer while something is being written. Once, in the shell.
#[component]
pub(crate) fn ComposerHost() -> View {
    let app = app();
    // Another message gets a composer of its own, with the caret at its place.
    live(move || {
        let number = app.compose.opened.get();
        (number > 0).then(|| view! { <Composer /> })
    })
}

#[component]
fn Composer() -> View {
    let app = app();
    let dialog = NodeRef::<HtmlDialogElement>::new();
    let is_large = RwSignal::new(false);
    let is_over = RwSignal::new(false);
    dom::restore_focus_on_cleanup(dialog);
    save_as_one_types(app);
    effect(move || {
        if let Some(dialog) = dialog.get() {
            show(&dialog);
        }
    });
    let on_drag = move |event: ev::DragEvent| {
        if dom::carries_files(&event) {
            event.prevent_default();
            is_over.set(true);
        }
    };
    let on_drop = move |event: ev::DragEvent| {
        is_over.set(false);
        if attach_from(app, event.data_transfer()) {
            event.prevent_default();
        }
    };
    let on_paste = move |event: ev::ClipboardEvent| {
        if attach_from(app, event.clipboard_data()) {
            event.prevent_default();
        }
    };
    view! {
        <dialog
            node_ref=dialog
            class="composer"
            class:is-large=is_large
            class:is-over=is_over
            aria-label=tr(|t| t.compose.new_message)
            on:keydown=move |event| press(app, &event)
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                compose::close(app);
            }
            on:dragover=on_drag
            on:dragleave=move |_| is_over.set(false)
            on:drop=on_drop
            on:paste=on_paste
        >
            <Head is_large />
            <fieldset class="composer-fields" disabled=move || is_sending(app)>
                <AddressField id="compose-to" name=tr(|t| t.compose.to) field=app.compose.to />
                <AddressField id="compose-cc" name=tr(|t| t.compose.cc) field=app.compose.cc />
                <AddressField id="compose-bcc" name=tr(|t| t.compose.bcc) field=app.compose.bcc />
                <Subject />
                <Text />
            </fieldset>
            <files::Files />
            <Trouble />
            <Foot />
            <p class="composer-drop" aria-hidden="true">{tr(|t| t.compose.drop_here)}</p>
        </dialog>
    }
}

#[component]
fn Head(is_large: RwSignal<bool>) -> View {
    let app = app();
    let title = move || {
        let subject = app.compose.subject.get();
        if subject.trim().is_empty() {
            t().compose.new_message.to_owned()
        } else {
            subject
        }
    };
    let size_name = move || {
        if is_large.get() {
            t().compose.shrink
        } else {
            t().compose.enlarge
        }
    };
    let size_button = move || {
        let icon = if is_large.get() { Icon::Shrink } else { Icon::Enlarge };
        view! {
            <IconButton icon name=size_name class="composer-size" on_press=move || is_large.update(|is_large| *is_large = !*is_large) />
        }
    };
    view! {
        <div class="composer-head">
            <h2 dir="auto">{title}</h2>
            {size_button}
            <IconButton icon=Icon::Cross name=tr(|t| t.compose.close) key="Esc" on_press=move || compose::close(app) />
        </div>
    }
}

#[component]
fn Subject() -> View {
    let subject = app().compose.subject;
    view! {
        <div class="composer-row">
            <label for="compose-subject">{tr(|t| t.compose.subject)}</label>
            <input
                id="compose-subject"
                type="text"
                dir="auto"
                autocomplete="off"
                maxlength="900"
                prop:value=move || subject.get()
                on:input=move |event| subject.set(event_target_value(&event))
            />
        </div>
    }
}

#[component]
fn Text() -> View {
    let text = app().compose.text;
    view! {
        <textarea
            id="compose-text"
            class="composer-text"
            dir="auto"
            aria-label=tr(|t| t.compose.text)
            prop:value=move || text.get()
            on:input=move |event| text.set(event_target_value(&event))
        ></textarea>
    }
}

/// Why it was not sent. One alert, so that it is heard once.
#[component]
fn Trouble() -> View {
    let app = app();
    live(move || {
        let alert = app.compose.alert.get()?;
        let refused = app.compose.refused.get().into_iter().map(|refused| {
            view! { <li>{t().compose.refused(&refused.email, &refused.reason)}</li> }
        });
        Some(view! {
            <div class="bar is-danger composer-trouble" role="alert">
                {Icon::Alert.view()}
                <div>
                    <p>{alert}</p>
                    <ul>{refused.collect::<View>()}</ul>
                </div>
            </div>
        })
    })
}

#[component]
fn Foot() -> View {
    let app = app();
    let is_sending = Signal::derive(move || is_sending(app));
    view! {
        <div class="composer-foot">
            <Button icon=Icon::Send look="primary" key="Ctrl+Enter" name=tr(|t| t.compose.send) is_disabled=is_sending on_press=move || compose::send::send(app) />
            <files::Picker />
            <p class="composer-status hint" role="status">{move || status_words(&app.compose.status.get())}</p>
            <IconButton icon=Icon::Trash name=tr(|t| t.compose.discard) is_disabled=is_sending on_press=move || compose::discard(app) />
        </div>
    }
}

/// Stores the draft after each pause.
fn save_as_one_types(app: App) {
    effect(move || {
        if !app.compose.is_changed() {
            return;
        }
        let save = move || {
            compose::save::save(app);
        };
        if let Ok(timer) = set_timeout_with_handle(save, SAVE_AFTER) {
            on_cleanup(move || timer.clear());
        }
    });
}

/// Modal on a phone, where nothing else is seen. The caret goes where writing goes on.
fn show(dialog: &HtmlDialogElement) {
    if dialog.open() {
        return;
    }
    // Fails only for a dialog that is not in the page; this one is.
    if is_phone() {
        let _ = dialog.show_modal();
    } else {
        dialog.show();
    }
    let id = match app_focus() {
        Focus::To => "compose-to",
        Focus::Text => "compose-text",
    };
    if let Some(field) = document().get_element_by_id(id) {
        dom::focus(&field);
        if let Some(text) = wasm_bindgen::JsCast::dyn_ref::<HtmlTextAreaElement>(&field) {
            let _ = text.set_selection_range(0, 0);
            text.set_scroll_top(0);
        }
    }
}

fn app_focus() -> Focus {
    app().compose.focus.get_value()
}

/// Ctrl+Enter sends, Escape closes; no key gets to the page behind.
fn press(app: App, event: &ev::KeyboardEvent) {
    event.stop_propagation();
    match event.key().as_str() {
        "Enter" if event.ctrl_key() || event.meta_key() => {
            event.prevent_default();
            compose::send::send(app);
        }
        "Escape" if !event.default_prevented() => {
            event.prevent_default();
            compose::close(app);
        }
        _ => {}
    }
}

/// Attaches the files that were dropped or pasted. False when there are none, only text.
fn attach_from(app: App, data: Option<DataTransfer>) -> bool {
    let files = files::list(data.and_then(|data| data.files()));
    let has_files = !files.is_empty();
    if has_files {
        compose::files::attach(app, files);
    }
    has_files
}

fn is_sending(app: App) -> bool {
    matches!(app.compose.status.get(), Status::Sending(_))
}

fn status_words(status: &Status) -> String {
    let texts = &t().compose;
    match status {
        Status::Idle => "",
        Status::Saving => texts.saving,
        Status::Saved => texts.saved,
        Status::NotSaved(problem) => return texts.not_saved(&problem::words(problem)),
        Status::Sending(SendStage::Saving) => texts.stage_saving,
        Status::Sending(SendStage::Submitting) => texts.stage_submitting,
        Status::Sending(SendStage::Filing) => texts.stage_filing,
    }
    .to_owned()
}
