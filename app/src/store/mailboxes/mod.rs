//! The mailboxes of the account: names, roles, rights, counts, and the tree that they make.

pub(crate) mod counts;
pub(crate) mod tree;

use crate::{i18n::t, signal::RwSignal, store::list::Targets};
use counts::{CountChange, Deltas};
use surat_protocol::{Counts, Mailbox, MailboxName, NamespaceKind, Rights, Role};
use tree::Branch;

/// What is known of the mailboxes. Without signals, so that it is tested natively.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    all: Vec<Mailbox>,
    deltas: Deltas,
    collapsed: Vec<MailboxName>,
}

impl Known {
    /// The server told all mailboxes. Counts that it does not know yet are those known before.
    pub(crate) fn list(&mut self, mut all: Vec<Mailbox>) {
        for mailbox in &mut all {
            let before = self.get(&mailbox.name).and_then(|own| own.counts);
            match (before, mailbox.counts) {
                (Some(before), Some(now)) => self.deltas.told(&mailbox.name, before, now),
                (before, None) => mailbox.counts = before,
                (None, Some(_)) => {}
            }
        }
        self.all = all;
    }

    /// The server told the counts of a mailbox.
    pub(crate) fn count(&mut self, name: &MailboxName, counts: Counts) {
        if let Some(mailbox) = self.all.iter_mut().find(|mailbox| mailbox.name == *name) {
            self.deltas.told(name, mailbox.counts.unwrap_or_default(), counts);
            mailbox.counts = Some(counts);
        }
    }

    /// Counts as a person sees them; `None` = not known.
    pub(crate) fn counts(&self, name: &MailboxName) -> Option<Counts> {
        let told = self.get(name)?.counts?;
        Some(self.deltas.over(name, told))
    }

    /// One mailbox.
    pub(crate) fn get(&self, name: &MailboxName) -> Option<&Mailbox> {
        self.all.iter().find(|mailbox| mailbox.name == *name)
    }

    /// All mailboxes, as the server lists them.
    pub(crate) fn all(&self) -> &[Mailbox] {
        &self.all
    }

    /// The mailbox with a role that belongs to `near`: of the same owner, else one's own.
    pub(crate) fn by_role(&self, role: Role, near: &MailboxName) -> Option<&Mailbox> {
        let near = self.get(near);
        let is_same_owner = |mailbox: &&Mailbox| {
            near.is_some_and(|near| near.namespace == mailbox.namespace && owner(near) == owner(mailbox))
        };
        let with_role = || self.all.iter().filter(|mailbox| mailbox.role == Some(role));
        with_role()
            .find(is_same_owner)
            .or_else(|| with_role().find(|mailbox| mailbox.namespace == NamespaceKind::Personal))
    }

    /// The inbox: its name may be written in any case.
    pub(crate) fn inbox(&self) -> MailboxName {
        self.by_role(Role::Inbox, &MailboxName::inbox())
            .map_or_else(MailboxName::inbox, |mailbox| mailbox.name.clone())
    }

    /// The role of a mailbox.
    pub(crate) fn role(&self, name: &MailboxName) -> Option<Role> {
        self.get(name).and_then(|mailbox| mailbox.role)
    }

    /// What this account may do in a mailbox; everything, while nothing is known of it.
    pub(crate) fn rights(&self, name: &MailboxName) -> Rights {
        self.get(name).map_or(Rights::ALL, |mailbox| mailbox.rights)
    }

    /// The tree as it is shown, top to bottom.
    pub(crate) fn branches(&self) -> Vec<Branch> {
        tree::branches(&self.all, &self.collapsed)
    }

    /// The tree with nothing hidden.
    pub(crate) fn branches_all(&self) -> Vec<Branch> {
        tree::branches(&self.all, &[])
    }

    /// Shows or hides the folders under one.
    pub(crate) fn set_expanded(&mut self, name: &MailboxName, is_expanded: bool) {
        if is_expanded {
            self.collapsed.retain(|collapsed| collapsed != name);
        } else {
            self.collapsed.push(name.clone());
        }
    }

    /// A person's change begins to count; [`Self::add_to`] says where.
    pub(crate) fn begin(&mut self) -> CountChange {
        self.deltas.begin()
    }

    /// A change adds so many messages and unread messages to a mailbox, or takes them away.
    pub(crate) fn add_to(&mut self, change: CountChange, name: &MailboxName, messages: i64, unseen: i64) {
        self.deltas.add(change, name.clone(), messages, unseen);
    }

