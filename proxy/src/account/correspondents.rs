//! Whom an account has written to of late, as its Sent mailbox tells: kept in memory for some minutes, since each
//! message that is opened asks for it.

use crate::mime::trust::{is_look_alike, of_address, registrable};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// After so long the Sent mailbox is looked at again: somebody writes to a few new people in an hour.
const KEPT: Duration = Duration::from_secs(10 * 60);

/// Addresses that are kept, about 30 octets each.
const ADDRESSES: usize = 1000;

/// People who were written to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct People {
    /// Addresses in lower case.
    addresses: BTreeSet<String>,
    /// What was registered of their domains.
    domains: BTreeSet<String>,
}

/// What is remembered of them.
#[derive(Default)]
pub struct Correspondents(Mutex<Option<(Instant, Arc<People>)>>);

impl People {
    /// Somebody who was written to. Beyond a number that nobody reaches in the messages that are looked at, they are
    /// left out.
    pub fn add(&mut self, email: &str) {
        if self.addresses.len() >= ADDRESSES {
            return;
        }
        if let Some(domain) = of_address(email) {
            self.domains.insert(registrable(&domain).to_owned());
            self.addresses.insert(email.to_lowercase());
        }
    }

    /// Was this address written to?
    pub fn know(&self, email: &str) -> bool {
        self.addresses.contains(&email.to_lowercase())
    }

    /// A domain of theirs that this one can be mistaken for; `None` for one of theirs.
    pub fn like(&self, domain: &str) -> Option<&str> {
        if self.domains.contains(registrable(domain)) {
            return None;
        }
        let like = self.domains.iter().find(|known| is_look_alike(domain, known));
        like.map(String::as_str)
    }
}

impl Correspondents {
    /// Those of some minutes ago, or later.
    pub fn get(&self) -> Option<Arc<People>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, people) = kept.as_ref()?;
        (since.elapsed() < KEPT).then(|| Arc::clone(people))
    }

    /// Those of now.
    pub fn keep(&self, people: People) -> Arc<People> {
        let people = Arc::new(people);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), Arc::clone(&people)));
        people
    }

    /// Somebody was written to just now: those that were kept lack them.
    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(emails: &[&str]) -> People {
        let mut people = People::default();
        emails.iter().for_each(|email| people.add(email));
        people
    }

    #[test]
    fn a_domain_like_that_of_a_correspondent_is_seen_and_their_own_are_not() {
        let people = people(&["Budi@Mail.Bank.example", "no address", "tedi@paypa1.example"]);

        assert!(people.know("budi@mail.bank.EXAMPLE") && !people.know("x@bank.example"));
        assert_eq!(people.like("bank.example"), None);
        assert_eq!(
            people.like(&of_address("x@bаnk.example").expect("a domain")),
            Some("bank.example")
        );
        assert_eq!(people.like("news.bank.example"), None);
        assert_eq!(people.like("paypal.example"), Some("paypa1.example"));
        assert_eq!(people.like("other.example"), None);
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for() {
        let emails: Vec<String> = (0..2 * ADDRESSES).map(|n| format!("a{n}@d{n}.example")).collect();

        let people = people(&emails.iter().map(String::as_str).collect::<Vec<_>>());

        assert_eq!((people.addresses.len(), people.domains.len()), (ADDRESSES, ADDRESSES));
    }

    #[test]
    fn who_was_written_to_just_now_is_looked_for_again() {
        let correspondents = Correspondents::default();
        assert_eq!(correspondents.get(), None);

        correspondents.keep(people(&["a@b.example"]));
        assert!(correspondents.get().is_some_and(|people| people.know("a@b.example")));
        correspondents.forget();

        assert_eq!(correspondents.get(), None);
    }
}
