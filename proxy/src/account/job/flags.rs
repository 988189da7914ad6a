//! Setting and clearing flags, on one message or on all of them.

use super::{Job, orders};
use crate::account::problem::InMailbox;
use surat_protocol::{Answer, Flag, MailboxName, Problem, UidSet, UidValidity};

/// Flags of one order.
const FLAGS_LIMIT: usize = 50;

pub(super) async fn store(
    job: &Job,
    mailbox: &MailboxName,
    validity: UidValidity,
    uids: &UidSet,
    add: &[Flag],
    remove: &[Flag],
) -> Result<Answer, Problem> {
    if add.len() + remove.len() > FLAGS_LIMIT {
        return Err(Problem::BadRequest);
    }
    let entry = job.find(mailbox).await?;
    let mut turns = orders::Turns::new(job, uids)?;
    while let Some((urgency, portion)) = turns.next().await? {
        let mut session = job.account.lease(urgency).await?;
        session.open_valid(&entry, validity, portion.last()).await?;
        let stored = session.store_flags(&portion, add, remove).await.in_mailbox(mailbox);
        drop(session);
        super::refresh_counts(&job.account, vec![entry.clone()]);
        stored?;
    }
    Ok(Answer::Done)
}
