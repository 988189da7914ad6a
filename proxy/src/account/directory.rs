//! The mailboxes of an account as they were last listed: what clients name, and how the server spells it.
//!
//! A name from a browser is a key into this, never a part of a command.

use crate::imap::mailbox_name::WireName;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use surat_protocol::{Counts, Mailbox, MailboxName, NamespaceKind, Role};

/// One mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What people see of it.
    pub mailbox: Mailbox,
    /// How the server spells its name.
    pub wire: WireName,
    /// Not there yet: one of the special mailboxes, made when it is first used.
    pub is_promised: bool,
}

/// Where the account's own mailboxes are made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Home {
    /// What their names start with; mostly empty, "INBOX." on some servers.
    pub prefix: String,
    /// The hierarchy delimiter.
    pub delimiter: Option<char>,
}

/// What the server listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// All mailboxes.
    pub entries: Vec<Entry>,
    /// Where new ones go.
    pub home: Home,
}

/// All mailboxes that are known.
#[derive(Default)]
pub struct Directory {
    /// `None` = never listed.
    listing: Mutex<Option<Arc<Listing>>>,
}

impl Directory {
    /// Has it been listed?
    pub fn is_known(&self) -> bool {
        self.lock().is_some()
    }

    /// What was listed last.
    pub fn listing(&self) -> Arc<Listing> {
        self.lock().clone().unwrap_or_default()
    }

    /// All mailboxes, as people see them.
    pub fn mailboxes(&self) -> Vec<Mailbox> {
        self.listing()
            .entries
            .iter()
            .map(|entry| entry.mailbox.clone())
            .collect()
    }

    /// One by its name.
    pub fn find(&self, name: &MailboxName) -> Option<Entry> {
        self.find_by(|entry| entry.mailbox.name == *name)
    }

    /// One by the server's spelling.
    pub fn find_wire(&self, wire: &WireName) -> Option<Entry> {
        self.find_by(|entry| entry.wire == *wire)
    }

    /// The account's own mailbox with this special use: what is deleted from a shared mailbox goes
    /// to one's own Trash.
    pub fn of_role(&self, role: Role) -> Option<Entry> {
        self.find_by(|entry| entry.mailbox.role == Some(role) && entry.mailbox.namespace == NamespaceKind::Personal)
    }

    /// Puts a new listing in the place of the old one. Counts that the new one lacks are kept. Says
    /// whether anything but counts has changed.
    pub fn replace(&self, mut listing: Listing) -> bool {
        let mut current = self.lock();
        let old = current.take().unwrap_or_default();
        for entry in listing
            .entries
            .iter_mut()
            .filter(|entry| entry.mailbox.counts.is_none())
        {
            let known = old.entries.iter().find(|known| known.wire == entry.wire);
            entry.mailbox.counts = known.and_then(|known| known.mailbox.counts);
        }
        let has_changed = !old
            .entries
            .iter()
            .map(without_counts)
            .eq(listing.entries.iter().map(without_counts));
        *current = Some(Arc::new(listing));
        has_changed
    }

    /// What a mailbox holds is not known any more.
    pub fn forget_counts(&self, name: &MailboxName) {
        let mut current = self.lock();
        let Some(listing) = current.as_mut() else { return };
        let entries = Arc::make_mut(listing).entries.iter_mut();
        for entry in entries.filter(|entry| entry.mailbox.name == *name) {
            entry.mailbox.counts = None;
        }
    }

    /// Sets the counts of a mailbox; says whether they are new.
    pub fn set_counts(&self, name: &MailboxName, counts: Counts) -> bool {
        let mut current = self.lock();
        let Some(listing) = current.as_mut() else { return false };
        let is_news = |entry: &Entry| entry.mailbox.name == *name && entry.mailbox.counts != Some(counts);
        if !listing.entries.iter().any(is_news) {
            return false;
        }
        for entry in Arc::make_mut(listing)
            .entries
            .iter_mut()
            .filter(|entry| entry.mailbox.name == *name)
        {
            entry.mailbox.counts = Some(counts);
        }
        true
    }

    fn find_by(&self, is_wanted: impl Fn(&Entry) -> bool) -> Option<Entry> {
        self.lock()
            .as_ref()?
            .entries
            .iter()
            .find(|entry| is_wanted(entry))
            .cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Listing>>> {
        self.listing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn without_counts(entry: &Entry) -> Entry {
    Entry {
        mailbox: Mailbox {
            counts: None,
            ..entry.mailbox.clone()
        },
        ..entry.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surat_protocol::Rights;

    fn entry(name: &str, namespace: NamespaceKind, role: Option<Role>) -> Entry {
        Entry {
            mailbox: Mailbox {
                name: MailboxName(name.into()),
                delimiter: Some('/'),
                namespace,
                prefix: String::new(),
                role,
                is_selectable: true,
                rights: Rights::ALL,
                counts: None,
            },
            wire: WireName::from_server(name.as_bytes()),
            is_promised: false,
        }
    }

    fn listing(entries: Vec<Entry>) -> Listing {
        Listing {
            entries,
            home: Home::default(),
        }
    }

    #[test]
    fn only_a_change_of_the_listing_is_news() {
        let directory = Directory::default();
        let listing = || listing(vec![entry("INBOX", NamespaceKind::Personal, Some(Role::Inbox))]);
        let inbox = MailboxName::inbox();

        assert!(directory.replace(listing()));
        assert!(directory.set_counts(&inbox, Counts { messages: 3, unseen: 1 }));
        assert!(!directory.set_counts(&inbox, Counts { messages: 3, unseen: 1 }));
        assert!(!directory.replace(listing()));

        let counts = directory.find(&inbox).and_then(|entry| entry.mailbox.counts);
        assert_eq!(
            counts,
            Some(Counts { messages: 3, unseen: 1 }),
            "counts outlive a listing without them"
        );
    }

    #[test]
    fn the_trash_is_ones_own() {
        let directory = Directory::default();
        let theirs = entry("Users/budi/Trash", NamespaceKind::OtherUsers, Some(Role::Trash));
        let mine = entry("Trash", NamespaceKind::Personal, Some(Role::Trash));

        directory.replace(listing(vec![theirs, mine.clone()]));

        assert_eq!(directory.of_role(Role::Trash), Some(mine));
        assert_eq!(directory.of_role(Role::Junk), None);
    }
}
