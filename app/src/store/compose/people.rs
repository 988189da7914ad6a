//! Whom one writes with: addresses seen in this visit, for completion. Nothing is kept beyond it.

use super::address::is_same;
use crate::{i18n::case::lower, signal::StoredValue, text::find};
use surat_protocol::Address;

/// More correspondents than this are not remembered; the oldest give way.
const LIMIT: usize = 2_000;

/// As many as a list can show without scrolling.
const SUGGESTED: usize = 6;

/// The correspondents. A handle: copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct People(StoredValue<Vec<Address>>);

impl People {
    /// Nobody yet.
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(Vec::new()))
    }

    /// Learns addresses, the latest last. A name replaces an empty one.
    pub(crate) fn learn<'a>(self, addresses: impl IntoIterator<Item = &'a Address>) {
        self.0.update_value(|known| {
            for address in addresses {
                learn(known, address);
            }
        });
    }

    /// Those that a text may mean, best first; without `chosen` ones.
    pub(crate) fn suggest(self, text: &str, chosen: &[Address]) -> Vec<Address> {
        self.0.with_value(|known| suggest(known, text, chosen))
    }

    /// Forgets all, as at sign-out.
    pub(crate) fn clear(self) {
        self.0.update_value(Vec::clear);
    }
}

fn learn(known: &mut Vec<Address>, address: &Address) {
    if !super::address::is_valid(&address.email) {
        return;
    }
    if let Some(same) = known.iter_mut().find(|own| is_same(&own.email, &address.email)) {
        if same.name.is_empty() {
            same.name.clone_from(&address.name);
        }
        return;
    }
    if known.len() >= LIMIT {
        known.remove(0);
    }
    known.push(address.clone());
}

fn suggest(known: &[Address], text: &str, chosen: &[Address]) -> Vec<Address> {
    let wanted = lower(text.trim());
    if wanted.is_empty() {
        return Vec::new();
    }
    let is_free = |address: &&Address| !chosen.iter().any(|own| is_same(&own.email, &address.email));
    let found: Vec<(u8, &Address)> = known
        .iter()
        .rev()
        .filter(is_free)
        .filter_map(|address| Some((rank(address, &wanted)?, address)))
        .collect();
    let of_rank = |wanted: u8| found.iter().filter(move |(rank, _)| *rank == wanted);
    let best = (0..=2).flat_map(of_rank).take(SUGGESTED);
    best.map(|(_, address)| (*address).clone()).collect()
}

/// 0: the name or the address begins so; 1: a word of the name does; 2: it stands somewhere.
fn rank(address: &Address, wanted: &str) -> Option<u8> {
    let (name, email) = (lower(&address.name), lower(&address.email));
    if name.starts_with(wanted) || email.starts_with(wanted) {
        return Some(0);
    }
    if name.split_whitespace().any(|word| word.starts_with(wanted)) {
        return Some(1);
    }
    find(&name, wanted).or_else(|| find(&email, wanted)).and(Some(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(name: &str, email: &str) -> Address {
        Address {
            name: name.into(),
            email: email.into(),
        }
    }

    fn known() -> Vec<Address> {
        let mut known = Vec::new();
        for (name, email) in [
            ("", "budi@surat.test"),
            ("Budi Santoso", "BUDI@surat.test"),
            ("Citra Budiarti", "citra@surat.test"),
            ("Dewi", "kabudi@surat.test"),
            ("Spam", "not an address"),
        ] {
            learn(&mut known, &address(name, email));
        }
        known
    }

    #[test]
    fn a_person_is_known_once_and_by_name() {
        let names: Vec<_> = known().into_iter().map(|person| person.name).collect();

        assert_eq!(names, ["Budi Santoso", "Citra Budiarti", "Dewi"]);
    }

    #[test]
    fn beginnings_come_before_middles() {
        let emails = |text: &str, chosen: &[Address]| -> Vec<String> {
            suggest(&known(), text, chosen)
                .into_iter()
                .map(|person| person.email)
                .collect()
        };

        assert_eq!(
            emails(" BUDI", &[]),
            ["budi@surat.test", "citra@surat.test", "kabudi@surat.test"]
        );
        assert_eq!(emails("cit", &[address("", "Citra@surat.test")]), [""; 0]);
        assert_eq!(emails("", &[]), [""; 0]);
    }
}
