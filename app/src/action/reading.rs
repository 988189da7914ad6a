//! Opening a message to read it, and letting its remote images through.

use crate::{
    action::{ahead, compose, message, weigh},
    app::App,
    i18n::case::lower,
    signal::effect,
    store::reading::Shown,
};
use futures_util::future::abortable;
use leptos::{prelude::*, task::spawn_local};
use std::{sync::Arc, time::Duration};
use surat_protocol::{Answer, Body, Message, MessageRef, Problem, Request, Role};

/// The message before stays this long while the next one comes; then grey lines say that one is on its way.
const KEEP_OLD: Duration = Duration::from_millis(150);

/// Opens whatever message the address names, from now on.
pub(crate) fn start(app: App) {
    effect(move || {
        let wanted = app.route.current().with(|route| route.message().cloned());
        if app.reading.wanted.with_untracked(|now| *now == wanted) {
            return;
        }
        match wanted {
            Some(message) => untrack(|| read_now(app, message)),
            None => app.reading.want(None),
        }
    });
}

/// The address is about to name this message: it is asked for before the page does anything else.
pub(super) fn read_early(app: App, message: &MessageRef) {
    if !app.reading.is_wanted(message) && !is_draft(app, message) {
        read_now(app, message.clone());
    }
}

fn read_now(app: App, message: MessageRef) {
    app.reading.want(Some(message.clone()));
    open(app, message);
}

/// Is it one that is opened for writing?
pub(super) fn is_draft(app: App, message: &MessageRef) -> bool {
    let role = app.mailboxes.known.with_untracked(|known| known.role(&message.mailbox));
    role == Some(Role::Drafts)
}

/// Opens the wanted message again, after trouble.
pub(crate) fn retry(app: App) {
    if let Some(message) = app.reading.wanted.get_untracked() {
        read_now(app, message);
    }
}

/// The link is back: what could not be opened without it is opened now.
pub(crate) fn resume(app: App) {
    let is_hindered = app.reading.trouble.with_untracked(|trouble| {
        matches!(
            trouble,
            Some(Problem::ConnectionLost(_) | Problem::Unreachable(_) | Problem::TimedOut)
        )
    });
    if is_hindered {
        retry(app);
    }
}

/// Shows the remote images of the open message, this once.
pub(crate) fn show_images(app: App) {
    if let Some(shown) = app.reading.shown.get_untracked() {
        fetch(app, shown.at.clone(), true);
    }
}

/// Shows the remote images of the open message, and from now on of all from its sender.
pub(crate) fn always_show_images(app: App) {
    let Some(shown) = app.reading.shown.get_untracked() else {
        return;
    };
    if let Some(sender) = sender(&shown.message) {
        app.preferences.trusted_senders.update(|trusted| {
            if !trusted.contains(&sender) {
                trusted.push(sender);
            }
        });
    }
    show_images(app);
}

/// All header fields of a message, name and decoded value.
pub(crate) async fn headers(app: App, message: MessageRef) -> Result<Vec<(String, String)>, Problem> {
    match app.net.ask(Request::FetchHeaders { message }).await? {
        Answer::Headers(headers) => Ok(headers),
        _ => Err(Problem::BadRequest),
    }
}

/// A draft is opened for writing; anything else for reading.
fn open(app: App, message: MessageRef) {
    if is_draft(app, &message) {
        let list = app.route.current().with_untracked(|route| route.list());
        app.route.replace(list);
        compose::open_draft(app, message);
        return;
    }
    let is_trusted = known_sender(app, &message).is_some_and(|sender| is_trusted(app, &sender));
    if let Some(kept) = app.reading.kept(&message).filter(|kept| kept.has_images || !is_trusted) {
        return show(app, kept, true);
    }
    let is_old_shown = app.reading.shown.with_untracked(Option::is_some);
    if is_old_shown {
        let wanted = message.clone();
        set_timeout(
            move || {
                if app.reading.is_wanted(&wanted) && !app.reading.is_shown(&wanted) {
                    app.reading.shown.set(None);
                }
            },
            KEEP_OLD,
        );
    }
    fetch(app, message, is_trusted);
}

