//! Takes the message that is being written over a reload of the page, to another version of the app.
//!
//! As plain text in the tab's own storage, since the next version may have other types. Files and what else has no
//! field come from the stored version; what was typed since then comes from here.

use crate::{
    app::App,
    route::Route,
    store::compose::address::{parse_list, write_list},
};
use leptos::prelude::*;
use surat_protocol::Address;

/// Another name for another form of what is stored.
const KEY: &str = "surat.carried";

/// No field holds it: fields are text that a person typed or a header of a message.
const BETWEEN: &str = "\0";

/// What a person typed.
pub(super) struct Typed {
    pub(super) to: Vec<Address>,
    pub(super) cc: Vec<Address>,
    pub(super) bcc: Vec<Address>,
    pub(super) subject: String,
    pub(super) text: String,
}

/// Puts the open message where the next page finds it, and closes it here.
pub(crate) fn pack(app: App) {
    let (Some(letter), Some(snapshot)) = (app.compose.letter(), untrack(|| app.compose.snapshot())) else {
        return;
    };
    let draft = snapshot.draft;
    let stored = letter.chain.borrow().stored().cloned();
    let packed = [
        untrack(|| app.session.email()),
        stored.map(|at| Route::Message(at).path()).unwrap_or_default(),
        write_list(&draft.to),
        write_list(&draft.cc),
        write_list(&draft.bcc),
        draft.subject,
        draft.text,
    ];
    // What is not packed stays open, and the browser asks before it is lost.
    if storage().is_some_and(|storage| storage.set_item(KEY, &packed.join(BETWEEN)).is_ok()) {
        app.compose.end();
    }
}

/// Opens what was taken along, if it is this account's. Once; it is gone from the storage then.
pub(crate) fn unpack(app: App) {
    let packed = storage().and_then(|storage| {
        let packed = storage.get_item(KEY).ok().flatten();
        // Fails for nothing that was there to read.
        let _ = storage.remove_item(KEY);
        packed
    });
    let Some(packed) = packed else { return };
    let mut fields = packed.split(BETWEEN);
    let mut next = || fields.next().unwrap_or_default();
    if untrack(|| app.session.email()) != next() {
        return;
    }
    let stored = Route::parse(next()).and_then(|route| route.message().cloned());
    let typed = Typed {
        to: parse_list(next()),
        cc: parse_list(next()),
        bcc: parse_list(next()),
        subject: next().to_owned(),
        text: next().to_owned(),
    };
    super::go_on(app, stored, Some(typed));
}

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}
