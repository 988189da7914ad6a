//! Takes the message that is being written over a reload of the page, to another version of the app.
//!
//! As plain text in the tab's own storage, since the next version may have other types. Files and what else has no
//! field come from the stored version; what was typed since then comes from here.

use crate::{
    app::App,
    route::Route,
    store::compose::{
        Compose,
        address::{parse_list, write_list},
    },
};
use leptos::prelude::*;

/// Another name for another form of what is stored.
const KEY: &str = "surat.carried";

/// No field holds it: fields are text that a person typed or a header of a message.
const BETWEEN: char = '\0';

/// Puts the open message where the next page finds it, and closes it here.
pub(crate) fn pack(app: App) {
    let (Some(letter), Some(snapshot)) = (app.compose.letter(), untrack(|| app.compose.snapshot())) else {
        return;
    };
    let draft = snapshot.draft;
    let stored = letter.chain.borrow().stored().cloned();
    let fields = [
        untrack(|| app.session.email()),
        stored.map(|at| Route::Message(at).path()).unwrap_or_default(),
        write_list(&draft.to),
        write_list(&draft.cc),
        write_list(&draft.bcc),
        draft.subject,
        // The last, so whatever is in it.
        draft.text,
    ];
    // What is not packed stays open, and the browser asks before it is lost.
    if storage().is_some_and(|storage| storage.set_item(KEY, &fields.join("\0")).is_ok()) {
        app.compose.end();
    }
}

/// Opens what was taken along, once it is known who is signed in, and only if it is theirs. It is gone from the storage
/// then.
pub(crate) fn unpack(app: App) {
    let packed = storage().and_then(|storage| {
        let packed = storage.get_item(KEY).ok().flatten();
        // Fails for nothing that was there to read.
        let _ = storage.remove_item(KEY);
        packed
    });
    let Some(packed) = packed else { return };
    let mut rest = packed.as_str();
    if next(&mut rest) == untrack(|| app.session.email()) {
        let stored = Route::parse(next(&mut rest)).and_then(|route| route.message().cloned());
        super::go_on(app, stored, rest.to_owned());
    }
}

/// Puts what was typed into the fields.
pub(super) fn fill(compose: Compose, mut rest: &str) {
    for people in [compose.to, compose.cc, compose.bcc] {
        people.set(parse_list(next(&mut rest)));
    }
    compose.subject.set(next(&mut rest).to_owned());
    compose.text.set(rest.to_owned());
}

fn next<'a>(rest: &mut &'a str) -> &'a str {
    let (field, after) = rest.split_once(BETWEEN).unwrap_or((rest, ""));
    *rest = after;
    field
}

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}