    /// The server confirmed a change.
    pub(crate) fn confirm(&mut self, change: CountChange) {
        for mailbox in &mut self.all {
            if let Some(told) = mailbox.counts {
                mailbox.counts = Some(self.deltas.confirm(change, &mailbox.name, told));
            }
        }
        self.deltas.roll_back(change);
    }

    /// The server refused a change.
    pub(crate) fn roll_back(&mut self, change: CountChange) {
        self.deltas.roll_back(change);
    }
}

/// What a person calls the mailbox: by its role where it is one's own, else by its last level.
pub(crate) fn label(role: Option<Role>, namespace: NamespaceKind, name: &str) -> String {
    let words = &t().folders;
    let own = match role {
        _ if namespace != NamespaceKind::Personal => return name.to_owned(),
        Some(Role::Inbox) => words.inbox,
        Some(Role::Drafts) => words.drafts,
        Some(Role::Sent) => words.sent,
        Some(Role::Archive) => words.archive,
        Some(Role::Junk) => words.junk,
        Some(Role::Trash) => words.trash,
        Some(Role::All) => words.all_mail,
        Some(Role::Flagged) => words.starred,
        None => name,
    };
    own.to_owned()
}

/// The last level of a mailbox's name.
pub(crate) fn last_level(mailbox: &Mailbox) -> &str {
    let name = mailbox.name.as_str();
    mailbox
        .delimiter
        .and_then(|delimiter| name.rsplit_once(delimiter))
        .map_or(name, |(_, last)| last)
}

/// Who a mailbox belongs to: with other users' mailboxes the level after the prefix.
fn owner(mailbox: &Mailbox) -> &str {
    let rest = mailbox.name.as_str().strip_prefix(&mailbox.prefix).unwrap_or_default();
    match (mailbox.namespace, mailbox.delimiter) {
        (NamespaceKind::Personal, _) | (_, None) => "",
        (_, Some(delimiter)) => rest.split(delimiter).next().unwrap_or_default(),
    }
}

/// What may be done with some messages, by the rights on their mailboxes and by what these are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Abilities {
    /// Move to the archive.
    pub(crate) archive: bool,
    /// Move to Trash, or delete for good from there.
    pub(crate) delete: bool,
    /// Move to Junk.
    pub(crate) junk: bool,
    /// Move from Junk to the inbox.
    pub(crate) not_junk: bool,
    /// Move anywhere.
    pub(crate) relocate: bool,
    /// Copy anywhere.
    pub(crate) copy: bool,
    /// Mark as read and unread.
    pub(crate) mark_seen: bool,
    /// Set and take away the star.
    pub(crate) star: bool,
}

impl Known {
    /// What may be done with messages of these mailboxes; with none, nothing.
    pub(crate) fn abilities<'a>(&self, mailboxes: impl Iterator<Item = &'a MailboxName>) -> Abilities {
        mailboxes
            .map(|name| self.abilities_in(name))
            .reduce(|a, b| Abilities {
                archive: a.archive && b.archive,
                delete: a.delete && b.delete,
                junk: a.junk && b.junk,
                not_junk: a.not_junk && b.not_junk,
                relocate: a.relocate && b.relocate,
                copy: a.copy && b.copy,
                mark_seen: a.mark_seen && b.mark_seen,
                star: a.star && b.star,
            })
            .unwrap_or_default()
    }

    fn abilities_in(&self, name: &MailboxName) -> Abilities {
        let (rights, role) = (self.rights(name), self.role(name));
        let may_remove = rights.may_remove_messages();
        let is_own_writing = matches!(role, Some(Role::Drafts | Role::Sent));
        Abilities {
            archive: may_remove && !matches!(role, Some(Role::Archive | Role::Drafts)),
            delete: may_remove,
            junk: may_remove && !is_own_writing && role != Some(Role::Junk),
            not_junk: may_remove && role == Some(Role::Junk),
            relocate: may_remove,
            copy: rights.may_read(),
            mark_seen: rights.may_mark_seen(),
            star: rights.may_write_flags(),
        }
    }
}

/// The mailboxes. A handle: copies are the same mailboxes.
#[derive(Clone, Copy)]
pub(crate) struct Mailboxes {
    /// What is known of them.
    pub(crate) known: RwSignal<Known>,
}

