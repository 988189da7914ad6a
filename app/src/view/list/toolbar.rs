//! The head of the list: which folder it is, or what can be done with the selected messages.

use crate::{
    action::{
        message::{self, targets},
        relocate,
    },
    app::{App, app},
    dom::{IntoView, View, live, view},
    i18n::{size::number, t, tr},
    signal::Memo,
    store::{list::Source, mailboxes::Abilities},
    ui::{
        button::{Button, IconButton},
        icon::Icon,
    },
};
use leptos::prelude::*;
use surat_protocol::Flags;

/// Name and count; with a selection, its toolbar instead.
#[component]
pub(super) fn ListHead() -> View {
    let app = app();
    let selected = Memo::new(move |_| app.list.list.with(|list| list.selection().len()));
    let is_selecting = Memo::new(move |_| selected.get() > 0);
    let is_search = Memo::new(move |_| {
        app.list
            .list
            .with(|list| matches!(list.source(), Some(Source::Search { .. })))
    });
    live(move || {
        if is_selecting.get() {
            view! { <Selected count=selected /> }
        } else {
            (!is_search.get()).then(|| view! { <Title /> }).into_view()
        }
    })
}

#[component]
fn Title() -> View {
    let app = app();
    let name = move || {
        app.list.list.with(|list| match list.source() {
            Some(Source::Mailbox(mailbox)) => app.mailboxes.label(mailbox),
            _ => String::new(),
        })
    };
    let count = move || match (app.list.working.get(), app.list.list.with(|list| list.len())) {
        (Some((done, total)), _) => t().list.working(&number(done.into()), &number(total.into())),
        (None, 0) => String::new(),
        (None, count) => t().list.count(count as u64),
    };
    view! {
        <header class="list-head">
            <h2 class="list-name">{name}</h2>
            <span class="list-count figures">{count}</span>
            <Show when=move || app.list.working.with(Option::is_some)>
                <Button look="quiet" name=tr(|t| t.ui.cancel) on_press=move || relocate::break_off(app) />
            </Show>
        </header>
    }
}

/// What can be done with the selected messages: only what the rights on all their folders allow.
#[component]
fn Selected(count: Memo<usize>) -> View {
    let app = app();
    let can = Memo::new(move |_| {
        let targets = app.list.list.with(|list| list.selected());
        app.mailboxes.abilities(&targets)
    });
    let is_all = Memo::new(move |_| app.list.list.with(|list| count.get() >= list.len()));
    let words = move || t().list.selected(count.get() as u64);
    view! {
        <div class="list-head is-selecting" role="toolbar" aria-label=words>
            {act(app, Icon::Cross, || t().list.clear, "Esc", |app| app.list.list.update(|list| list.select_none()))}
            <span class="list-selected figures" role="status">
                {words}
            </span>
            {move || {
                (!is_all.get())
                    .then(|| {
                        act(
                            app,
                            Icon::Headers,
                            || t().list.select_all,
                            "*",
                            |app| app.list.list.update(|list| list.select_all()),
                        )
                    })
            }}
            <span class="list-acts">{move || acts(app, can.get())}</span>
        </div>
    }
}

/// May it be done, its icon, its name, its key, and what it does.
type Act = (bool, Icon, fn() -> &'static str, &'static str, fn(App));

/// Buttons for what can be done.
fn acts(app: App, can: Abilities) -> Vec<View> {
    let all: [Act; 7] = [
        (
            can.archive,
            Icon::Archive,
            || t().message.archive,
            "e",
            |app| message::archive(app, targets(app)),
        ),
        (
            can.delete,
            Icon::Trash,
            || t().message.delete,
            "#",
            |app| message::delete(app, targets(app)),
        ),
        (
            can.junk,
            Icon::Junk,
            || t().message.junk,
            "!",
            |app| message::junk(app, targets(app)),
        ),
        (
            can.not_junk,
            Icon::Inbox,
            || t().message.not_junk,
            "!",
            |app| message::not_junk(app, targets(app)),
        ),
        (
            can.relocate || can.copy,
            Icon::Move,
            || t().message.move_to,
            "v",
            |app| {
                message::ask_destination(app, targets(app));
            },
        ),
        (can.mark_seen, Icon::MailOpen, || t().list.toggle_read, "I", toggle_seen),
        (
            can.star,
            Icon::Star,
            || t().message.star,
            "s",
            |app| message::toggle_star(app, &targets(app)),
        ),
    ];
    all.into_iter()
        .filter(|(can, ..)| *can)
        .map(|(_, icon, name, key, run)| act(app, icon, name, key, run))
        .collect()
}

/// Marks as read; as unread when all are read already.
fn toggle_seen(app: App) {
    let targets = targets(app);
    let is_seen = message::are_all(app, &targets, &Flags::is_seen);
    message::set_seen(app, &targets, !is_seen);
}

fn act(app: App, icon: Icon, name: fn() -> &'static str, key: &'static str, run: fn(App)) -> View {
    view! { <IconButton icon=icon name=name key=key on_press=move |()| run(app) /> }
}
