//! What can be done with the open message: filing above it, answering below it.

use super::body;
use crate::{
    action::{compose, message},
    app::{App, app},
    dom::{View, view},
    i18n::{t, tr},
    net::address,
    signal::{Memo, RwSignal},
    store::{compose::reply::has_others, reading::Shown},
    ui::{
        button::{Button, IconButton},
        icon::Icon,
        menu::{MenuButton, MenuItem, MenuLine, MenuLink},
    },
};
use leptos::prelude::*;
use surat_protocol::{Body, Flag, Flags, MessageRef, Rights, Role};

/// Archive, delete, junk, move, read, star, more.
#[component]
pub(super) fn Toolbar(at: Memo<Option<MessageRef>>) -> View {
    let app = app();
    let able = Memo::new(move |_| {
        at.with(|at| {
            let mailbox = &at.as_ref()?.mailbox;
            Some(
                app.mailboxes
                    .known
                    .with(|known| (known.role(mailbox), known.rights(mailbox))),
            )
        })
    });
    let flags = flags_of(app);
    view! {
        <div class="message-tools" role="group" aria-label=tr(|t| t.message.actions)>
            <IconButton icon=Icon::ArrowLeft name=tr(|t| t.message.back) key="u" class="message-back" on_press=move || app.route.close_message() />
            {move || able.get().map(|(role, rights)| tools(app, at, flags, role, rights))}
            <span class="message-tools-gap"></span>
            <More at />
        </div>
    }
}

/// What may be done with messages of a mailbox.
fn tools(app: App, at: Memo<Option<MessageRef>>, flags: Memo<Flags>, role: Option<Role>, rights: Rights) -> View {
    let targets = move || at.with_untracked(|at| at.as_ref().map(message::targets_of).unwrap_or_default());
    let is_starred = move || flags.with(Flags::is_flagged);
    let is_seen = move || flags.with(Flags::is_seen);
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
    }
}

/// Reply, reply all, forward.
#[component]
pub(super) fn ReplyBar() -> View {
    let app = app();
    let of_shown = move |is_so: fn(App, &Shown) -> bool| {
        Memo::new(move |_| {
            app.reading
                .shown
                .with(|shown| shown.as_ref().is_some_and(|shown| is_so(app, shown)))
        })
    };
    let is_draft = of_shown(|_, shown| shown.message.flags.contains(&Flag::Draft));
    let has_others = of_shown(|app, shown| has_others(&shown.message.envelope, &app.session.email()));
    let edit = move || {
        if let Some(shown) = app.reading.shown.get_untracked() {
            compose::open_draft(app, shown.at.clone());
        }
    };
    let answers = move || match is_draft.get() {
        true => view! { <Button icon=Icon::Pencil name=tr(|t| t.message.edit_draft) on_press=edit /> },
        false => view! {
            <Button icon=Icon::Reply name=tr(|t| t.message.reply) key="r" on_press=move || compose::reply(app) />
            // Always there, so that one finds it; it does the same as "Reply" when there is nobody else.
            <span class:is-less=move || !has_others.get()>
                <Button icon=Icon::ReplyAll name=tr(|t| t.message.reply_all) key="a" on_press=move || compose::reply_all(app) />
            </span>
            <Button icon=Icon::Forward name=tr(|t| t.message.forward) key="f" on_press=move || compose::forward(app) />
        },
    };
    view! { <div class="message-answers">{answers}</div> }
}

#[component]
fn More(at: Memo<Option<MessageRef>>) -> View {
    let app = app();
    // Whose header fields are shown.
    let headers_of = RwSignal::new(None);
    let items = move || {
        let Some(shown) = app.reading.shown.get_untracked() else {
            return View::Nothing;
        };
        let (source, file) = (address::source(&shown.at, true), address::source(&shown.at, false));
        let has_own_ground = matches!(shown.message.body, Body::Html { .. });
        view! {
            <MenuItem icon=Icon::Headers name=tr(|t| t.message.headers) on_press=move || headers_of.set(at.get_untracked()) />
            <MenuLink icon=Icon::Code name=tr(|t| t.message.source) href=source />
            <MenuLink icon=Icon::Download name=tr(|t| t.message.download) href=file download=true />
            <MenuItem icon=Icon::Printer name=tr(|t| t.message.print) on_press=print />
            {has_own_ground.then(|| view! { <MenuLine /> <GroundItem app /> })}
        }
    };
    let headers = move || {
        // Another message is shown, or none.
        headers_of.get().filter(|of| at.with(|at| at.as_ref() == Some(of)))
    };
    view! {
        <MenuButton icon=Icon::More name=tr(|t| t.message.more)>{items()}</MenuButton>
        {move || headers().map(|at| view! { <super::headers::Headers at on_close=move || headers_of.set(None) /> })}
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
fn flags_of(app: App) -> Memo<Flags> {
    Memo::new(move |_| {
        let Some(shown) = app.reading.shown.get() else {
            return Flags::default();
        };
        app.list
            .list
            .with(|list| list.flags_of(&shown.at))
            .unwrap_or_else(|| shown.message.flags.clone())
    })
}

fn print() {
    // Fails where printing is forbidden, and then the browser says so.
    let _ = window().print();
}
