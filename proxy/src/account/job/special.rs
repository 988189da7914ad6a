//! The special mailboxes, made when they are first needed.

use super::{mailboxes, refresh_mailboxes};
use crate::account::{actor::Account, directory::Entry, pool::Urgency, problem::InMailbox};
use std::sync::Arc;
use surat_protocol::{Problem, Role};

/// The account's own mailbox for this use, made if there is none.
pub(super) async fn of_role(account: &Arc<Account>, role: Role) -> Result<Entry, Problem> {
    if !account.directory.is_known() {
        refresh_mailboxes(account).await?;
    }
    let entry = account.directory.of_role(role).ok_or(Problem::BadRequest)?;
    made(account, entry).await
}

/// The mailbox itself, made if it was only promised.
pub(super) async fn made(account: &Arc<Account>, entry: Entry) -> Result<Entry, Problem> {
    if !entry.is_promised {
        return Ok(entry);
    }
    let mut session = account.lease(Urgency::Person).await?;
    let created = match entry.mailbox.role {
        Some(role) => session.create_special(&entry.wire, role).await,
        None => session.create(&entry.wire).await,
    };
    let created = created.in_mailbox(&entry.mailbox.name);
    drop(session);
    match created {
        // Somebody else was quicker.
        Ok(()) | Err(Problem::MailboxExists(_)) => {}
        Err(problem) => return Err(problem),
    }
    mailboxes::refresh(account).await?;
    Ok(account.directory.find_wire(&entry.wire).unwrap_or(Entry {
        is_promised: false,
        ..entry
    }))
}
