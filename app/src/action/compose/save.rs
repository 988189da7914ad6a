//! Storing drafts: the newest version, never two at once.

use crate::{
    action::report,
    app::App,
    i18n::t,
    store::compose::{Focus, Letter, Status, chain::Snapshot, is_blank},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use std::rc::Rc;
use surat_protocol::{Answer, Problem, Request};

/// After a save that failed for a passing reason, the next try comes this much later.
const RETRY_MS: u32 = 5_000;

/// How often [`finish`] looks.
const LOOK_MS: u32 = 50;

/// Stores what is in the fields, now or as soon as the version on its way is there. False when there is no need to.
pub(crate) fn save(app: App) -> bool {
    let (Some(letter), Some(snapshot)) = (app.compose.letter(), untrack(|| app.compose.snapshot())) else {
        return false;
    };
    let is_new = letter.chain.borrow().stored().is_none() && !letter.chain.borrow().is_busy();
    if letter.has_kept(&snapshot.draft) || (is_new && is_blank(&snapshot.draft)) {
        return false;
    }
    letter.chain.borrow_mut().offer(snapshot);
    spawn_local(run(app, letter));
    true
}

/// Waits until a message that was closed is stored, or cannot be: then it is opened again, if no other is.
pub(super) async fn put_away(app: App, letter: Rc<Letter>, snapshot: Snapshot) {
    while !letter.has_kept(&snapshot.draft) && app.compose.saves.get_value() > 0 {
        TimeoutFuture::new(LOOK_MS).await;
    }
    if letter.has_kept(&snapshot.draft) {
        app.notices.notify(t().compose.saved);
    } else if app.compose.letter().is_none() {
        let (draft, stored) = letter.chain.borrow_mut().send(snapshot);
        app.compose.begin(draft, stored, Focus::Text);
    }
}

/// Waits until nothing of this message is on its way.
pub(crate) async fn finish(letter: &Rc<Letter>) {
    while letter.chain.borrow().is_busy() {
        TimeoutFuture::new(LOOK_MS).await;
    }
}

async fn run(app: App, letter: Rc<Letter>) {
    app.compose.saves.update_value(|saves| *saves += 1);
    store(app, &letter).await;
    app.compose.saves.update_value(|saves| *saves -= 1);
}

async fn store(app: App, letter: &Rc<Letter>) {
    loop {
        let content = letter.chain.borrow().waiting().cloned();
        let next = letter.chain.borrow_mut().next();
        let (Some((draft, replaces)), Some(content)) = (next, content) else {
            return;
        };
        tell(app, letter, Status::Saving);
        let answer = app.net.ask(Request::SaveDraft { draft, replaces }).await;
        let problem = end(letter, answer);
        match problem {
            None => {
                letter.keep(content.draft);
                tell(app, letter, Status::Saved);
            }
            Some(problem) => {
                let passes = matches!(
                    problem,
                    Problem::ConnectionLost(_) | Problem::Unreachable(_) | Problem::TimedOut | Problem::Busy
                );
                if !passes && !app.compose.is_open(letter) {
                    report(app, &problem);
                }
                tell(app, letter, Status::NotSaved(problem));
                if !passes {
                    return;
                }
                TimeoutFuture::new(RETRY_MS).await;
                // What was typed meanwhile is newer.
                letter.chain.borrow_mut().offer_again(content);
            }
        }
    }
}

/// Notes how a save ended.
fn end(letter: &Letter, answer: Result<Answer, Problem>) -> Option<Problem> {
    let mut chain = letter.chain.borrow_mut();
    let problem = match answer {
        Ok(Answer::DraftSaved { message, attachments }) => {
            chain.saved(message, attachments);
            None
        }
        Ok(_) => Some(Problem::BadRequest),
        Err(problem) => Some(problem),
    };
    chain.end();
    problem
}

fn tell(app: App, letter: &Rc<Letter>, status: Status) {
    if app.compose.is_open(letter) {
        app.compose.status.set(status);
    }
}
