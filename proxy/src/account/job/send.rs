//! Sending, once: store, submit, file, each step known to whoever comes after a crash.
//!
//! The Message-ID is the key. Keywords of RFC 5550, section 5.6, say on the server how far it came:
//! `$SubmitPending` in Drafts means that it may have gone, `$Submitted` that it has and is only to
//! be filed.

use super::{Job, drafts, special, stored};
use crate::{
    account::{actor::Account, directory::Entry, pool::Urgency, problem::InMailbox},
    mime,
    submission::{self, Credentials},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use surat_protocol::{Answer, Draft, Flag, Flags, MessageRef, Problem, Role, SendStage, Source, SourceUse, UidSet};
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

/// What was sent is remembered so long here; later it is found in Sent.
const REMEMBERED_FOR: Duration = Duration::from_secs(60 * 60);
/// Messages of an account that are put together at once: each is in memory, with its files.
const AT_ONCE: usize = 3;
/// Messages in Drafts that are looked at for a sending that was cut off.
const DRAFTS: usize = 200;

fn submit_pending() -> Flag {
    Flag::Keyword("$SubmitPending".into())
}

fn submitted() -> Flag {
    Flag::Keyword("$Submitted".into())
}

/// What is being written and sent, by Message-ID: one thing at a time for each.
pub struct Sending {
    known: Mutex<HashMap<String, Known>>,
    room: Arc<Semaphore>,
}

impl Default for Sending {
    fn default() -> Self {
        Self {
            known: Mutex::default(),
            room: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

/// The right to save or send one message, and to hold its octets.
#[derive(Debug)]
pub(super) struct Turn {
    _own: OwnedMutexGuard<()>,
    _room: OwnedSemaphorePermit,
}

struct Known {
    turn: Arc<tokio::sync::Mutex<()>>,
    /// It has gone; was it filed?
    sent: Option<bool>,
    since: Instant,
}

impl Sending {
    /// Waits until nobody else saves or sends this message.
    ///
    /// What is no Message-ID is refused before it is looked for or remembered.
    pub(super) async fn turn(&self, message_id: &str) -> Result<Turn, Problem> {
        if !mime::is_id(message_id) {
            return Err(Problem::BadRequest);
        }
        let turn = self.with(message_id, |known| Arc::clone(&known.turn));
        let own = turn.lock_owned().await;
        let room = Arc::clone(&self.room).acquire_owned().await;
        Ok(Turn {
            _own: own,
            _room: room.map_err(|_| Problem::Busy)?,
        })
    }

    fn sent(&self, message_id: &str) -> Option<bool> {
        self.with(message_id, |known| known.sent)
    }

    fn note_sent(&self, message_id: &str, is_filed: bool) {
        self.with(message_id, |known| known.sent = Some(is_filed));
    }

    fn with<T>(&self, message_id: &str, look: impl FnOnce(&mut Known) -> T) -> T {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Of what has not gone there is nothing to remember once nobody works on it.
        let is_wanted = |known: &Known| {
            Arc::strong_count(&known.turn) > 1 || (known.sent.is_some() && known.since.elapsed() < REMEMBERED_FOR)
        };
        all.retain(|_, known| is_wanted(known));
        let new = || Known {
            turn: Arc::default(),
            sent: None,
            since: Instant::now(),
        };
        look(all.entry(message_id.to_owned()).or_insert_with(new))
    }
}

pub(super) async fn send(job: &Job, draft: &Draft, replaces: Option<&MessageRef>) -> Result<Answer, Problem> {
    let _turn = job.account.sending.turn(&draft.message_id).await?;
    if let Some(is_filed) = job.account.sending.sent(&draft.message_id) {
        return Ok(Answer::Sent { is_filed });
    }
    let envelope = mime::recipients(draft, &job.account.credentials.email)?;
    match earlier_try(job, draft).await? {
        Earlier::None => {}
        Earlier::Filed => return Ok(done(job, draft, true)),
        Earlier::Submitted(message) => return Ok(finish(job, draft, &message).await),
        Earlier::Unknown => return Err(Problem::MaybeSent),
    }

    tell(job, SendStage::Saving).await;
    let octets = drafts::compose(job, draft).await?;
    let flags = [Flag::Draft, Flag::Seen, submit_pending()];
    let stored = drafts::store(job, draft, &octets, &flags, replaces).await?;
    // Its files are parts of this version now; without a browser there is nobody to know.
    let _ = job
        .answer(Answer::DraftSaved {
            message: stored.message.clone(),
            attachments: stored.attachments(draft),
        })
        .await;

    tell(job, SendStage::Submitting).await;
    let credentials = Credentials {
        user: job.account.credentials.email.clone(),
        password: job.account.credentials.password.clone(),
        address: Some(job.account.address.get()),
    };
    let transmitted = mime::transmitted(&octets);
    drop(octets);
    match submission::send(&job.account.servers.submission, &credentials, &envelope, &transmitted).await {
        Ok(()) => {}
        // The keyword stays: whoever sees it knows that this one may have gone.
        Err(Problem::MaybeSent) => return Err(Problem::MaybeSent),
        Err(problem) => {
            mark(job, &stored.message, &[], &[submit_pending()]).await;
            return Err(problem);
        }
    }
    drop(transmitted);
    // From here on it has gone, whatever happens.
    job.account.sending.note_sent(&draft.message_id, false);
    Ok(finish(job, draft, &stored.message).await)
}

async fn tell(job: &Job, stage: SendStage) {
    // An order goes on when its page has gone.
    let _ = job.answer(Answer::Sending(stage)).await;
}

/// What an earlier request with this Message-ID has come to, on whichever node.
enum Earlier {
    None,
    /// It is in Sent.
    Filed,
    /// It has gone, and is still in Drafts.
    Submitted(MessageRef),
    /// It may have gone.
    Unknown,
}

async fn earlier_try(job: &Job, draft: &Draft) -> Result<Earlier, Problem> {
    if !job.account.directory.is_known() {
        super::refresh_mailboxes(&job.account).await?;
    }
    let existing = |role| job.account.directory.of_role(role).filter(|entry| !entry.is_promised);
    if let Some(sent) = existing(Role::Sent)
        && stored::find(job, &sent, draft).await?.is_some()
    {
        return Ok(Earlier::Filed);
    }
    let Some(drafts) = existing(Role::Drafts) else {
        return Ok(Earlier::None);
    };
    let Some(message) = stored::find(job, &drafts, draft).await? else {
        return Ok(Earlier::None);
    };
    let flags = flags_of(job, &drafts, &message).await?;
    Ok(if flags.contains(&submitted()) {
        Earlier::Submitted(message)
    } else if flags.contains(&submit_pending()) {
        Earlier::Unknown
    } else {
        Earlier::None
    })
}

async fn flags_of(job: &Job, entry: &Entry, message: &MessageRef) -> Result<Flags, Problem> {
    let mut session = job.account.lease(Urgency::Person).await?;
    session
        .open_valid(entry, message.uid_validity, Some(message.uid))
        .await?;
    let flags = session
        .fetch_flags(&UidSet::one(message.uid))
        .await
        .in_mailbox(&message.mailbox)?;
    Ok(flags
        .into_iter()
        .find(|(uid, _)| *uid == message.uid)
        .map(|(_, flags)| flags)
        .unwrap_or_default())
}

/// It has gone: files it, marks what it answers, and says so.
async fn finish(job: &Job, draft: &Draft, message: &MessageRef) -> Answer {
    tell(job, SendStage::Filing).await;
    mark(job, message, &[submitted()], &[submit_pending()]).await;
    let filed = file(&job.account, message).await;
    if let Err(problem) = &filed {
        tracing::warn!(?problem, "A sent message could not be filed in Sent");
    }
    if let Some(source) = &draft.source {
        mark_source(job, source).await;
    }
    done(job, draft, filed.is_ok())
}

fn done(job: &Job, draft: &Draft, is_filed: bool) -> Answer {
    job.account.sending.note_sent(&draft.message_id, is_filed);
    let written_to = [&draft.to, &draft.cc, &draft.bcc].into_iter().flatten();
    let emails = written_to.map(|address| address.email.as_str());
    job.account.correspondents.add(emails);
    Answer::Sent { is_filed }
}

async fn mark_source(job: &Job, source: &Source) {
    let flag = match source.used_as {
        SourceUse::Reply => Flag::Answered,
        SourceUse::Forward => Flag::forwarded(),
    };
    mark(job, &source.message, &[flag], &[]).await;
}

/// Sets and clears flags of one message. What cannot be marked was sent all the same.
async fn mark(job: &Job, message: &MessageRef, add: &[Flag], remove: &[Flag]) {
    let marked = async {
        let entry = job.find(&message.mailbox).await?;
        let mut session = job.account.lease(Urgency::Person).await?;
        session
            .open_valid(&entry, message.uid_validity, Some(message.uid))
            .await?;
        session
            .store_flags(&UidSet::one(message.uid), add, remove)
            .await
            .in_mailbox(&message.mailbox)
    };
    if let Err(problem) = marked.await {
        tracing::info!(?problem, "A message could not be marked");
    }
}

/// Moves a message that has gone from Drafts to Sent.
async fn file(account: &Arc<Account>, message: &MessageRef) -> Result<(), Problem> {
    let drafts = super::find(account, &message.mailbox).await?;
    let sent = special::of_role(account, Role::Sent).await?;
    let mut session = account.lease(Urgency::Person).await?;
    session
        .open_valid(&drafts, message.uid_validity, Some(message.uid))
        .await?;
    let uids = UidSet::one(message.uid);
    session
        .store_flags(&uids, &[Flag::Seen], &[Flag::Draft])
        .await
        .in_mailbox(&message.mailbox)?;
    session.move_(&uids, &sent.wire).await.in_mailbox(&sent.mailbox.name)?;
    drop(session);
    super::refresh_counts(account, vec![drafts, sent]);
    Ok(())
}

/// Files what was sent before a crash and is still in Drafts. Done when an account becomes active.
pub(in crate::account) async fn recover(account: &Arc<Account>) -> Result<(), Problem> {
    if !account.directory.is_known() {
        super::refresh_mailboxes(account).await?;
    }
    let drafts = account
        .directory
        .of_role(Role::Drafts)
        .filter(|entry| !entry.is_promised);
    let Some(drafts) = drafts.filter(|entry| entry.mailbox.counts.is_none_or(|counts| counts.messages > 0)) else {
        return Ok(());
    };
    let name = &drafts.mailbox.name;
    let mut session = account.lease(Urgency::Bulk).await?;
    let uid_validity = session.open_anew(&drafts).await?.uid_validity;
    let newest = session.all_uids().await.in_mailbox(name)?.newest(0, DRAFTS);
    let flags = if newest.is_empty() {
        Vec::new()
    } else {
        session.fetch_flags(&newest).await.in_mailbox(name)?
    };
    drop(session);
    for (uid, _) in flags.iter().filter(|(_, flags)| flags.contains(&submitted())) {
        tracing::info!("A message that was sent before is filed in Sent now");
        file(
            account,
            &MessageRef {
                mailbox: name.clone(),
                uid_validity,
                uid: *uid,
            },
        )
        .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_message_is_saved_or_sent_by_one_at_a_time() {
        let sending = Sending::default();
        let first = sending.turn("a@x").await;

        assert!(
            tokio::time::timeout(Duration::from_millis(20), sending.turn("a@x"))
                .await
                .is_err()
        );
        sending.turn("b@x").await.expect("another is free");

        sending.note_sent("a@x", true);
        drop(first);
        sending.turn("a@x").await.expect("it is free");
        assert_eq!(sending.sent("a@x"), Some(true));
        assert_eq!(sending.sent("b@x"), None);
    }

    #[tokio::test]
    async fn only_what_has_gone_is_remembered() {
        let sending = Sending::default();
        assert_eq!(
            sending.turn(&"a".repeat(1 << 20)).await.err(),
            Some(Problem::BadRequest)
        );

        for number in 0..100 {
            sending.turn(&format!("{number}@surat.test")).await.expect("it is free");
        }
        sending.note_sent("gone@surat.test", true);
        sending.turn("last@surat.test").await.expect("it is free");

        assert_eq!(sending.sent("gone@surat.test"), Some(true));
        let known = sending.known.lock().expect("nobody panicked").len();
        assert!(known <= 2, "{known}");
    }
}
