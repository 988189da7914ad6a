//! All header fields of a message, as they are read by people who want to know.

use super::Job;
use crate::{
    account::{pool::Urgency, problem::InMailbox},
    imap::command::fetch_part::What,
    mime::header,
};
use surat_protocol::{Answer, MessageRef, Problem};

pub(super) async fn headers(job: &Job, message: &MessageRef) -> Result<Answer, Problem> {
    Ok(Answer::Headers(header::decoded_fields(&fetch(job, message).await?)))
}

/// The header as it stands.
pub(super) async fn fetch(job: &Job, message: &MessageRef) -> Result<Vec<u8>, Problem> {
    let entry = job.find(&message.mailbox).await?;
    let mut session = job.account.lease(Urgency::Person).await?;
    session
        .open_valid(&entry, message.uid_validity, Some(message.uid))
        .await?;
    let header = session
        .fetch_header(message.uid, &What::Header)
        .await
        .in_mailbox(&message.mailbox)?;
    header.ok_or(Problem::MessageGone)
}
