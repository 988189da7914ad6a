//! Opening a mailbox: what is new in it or all of it, its newest rows, and from then on its news.

use super::{Job, counts, ready::make_ready, rows, special, unsent};
use crate::{
    account::{
        actor::Account,
        directory::Entry,
        pool::{Connected, Urgency},
        problem::InMailbox,
        reply::Answers,
        servers::Connection,
        sync::MailboxState,
    },
    imap::{command::select::Selected, mailbox_name::WireName},
};
use std::sync::Arc;
use surat_protocol::{Answer, Contents, Glance, Known, MailboxName, ModSeq, Opened, Problem, Uid, UidSet};
use tokio::time::Instant;

/// Rows that may come along; more are fetched as they are looked at.
const FIRST_ROWS: u16 = 200;

/// With so many messages the first reading of one is worth being made ready.
const LARGE: u32 = 1_000;

/// More changes than these, and everything is told anew: rows are fetched again as they are looked at.
const CHANGES: usize = 5_000;

pub(super) async fn open(
    job: &Job,
    mailbox: &MailboxName,
    first_rows: u16,
    known: Option<Known>,
) -> Result<Answer, Problem> {
    let entry = special::made(&job.account, job.find(mailbox).await?).await?;
    let mut session = job.account.lease(Urgency::Person).await?;
    let left = session.selected().filter(|left| **left != entry.wire).cloned();
    let began = Instant::now();
    let selected = match session.open_now(&entry).await {
        Ok(selected) => selected.clone(),
        Err(problem) => {
            drop(session);
            return Err(or_gone(job, mailbox, problem).await);
        }
    };
    let is_worn = is_worn(&job.account, &entry, left, began);
    // A page that reads slowly must not keep the connection from the others of its account.
    let (answers, telling) = job.reply.beside();
    let opening = Opening {
        job,
        answers,
        entry,
        selected,
        exists: session.exists(),
        first_rows: first_rows.min(FIRST_ROWS),
        is_worn,
    };
    let (answer, told) = tokio::join!(opening.tell(session, known), telling);
    told.map_err(unsent)?;
    answer
}

/// Why a mailbox could not be opened. Servers refuse one that is gone without saying that it is (Dovecot 2.3 and
/// Courier have no NONEXISTENT there): the list of mailboxes knows.
async fn or_gone(job: &Job, mailbox: &MailboxName, problem: Problem) -> Problem {
    if matches!(problem, Problem::Refused(_))
        && super::refresh_mailboxes(&job.account).await.is_ok()
        && job.account.directory.find(mailbox).is_none()
    {
        return Problem::NoSuchMailbox(mailbox.clone());
    }
    problem
}

/// Notes how long it took to open a mailbox since `began`. Shall a new session be made, now that this one has `left`
/// another mailbox?
fn is_worn(account: &Account, entry: &Entry, left: Option<WireName>, began: Instant) -> bool {
    let now = Instant::now();
    left.is_some_and(|left| {
        account.wear.note(&entry.wire, now - began, now);
        account.wear.is_due(&left, now)
    })
}

/// A mailbox that has just been opened.
struct Opening<'a> {
    job: &'a Job,
    /// What is told before the last answer.
    answers: Answers<'a>,
    entry: Entry,
    selected: Selected,
    /// Messages in it at that moment, if it is known.
    exists: Option<u32>,
    first_rows: u16,
    /// Its session shall be replaced.
    is_worn: bool,
}

/// What is new in a mailbox that was known.
struct News {
    contents: Contents,
    arrived: UidSet,
    uids: UidSet,
    highest_modseq: ModSeq,
}

