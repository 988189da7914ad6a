//! The head of the list: which folder it is, or what can be done with the selected messages.

use crate::{
    action::message,
    app::{App, app},
    i18n::{size::number, t},
    store::list::Source,
    ui::{button::IconButton, icon::Icon},
};
use leptos::{either::Either, prelude::*};

/// Name and count; with a selection, its toolbar instead.
#[component]
pub(super) fn ListHead() -> impl IntoView {
    let app = app();
    let selected = Memo::new(move |_| app.list.list.with(|list| list.selection().len()));
    let is_selecting = Memo::new(move |_| selected.get() > 0);
    let is_search = Memo::new(move |_| {
        app.list
            .list
            .with(|list| matches!(list.source(), Some(Source::Search { .. })))
    });
    move || {
        if is_selecting.get() {
            Either::Left(view! { <Selected count=selected /> })
        } else {
            Either::Right((!is_search.get()).then(|| view! { <Title /> }))
        }
    }
}

#[component]
fn Title() -> impl IntoView {
    let app = app();
    let name = move || {
        app.list.list.with(|list| match list.source() {
            Some(Source::Mailbox(mailbox)) => app.mailboxes.label(mailbox),
            _ => String::new(),
        })
    };
    let count = move || match app.list.list.with(|list| list.len()) {
        0 => String::new(),
        count => t().list.count(count as u64),
    };
    view! {
        <header class="list-head">
            <h2 class="list-name">{name}</h2>
            <span class="list-count figures">{count}</span>
        </header>
    }
}

/// What can be done with the selected messages: only what the rights on all their folders allow.
#[component]
fn Selected(count: Memo<usize>) -> impl IntoView {
    let app = app();
    let can = Memo::new(move |_| {
        let targets = app.list.list.with(|list| list.selected());
        app.mailboxes.abilities(&targets)
    });
    let all = Memo::new(move |_| app.list.list.with(|list| list.len()));
    let words = move || t().list.selected(count.get() as u64);
    let clear = move |()| app.list.list.update(|list| list.select_none());
    let select_all = move |_| app.list.list.update(|list| list.select_all());
    view! {
        <div class="list-head is-selecting" role="toolbar" aria-label=words>
            <IconButton icon=Icon::Cross name=|| t().list.clear key="Esc" on_press=clear />
            <span class="list-selected figures" role="status">
                {words}
            </span>
            <Show when=move || count.get() < all.get()>
                <button type="button" class="button quiet list-all" on:click=select_all>
                    {move || t().list.select_all} " " <span class="figures">{move || number(all.get() as u64)}</span>
                </button>
            </Show>
            <span class="list-acts">
                {move || can.get().archive.then(|| act(app, Icon::Archive, || t().message.archive, "e", |app| message::archive(app, message::targets(app))))}
                {move || can.get().delete.then(|| act(app, Icon::Trash, || t().message.delete, "#", |app| message::delete(app, message::targets(app))))}
                {move || can.get().junk.then(|| act(app, Icon::Junk, || t().message.junk, "!", |app| message::junk(app, message::targets(app))))}
                {move || can.get().not_junk.then(|| act(app, Icon::Inbox, || t().message.not_junk, "!", |app| message::not_junk(app, message::targets(app))))}
                {move || can.get().relocate.then(|| act(app, Icon::Move, || t().message.move_to, "v", |app| message::ask_destination(app, message::targets(app), false)))}
                {move || can.get().copy.then(|| act(app, Icon::Copy, || t().acts.copy_to, "", |app| message::ask_destination(app, message::targets(app), true)))}
                {move || can.get().mark_seen.then(|| act(app, Icon::MailOpen, || t().message.mark_read, "I", |app| message::set_seen(app, &message::targets(app), true)))}
                {move || can.get().mark_seen.then(|| act(app, Icon::Mail, || t().message.mark_unread, "U", |app| message::set_seen(app, &message::targets(app), false)))}
                {move || can.get().star.then(|| act(app, Icon::Star, || t().message.star, "s", |app| message::toggle_star(app, &message::targets(app))))}
            </span>
        </div>
    }
}

fn act(app: App, icon: Icon, name: fn() -> &'static str, key: &'static str, run: fn(App)) -> impl IntoView {
    view! { <IconButton icon=icon name=name key=key on_press=move |()| run(app) /> }
}
