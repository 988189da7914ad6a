//! Messages: archive, delete, junk, move, copy, star, read, unread; each at once, each with a way back.

use super::{
    promise::Promise,
    reading,
    relocate::{delete_for_good, follow, relocate, to_role},
    report, settle,
};
use crate::{
    app::App,
    i18n::t,
    store::list::{Key, Place, Targets},
    ui::question::Question,
};
use leptos::task::spawn_local;
use std::rc::Rc;
use surat_protocol::{Flag, Flags, MailboxName, MessageRef, Request, Role, UidSet};

/// What an action is about: the selected messages, else the open one, else the one with the focus.
pub(crate) fn targets(app: App) -> Targets {
    let list = app.list.list;
    let selected = list.with_untracked(|list| list.selected());
    if !selected.is_empty() {
        return selected;
    }
    let open = app.route.current().with_untracked(|route| route.message().cloned());
    match open.or_else(|| list.with_untracked(|list| list.message(list.focus()?))) {
        Some(message) => targets_of(&message),
        None => Vec::new(),
    }
}

/// Just this message.
pub(crate) fn targets_of(message: &MessageRef) -> Targets {
    [(Place::of(message), UidSet::one(message.uid))].into()
}

/// Just the message of this row.
pub(crate) fn targets_of_row(app: App, key: Key) -> Targets {
    let message = app.list.list.with_untracked(|list| list.message(key));
    message.as_ref().map(targets_of).unwrap_or_default()
}

/// Opens the message of a row in the reading pane; moving from one to the next is one step back.
pub(crate) fn open_row(app: App, key: Key) {
    let Some(message) = app.list.list.with_untracked(|list| list.message(key)) else {
        return;
    };
    reading::read_early(app, &message);
    app.list.list.update(|list| list.set_focus(Some(key)));
    let here = app.route.current().get_untracked();
    let there = here.with_message(message);
    if here.message().is_some() {
        app.route.replace(there);
    } else {
        app.route.go(there);
    }
}

/// The message is being read: it is not unread any more. `flags` as they are known.
pub(crate) fn mark_opened(app: App, message: &MessageRef, flags: &Flags) {
    let may = app
        .mailboxes
        .known
        .with_untracked(|known| known.rights(&message.mailbox).may_mark_seen());
    if may && !flags.is_seen() {
        store_flags(app, &targets_of(message), &[Flag::Seen], &[]);
    }
}

/// Moves messages to the archive.
pub(crate) fn archive(app: App, targets: Targets) {
    to_role(app, targets, Role::Archive, |count| t().acts.archived(count));
}

/// Moves messages to Trash. Those in Trash, or without one, are deleted for good, after a question.
pub(crate) fn delete(app: App, targets: Targets) {
    let (doomed, others): (Targets, Targets) = app.mailboxes.known.with_untracked(|known| {
        targets.into_iter().partition(|(place, _)| {
            known.role(&place.mailbox) == Some(Role::Trash) || known.by_role(Role::Trash, &place.mailbox).is_none()
        })
    });
    if !others.is_empty() {
        to_role(app, others, Role::Trash, |count| t().acts.deleted(count));
    }
    if doomed.is_empty() {
        return;
    }
    let question = Question {
        title: t().acts.delete_title(count(&doomed)),
        text: t().acts.delete_text.to_owned(),
        yes: t().acts.delete_button.to_owned(),
        no: String::new(),
    };
    spawn_local(async move {
        if app.questions.ask(question).await {
            delete_for_good(app, doomed);
        }
    });
}

/// Asks where to; [`crate::view::list::destination`] shows the folders.
pub(crate) fn ask_destination(app: App, targets: Targets) {
    if !targets.is_empty() {
        app.list.destined.set(Some(targets));
    }
}

/// Moves messages to Junk, and says so to the server's filter.
pub(crate) fn junk(app: App, targets: Targets) {
    mark_keywords(app, &targets, &Flag::junk(), &Flag::not_junk());
    to_role(app, targets, Role::Junk, |count| t().acts.junked(count));
}

/// Moves messages out of Junk into the inbox, and says so to the server's filter.
pub(crate) fn not_junk(app: App, targets: Targets) {
    mark_keywords(app, &targets, &Flag::not_junk(), &Flag::junk());
    to_role(app, targets, Role::Inbox, |count| t().acts.not_junked(count));
}

/// Moves messages to a mailbox.
pub(crate) fn move_to(app: App, targets: Targets, to: &MailboxName) {
    let folder = app.mailboxes.label(to);
    let moves = targets.into_iter().map(|(place, uids)| (place, uids, to.clone()));
    relocate(
        app,
        moves.collect(),
        Rc::new(move |count| t().acts.moved(count, &folder)),
    );
}

