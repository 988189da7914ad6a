//! The folder tree, from the flat list that the server gives. Pure.

use crate::{i18n::case::lower, store::sort};
use surat_protocol::{Mailbox, MailboxName, NamespaceKind, Role};

/// One folder of the tree, in the order in which it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Branch {
    /// The mailbox.
    pub(crate) name: MailboxName,
    /// The last level of its name, or more when the levels above it are no mailboxes.
    pub(crate) label: String,
    /// Its role, which has a name and an icon of its own.
    pub(crate) role: Option<Role>,
    /// Under which heading it stands.
    pub(crate) namespace: NamespaceKind,
    /// Can it be opened?
    pub(crate) is_selectable: bool,
    /// How deep it stands; the top is 1.
    pub(crate) level: usize,
    /// Which of its siblings it is; the first is 1.
    pub(crate) position: usize,
    /// How many siblings there are, with itself.
    pub(crate) siblings: usize,
    /// Are the folders under it shown? `None` when there are none.
    pub(crate) is_expanded: Option<bool>,
    /// Folders under it that are not shown.
    pub(crate) hidden: Vec<MailboxName>,
}

/// The tree as it is shown, top to bottom.
pub(crate) fn branches(mailboxes: &[Mailbox], collapsed: &[MailboxName]) -> Vec<Branch> {
    let tree = Tree::grow(mailboxes);
    let mut shown = Vec::with_capacity(mailboxes.len());
    // Explicit, since names of a thousand levels would overflow a recursion.
    let mut open: Vec<(usize, Branch)> = Vec::new();
    tree.push(&mut open, &tree.tops, 1, collapsed);
    while let Some((index, branch)) = open.pop() {
        if branch.is_expanded == Some(true) {
            let level = branch.level + 1;
            tree.push(&mut open, &tree.children[index], level, collapsed);
        }
        shown.push(branch);
    }
    shown
}

struct Tree<'a> {
    mailboxes: &'a [Mailbox],
    labels: Vec<String>,
    children: Vec<Vec<usize>>,
    tops: Vec<usize>,
}

impl<'a> Tree<'a> {
    fn grow(mailboxes: &'a [Mailbox]) -> Self {
        let mut by_name: Vec<usize> = (0..mailboxes.len()).collect();
        sort(&mut by_name, &|a, b| mailboxes[a].name.cmp(&mailboxes[b].name));
        let mut tree = Self {
            mailboxes,
            labels: Vec::with_capacity(mailboxes.len()),
            children: vec![Vec::new(); mailboxes.len()],
            tops: Vec::new(),
        };
        for (index, mailbox) in mailboxes.iter().enumerate() {
            if is_mere_root(mailbox, mailboxes) {
                tree.labels.push(String::new());
                continue;
            }
            match parent(mailbox, mailboxes, &by_name) {
                Some((parent, label)) => {
                    tree.labels.push(label);
                    tree.children[parent].push(index);
                }
                None => {
                    tree.labels.push(without_prefix(mailbox).to_owned());
                    tree.tops.push(index);
                }
            }
        }
        let keys: Vec<_> = mailboxes.iter().zip(&tree.labels).map(sort_key).collect();
        let compare = |a: usize, b: usize| keys[a].cmp(&keys[b]);
        sort(&mut tree.tops, &compare);
        for children in &mut tree.children {
            sort(children, &compare);
        }
        tree
    }

    /// Puts siblings on a stack, the first on top.
    fn push(&self, open: &mut Vec<(usize, Branch)>, siblings: &[usize], level: usize, collapsed: &[MailboxName]) {
        let of = |namespace| {
            siblings
                .iter()
                .filter(move |&&index| self.mailboxes[index].namespace == namespace)
        };
        for &index in siblings.iter().rev() {
            let mailbox = &self.mailboxes[index];
            let has_children = !self.children[index].is_empty();
            let is_collapsed = collapsed.contains(&mailbox.name);
            let branch = Branch {
                name: mailbox.name.clone(),
                label: self.labels[index].clone(),
                role: mailbox.role,
                namespace: mailbox.namespace,
                is_selectable: mailbox.is_selectable,
                level,
                position: 1 + of(mailbox.namespace).take_while(|&&other| other != index).count(),
                siblings: of(mailbox.namespace).count(),
                is_expanded: has_children.then_some(!is_collapsed),
                hidden: if is_collapsed { self.below(index) } else { Vec::new() },
            };
            open.push((index, branch));
        }
    }

    fn below(&self, index: usize) -> Vec<MailboxName> {
        let mut names = Vec::new();
        let mut left = self.children[index].clone();
        while let Some(index) = left.pop() {
            names.push(self.mailboxes[index].name.clone());
            left.extend(&self.children[index]);
        }
        names
    }
}

/// The nearest mailbox above, and what is left of the name under it.
fn parent(mailbox: &Mailbox, all: &[Mailbox], by_name: &[usize]) -> Option<(usize, String)> {
    let delimiter = mailbox.delimiter?;
    let name = mailbox.name.as_str();
    let mut above = name;
    while let Some((shorter, _)) = above.rsplit_once(delimiter) {
        if shorter.len() < mailbox.prefix.trim_end_matches(delimiter).len() {
            return None;
        }
        if let Ok(found) = by_name.binary_search_by(|&index| all[index].name.as_str().cmp(shorter)) {
            let index = by_name[found];
            let is_prefix_itself = [shorter, &delimiter.to_string()].concat() == mailbox.prefix;
            // With the namespace "INBOX." all folders are listed under INBOX, which nobody meant.
            if all[index].namespace == mailbox.namespace && !is_prefix_itself {
                let label = name.get(shorter.len() + delimiter.len_utf8()..)?;
                return Some((index, label.to_owned()));
            }
        }
        above = shorter;
    }
    None
}

