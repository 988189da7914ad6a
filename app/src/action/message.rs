//! Messages: archive, delete, junk, move, copy, star, read, unread; each at once, each with a way back.

use super::{
    mailbox, report,
    settle::{self, Shown},
};
use crate::{
    app::App,
    i18n::t,
    route::Route,
    store::list::{Key, Place, Source, Targets},
    ui::question::Question,
    view::shell::is_phone,
};
use futures_channel::oneshot;
use leptos::{prelude::*, task::spawn_local};
use surat_protocol::{
    Answer, Flag, Flags, MailboxName, MessageRef, Problem, Request, Role, Server, UidSet, UidValidity,
};

/// Where moved messages are now.
type Landed = Option<(UidValidity, UidSet)>;

/// What an action is about: the selected messages, else the open one, else the one with the focus.
pub(crate) fn targets(app: App) -> Targets {
    let list = app.list.list.read_untracked();
    let selected = list.selected();
    if !selected.is_empty() {
        return selected;
    }
    let open = app.route.current().read_untracked().message().cloned();
    match open.or_else(|| list.message(list.focus()?)) {
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
    let message = app.list.list.read_untracked().message(key);
    message.as_ref().map(targets_of).unwrap_or_default()
}

/// Opens the message of a row in the reading pane; moving from one to the next is one step back.
pub(crate) fn open_row(app: App, key: Key) {
    app.list.list.update(|list| list.set_focus(Some(key)));
    let Some(message) = app.list.list.read_untracked().message(key) else {
        return;
    };
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
        .read_untracked()
        .rights(&message.mailbox)
        .may_mark_seen();
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
    relocate(app, moves.collect(), move |count| t().acts.moved(count, &folder));
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
            match ask(app, request).await {
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

fn delete_for_good(app: App, targets: Targets) {
    let count = count(&targets);
    let next = next_open(app, &targets);
    for (place, uids) in targets {
        let shown = settle::show_move(app, &place, &uids, None);
        let request = Request::Expunge {
            mailbox: place.mailbox,
            uid_validity: place.uid_validity,
            uids,
        };
        spawn_local(async move {
            end(app, shown, ask(app, request).await);
        });
    }
    go_on(app, next);
    app.notices.notify(t().acts.deleted_for_good(count));
}

/// Sets the star, or takes it away when all have it.
pub(crate) fn toggle_star(app: App, targets: &Targets) {
    set_star(app, targets, !are_all(app, targets, Flags::is_flagged));
}

/// Sets or takes away the star.
pub(crate) fn set_star(app: App, targets: &Targets, is_starred: bool) {
    let (add, remove) = one_way(Flag::Flagged, is_starred);
    store_flags(app, targets, &add, &remove);
}

/// Marks messages as read or unread. For several there is a way back.
pub(crate) fn set_seen(app: App, targets: &Targets, is_seen: bool) {
    let changed = of_these(app, targets, |flags| flags.is_seen() != is_seen);
    let (add, remove) = one_way(Flag::Seen, is_seen);
    store_flags(app, targets, &add, &remove);
    let count = count(targets);
    if count > 1 {
        let acts = &t().acts;
        let text = if is_seen {
            acts.marked_read(count)
        } else {
            acts.marked_unread(count)
        };
        app.notices
            .notify_undo(text, move || store_flags(app, &changed, &remove, &add));
    }
}

/// Marks all messages of the list as read.
pub(crate) fn mark_all_read(app: App) {
    let all = app.list.list.read_untracked().everything();
    set_seen(app, &all, true);
}

/// Are all of these so? Of those whose flags are known.
pub(crate) fn are_all(app: App, targets: &Targets, has: impl Fn(&Flags) -> bool) -> bool {
    of_these(app, targets, |flags| !has(flags)).is_empty()
}

/// Those of the messages whose flags are known and are so.
fn of_these(app: App, targets: &Targets, is_so: impl Fn(&Flags) -> bool) -> Targets {
    let list = app.list.list.read_untracked();
    let matching = |place: &Place, uids: &UidSet| -> UidSet {
        uids.iter()
            .filter(|&uid| list.flags_of(&place.message(uid)).is_some_and(|flags| is_so(&flags)))
            .collect()
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

fn count(targets: &Targets) -> u64 {
    targets.iter().map(|(_, uids)| uids.len() as u64).sum()
}

/// Tells the server's junk filter, where the mailbox keeps keywords. The move that follows is what
/// counts, so a refusal is not worth a word.
fn mark_keywords(app: App, targets: &Targets, add: &Flag, remove: &Flag) {
    let may = app.list.list.read_untracked().may_store_keywords();
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
    for (place, uids) in targets {
        let shown = settle::show_flags(app, place, uids, add, remove);
        let request = Request::StoreFlags {
            mailbox: place.mailbox.clone(),
            uid_validity: place.uid_validity,
            uids: uids.clone(),
            add: add.to_vec(),
            remove: remove.to_vec(),
        };
        spawn_local(async move {
            end(app, shown, app.net.ask(request).await);
        });
    }
}

/// Moves messages to the mailbox with a role, each to the one of its own owner.
fn to_role(app: App, targets: Targets, role: Role, text: impl Fn(u64) -> String) {
    let moves: Option<Vec<_>> = app.mailboxes.known.with_untracked(|known| {
        let to = |place: &Place| known.by_role(role, &place.mailbox).map(|mailbox| mailbox.name.clone());
        targets
            .into_iter()
            .map(|(place, uids)| to(&place).map(|to| (place, uids, to)))
            .collect()
    });
    match moves {
        Some(moves) => relocate(app, moves, text),
        None => app.notices.notify(t().acts.no_folder),
    }
}

/// Moves messages, shows them as gone at once, and offers to bring them back.
fn relocate(app: App, moves: Vec<(Place, UidSet, MailboxName)>, text: impl Fn(u64) -> String) {
    let moves: Vec<_> = moves
        .into_iter()
        .filter(|(place, _, to)| place.mailbox != *to)
        .collect();
    let targets: Targets = moves
        .iter()
        .map(|(place, uids, _)| (place.clone(), uids.clone()))
        .collect();
    let moved = count(&targets);
    if moved == 0 {
        return;
    }
    let next = next_open(app, &targets);
    let mut ways_back = Vec::new();
    for (place, uids, to) in moves {
        let shown = settle::show_move(app, &place, &uids, Some(&to));
        let (landed, way_back) = oneshot::channel::<Landed>();
        ways_back.push((place.mailbox.clone(), to.clone(), way_back));
        let request = Request::Move {
            mailbox: place.mailbox,
            uid_validity: place.uid_validity,
            uids,
            to,
        };
        spawn_local(async move {
            let answer = ask(app, request).await;
            if let Ok(Answer::Moved { to }) = &answer {
                // Nobody listens when the notice with "Undo" has gone.
                let _ = landed.send(to.clone());
            }
            end(app, shown, answer);
        });
    }
    go_on(app, next);
    app.notices.notify_undo(text(moved), move || {
        for (from, to, way_back) in ways_back {
            spawn_local(bring_back(app, from, to, way_back));
        }
    });
}

/// Moves back what was moved, once it is known where it is.
async fn bring_back(app: App, from: MailboxName, to: MailboxName, way_back: oneshot::Receiver<Landed>) {
    let Ok(landed) = way_back.await else {
        // The move itself failed and was rolled back: there is nothing to undo.
        return;
    };
    let Some((uid_validity, uids)) = landed else {
        let folder = app.mailboxes.label(&to);
        return app.notices.notify(t().acts.no_undo(&folder));
    };
    let place = Place {
        mailbox: to,
        uid_validity,
    };
    let shown = settle::show_move(app, &place, &uids, Some(&from));
    let request = Request::Move {
        mailbox: place.mailbox,
        uid_validity,
        uids,
        to: from,
    };
    let answer = app.net.ask(request).await;
    end(app, shown, answer);
    // What is found is not watched: look again.
    let source = app.list.list.with_untracked(|list| list.source().cloned());
    if let Some(Source::Search { mailbox, text }) = source {
        super::search::search(app, mailbox, text);
    }
}

/// Asks for something that may take long, and shows how far it is.
async fn ask(app: App, request: Request) -> Result<Answer, Problem> {
    let mut answers = app.net.stream(request);
    let mut last = Err(Problem::ConnectionLost(Server::Imap));
    while let Some(answer) = answers.next().await {
        if let Ok(Answer::Progress { done, total }) = answer {
            app.list.working.set(Some((done, total)));
        }
        last = answer;
    }
    app.list.working.set(None);
    last
}

fn end(app: App, shown: Shown, answer: Result<Answer, Problem>) {
    match answer {
        Ok(_) => shown.confirm(app),
        Err(problem) => {
            shown.roll_back(app);
            if let Problem::MailboxChanged(mailbox) = &problem {
                mailbox::reopen_if_shown(app, mailbox);
            }
            report(app, &problem);
        }
    }
}

/// Does the open message leave with these? Then something else must be open after that.
fn next_open(app: App, targets: &Targets) -> bool {
    let open = app.route.current().read_untracked().message().cloned();
    let Some(open) = open else {
        return false;
    };
    let leaves = targets
        .iter()
        .any(|(place, uids)| *place == Place::of(&open) && uids.contains(open.uid));
    if leaves {
        // So that the list knows what stands next to it.
        app.list.list.update(|list| {
            let key = list.key_of(&open);
            list.set_focus(key);
        });
    }
    leaves
}

/// After the open message left: the next one on a wide screen, the list on a phone.
fn go_on(app: App, has_left: bool) {
    if !has_left {
        return;
    }
    let next = {
        let list = app.list.list.read_untracked();
        list.focus().and_then(|key| list.message(key))
    };
    let here: Route = app.route.current().get_untracked();
    match next {
        Some(next) if !is_phone() => app.route.replace(here.with_message(next)),
        _ => app.route.close_message(),
    }
}
