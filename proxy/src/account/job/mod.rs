//! What a page can ask of its account: one file for each kind of request.
//!
//! A question may be asked twice and dropped at any moment; an order is carried out even when
//! nobody is left to hear of it, and stops only where it is cancelled, between two turns.

mod counts;
mod drafts;
mod expunge;
mod first_words;
mod flags;
mod headers;
mod mailboxes;
mod manage;
mod message;
mod open;
mod orders;
pub mod part;
mod ready;
mod rows;
mod search;
mod send;
mod special;
mod stored;
mod transfer;
mod unsubscribe;
mod weigh;

pub(super) use counts::{Stale, note as note_status, refresh_counts};
pub(super) use mailboxes::{read as read_mailboxes, refresh as refresh_mailboxes, take as take_mailboxes, warm};
pub(super) use ready::AFTER_OPENING;
pub(super) use rows::fetch_rows;
pub(super) use send::{Sending, recover};

use super::{
    actor::{Account, PageId},
    directory::Entry,
    in_turn::Turn,
    line::{Place, in_line},
    outbox::Unsent,
    pool::Urgency,
    reply::Reply,
};
use std::sync::Arc;
use surat_protocol::{Answer, MailboxName, Problem, Request, Server};

/// A request at work.
struct Job {
    account: Arc<Account>,
    page: PageId,
    reply: Reply,
}

/// Carries out one request, when its turn has come, and gives its last answer.
pub(super) async fn run(account: Arc<Account>, page: PageId, request: Request, reply: Reply, turn: Option<Turn>) {
    let job = Job { account, page, reply };
    if let Some(turn) = &turn {
        turn.come().await;
    }
    let (result, place) = if is_question(&request) {
        tokio::select! {
            biased;
            () = job.reply.cancelled.cancelled() => (Err(Problem::Cancelled), Place::default()),
            done = in_line(&job.account, job.ask(request)) => done,
        }
    } else {
        in_line(&job.account, job.carry_out(request)).await
    };
    drop(turn);
    // Nobody may be left to hear it.
    let (_, ()) = tokio::join!(job.reply.finish(result), place.rest());
}

/// Changes nothing, so it may be asked again.
fn is_question(request: &Request) -> bool {
    matches!(
        request,
        Request::ListMailboxes
            | Request::OpenMailbox { .. }
            | Request::FetchRows { .. }
            | Request::FetchMessage { .. }
            | Request::FetchHeaders { .. }
            | Request::Search { .. }
            | Request::WeighSender { .. }
            | Request::OpenDraft { .. }
            | Request::Ping
    )
}

impl Job {
    /// A connection that was lost without our knowing costs a question one more try.
    async fn ask(&self, request: Request) -> Result<Answer, Problem> {
        match self.carry_out(request.clone()).await {
            Err(Problem::ConnectionLost(Server::Imap)) => self.carry_out(request).await,
            result => result,
        }
    }

    async fn carry_out(&self, request: Request) -> Result<Answer, Problem> {
        match request {
            Request::ListMailboxes => mailboxes::list(self).await,
            Request::OpenMailbox {
                mailbox,
                first_rows,
                known,
            } => open::open(self, &mailbox, first_rows, known).await,
            Request::FetchRows {
                mailbox,
                uid_validity,
                uids,
            } => rows::rows(self, &mailbox, uid_validity, &uids).await,
            Request::FetchHeaders { message } => headers::headers(self, &message).await,
            Request::FetchMessage {
                message,
                allow_remote_images,
                is_ahead,
            } => {
                let urgency = if is_ahead { Urgency::Guess } else { Urgency::Person };
                message::message(self, &message, allow_remote_images, urgency).await
            }
            Request::StoreFlags {
                mailbox,
                uid_validity,
                uids,
                add,
                remove,
            } => flags::store(self, &mailbox, uid_validity, &uids, &add, &remove).await,
            Request::Move {
                mailbox,
                uid_validity,
                uids,
                to,
            } => transfer::transfer(self, transfer::Kind::Move, &mailbox, uid_validity, &uids, &to).await,
            Request::Copy {
                mailbox,
                uid_validity,
                uids,
                to,
            } => transfer::transfer(self, transfer::Kind::Copy, &mailbox, uid_validity, &uids, &to).await,
            Request::Expunge {
                mailbox,
                uid_validity,
                uids,
            } => expunge::some(self, &mailbox, uid_validity, &uids).await,
            Request::EmptyMailbox { mailbox } => expunge::all(self, &mailbox).await,
            Request::CreateMailbox { parent, name } => manage::create(self, parent.as_ref(), &name).await,
            Request::RenameMailbox { mailbox, name } => manage::rename(self, &mailbox, &name).await,
            Request::DeleteMailbox { mailbox } => manage::delete(self, &mailbox).await,
            Request::Search { scope, terms } => search::search(self, &scope, &terms).await,
            Request::WeighSender { message, email } => weigh::sender(self, &message, &email).await,
            Request::Unsubscribe { message } => unsubscribe::unsubscribe(self, &message).await,
            Request::Ping => Ok(Answer::Done),
            Request::SaveDraft { draft, replaces } => drafts::save(self, &draft, replaces.as_ref()).await,
            Request::OpenDraft { message } => drafts::open(self, &message).await,
            Request::Send { draft, replaces } => send::send(self, &draft, replaces.as_ref()).await,
        }
    }

    /// A mailbox by the name that the browser gave.
    async fn find(&self, mailbox: &MailboxName) -> Result<Entry, Problem> {
        find(&self.account, mailbox).await
    }

    /// An answer with more to come. A page that is gone cancels a question; an order goes on.
    async fn answer(&self, answer: Answer) -> Result<(), Problem> {
        self.reply.answer(answer).await.map_err(unsent)
    }

    /// Was it cancelled? Asked between two turns of an order.
    fn check_cancelled(&self) -> Result<(), Problem> {
        if self.reply.cancelled.is_cancelled() {
            Err(Problem::Cancelled)
        } else {
            Ok(())
        }
    }
}

fn unsent(unsent: Unsent) -> Problem {
    match unsent {
        Unsent::Gone => Problem::Cancelled,
        Unsent::TooMuch => Problem::Busy,
    }
}

/// A mailbox by its name. One that is not known may have been made elsewhere just now.
pub(super) async fn find(account: &Arc<Account>, mailbox: &MailboxName) -> Result<Entry, Problem> {
    if let Some(entry) = account.directory.find(mailbox) {
        return Ok(entry);
    }
    refresh_mailboxes(account).await?;
    account
        .directory
        .find(mailbox)
        .ok_or_else(|| Problem::NoSuchMailbox(mailbox.clone()))
}
