//! The mailboxes that are kept. Pure.

use crate::change::Change;
use surat_protocol::{Counts, Mailbox, MailboxName};

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

/// A person took so many messages out of a mailbox, with so many unread among them.
pub(crate) fn take_out(mailboxes: &mut [Mailbox], from: &MailboxName, to: Option<&MailboxName>, counts: Counts) {
    for mailbox in mailboxes {
        let Some(own) = &mut mailbox.counts else { continue };
        if mailbox.name == *from {
            own.messages = own.messages.saturating_sub(counts.messages);
            own.unseen = own.unseen.saturating_sub(counts.unseen);
        }
        if to == Some(&mailbox.name) {
            own.messages = own.messages.saturating_add(counts.messages);
            own.unseen = own.unseen.saturating_add(counts.unseen);
        }
    }
}

/// A person marked so many unread messages as read, and so many others as unread.
pub(crate) fn mark(mailboxes: &mut [Mailbox], name: &MailboxName, read: u32, unread: u32) {
    if let Some(own) = counts_of(mailboxes, name) {
        own.unseen = own.unseen.saturating_sub(read).saturating_add(unread);
    }
}

/// A person marked all messages of a mailbox as read, or as unread.
pub(crate) fn mark_all(mailboxes: &mut [Mailbox], name: &MailboxName, is_seen: bool) {
    if let Some(own) = counts_of(mailboxes, name) {
        own.unseen = if is_seen { 0 } else { own.messages };
    }
}

/// Counts of a mailbox, where they are kept.
pub(crate) fn counts_of<'a>(mailboxes: &'a mut [Mailbox], name: &MailboxName) -> Option<&'a mut Counts> {
    let mailbox = mailboxes.iter_mut().find(|mailbox| mailbox.name == *name)?;
    mailbox.counts.as_mut()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests;

    fn mailbox(name: &str, counts: Option<(u32, u32)>) -> Mailbox {
        tests::mailbox(name, counts.map(|(messages, unseen)| Counts { messages, unseen }))
    }

    fn seen(mailboxes: &[Mailbox]) -> Vec<Option<(u32, u32)>> {
        let pair = |counts: Counts| (counts.messages, counts.unseen);
        mailboxes.iter().map(|mailbox| mailbox.counts.map(pair)).collect()
    }

    #[test]
    fn what_is_moved_counts_where_it_goes_to() {
        let mut all = [
            mailbox("INBOX", Some((9, 4))),
            mailbox("Archive", Some((1, 0))),
            mailbox("Old", None),
        ];
        let (inbox, archive, old) = (MailboxName::inbox(), all[1].name.clone(), all[2].name.clone());
        let counts = |messages, unseen| Counts { messages, unseen };

        take_out(&mut all, &inbox, Some(&archive), counts(2, 1));
        assert_eq!(seen(&all), [Some((7, 3)), Some((3, 1)), None]);

        take_out(&mut all, &inbox, Some(&old), counts(1, 0));
        take_out(&mut all, &inbox, None, counts(10, 1));
        assert_eq!(seen(&all), [Some((0, 2)), Some((3, 1)), None], "never below nothing");
    }

    #[test]
    fn what_is_marked_counts_where_it_is() {
        let mut all = [mailbox("INBOX", Some((9, 4))), mailbox("Archive", Some((1, 0)))];
        let inbox = MailboxName::inbox();

        mark(&mut all, &inbox, 3, 1);
        assert_eq!(seen(&all), [Some((9, 2)), Some((1, 0))]);
        mark_all(&mut all, &inbox, false);
        assert_eq!(seen(&all), [Some((9, 9)), Some((1, 0))]);
        mark_all(&mut all, &inbox, true);
        assert_eq!(seen(&all), [Some((9, 0)), Some((1, 0))]);
    }
}