impl Opening<'_> {
    /// Tells it; gives the connection back before the last answer, which may have to wait for the page.
    async fn tell(self, mut session: Connected, known: Option<Known>) -> Result<Answer, Problem> {
        let answer = match self.news(&mut session, known).await? {
            Some(news) => self.tell_news(&mut session, news).await?,
            None => self.tell_all(&mut session).await?,
        };
        drop(session);
        let is_large = self.exists.is_some_and(|exists| exists > LARGE);
        if is_large || self.is_worn {
            let account = Arc::clone(&self.job.account);
            tokio::spawn(make_ready(account, self.entry.clone(), self.is_worn));
        }
        counts::look_soon(&self.job.account, vec![self.entry]);
        Ok(answer)
    }

    /// What is new since `known`, if the server can tell and it is not too much.
    async fn news(&self, session: &mut Connection, known: Option<Known>) -> Result<Option<News>, Problem> {
        let selected = &self.selected;
        let Some(known) = known.filter(|known| known.uid_validity == selected.uid_validity) else {
            return Ok(None);
        };
        let can_tell = session.capabilities().condstore && selected.highest_modseq.0 > 0;
        if !can_tell || known.highest_modseq.0 == 0 || known.highest_modseq > selected.highest_modseq {
            return Ok(None);
        }
        let name = self.mailbox();
        let changes = session.changes_since(known.highest_modseq).await.in_mailbox(name)?;
        if changes.flags.len() > CHANGES {
            return Ok(None);
        }
        let changed: UidSet = changes.flags.iter().map(|(uid, _)| *uid).collect();
        let (vanished, arrived) = match changes.vanished {
            Some(vanished) => (vanished.intersection(&known.uids), changed.difference(&known.uids)),
            None => {
                let all = session.all_uids().await.in_mailbox(name)?;
                (known.uids.difference(&all), all.difference(&known.uids))
            }
        };
        let uids = known.uids.difference(&vanished).union(&arrived);
        let exists = match self.exists {
            Some(exists) => Some(exists),
            None => session.count_all().await.in_mailbox(name)?,
        };
        // What was kept may be wrong, and the server may have forgotten: then it is told anew.
        if exists.is_some_and(|exists| usize::try_from(exists) != Ok(uids.len())) {
            return Ok(None);
        }
        let flags = changes.flags.into_iter();
        let flags = flags.filter(|(uid, _)| known.uids.contains(*uid)).collect();
        Ok(Some(News {
            contents: Contents::Since {
                vanished,
                arrived: arrived.clone(),
                flags,
            },
            arrived,
            uids,
            highest_modseq: selected.highest_modseq.max(changes.highest_modseq),
        }))
    }

    async fn tell_news(&self, session: &mut Connection, news: News) -> Result<Answer, Problem> {
        let News {
            contents,
            arrived,
            uids,
            highest_modseq,
        } = news;
        let opened = self.opened(contents, uids, highest_modseq);
        let newest = arrived.newest(0, self.first_rows.into());
        if newest.is_empty() {
            return Ok(opened);
        }
        self.answers.give(opened).map_err(unsent)?;
        let rows = rows::fetch_rows(session, &newest).await.in_mailbox(self.mailbox())?;
        Ok(Answer::Rows(rows))
    }

    /// The newest rows as early as may be: a person looks at them while the order is asked for.
    async fn tell_all(&self, session: &mut Connection) -> Result<Answer, Problem> {
        let name = self.mailbox();
        let mut told = UidSet::new();
        if let Some(exists) = self.exists.filter(|exists| *exists > 0) {
            let rows = rows::fetch_newest_rows(session, exists, self.first_rows.into()).await;
            let rows = rows.in_mailbox(name)?;
            told = rows.iter().map(|row| row.uid).collect();
            let glance = Glance {
                mailbox: name.clone(),
                uid_validity: self.selected.uid_validity,
                messages: exists,
                rows,
            };
            self.answers.give(Answer::Glance(glance)).map_err(unsent)?;
        }
        let uids = session.all_uids().await.in_mailbox(name)?;
        // Some may have come since it was opened.
        let missing = uids.newest(0, self.first_rows.into()).difference(&told);
        let opened = self.opened(Contents::Whole(uids.clone()), uids, self.selected.highest_modseq);
        if missing.is_empty() {
            return Ok(opened);
        }
        self.answers.give(opened).map_err(unsent)?;
        let rows = rows::fetch_rows(session, &missing).await.in_mailbox(name)?;
        Ok(Answer::Rows(rows))
    }

    /// The answer; from this state on the mailbox is watched, so that nothing that happens meanwhile is missed.
    fn opened(&self, contents: Contents, uids: UidSet, highest_modseq: ModSeq) -> Answer {
        let selected = &self.selected;
        let after_last = uids.last().map_or(1, |uid| uid.0.saturating_add(1));
        let keywords = selected.permanent_flags.as_ref();
        let opened = Opened {
            mailbox: self.mailbox().clone(),
            uid_validity: selected.uid_validity,
            uid_next: selected.uid_next.unwrap_or(Uid(after_last)).max(Uid(after_last)),
            highest_modseq,
            contents,
            is_read_only: selected.is_read_only,
            may_store_keywords: keywords.is_none_or(|flags| flags.may_create_keywords),
        };
        let state = MailboxState::of(&self.entry, &opened, uids);
        self.job.account.watch(self.job.page, state);
        Answer::Opened(opened)
    }

    fn mailbox(&self) -> &MailboxName {
        &self.entry.mailbox.name
    }
}
