//! Slows down guessing of passwords: per address and per account, with a growing delay.
//!
//! In memory, and bounded. A try counts as failed from its start until it succeeds, so that many
//! tries at once gain nothing.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::Mutex,
    time::{Duration, Instant},
};

/// A person mistypes a few times.
const FREE_PER_ACCOUNT: u32 = 4;
/// Many people may share one address.
const FREE_PER_ADDRESS: u32 = 20;
/// Nobody must be able to lock another person out for long.
const LONGEST_PER_ACCOUNT: Duration = Duration::from_secs(60);
/// An address has only itself to blame.
const LONGEST_PER_ADDRESS: Duration = Duration::from_secs(15 * 60);
/// After so long without a failure all is forgotten.
const FORGET_AFTER: Duration = Duration::from_secs(60 * 60);
/// Entries kept at most; about 100 octets each.
const CAPACITY: usize = 20_000;

/// Failed sign-ins, by address and by account.
#[derive(Default)]
pub struct SignIns {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    addresses: HashMap<IpAddr, Failures>,
    accounts: HashMap<String, Failures>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

impl SignIns {
    /// Counts a try in advance, or says how long to wait before the next one counts.
    pub fn begin(&self, address: IpAddr, account: &str, now: Instant) -> Result<(), Duration> {
        let (address, account) = (network(address), account.to_lowercase());
        let mut state = self.lock();
        let by_address = wait(
            state.addresses.get(&address),
            FREE_PER_ADDRESS,
            LONGEST_PER_ADDRESS,
            now,
        );
        let by_account = wait(state.accounts.get(&account), FREE_PER_ACCOUNT, LONGEST_PER_ACCOUNT, now);
        match by_address.max(by_account) {
            Some(wait) => Err(wait),
            None => {
                count(&mut state.addresses, address, now);
                count(&mut state.accounts, account, now);
                Ok(())
            }
        }
    }

    /// The try succeeded: its account starts afresh. The address only gets this try back, else
    /// an attacker could wash itself clean with an account of its own.
    pub fn succeeded(&self, address: IpAddr, account: &str) {
        self.take_back(address);
        self.lock().accounts.remove(&account.to_lowercase());
    }

    /// The try said nothing about the password (the server could not be reached): take it back.
    pub fn undecided(&self, address: IpAddr, account: &str) {
        self.take_back(address);
        if let Some(failures) = self.lock().accounts.get_mut(&account.to_lowercase()) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    fn take_back(&self, address: IpAddr) {
        if let Some(failures) = self.lock().addresses.get_mut(&network(address)) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // A panic while counting leaves at worst a wrong count; better than refusing everybody.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// How long to wait: one second after the last free try, twice as long after each further one.
fn wait(failures: Option<&Failures>, free: u32, longest: Duration, now: Instant) -> Option<Duration> {
    let failures = failures?;
    let over = failures.count.checked_sub(free)?;
    let delay = Duration::from_secs(1 << over.min(20)).min(longest);
    let passed = now.saturating_duration_since(failures.last);
    delay.checked_sub(passed).filter(|left| !left.is_zero())
}

fn count<K: Eq + Hash + Clone>(all: &mut HashMap<K, Failures>, key: K, now: Instant) {
    if all.len() >= CAPACITY {
        all.retain(|_, failures| now.saturating_duration_since(failures.last) < FORGET_AFTER);
    }
    // Still full: forget the one that has been quiet for longest.
    if all.len() >= CAPACITY
        && let Some(oldest) = all
            .iter()
            .min_by_key(|(_, failures)| failures.last)
            .map(|(key, _)| key.clone())
    {
        all.remove(&oldest);
    }
    let failures = all.entry(key).or_insert(Failures { count: 0, last: now });
    if now.saturating_duration_since(failures.last) >= FORGET_AFTER {
        failures.count = 0;
    }
    failures.count = failures.count.saturating_add(1);
    failures.last = now;
}

/// Whoever has one IPv6 address has the whole /64.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn fail(limits: &SignIns, times: u32, now: Instant) {
        for _ in 0..times {
            limits.begin(HOME, "ayu@surat.test", now).expect("still free");
        }
    }

    #[test]
    fn each_further_try_waits_twice_as_long() {
        let (limits, start) = (SignIns::default(), Instant::now());
        fail(&limits, FREE_PER_ACCOUNT, start);

        assert_eq!(limits.begin(HOME, "AYU@surat.test", start), Err(Duration::from_secs(1)));
        let later = start + Duration::from_secs(1);
        fail(&limits, 1, later);
        assert_eq!(limits.begin(HOME, "ayu@surat.test", later), Err(Duration::from_secs(2)));
    }

    #[test]
    fn another_account_and_a_success_are_free() {
        let (limits, start) = (SignIns::default(), Instant::now());
        fail(&limits, FREE_PER_ACCOUNT, start);

        assert!(limits.begin(HOME, "budi@surat.test", start).is_ok());
        limits.succeeded(HOME, "ayu@surat.test");
        assert!(limits.begin(HOME, "ayu@surat.test", start).is_ok());
    }

    #[test]
    fn an_address_that_tries_many_accounts_is_slowed_down() {
        let (limits, start) = (SignIns::default(), Instant::now());
        for number in 0..FREE_PER_ADDRESS {
            limits.begin(HOME, &format!("user{number}"), start).expect("still free");
        }

        assert!(limits.begin(HOME, "another", start).is_err());
        assert!(limits.begin([198, 51, 100, 7].into(), "another", start).is_ok());
    }

    #[test]
    fn a_server_out_of_reach_costs_no_try() {
        let (limits, start) = (SignIns::default(), Instant::now());
        for _ in 0..100 {
            limits.begin(HOME, "ayu@surat.test", start).expect("never counted");
            limits.undecided(HOME, "ayu@surat.test");
        }
    }

    #[test]
    fn memory_is_bounded_and_one_ipv6_network_is_one_address() {
        let (limits, start) = (SignIns::default(), Instant::now());
        for number in 0..20_050_u32 {
            let _ = limits.begin(IpAddr::V4(number.into()), &format!("user{number}"), start);
        }

        let state = limits.lock();
        assert!(state.accounts.len() <= CAPACITY && state.addresses.len() <= CAPACITY);
        assert_eq!(
            network("2001:db8::1".parse().expect("good")),
            network("2001:db8::ffff".parse().expect("good"))
        );
    }
}
