//! Creating, renaming and deleting mailboxes.

use super::{Job, mailboxes, special};
use crate::{
    account::{directory::Entry, pool::Urgency, problem::InMailbox, sync::News},
    imap::mailbox_name::WireName,
};
use surat_protocol::{Answer, MailboxName, Problem, Role};

/// Characters of one level of a name; servers have limits of their own, most at 255 octets.
const LEVEL: usize = 200;

pub(super) async fn create(job: &Job, parent: Option<&MailboxName>, name: &str) -> Result<Answer, Problem> {
    let parent = match parent {
        Some(parent) => Some(job.find(parent).await?),
        None => None,
    };
    if !job.account.directory.is_known() {
        mailboxes::refresh(&job.account).await?;
    }
    let home = job.account.directory.listing().home.clone();
    let (delimiter, above) = match &parent {
        Some(entry) => {
            let delimiter = entry
                .mailbox
                .delimiter
                .ok_or_else(|| Problem::Unsupported("CHILDREN".into()))?;
            (Some(delimiter), format!("{}{delimiter}", entry.mailbox.name.as_str()))
        }
        None => (home.delimiter, home.prefix),
    };
    check_level(name, delimiter)?;
    let full = MailboxName(format!("{above}{name}"));
    let mut session = job.account.lease(Urgency::Person).await?;
    let wire = session.wire_name(full.as_str()).map_err(|_| Problem::BadMailboxName)?;
    check_free(job, &full, &wire)?;
    session.create(&wire).await.in_mailbox(&full)?;
    drop(session);
    mailboxes::refresh(&job.account).await?;
    Ok(Answer::Done)
}

pub(super) async fn rename(job: &Job, mailbox: &MailboxName, name: &str) -> Result<Answer, Problem> {
    let entry = special::made(&job.account, own(job, mailbox).await?).await?;
    let delimiter = entry.mailbox.delimiter;
    check_level(name, delimiter)?;
    let above = delimiter.and_then(|delimiter| mailbox.as_str().rsplit_once(delimiter));
    let full = MailboxName(match (above, delimiter) {
        (Some((above, _)), Some(delimiter)) => format!("{above}{delimiter}{name}"),
        _ => name.to_owned(),
    });
    if full == *mailbox {
        return Ok(Answer::Done);
    }
    let mut session = job.account.lease(Urgency::Person).await?;
    let wire = session.wire_name(full.as_str()).map_err(|_| Problem::BadMailboxName)?;
    check_free(job, &full, &wire)?;
    // Some servers refuse to rename what is open.
    session.unselect().await?;
    session
        .rename(&entry.wire, &wire)
        .await
        .map_err(|error| refused(error, &full, mailbox))?;
    drop(session);
    gone(job, mailbox).await
}

pub(super) async fn delete(job: &Job, mailbox: &MailboxName) -> Result<Answer, Problem> {
    let entry = own(job, mailbox).await?;
    if entry.is_promised {
        return Ok(Answer::Done);
    }
    let mut session = job.account.lease(Urgency::Person).await?;
    session.unselect().await?;
    session.delete(&entry.wire).await.in_mailbox(mailbox)?;
    // Not every server forgets the subscription by itself; one to nothing would stay for ever.
    if let Err(error) = session.unsubscribe(&entry.wire).await {
        tracing::debug!(%error, "A deleted mailbox could not be unsubscribed");
    }
    drop(session);
    gone(job, mailbox).await
}

/// Tells everybody that no mailbox has this name any more.
async fn gone(job: &Job, mailbox: &MailboxName) -> Result<Answer, Problem> {
    mailboxes::refresh(&job.account).await?;
    job.account.tell_watchers(mailbox, &News::reset(mailbox.clone()));
    Ok(Answer::Done)
}

/// A mailbox that may be renamed or deleted. INBOX is not one: renaming it would move its messages.
async fn own(job: &Job, mailbox: &MailboxName) -> Result<Entry, Problem> {
    let entry = job.find(mailbox).await?;
    if entry.mailbox.role == Some(Role::Inbox) {
        Err(Problem::NoPermission)
    } else {
        Ok(entry)
    }
}

/// One level of a name: no delimiter, nothing that LIST takes for a pattern, nothing invisible.
fn check_level(name: &str, delimiter: Option<char>) -> Result<(), Problem> {
    let is_good = !name.trim().is_empty()
        && name.trim() == name
        && name.chars().count() <= LEVEL
        && !name
            .chars()
            .any(|c| c.is_control() || matches!(c, '%' | '*') || Some(c) == delimiter);
    if is_good { Ok(()) } else { Err(Problem::BadMailboxName) }
}

/// Servers answer in different ways when a name is taken, so it is looked up first.
fn check_free(job: &Job, full: &MailboxName, wire: &WireName) -> Result<(), Problem> {
    match job.account.directory.find_wire(wire) {
        Some(entry) if !entry.is_promised => Err(Problem::MailboxExists(full.clone())),
        _ => Ok(()),
    }
}

fn refused(error: crate::imap::Error, full: &MailboxName, mailbox: &MailboxName) -> Problem {
    match Err::<(), _>(error).in_mailbox(mailbox) {
        Err(Problem::MailboxExists(_)) => Problem::MailboxExists(full.clone()),
        Err(problem) => problem,
        Ok(()) => Problem::BadRequest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_holds_nothing_that_means_something_else() {
        assert!(check_level("Rechnungen 2026 / é \"x\"", Some('.')).is_ok());
        for bad in ["", " ", "a.b", "a*", "50%", "a\r\nb", "a\0", " a", &"x".repeat(201)] {
            assert_eq!(check_level(bad, Some('.')), Err(Problem::BadMailboxName), "{bad:?}");
        }
    }
}