/// "Shared", which cannot be opened, beside the namespace "Shared/", which has a heading of its own.
fn is_mere_root(mailbox: &Mailbox, all: &[Mailbox]) -> bool {
    let is_prefix = |other: &Mailbox| {
        let rest = other.prefix.strip_prefix(mailbox.name.as_str());
        other.namespace != mailbox.namespace && rest.is_some_and(|rest| rest.chars().eq(other.delimiter))
    };
    !mailbox.is_selectable && all.iter().any(is_prefix)
}

/// The name as it is shown where no mailbox stands above it.
fn without_prefix(mailbox: &Mailbox) -> &str {
    let name = mailbox.name.as_str();
    match name.strip_prefix(&mailbox.prefix) {
        Some(rest) if !rest.is_empty() => rest,
        _ => name,
    }
}

/// Own folders first, roles before names, names without regard to case.
fn sort_key((mailbox, label): (&Mailbox, &String)) -> (NamespaceKind, u8, String) {
    let role = match mailbox.role {
        Some(Role::Inbox) => 0,
        Some(Role::Drafts) => 1,
        Some(Role::Sent) => 2,
        Some(Role::Archive) => 3,
        Some(Role::Junk) => 4,
        Some(Role::Trash) => 5,
        Some(Role::All) => 6,
        Some(Role::Flagged) => 7,
        None => 8,
    };
    (mailbox.namespace, role, lower(label))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use surat_protocol::Rights;

    /// A mailbox of the personal namespace without a prefix.
    pub(in super::super) fn mailbox(name: &str, role: Option<Role>) -> Mailbox {
        Mailbox {
            name: MailboxName(name.into()),
            delimiter: Some('/'),
            namespace: NamespaceKind::Personal,
            prefix: String::new(),
            role,
            is_selectable: true,
            rights: Rights::ALL,
            counts: None,
        }
    }

    fn labels(mailboxes: &[Mailbox]) -> Vec<String> {
        branches(mailboxes, &[])
            .iter()
            .map(|branch| format!("{}{}", "  ".repeat(branch.level - 1), branch.label))
            .collect()
    }

    #[test]
    fn roles_stand_first_and_names_follow_without_regard_to_case() {
        let tree = labels(&[
            mailbox("zebra", None),
            mailbox("Trash", Some(Role::Trash)),
            mailbox("Apel", None),
            mailbox("bebek", None),
            mailbox("INBOX", Some(Role::Inbox)),
        ]);

        assert_eq!(tree, ["INBOX", "Trash", "Apel", "bebek", "zebra"]);
    }

    #[test]
    fn a_folder_stands_under_the_nearest_one_that_there_is() {
        let tree = labels(&[
            mailbox("Kerja/Proyek/2026", None),
            mailbox("Kerja", None),
            mailbox("Sendiri/Di/Sini", None),
        ]);

        assert_eq!(tree, ["Kerja", "  Proyek/2026", "Sendiri/Di/Sini"]);
    }

    #[test]
    fn a_namespace_prefix_is_not_shown_even_when_it_is_the_inbox() {
        let courier = |name: &str, role| Mailbox {
            delimiter: Some('.'),
            prefix: "INBOX.".into(),
            ..mailbox(name, role)
        };
        let tree = labels(&[
            courier("INBOX", Some(Role::Inbox)),
            courier("INBOX.Kerja", None),
            courier("INBOX.Kerja.Rapat", None),
        ]);

        assert_eq!(tree, ["INBOX", "Kerja", "  Rapat"]);
    }

    #[test]
    fn shared_folders_stand_after_ones_own_and_count_by_themselves() {
        let shared = Mailbox {
            namespace: NamespaceKind::Shared,
            prefix: "Shared/".into(),
            ..mailbox("Shared/support", None)
        };
        let all = [shared, mailbox("Apel", None), mailbox("Jeruk", None)];

        let tree = branches(&all, &[]);

        let places: Vec<_> = tree
            .iter()
            .map(|branch| (branch.label.as_str(), branch.position, branch.siblings))
            .collect();
        assert_eq!(places, [("Apel", 1, 2), ("Jeruk", 2, 2), ("support", 1, 1)]);
    }

    #[test]
    fn the_root_of_a_namespace_is_its_heading_and_no_folder() {
        let root = Mailbox {
            is_selectable: false,
            ..mailbox("Shared", None)
        };
        let shared = Mailbox {
            namespace: NamespaceKind::Shared,
            prefix: "Shared/".into(),
            ..mailbox("Shared/support", None)
        };

        assert_eq!(labels(&[root.clone(), shared]), ["support"]);
        assert_eq!(labels(&[root]), ["Shared"], "without such a namespace it is a folder");
    }

    #[test]
    fn a_collapsed_folder_hides_all_below_and_says_which() {
        let all = [
            mailbox("A", None),
            mailbox("A/B", None),
            mailbox("A/B/C", None),
            mailbox("D", None),
        ];

        let tree = branches(&all, &[MailboxName("A".into())]);

        assert_eq!(tree.len(), 2);
        assert_eq!(tree[0].is_expanded, Some(false));
        assert_eq!(tree[0].hidden.len(), 2);
        assert_eq!(tree[1].is_expanded, None);
    }
}
