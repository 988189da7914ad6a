//! Taking messages elsewhere: shown as gone at once, brought back when the server refuses or a person undoes it.

use super::{
    mailbox,
    message::count,
    promise::Promise,
    report, search,
    settle::{self, Shown},
};
use crate::{
    app::App,
    i18n::t,
    net::Answers,
    route::Route,
    store::list::{Place, Source, Targets},
    view::shell::is_phone,
};
use futures_channel::oneshot;
use leptos::task::spawn_local;
use std::rc::Rc;
use surat_protocol::{Answer, MailboxName, Problem, Request, Role, Server, UidSet, UidValidity};

/// Where moved messages are now.
type Landed = Option<(UidValidity, UidSet)>;

/// Deletes messages for good.
pub(super) fn delete_for_good(app: App, targets: Targets) {
    let next = next_open(app, &targets);
    let text = |count| t().acts.deleted_for_good(count);
    let doomed = count(&targets);
    let promise = Promise::new(app, doomed, Rc::new(text));
    for (place, uids) in targets {
        let order = app.net.stream(Request::Expunge {
            mailbox: place.mailbox.clone(),
            uid_validity: place.uid_validity,
            uids: uids.clone(),
        });
        let shown = settle::show_move(app, &place, &uids, None);
        spawn_local(promise.clone().keep(shown, uids.len() as u64, order));
    }
    go_on(app, next);
    promise.is_told(app.notices.notify_named(promise.words(doomed)));
}

/// Moves messages to the mailbox with a role, each to the one of its own owner.
pub(super) fn to_role(app: App, targets: Targets, role: Role, text: fn(u64) -> String) {
    let moves: Option<Vec<_>> = app.mailboxes.known.with_untracked(|known| {
        let to = |place: &Place| known.by_role(role, &place.mailbox).map(|mailbox| mailbox.name.clone());
        targets
            .into_iter()
            .map(|(place, uids)| to(&place).map(|to| (place, uids, to)))
            .collect()
    });
    match moves {
        Some(moves) => relocate(app, moves, Rc::new(text)),
        None => app.notices.notify(t().acts.no_folder),
    }
}

/// Moves messages, shows them as gone at once, and offers to bring them back.
pub(super) fn relocate(app: App, moves: Vec<(Place, UidSet, MailboxName)>, text: Rc<dyn Fn(u64) -> String>) {
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
    let promise = Promise::new(app, moved, text);
    let mut ways_back = Vec::new();
    for (place, uids, to) in moves {
        // The server works while the page shows what will be.
        let order = app.net.stream(Request::Move {
            mailbox: place.mailbox.clone(),
            uid_validity: place.uid_validity,
            uids: uids.clone(),
            to: to.clone(),
        });
        let shown = settle::show_move(app, &place, &uids, Some(&to));
        let (landed, way_back) = oneshot::channel::<Landed>();
        ways_back.push((place.mailbox.clone(), to.clone(), way_back));
        let promise = promise.clone();
        spawn_local(async move {
            let asked = uids.len() as u64;
            let from = place.mailbox;
            let ended = follow(app, order).await;
            let (is_broken, done) = (ended.answer.is_err(), ended.done);
            end(app, shown, ended.answer);
            // Nobody listens when the notice with "Undo" has gone.
            let unheard = ended.landed.and_then(|there| landed.send(there).err());
            if is_broken {
                promise.fall_short(asked, done);
                // Whoever breaks off a long order may well look for a way back only then.
                if let Some(there) = unheard {
                    let (landed, way_back) = oneshot::channel();
                    // It is listened to one line further down.
                    let _ = landed.send(there);
                    offer(app, promise.words(done), [(from, to, way_back)].into());
                }
            }
        });
    }
    go_on(app, next);
    promise.is_told(offer(app, promise.words(moved), ways_back));
}

/// From where, to where, and where there they are, once that is known.
type WayBack = (MailboxName, MailboxName, oneshot::Receiver<Landed>);

/// Tells of moved messages, and offers to bring them back.
fn offer(app: App, text: String, ways_back: Vec<WayBack>) -> u32 {
    app.notices.notify_undo(text, move || {
        for way_back in ways_back {
            spawn_local(bring_back(app, way_back));
        }
    })
}

/// Moves back what was moved, once it is known where it is.
async fn bring_back(app: App, (from, to, way_back): WayBack) {
    let Ok(landed) = way_back.await else {
        // Nothing was moved: there is nothing to undo.
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
    let order = app.net.stream(Request::Move {
        mailbox: place.mailbox.clone(),
        uid_validity,
        uids: uids.clone(),
        to: from.clone(),
    });
    let shown = settle::show_move(app, &place, &uids, Some(&from));
    end(app, shown, follow(app, order).await.answer);
    // What is found is not watched: look again.
    let source = app.list.list.with_untracked(|list| list.source().cloned());
    if let Some(Source::Search { mailbox, text }) = source {
        search::search(app, mailbox, text);
    }
}

/// How something ended that may take long.
pub(super) struct Ended {
    /// The last answer.
    pub(super) answer: Result<Answer, Problem>,
    /// So many messages were done before a problem.
    pub(super) done: u64,
    /// Where they are, if they were moved.
    landed: Option<Landed>,
}

/// Waits for the end of an order that may take long, and shows how far it is.
pub(super) async fn follow(app: App, mut answers: Answers) -> Ended {
    let own = Some(answers.id());
    let mut ended = Ended {
        answer: Err(Problem::ConnectionLost(Server::Imap)),
        done: 0,
        landed: None,
    };
    while let Some(answer) = answers.next().await {
        match &answer {
            Ok(Answer::Progress { done, total }) => {
                ended.done = u64::from(*done);
                app.list.order.set_value(own);
                app.list.working.set(Some((*done, *total)));
            }
            Ok(Answer::Moved { to }) => ended.landed = Some(to.clone()),
            _ => {}
        }
        ended.answer = answer;
    }
    if app.list.order.get_value() == own {
        app.list.order.set_value(None);
        app.list.working.set(None);
    }
    ended
}

/// Breaks off the long order whose progress is shown: what is done stays done, and the rest stays where it is.
pub(crate) fn break_off(app: App) {
    if let Some(order) = app.list.order.get_value() {
        app.net.break_off(order);
    }
}

/// The server did what is shown, or did not.
pub(super) fn end(app: App, shown: Shown, answer: Result<Answer, Problem>) {
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
    let open = app.route.current().with_untracked(|route| route.message().cloned());
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
        let list = app.list.list;
        list.with_untracked(|list| list.focus().and_then(|key| list.message(key)))
    };
    let here: Route = app.route.current().get_untracked();
    match next {
        Some(next) if !is_phone() => app.route.replace(here.with_message(next)),
        _ => app.route.close_message(),
    }
}