/// Copies messages to a mailbox.
pub(crate) fn copy_to(app: App, targets: &Targets, to: &MailboxName) {
    let folder = app.mailboxes.label(to);
    for (place, uids) in targets.iter().cloned() {
        let change = settle::show_copy(app, &place, &uids, to);
        let to = to.clone();
        let text = t().acts.copied(uids.len() as u64, &folder);
        spawn_local(async move {
            let request = Request::Copy {
                mailbox: place.mailbox,
                uid_validity: place.uid_validity,
                uids,
                to,
            };
            match follow(app, app.net.stream(request)).await.answer {
                Ok(_) => {
                    settle::confirm_count(app, change);
                    app.notices.notify(text);
                }
                Err(problem) => {
                    settle::roll_back_count(app, change);
                    report(app, &problem);
                }
            }
        });
    }
}

/// Sets the star, or takes it away when all have it.
pub(crate) fn toggle_star(app: App, targets: &Targets) {
    set_star(app, targets, !are_all(app, targets, &Flags::is_flagged));
}

/// Sets or takes away the star.
pub(crate) fn set_star(app: App, targets: &Targets, is_starred: bool) {
    let (add, remove) = one_way(Flag::Flagged, is_starred);
    store_flags(app, targets, &add, &remove);
}

/// Marks messages as read or unread. For several there is a way back.
pub(crate) fn set_seen(app: App, targets: &Targets, is_seen: bool) {
    let changed = of_these(app, targets, &|flags| flags.is_seen() != is_seen);
    let (add, remove) = one_way(Flag::Seen, is_seen);
    let count = count(targets);
    if count < 2 {
        return store_flags(app, targets, &add, &remove);
    }
    let text = move |count| {
        let acts = &t().acts;
        if is_seen {
            acts.marked_read(count)
        } else {
            acts.marked_unread(count)
        }
    };
    let promise = Promise::new(app, count, Rc::new(text));
    store_flags_as(&promise, app, targets, &add, &remove);
    let undo = move || store_flags(app, &changed, &remove, &add);
    promise.is_told(app.notices.notify_undo(promise.words(count), undo));
}

/// Marks all messages of the list as read.
pub(crate) fn mark_all_read(app: App) {
    let all = app.list.list.with_untracked(|list| list.everything());
    set_seen(app, &all, true);
}

/// Are all of these so? Of those whose flags are known.
pub(crate) fn are_all(app: App, targets: &Targets, has: &dyn Fn(&Flags) -> bool) -> bool {
    of_these(app, targets, &|flags| !has(flags)).is_empty()
}

/// Those of the messages whose flags are known and are so.
fn of_these(app: App, targets: &Targets, is_so: &dyn Fn(&Flags) -> bool) -> Targets {
    let matching = |place: &Place, uids: &UidSet| -> UidSet {
        app.list.list.with_untracked(|list| {
            uids.iter()
                .filter(|&uid| list.flags_of(&place.message(uid)).is_some_and(|flags| is_so(&flags)))
                .collect()
        })
    };
    targets
        .iter()
        .map(|(place, uids)| (place.clone(), matching(place, uids)))
        .filter(|(_, uids)| !uids.is_empty())
        .collect()
}

fn one_way(flag: Flag, is_set: bool) -> (Vec<Flag>, Vec<Flag>) {
    if is_set {
        ([flag].into(), Vec::new())
    } else {
        (Vec::new(), [flag].into())
    }
}

/// How many messages these are.
pub(super) fn count(targets: &Targets) -> u64 {
    targets.iter().map(|(_, uids)| uids.len() as u64).sum()
}

/// Tells the server's junk filter, where the mailbox keeps keywords. The move that follows is what
/// counts, so a refusal is not worth a word.
fn mark_keywords(app: App, targets: &Targets, add: &Flag, remove: &Flag) {
    let may = app.list.list.with_untracked(|list| list.may_store_keywords());
    for (place, uids) in targets.iter().filter(|_| may).cloned() {
        let request = Request::StoreFlags {
            mailbox: place.mailbox,
            uid_validity: place.uid_validity,
            uids,
            add: [add.clone()].into(),
            remove: [remove.clone()].into(),
        };
        spawn_local(async move {
            let _ = app.net.ask(request).await;
        });
    }
}

fn store_flags(app: App, targets: &Targets, add: &[Flag], remove: &[Flag]) {
    store_flags_as(&Promise::silent(app), app, targets, add, remove);
}

fn store_flags_as(promise: &Promise, app: App, targets: &Targets, add: &[Flag], remove: &[Flag]) {
    for (place, uids) in targets {
        // The server works while the page shows what will be.
        let order = app.net.stream(Request::StoreFlags {
            mailbox: place.mailbox.clone(),
            uid_validity: place.uid_validity,
            uids: uids.clone(),
            add: add.to_vec(),
            remove: remove.to_vec(),
        });
        let shown = settle::show_flags(app, place, uids, add, remove);
        spawn_local(promise.clone().keep(shown, uids.len() as u64, order));
    }
}