impl Mailboxes {
    /// Nothing is known.
    pub(crate) fn new() -> Self {
        Self {
            known: RwSignal::new(Known::default()),
        }
    }

    /// What may be done with some messages.
    pub(crate) fn abilities(self, targets: &Targets) -> Abilities {
        self.known
            .with(|known| known.abilities(targets.iter().map(|(place, _)| &place.mailbox)))
    }

    /// What a person calls a mailbox; its name when it is not listed.
    pub(crate) fn label(self, name: &MailboxName) -> String {
        self.known.with(|known| match known.get(name) {
            Some(mailbox) => label(mailbox.role, mailbox.namespace, last_level(mailbox)),
            None => name.as_str().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{tree::tests::mailbox, *};

    fn shared(name: &str, role: Option<Role>) -> Mailbox {
        Mailbox {
            namespace: NamespaceKind::OtherUsers,
            prefix: "user/".into(),
            ..mailbox(name, role)
        }
    }

    #[test]
    fn what_is_archived_goes_to_the_archive_of_the_same_owner() {
        let mut known = Known::default();
        known.list(vec![
            mailbox("Archive", Some(Role::Archive)),
            shared("user/budi", None),
            shared("user/budi/Archive", Some(Role::Archive)),
            shared("user/citra", None),
        ]);
        let archive = |near: &str| {
            known
                .by_role(Role::Archive, &MailboxName(near.into()))
                .map(|mailbox| mailbox.name.as_str().to_owned())
        };

        assert_eq!(archive("user/budi").as_deref(), Some("user/budi/Archive"));
        assert_eq!(archive("user/citra").as_deref(), Some("Archive"));
        assert_eq!(archive("INBOX").as_deref(), Some("Archive"));
    }

    #[test]
    fn only_what_the_rights_allow_can_be_done() {
        let mut known = Known::default();
        let announcements = Mailbox {
            rights: Rights::parse("lrs"),
            ..shared("user/announcements", None)
        };
        known.list(vec![
            mailbox("INBOX", Some(Role::Inbox)),
            mailbox("Junk", Some(Role::Junk)),
            announcements,
        ]);
        let can = |names: &[&str]| {
            let names: Vec<MailboxName> = names.iter().map(|name| MailboxName((*name).into())).collect();
            known.abilities(names.iter())
        };

        assert!(can(&["INBOX"]).delete && can(&["INBOX"]).junk && !can(&["INBOX"]).not_junk);
        assert!(can(&["Junk"]).not_junk && !can(&["Junk"]).junk);
        let read_only = can(&["user/announcements"]);
        assert!(read_only.mark_seen && read_only.copy);
        assert!(!read_only.delete && !read_only.archive && !read_only.relocate && !read_only.star);
        assert!(!can(&["INBOX", "user/announcements"]).delete, "of both");
        assert_eq!(can(&[]), Abilities::default());
    }

    #[test]
    fn counts_not_known_yet_are_those_known_before() {
        let mut known = Known::default();
        known.list(vec![mailbox("INBOX", Some(Role::Inbox))]);
        let counts = Counts { messages: 9, unseen: 2 };
        known.count(&MailboxName::inbox(), counts);

        known.list(vec![mailbox("INBOX", Some(Role::Inbox)), mailbox("Baru", None)]);

        assert_eq!(known.counts(&MailboxName::inbox()), Some(counts));
        assert_eq!(known.counts(&MailboxName("Baru".into())), None);
    }

    #[test]
    fn a_confirmed_move_counts_in_both_mailboxes_once() {
        let mut known = Known::default();
        known.list(vec![mailbox("INBOX", None), mailbox("Archive", None)]);
        let (inbox, archive) = (MailboxName::inbox(), MailboxName("Archive".into()));
        known.count(&inbox, Counts { messages: 5, unseen: 2 });
        known.count(&archive, Counts { messages: 0, unseen: 0 });

        let change = known.begin();
        known.add_to(change, &inbox, -1, -1);
        known.add_to(change, &archive, 1, 1);
        known.count(&archive, Counts { messages: 1, unseen: 1 });
        known.confirm(change);

        assert_eq!(known.counts(&inbox), Some(Counts { messages: 4, unseen: 1 }));
        assert_eq!(known.counts(&archive), Some(Counts { messages: 1, unseen: 1 }));
    }
}
