//! The mailboxes that are kept. Pure.

use crate::change::Change;
use surat_protocol::{Mailbox, MailboxName};

/// Does a change to the list of mailboxes.
pub(crate) fn apply(kept: Option<Vec<Mailbox>>, change: &Change) -> Option<Vec<Mailbox>> {
    match (change, kept) {
        (Change::Listing(told), kept) => Some(with_counts(told, &kept.unwrap_or_default())),
        (Change::Counts(name, counts), Some(mut mailboxes)) => {
            if let Some(mailbox) = mailboxes.iter_mut().find(|mailbox| mailbox.name == *name) {
                mailbox.counts = Some(*counts);
            }
            Some(mailboxes)
        }
        (_, kept) => kept,
    }
}

/// Counts that are not told yet are as they were.
fn with_counts(told: &[Mailbox], kept: &[Mailbox]) -> Vec<Mailbox> {
    let mut mailboxes = told.to_vec();
    for mailbox in mailboxes.iter_mut().filter(|mailbox| mailbox.counts.is_none()) {
        mailbox.counts = kept
            .iter()
            .find(|kept| kept.name == mailbox.name)
            .and_then(|kept| kept.counts);
    }
    mailboxes
}

/// Mailboxes of which something is kept, and that are no longer there.
pub(crate) fn gone(told: &[Mailbox], kept: impl IntoIterator<Item = MailboxName>) -> Vec<MailboxName> {
    let is_gone = |name: &MailboxName| !told.iter().any(|mailbox| mailbox.name == *name);
    kept.into_iter().filter(is_gone).collect()
}
