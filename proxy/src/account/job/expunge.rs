//! Deleting for good, in turns: only ever the messages that were named.

use super::{Job, orders::Turns};
use crate::{
    account::{directory::Entry, pool::Urgency, problem::InMailbox},
    imap::command::expunge::Expunged,
};
use surat_protocol::{Answer, MailboxName, Problem, UidSet, UidValidity};

/// These messages.
pub(super) async fn some(
    job: &Job,
    mailbox: &MailboxName,
    validity: UidValidity,
    uids: &UidSet,
) -> Result<Answer, Problem> {
    let entry = job.find(mailbox).await?;
    expunge(job, &entry, validity, uids).await
}

/// All messages that are in the mailbox now; what arrives meanwhile stays.
pub(super) async fn all(job: &Job, mailbox: &MailboxName) -> Result<Answer, Problem> {
    let entry = job.find(mailbox).await?;
    if entry.is_promised {
        return Ok(Answer::Done);
    }
    let mut session = job.account.lease(Urgency::Person).await?;
    let validity = session.open_anew(&entry).await?.uid_validity;
    let uids = session.all_uids().await.in_mailbox(mailbox)?;
    drop(session);
    expunge(job, &entry, validity, &uids).await
}

async fn expunge(job: &Job, entry: &Entry, validity: UidValidity, uids: &UidSet) -> Result<Answer, Problem> {
    let name = &entry.mailbox.name;
    let mut turns = Turns::new(job, uids)?;
    while let Some((urgency, portion)) = turns.next().await? {
        let mut session = job.account.lease(urgency).await?;
        session.open_valid(entry, validity, portion.last()).await?;
        let expunged = session.expunge(&portion).await.in_mailbox(name);
        if matches!(expunged, Ok(Expunged::LeftMarked)) {
            session.unmark_deleted(&portion).await.in_mailbox(name)?;
        }
        drop(session);
        super::refresh_counts(&job.account, vec![entry.clone()]);
        if expunged? == Expunged::LeftMarked {
            return Err(Problem::Unsupported("UIDPLUS".into()));
        }
    }
    Ok(Answer::Done)
}
