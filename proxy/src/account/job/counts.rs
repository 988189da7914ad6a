//! Counts of mailboxes: asked for anew after every change of ours, so that they are always right.

use crate::{
    account::{actor::Account, directory::Entry, pool::Urgency},
    imap::{Error, decode::MailboxStatus},
};
use std::sync::{Arc, Mutex, PoisonError};
use surat_protocol::{Counts, Event, Problem};

/// Mailboxes whose counts are out of date. Many changes in a row cost one look.
#[derive(Default)]
pub struct Stale(Mutex<Vec<Entry>>);

impl Stale {
    /// Adds mailboxes; says whether nobody is looking yet.
    fn add(&self, entries: Vec<Entry>) -> bool {
        let mut stale = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let was_empty = stale.is_empty();
        for entry in entries {
            if !stale.iter().any(|other| other.wire == entry.wire) {
                stale.push(entry);
            }
        }
        was_empty && !stale.is_empty()
    }

    fn next(&self) -> Option<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).first().cloned()
    }

    fn remove(&self, entry: &Entry) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|other| other.wire != entry.wire);
    }

    fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Something was done in these mailboxes: their counts are looked at soon; the pages are told what is new.
pub(in crate::account) fn refresh_counts(account: &Arc<Account>, entries: Vec<Entry>) {
    account.watcher().touched(&entries);
    look_soon(account, entries);
}

/// Looks at the counts of these mailboxes soon; the pages are told what is new.
pub(super) fn look_soon(account: &Arc<Account>, entries: Vec<Entry>) {
    let entries: Vec<Entry> = entries.into_iter().filter(|entry| !entry.is_promised).collect();
    if account.stale.add(entries) {
        tokio::spawn(look(Arc::clone(account)));
    }
}

async fn look(account: Arc<Account>) {
    while let Some(entry) = account.stale.next() {
        // Out of the list before the look: what changes during it is looked at again.
        if let Err(problem) = look_at(&account, &entry).await {
            tracing::debug!(?problem, "Counts could not be read");
            let mut untold = account.stale.take();
            untold.push(entry);
            // Whatever is counted next is news, even if it is what was counted last.
            untold
                .iter()
                .for_each(|entry| account.directory.forget_counts(&entry.mailbox.name));
            return account.watcher().doubt();
        }
    }
}

async fn look_at(account: &Arc<Account>, entry: &Entry) -> Result<(), Problem> {
    let mut session = account.lease(Urgency::Ahead).await?;
    account.stale.remove(entry);
    match session.status(&entry.wire).await {
        Ok(status) => tell(account, &status),
        // Gone, or not ours to look at: the next listing will tell.
        Err(Error::No(_) | Error::Incomplete(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Takes over what a STATUS response tells after a change of ours, and tells it whether it is news or not: the page has
/// counted its change by itself, and does not know what somebody else did in the same moment.
fn tell(account: &Account, status: &MailboxStatus) {
    let (Some(counts), Some(entry)) = (of_status(status), account.directory.find_wire(&status.name)) else {
        return;
    };
    let mailbox = entry.mailbox.name;
    account.directory.set_counts(&mailbox, counts);
    account.tell(&Event::Counts { mailbox, counts });
}

/// Takes over what a STATUS response tells.
pub(in crate::account) fn note(account: &Account, status: &MailboxStatus) {
    let (Some(counts), Some(entry)) = (of_status(status), account.directory.find_wire(&status.name)) else {
        return;
    };
    let mailbox = entry.mailbox.name;
    if account.directory.set_counts(&mailbox, counts) {
        account.tell(&Event::Counts { mailbox, counts });
    }
}

/// Counts, if the server told both.
pub(in crate::account) fn of_status(status: &MailboxStatus) -> Option<Counts> {
    Some(Counts {
        messages: status.messages?,
        unseen: status.unseen?,
    })
}
