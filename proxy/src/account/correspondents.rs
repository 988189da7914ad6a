//! Whom an account has written to of late, as its Sent mailbox tells: kept in memory for an hour, since each
//! message that is opened asks for it.

use crate::mime::trust::{is_look_alike, of_address, registrable};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// After so long the Sent mailbox is looked at again: whom this account writes to here is known at once, and with other
/// clients somebody writes to a few new people in an hour.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// Addresses that are kept, about 30 octets each.
const ADDRESSES: usize = 1000;

/// People who were written to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Those who were looked up within the hour.
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

    /// These were written to just now. While nobody was looked up they are not kept: Sent will tell of them.
    pub fn add<'a>(&self, emails: impl Iterator<Item = &'a str>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, people)) = kept.as_mut() {
            let people = Arc::make_mut(people);
            emails.for_each(|email| people.add(email));
        }
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
    fn who_is_written_to_is_known_at_once() {
        let correspondents = Correspondents::default();
        correspondents.add(["c@d.example"].into_iter());
        assert_eq!(correspondents.get(), None);

        correspondents.keep(people(&["a@b.example"]));
        correspondents.add(["C@d.example", "e@f.example"].into_iter());

        let known = correspondents.get().expect("they are kept");
        assert!(
            ["a@b.example", "c@d.example", "e@f.example"]
                .iter()
                .all(|email| known.know(email))
        );
        assert_eq!(known.like("b.example"), None);
    }
}
