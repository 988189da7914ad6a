//! A field of addresses: To, Cc, Bcc.

use super::address;
use crate::signal::RwSignal;
use surat_protocol::Address;

/// A field of addresses: those that are complete, and what is being typed.
#[derive(Clone, Copy)]
pub(crate) struct Recipients {
    /// Complete, in order; some may not be valid.
    pub(crate) chosen: RwSignal<Vec<Address>>,
    /// What stands in the input.
    pub(crate) typed: RwSignal<String>,
}

impl Recipients {
    pub(super) fn new() -> Self {
        Self {
            chosen: RwSignal::new(Vec::new()),
            typed: RwSignal::new(String::new()),
        }
    }

    pub(crate) fn set(self, addresses: Vec<Address>) {
        self.chosen.set(addresses);
        self.typed.set(String::new());
    }

    /// Everything in the field, complete or not.
    pub(crate) fn all(self) -> Vec<Address> {
        let mut all = self.chosen.get();
        all.extend(self.typed.with(|typed| address::parse_list(typed)));
        all
    }

    /// What is typed is complete now.
    pub(crate) fn complete(self) {
        let typed = self.typed.with_untracked(|typed| address::parse_list(typed));
        self.typed.set(String::new());
        if !typed.is_empty() {
            self.chosen.update(|chosen| chosen.extend(typed));
        }
    }

    /// The first that cannot be sent to.
    pub(crate) fn first_invalid(self) -> Option<String> {
        self.chosen.with_untracked(|chosen| {
            let invalid = chosen.iter().find(|address| !address::is_valid(&address.email));
            invalid.map(|address| address.email.clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::prelude::Owner;

    #[test]
    fn what_cannot_be_sent_to_is_named() {
        let owner = Owner::new();
        owner.set();
        let field = Recipients::new();
        field.typed.set("a@b.test, bukan alamat".into());

        field.complete();

        assert_eq!(field.first_invalid().as_deref(), Some("bukan alamat"));
    }
}