fn fetch(app: App, at: MessageRef, allow_remote_images: bool) {
    let (task, handle) = abortable(async move {
        if let Some(kept) = kept(app, &at, allow_remote_images).await {
            return show(app, Arc::new(kept), false);
        }
        match read(app, at.clone(), allow_remote_images, false).await {
            Ok(shown) if app.reading.is_wanted(&at) => show(app, Arc::new(shown), false),
            Err(problem) if app.reading.is_wanted(&at) => app.reading.fail(problem),
            _ => {}
        }
    });
    app.reading.run(Some(handle));
    spawn_local(async move {
        // Broken off when something else is opened: nothing is left to do then.
        let _ = task.await;
    });
}

/// The message as it was kept on this device.
async fn kept(app: App, at: &MessageRef, allow_remote_images: bool) -> Option<Shown> {
    let answers = app.net.kept(request(at, allow_remote_images, false)).await;
    answers.into_iter().find_map(|answer| match answer {
        Answer::Message(message) if app.reading.is_wanted(at) => Some(Shown {
            at: at.clone(),
            message: *message,
            has_images: allow_remote_images,
        }),
        _ => None,
    })
}

/// A message that nobody has opened yet.
pub(super) async fn fetch_ahead(app: App, at: MessageRef) -> Result<Shown, Problem> {
    let is_trusted = known_sender(app, &at).is_some_and(|sender| is_trusted(app, &sender));
    read(app, at, is_trusted, true).await
}

async fn read(app: App, at: MessageRef, allow_remote_images: bool, is_ahead: bool) -> Result<Shown, Problem> {
    let message = ask(app, &at, allow_remote_images, is_ahead).await?;
    let (message, has_images) = match allow_remote_images {
        // The sender was not known before: now it is.
        false if wants_images(app, &message) => match ask(app, &at, true, is_ahead).await {
            Ok(with_images) => (with_images, true),
            Err(_) => (message, false),
        },
        has_images => (message, has_images),
    };
    Ok(Shown {
        at,
        message,
        has_images,
    })
}

fn show(app: App, shown: Arc<Shown>, was_at_hand: bool) {
    // Where the list knows the message, the shell marks it as read.
    if app.list.list.with_untracked(|list| list.flags_of(&shown.at).is_none()) {
        message::mark_opened(app, &shown.at, &shown.message.flags);
    }
    app.compose.people.learn(people(&shown.message));
    let at = shown.at.clone();
    app.reading.show(Arc::clone(&shown));
    weigh::shown(app, shown);
    ahead::around(app, at, was_at_hand);
}

async fn ask(app: App, at: &MessageRef, allow_remote_images: bool, is_ahead: bool) -> Result<Message, Problem> {
    match app.net.ask(request(at, allow_remote_images, is_ahead)).await? {
        Answer::Message(message) => Ok(*message),
        _ => Err(Problem::BadRequest),
    }
}

fn request(at: &MessageRef, allow_remote_images: bool, is_ahead: bool) -> Request {
    Request::FetchMessage {
        message: at.clone(),
        allow_remote_images,
        is_ahead,
    }
}

fn wants_images(app: App, message: &Message) -> bool {
    matches!(&message.body, Body::Html { blocked_images, .. } if *blocked_images > 0)
        && sender(message).is_some_and(|sender| is_trusted(app, &sender))
}

fn is_trusted(app: App, sender: &String) -> bool {
    app.preferences
        .trusted_senders
        .with_untracked(|trusted| trusted.contains(sender))
}

fn sender(message: &Message) -> Option<String> {
    message.envelope.from.first().map(|from| lower(&from.email))
}

/// The sender as the list knows it, before the message is there.
fn known_sender(app: App, message: &MessageRef) -> Option<String> {
    app.list.list.with_untracked(|list| {
        let row = list.row(list.key_of(message)?)?;
        row.from.first().map(|from| lower(&from.email))
    })
}

fn people(message: &Message) -> impl Iterator<Item = &surat_protocol::Address> {
    let envelope = &message.envelope;
    envelope.to.iter().chain(&envelope.cc).chain(&envelope.from)
}
