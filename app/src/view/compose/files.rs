//! The files of the message being written: the button that picks them, and how far each is.

use crate::{
    action::compose::files,
    app::{App, app},
    dom::{View, view},
    i18n::{problem, size::size, t, tr},
    signal::{Memo, Signal},
    store::compose::{File, FileState, chain::FileKey},
    ui::{button::IconButton, icon::Icon, progress::Progress},
    view::message::icon_of,
};
use leptos::prelude::*;
use surat_protocol::Problem;
use wasm_bindgen::JsCast;
use web_sys::{FileList, HtmlInputElement};

/// The files of a list that the browser gave.
pub(super) fn list(files: Option<FileList>) -> Vec<web_sys::File> {
    let Some(files) = files else {
        return Vec::new();
    };
    (0..files.length()).filter_map(|at| files.get(at)).collect()
}

/// Picks files.
#[component]
pub(super) fn Picker() -> View {
    let app = app();
    let on_change = move |event: web_sys::Event| {
        let Some(input) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
        else {
            return;
        };
        files::attach(app, list(input.files()));
        // So that the same file can be picked again.
        input.set_value("");
    };
    view! {
        <label class="icon-button picker" title=tr(|t| t.compose.attach)>
            {Icon::Paperclip.view()}
            <input type="file" multiple=true class="unseen-text" aria-label=tr(|t| t.compose.attach) on:change=on_change />
        </label>
    }
}

/// The files that are attached.
#[component]
pub(super) fn Files() -> View {
    let app = app();
    let keys = Memo::new(move |_| {
        app.compose
            .files
            .with(|files| files.iter().map(|file| file.key).collect::<Vec<_>>())
    });
    let has_files = move || keys.with(|keys| !keys.is_empty());
    view! {
        <ul class="composer-files" role="list" aria-label=tr(|t| t.compose.attached) hidden=move || !has_files()>
            <For each=move || keys.get() key=|key| *key let:key>
                <Item key />
            </For>
        </ul>
    }
}

#[component]
fn Item(key: FileKey) -> View {
    let app = app();
    let file = Memo::new(move |_| find(app, key));
    let name = move || file.with(|file| file.as_ref().map(|file| file.name.clone()).unwrap_or_default());
    let icon = file.with_untracked(|file| file.as_ref().map_or(Icon::File, |file| icon_of(&file.media_type)));
    let failure = Memo::new(move |_| {
        file.with(|file| match file.as_ref().map(|file| &file.state) {
            Some(FileState::Failed(problem)) => Some(problem.clone()),
            _ => None,
        })
    });
    let octets = move || file.with(|file| file.as_ref().map_or(0, |file| file.size_octets));
    let is_uploading = Memo::new(move |_| uploaded(file).is_some());
    let remove_name = move || {
        if is_uploading.get() {
            t().compose.cancel_upload(&name())
        } else {
            t().ui.remove_named(&name())
        }
    };
    let detail = move || match failure.get() {
        Some(problem) => view! { <span class="fault">{failure_words(&problem)}</span> },
        None => view! { <span class="hint">{move || size(octets())}</span> },
    };
    let retry = move || {
        failure.with(|failure| failure.as_ref().is_some_and(|problem| !matches!(problem, Problem::TooLarge { .. }))).then(|| {
            view! { <IconButton icon=Icon::Again name=move || t().compose.retry_upload(&name()) on_press=move || files::retry(app, key) /> }
        })
    };
    let progress = move || {
        is_uploading.get().then(|| {
            let label = move || t().compose.uploading(&name());
            view! { <Progress name=label percent=Signal::derive(move || uploaded(file).unwrap_or(100)) /> }
        })
    };
    view! {
        <li class="composer-file">
            {icon.view()} <span class="attachment-name" dir="auto">{name}</span> {detail} {retry}
            <IconButton icon=Icon::Cross name=remove_name on_press=move || files::remove(app, key) /> {progress}
        </li>
    }
}

fn find(app: App, key: FileKey) -> Option<File> {
    app.compose
        .files
        .with(|files| files.iter().find(|file| file.key == key).cloned())
}

/// How much is uploaded, in per cent, while it is being uploaded.
fn uploaded(file: Memo<Option<File>>) -> Option<u16> {
    file.with(|file| match file.as_ref()?.state {
        FileState::Uploading(percent) => Some(percent),
        _ => None,
    })
}

fn failure_words(problem: &Problem) -> String {
    match problem {
        Problem::TooLarge { limit_octets } => t().compose.upload_too_large(&size(*limit_octets)),
        Problem::NoSpace => problem::words(problem),
        _ => t().compose.upload_failed.to_owned(),
    }
}
