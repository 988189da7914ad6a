//! Sending: the checks before it, its stages, and each way that it can end.

use super::{files, save};
use crate::{
    app::App,
    i18n::{problem::words, size::size, t},
    store::compose::{FileState, Letter, Status, chain::Snapshot, reply::mentions_attachment},
    ui::question::Question,
};
use leptos::{prelude::*, task::spawn_local};
use std::rc::Rc;
use surat_protocol::{Answer, Problem, Request, SendStage};

/// Sends the open message.
pub(crate) fn send(app: App) {
    let compose = app.compose;
    let Some(letter) = compose.letter() else { return };
    if matches!(compose.status.get_untracked(), Status::Sending(_)) {
        return;
    }
    for field in [compose.to, compose.cc, compose.bcc] {
        field.complete();
    }
    compose.refused.set(Vec::new());
    compose.alert.set(objection(app));
    if compose.alert.with_untracked(Option::is_some) {
        return;
    }
    spawn_local(async move {
        if forgot_attachment(app) && !ask_about_attachment(app).await {
            return;
        }
        // The proxy sends a message once; to send it again, a person must want another one to go.
        if compose.may_have_gone.get_untracked() {
            if !ask_about_second(app).await {
                return;
            }
            letter.renew(super::new_message_id(app));
            compose.may_have_gone.set(false);
        }
        if let Some(snapshot) = untrack(|| compose.snapshot()).filter(|_| compose.is_open(&letter)) {
            deliver(app, letter, snapshot).await;
        }
    });
}

/// Why it cannot be sent as it is, in words.
fn objection(app: App) -> Option<String> {
    let compose = app.compose;
    let fields = [compose.to, compose.cc, compose.bcc];
    if let Some(address) = fields.into_iter().find_map(|field| field.first_invalid()) {
        return Some(t().compose.bad_address(&address));
    }
    if fields.iter().all(|field| field.chosen.with_untracked(Vec::is_empty)) {
        return Some(words(&Problem::NoRecipients));
    }
    let failed = compose.files.with_untracked(|files| {
        files.iter().find_map(|file| match &file.state {
            FileState::Failed(problem) => Some(format!("{}: {}", file.name, words(problem))),
            _ => None,
        })
    });
    if failed.is_some() {
        return failed;
    }
    if let Some(limit) = files::exceeded_limit(app) {
        return Some(t().problem.too_large(&size(limit)));
    }
    files::are_uploading(app).then(|| t().compose.wait_for_uploads.to_owned())
}

fn forgot_attachment(app: App) -> bool {
    let has_files = !app.compose.files.with_untracked(Vec::is_empty);
    !has_files
        && app
            .compose
            .text
            .with_untracked(|text| mentions_attachment(text, t().compose.attachment_words))
}

async fn ask_about_attachment(app: App) -> bool {
    let texts = &t().compose;
    let question = Question {
        title: texts.forgotten_question.to_owned(),
        text: texts.forgotten_text.to_owned(),
        yes: texts.send_anyway.to_owned(),
        no: texts.keep_writing.to_owned(),
    };
    app.questions.ask(question).await
}

async fn ask_about_second(app: App) -> bool {
    let texts = &t().compose;
    let question = Question {
        title: texts.again_question.to_owned(),
        text: texts.again_text.to_owned(),
        yes: texts.send_again.to_owned(),
        no: String::new(),
    };
    app.questions.ask(question).await
}

async fn deliver(app: App, letter: Rc<Letter>, snapshot: Snapshot) {
    app.compose.status.set(Status::Sending(SendStage::Saving));
    save::finish(&letter).await;
    let (draft, replaces) = letter.chain.borrow_mut().send(snapshot);
    let mut answers = app.net.stream(Request::Send { draft, replaces });
    let mut end = Err(Problem::MaybeSent);
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(Answer::Sending(stage)) => app.compose.status.set(Status::Sending(stage)),
            Ok(Answer::DraftSaved { message, attachments }) => letter.chain.borrow_mut().saved(message, attachments),
            Ok(Answer::Sent { is_filed }) => end = Ok(is_filed),
            Ok(_) => {}
            Err(problem) => end = Err(problem),
        }
    }
    letter.chain.borrow_mut().end();
    match end {
        Ok(is_filed) => {
            letter.chain.borrow_mut().close();
            app.compose.status.set(Status::Idle);
            app.compose.end();
            let texts = &t().compose;
            app.notices
                .notify(if is_filed { texts.sent } else { texts.sent_not_filed });
        }
        Err(problem) => {
            app.compose.status.set(Status::Idle);
            app.compose.may_have_gone.set(problem == Problem::MaybeSent);
            app.compose
                .alert
                .set(Some(format!("{} {}", words(&problem), t().compose.draft_kept)));
            if let Problem::RecipientsRefused(refused) = problem {
                app.compose.refused.set(refused);
            }
        }
    }
}
