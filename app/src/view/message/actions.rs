//! What can be done with the open message: filing above it, answering below it.

use super::body;
use crate::{
    action::{compose, message},
    app::{App, app},
    dom::{View, view},
    i18n::{t, tr},
    net::address,
    signal::{Memo, RwSignal, StoredValue},
    store::{compose::reply::has_others, reading::Shown},
    ui::{
        button::{Button, IconButton},
        icon::Icon,
        menu::{MenuButton, MenuItem, MenuLine, MenuLink},
    },
};
use leptos::prelude::*;
use std::sync::Arc;
use surat_protocol::{Body, Flag, Flags, MessageRef, Role};

/// Archive, delete, junk, move, read, star, more.
#[component]
pub(super) fn Toolbar(shown: Arc<Shown>) -> View {
    let app = app();
    let at = StoredValue::new(shown.at.clone());
    let targets = move || at.with_value(message::targets_of);
    let flags = flags_of(app, &shown);
    let is_starred = move || flags.with(Flags::is_flagged);
    let is_seen = move || flags.with(Flags::is_seen);
    let known = app.mailboxes.known;
    let (role, rights) = known.with_untracked(|known| (known.role(&shown.at.mailbox), known.rights(&shown.at.mailbox)));
    let (may_move, may_flag, may_mark_seen) = (
        rights.may_remove_messages(),
        rights.may_write_flags(),
        rights.may_mark_seen(),
    );
    let star_name = move || {
        if is_starred() {
            t().message.unstar
        } else {
            t().message.star
        }
    };
    let seen_name = move || {
        if is_seen() {
            t().message.mark_unread
        } else {
            t().message.mark_read
        }
    };
    view! {
        <div class="message-tools" role="group" aria-label=tr(|t| t.message.actions)>
            <IconButton icon=Icon::ArrowLeft name=tr(|t| t.message.back) key="u" class="message-back" on_press=move || app.route.close_message() />
            {(may_move && role != Some(Role::Archive))
                .then(|| view! { <IconButton icon=Icon::Archive name=tr(|t| t.message.archive) key="e" on_press=move || message::archive(app, targets()) /> })}
            {may_move.then(|| view! { <IconButton icon=Icon::Trash name=tr(|t| t.message.delete) key="#" on_press=move || message::delete(app, targets()) /> })}
            {may_move.then(|| junk_button(app, role, targets))}
            {may_move.then(|| view! { <IconButton icon=Icon::Move name=tr(|t| t.message.move_to) key="v" on_press=move || message::ask_destination(app, targets()) /> })}
            {may_mark_seen.then(|| view! { <IconButton icon=Icon::Mail name=seen_name key="shift+u" on_press=move || message::set_seen(app, &targets(), !is_seen()) /> })}
            {may_flag.then(|| view! {
                <span class="starred-when" class:is-starred=is_starred>
                    <IconButton icon=Icon::Star name=star_name key="s" on_press=move || message::set_star(app, &targets(), !is_starred()) />
                </span>
            })}
            <span class="message-tools-gap"></span>
            <More shown />
        </div>
    }
}

/// Reply, reply all, forward.
#[component]
pub(super) fn ReplyBar(shown: Arc<Shown>) -> View {
    let app = app();
    let is_draft = shown.message.flags.contains(&Flag::Draft);
    if is_draft {
        let at = shown.at.clone();
        return view! {
            <div class="message-answers">
                <Button icon=Icon::Pencil name=tr(|t| t.message.edit_draft) on_press=move || compose::open_draft(app, at.clone()) />
            </div>
        };
    }
    let has_others = untrack(|| has_others(&shown.message.envelope, &app.session.email()));
    view! {
        <div class="message-answers">
            <Button icon=Icon::Reply name=tr(|t| t.message.reply) key="r" on_press=move || compose::reply(app) />
            // Always there, so that one finds it; it does the same as "Reply" when there is nobody else.
            <span class:is-less=!has_others>
                <Button icon=Icon::ReplyAll name=tr(|t| t.message.reply_all) key="a" on_press=move || compose::reply_all(app) />
            </span>
            <Button icon=Icon::Forward name=tr(|t| t.message.forward) key="f" on_press=move || compose::forward(app) />
        </div>
    }
}

#[component]
fn More(shown: Arc<Shown>) -> View {
    let app = app();
    let is_headers_open = RwSignal::new(false);
    let at = shown.at.clone();
    let has_own_ground = matches!(shown.message.body, Body::Html { .. });
    let items = move || {
        let (source, file) = (address::source(&at, true), address::source(&at, false));
        view! {
            <MenuItem icon=Icon::Headers name=tr(|t| t.message.headers) on_press=move || is_headers_open.set(true) />
            <MenuLink icon=Icon::Code name=tr(|t| t.message.source) href=source />
            <MenuLink icon=Icon::Download name=tr(|t| t.message.download) href=file download=true />
            <MenuItem icon=Icon::Printer name=tr(|t| t.message.print) on_press=print />
            {has_own_ground.then(|| view! { <MenuLine /> <GroundItem app /> })}
        }
    };
    let at = StoredValue::new(shown.at.clone());
    view! {
        <MenuButton icon=Icon::More name=tr(|t| t.message.more)>{items()}</MenuButton>
        {move || is_headers_open.get().then(|| view! {
            <super::headers::Headers at=at.get_value() on_close=move || is_headers_open.set(false) />
        })}
    }
}

/// "Show on dark" or "Show on white", whichever it is not. Made anew each time the menu opens.
#[component]
fn GroundItem(app: App) -> View {
    let is_dark = untrack(|| body::is_on_dark(app));
    let name = move || {
        if is_dark {
            t().message.show_white
        } else {
            t().message.show_dark
        }
    };
    let icon = if is_dark { Icon::Sun } else { Icon::Moon };
    view! { <MenuItem icon name on_press=move || app.reading.is_on_dark.set(Some(!is_dark)) /> }
}

fn junk_button(
    app: App,
    role: Option<Role>,
    targets: impl Fn() -> crate::store::list::Targets + Copy + Send + Sync + 'static,
) -> View {
    if role == Some(Role::Junk) {
        return view! { <IconButton icon=Icon::Inbox name=tr(|t| t.message.not_junk) on_press=move || message::not_junk(app, targets()) /> };
    }
    view! { <IconButton icon=Icon::Junk name=tr(|t| t.message.junk) key="!" on_press=move || message::junk(app, targets()) /> }
}

/// Its flags as the list knows them, which follow changes; else as they came with the message.
fn flags_of(app: App, shown: &Shown) -> Memo<Flags> {
    let (at, own): (MessageRef, Flags) = (shown.at.clone(), shown.message.flags.clone());
    Memo::new(move |_| {
        app.list
            .list
            .with(|list| list.flags_of(&at))
            .unwrap_or_else(|| own.clone())
    })
}

fn print() {
    // Fails where printing is forbidden, and then the browser says so.
    let _ = window().print();
}
