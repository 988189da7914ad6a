//! Keys in the folder tree (ARIA tree pattern): arrows, Home, End, Enter, first letters.

use super::{Folders, folder_of};
use crate::{store::mailboxes::tree::Branch, ui::dom};
use leptos::{ev, prelude::*};
use surat_protocol::MailboxName;

/// What a key does in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    To(usize),
    Expand,
    Collapse,
    Open,
}

impl Folders {
    pub(super) fn walk(self, event: &ev::KeyboardEvent) {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let Some((_, name)) = folder_of(event) else {
            return;
        };
        let branches = self.branches.get_untracked();
        let at = branches.iter().position(|branch| branch.name == name).unwrap_or(0);
        let Some(step) = step(&branches, at, &event.key()) else {
            return;
        };
        event.prevent_default();
        event.stop_propagation();
        match step {
            Move::To(index) => {
                if let Some(branch) = branches.get(index) {
                    focus(&branch.name);
                }
            }
            Move::Expand | Move::Collapse => self.twist_and_stay(&name),
            Move::Open => self.go(name),
        }
    }

    /// The element is made anew with its new state; the focus goes along.
    fn twist_and_stay(self, name: &MailboxName) {
        self.twist(name);
        let name = name.clone();
        request_animation_frame(move || focus(&name));
    }
}

fn focus(name: &MailboxName) {
    if let Some(body) = document().body() {
        let is_it =
            |element: &web_sys::Element| element.get_attribute("data-mailbox").as_deref() == Some(name.as_str());
        if let Some(element) = dom::all(&body, "[data-mailbox]").into_iter().find(is_it) {
            dom::focus(&element);
        }
    }
}

fn step(branches: &[Branch], at: usize, key: &str) -> Option<Move> {
    let here = branches.get(at)?;
    let parent = || branches[..at].iter().rposition(|branch| branch.level < here.level);
    match (key, here.is_expanded) {
        ("ArrowDown", _) => Some(Move::To((at + 1).min(branches.len() - 1))),
        ("ArrowUp", _) => Some(Move::To(at.saturating_sub(1))),
        ("Home", _) => Some(Move::To(0)),
        ("End", _) => Some(Move::To(branches.len() - 1)),
        ("ArrowRight", Some(false)) => Some(Move::Expand),
        ("ArrowRight", Some(true)) => Some(Move::To(at + 1)),
        ("ArrowLeft", Some(true)) => Some(Move::Collapse),
        ("ArrowLeft", _) => parent().map(Move::To),
        ("Enter" | " ", _) => Some(Move::Open),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::mailboxes::tree::branches;
    use surat_protocol::{Mailbox, NamespaceKind, Rights};

    fn tree(collapsed: &[&str]) -> Vec<Branch> {
        let all = ["A", "A/B", "A/C", "D"].map(|name| Mailbox {
            name: MailboxName(name.into()),
            delimiter: Some('/'),
            namespace: NamespaceKind::Personal,
            prefix: String::new(),
            role: None,
            is_selectable: true,
            rights: Rights::ALL,
            counts: None,
        });
        let collapsed: Vec<MailboxName> = collapsed.iter().map(|name| MailboxName((*name).into())).collect();
        branches(&all, &collapsed)
    }

    #[test]
    fn arrows_walk_what_is_shown() {
        let open = tree(&[]);
        assert_eq!(step(&open, 0, "ArrowDown"), Some(Move::To(1)));
        assert_eq!(step(&open, 3, "ArrowDown"), Some(Move::To(3)));
        assert_eq!(step(&open, 0, "ArrowUp"), Some(Move::To(0)));

        let closed = tree(&["A"]);
        assert_eq!(closed.len(), 2);
        assert_eq!(step(&closed, 0, "End"), Some(Move::To(1)));
    }

    #[test]
    fn left_and_right_open_and_close_and_lead_up_and_down() {
        let open = tree(&[]);
        assert_eq!(step(&open, 0, "ArrowRight"), Some(Move::To(1)));
        assert_eq!(step(&open, 0, "ArrowLeft"), Some(Move::Collapse));
        assert_eq!(step(&open, 2, "ArrowLeft"), Some(Move::To(0)));
        assert_eq!(step(&open, 2, "ArrowRight"), None);
        assert_eq!(step(&tree(&["A"]), 0, "ArrowRight"), Some(Move::Expand));
    }
}
