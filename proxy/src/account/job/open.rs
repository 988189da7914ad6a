//! Opening a mailbox: its order and its newest rows, and from then on its news.

use super::{Job, rows, special};
use crate::account::{pool::Urgency, problem::InMailbox, sync::MailboxState};
use surat_protocol::{Answer, Counts, Event, MailboxName, Opened, Problem, Uid, UidSet};

/// Rows that may come along; more are fetched as they are looked at.
const FIRST_ROWS: u16 = 200;

pub(super) async fn open(job: &Job, mailbox: &MailboxName, first_rows: u16) -> Result<Answer, Problem> {
    let entry = special::made(&job.account, job.find(mailbox).await?).await?;
    let mut session = job.account.lease(Urgency::Person).await?;
    let selected = session.open_anew(&entry).await?.clone();
    let (uids, unseen) = match selected.exists {
        0 => (UidSet::new(), 0),
        _ => (
            session.all_uids().await.in_mailbox(mailbox)?,
            session.unseen_uids().await.in_mailbox(mailbox)?.len(),
        ),
    };
    let after_last = uids.last().map_or(1, |uid| uid.0.saturating_add(1));
    let opened = Opened {
        mailbox: mailbox.clone(),
        uid_validity: selected.uid_validity,
        uid_next: selected.uid_next.unwrap_or(Uid(after_last)),
        highest_modseq: selected.highest_modseq,
        uids,
        unseen: u32::try_from(unseen).unwrap_or(u32::MAX),
        is_read_only: selected.is_read_only,
        may_store_keywords: selected.permanent_flags.is_none_or(|flags| flags.may_create_keywords),
    };
    let counts = Counts {
        messages: u32::try_from(opened.uids.len()).unwrap_or(u32::MAX),
        unseen: opened.unseen,
    };
    let newest = opened.uids.newest(0, first_rows.min(FIRST_ROWS).into());
    // Watched from this state on, so that nothing that happens meanwhile is missed.
    job.account.watch(job.page, MailboxState::of(&entry, &opened));
    job.answer(Answer::Opened(opened)).await?;
    if job.account.directory.set_counts(mailbox, counts) {
        job.account.tell(&Event::Counts {
            mailbox: mailbox.clone(),
            counts,
        });
    }
    let rows = rows::fetch_rows(&mut session, &newest).await.in_mailbox(mailbox)?;
    drop(session);
    Ok(Answer::Rows(rows))
}
