//! After a message was opened: what the account's own mail says of its sender.

use crate::{app::App, store::reading::Shown};
use gloo_timers::callback::Timeout;
use leptos::task::spawn_local;
use std::sync::Arc;
use surat_protocol::{Answer, Caution, Request, Role};

/// Who only looks at a message and goes on does not ask. What is on screen by then was painted long ago.
const AFTER_OPENING_MS: u32 = 500;

/// The message is on screen.
pub(crate) fn shown(app: App, shown: Arc<Shown>) {
    let role = app
        .mailboxes
        .known
        .with_untracked(|known| known.role(&shown.at.mailbox));
    let is_own = matches!(role, Some(Role::Sent | Role::Drafts));
    // What else is told of a sender is worse than anything that could be learned now.
    let is_open = matches!(shown.message.trust.caution, None | Some(Caution::ReplyElsewhere { .. }));
    if is_own || !is_open {
        return;
    }
    Timeout::new(AFTER_OPENING_MS, move || {
        if app.reading.is_shown(&shown.at) {
            spawn_local(ask(app, shown));
        }
    })
    .forget();
}

async fn ask(app: App, shown: Arc<Shown>) {
    let Some(sender) = shown.message.envelope.from.first() else {
        return;
    };
    let request = Request::WeighSender {
        message: shown.at.clone(),
        email: sender.email.clone(),
    };
    // Without an answer nothing is said.
    let Ok(Answer::Weighed(Some(caution))) = app.net.ask(request).await else {
        return;
    };
    let is_worse = shown.message.trust.caution.is_none() || caution != Caution::FirstContact;
    if is_worse && app.reading.is_shown(&shown.at) {
        app.reading.weighed.set(Some(caution));
    }
}
