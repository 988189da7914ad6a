//! Ahead of the reader: messages that will perhaps be opened next, one question at a time.

use super::reading;
use crate::{app::App, store::list::Key};
use gloo_timers::callback::Timeout;
use leptos::prelude::window;
use leptos::task::spawn_local;
use std::sync::Arc;
use surat_protocol::MessageRef;
use wasm_bindgen::JsValue;

/// The pointer that rests on a row for so long may press it; one that passes over does not.
const REST_MS: u32 = 40;

/// What a person asked for is on screen by then.
const AFTER_OPENING_MS: u32 = 80;

/// Who stays with a message that they jumped to for so long reads it, and will go on from there. Who only looks at one
/// here and one there would cost the server thrice the work for nothing.
const AFTER_JUMP_MS: u32 = 400;

/// Guesses that wait; older ones are worth nothing.
const GUESSES: usize = 4;

/// A message was opened: the ones beside it come next. It was at hand where somebody goes from one to the next.
pub(crate) fn around(app: App, opened: MessageRef, was_at_hand: bool) {
    let after = if was_at_hand { AFTER_OPENING_MS } else { AFTER_JUMP_MS };
    Timeout::new(after, move || {
        if !app.reading.is_shown(&opened) {
            return;
        }
        let beside = app.list.list.with_untracked(|list| {
            let beside = [-1, 1].map(|step| list.neighbour(step));
            beside.map(|key| list.message(key?))
        });
        for message in beside.into_iter().flatten() {
            guess(app, message);
        }
    })
    .forget();
}

/// The pointer is over this row; `is_there` says whether it still is.
pub(crate) fn under_pointer(app: App, key: Key, is_there: impl Fn() -> bool + 'static) {
    Timeout::new(REST_MS, move || {
        let message = app.list.list.with_untracked(|list| list.message(key));
        if let Some(message) = message.filter(|_| is_there()) {
            guess(app, message);
        }
    })
    .forget();
}

fn guess(app: App, message: MessageRef) {
    if reading::is_draft(app, &message)
        || app.reading.is_kept(&message)
        || app.reading.is_wanted(&message)
        || is_metered()
    {
        return;
    }
    app.reading.ahead.update_value(|(wanted, _)| {
        wanted.retain(|other| *other != message);
        wanted.push(message);
        if wanted.len() > GUESSES {
            wanted.remove(0);
        }
    });
    next(app);
}

/// Fetches the next guess, unless one is on its way.
fn next(app: App) {
    let message = app.reading.ahead.try_update_value(|(wanted, is_busy)| {
        let message = if *is_busy { None } else { wanted.pop() };
        *is_busy |= message.is_some();
        message
    });
    let Some(message) = message.flatten() else { return };
    spawn_local(async move {
        // One that fails is asked for when it is opened, and says then what is wrong.
        if let Ok(shown) = reading::fetch_ahead(app, message).await {
            app.reading.keep(Arc::new(shown));
        }
        app.reading.ahead.update_value(|(_, is_busy)| *is_busy = false);
        next(app);
    });
}

/// Does a person pay for each octet, or wish to save them?
fn is_metered() -> bool {
    let get = |object: &JsValue, name: &str| js_sys::Reflect::get(object, &name.into()).ok();
    get(&window().navigator(), "connection").is_some_and(|link| {
        let is_saving = get(&link, "saveData").is_some_and(|saves| saves.is_truthy());
        is_saving || get(&link, "type").and_then(|kind| kind.as_string()).as_deref() == Some("cellular")
    })
}
