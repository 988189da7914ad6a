//! How long to wait before the next try: longer each time, and never the same for two accounts, so
//! that a server that comes back is not run over.

use std::time::Duration;

/// A restart of a mail server takes about this long.
const FIRST: Duration = Duration::from_millis(500);
/// A person who sees "Reconnecting…" should not wait longer once the server is back.
const LONGEST: Duration = Duration::from_secs(30);

/// Doubling waits with jitter.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    tries: u32,
}

impl Backoff {
    /// The next wait: between half of it and all of it.
    pub(super) fn next(&mut self) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.tries.min(10)).min(LONGEST);
        self.tries = self.tries.saturating_add(1);
        let mut random = [0; 2];
        // Without randomness the wait is the longest, which is no worse.
        let share =
            getrandom::fill(&mut random).map_or(1.0, |()| f64::from(u16::from_be_bytes(random)) / f64::from(u16::MAX));
        whole.mul_f64(0.5 + share / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_limit() {
        let mut backoff = Backoff::default();

        let waits: Vec<Duration> = (0..20).map(|_| backoff.next()).collect();

        assert!(waits[0] <= FIRST && waits[0] >= FIRST / 2);
        assert!(waits[3] >= FIRST * 2);
        assert!(waits.iter().all(|wait| *wait <= LONGEST));
    }
}
