//! What Dovecot's IMAP sessions take: one process for each, whose CPU time the kernel counts.

use anyhow::{Context, Result, anyhow};
use std::{
    collections::BTreeMap,
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};
use surat_testbed::Testbed;

/// How often it is looked which sessions there are.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A tick of the CPU times in /proc (proc(5), USER_HZ).
const TICK: Duration = Duration::from_millis(10);

/// The sessions of one Dovecot.
pub(super) struct Sessions<'a> {
    testbed: &'a Testbed,
    master: u32,
}

/// What sessions have used during some work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Used {
    pub(super) cpu: Duration,
    /// Sign-ins.
    pub(super) logins: u64,
    /// Most of them at a time.
    pub(super) most: usize,
}

/// CPU time by process.
type Times = BTreeMap<u32, Duration>;

impl<'a> Sessions<'a> {
    pub(super) fn of(testbed: &'a Testbed) -> Result<Self> {
        let master = testbed.dovecot_pid().context("Dovecot does not run")?;
        Ok(Self { testbed, master })
    }

    /// The process of the session that `sign_in` makes, and what else it gives.
    pub(super) fn of_new<T>(&self, sign_in: impl FnOnce() -> Result<T>) -> Result<(u32, T)> {
        let before = self.times()?;
        let session = sign_in()?;
        let mut new = self.times()?;
        new.retain(|pid, _| !before.contains_key(pid));
        match new.keys().collect::<Vec<_>>().as_slice() {
            [pid] => Ok((**pid, session)),
            pids => Err(anyhow!("{} new IMAP sessions where there should be one", pids.len())),
        }
    }

    /// What all sessions that `counts` use while `work` is done. Sessions that begin or end meanwhile count as well.
    pub(super) fn watch<T>(
        &self,
        counts: impl Fn(u32) -> bool + Sync,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<(T, Used)> {
        let look = || -> Result<Times> {
            let mut times = self.times()?;
            times.retain(|pid, _| counts(*pid));
            Ok(times)
        };
        let (before, logins) = (look()?, self.logins()?);
        let is_done = AtomicBool::new(false);
        let (outcome, seen) = thread::scope(|scope| {
            let watching = scope.spawn(|| -> Result<(Times, usize)> {
                let (mut seen, mut most) = (Times::new(), 0);
                loop {
                    // Asked first, so that there is a look after the end.
                    let is_last = is_done.load(Ordering::Acquire);
                    let now = look()?;
                    most = most.max(now.len());
                    seen.extend(now);
                    if is_last {
                        return Ok((seen, most));
                    }
                    thread::sleep(LOOK_EVERY);
                }
            });
            let outcome = work();
            is_done.store(true, Ordering::Release);
            (outcome, watching.join())
        });
        let (seen, most) = seen.map_err(|_| anyhow!("a watching thread panicked"))??;
        let used = Used {
            cpu: difference(&before, &seen),
            logins: self.logins()?.saturating_sub(logins),
            most,
        };
        Ok((outcome?, used))
    }

    /// Sign-ins since it was started.
    pub(super) fn logins(&self) -> Result<u64> {
        let log = fs::read_to_string(self.testbed.dir().join("dovecot.log")).context("Read Dovecot's log")?;
        Ok(log
            .lines()
            .filter(|line| line.contains("imap-login: Info: Login:"))
            .count() as u64)
    }

    fn times(&self) -> Result<Times> {
        let path = format!("/proc/{0}/task/{0}/children", self.master);
        let children = fs::read_to_string(path).context("List Dovecot's processes")?;
        let pids = children.split_whitespace().filter_map(|pid| pid.parse().ok());
        // One that ends just now has been seen before.
        Ok(pids.filter_map(|pid| Some((pid, session_time(pid)?))).collect())
    }
}

/// CPU time of a process, if it is an IMAP session: to the nanosecond where the kernel tells.
fn session_time(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (name, fields) = stat.rsplit_once(')')?;
    if !name.ends_with("(imap") {
        return None;
    }
    let exact = fs::read_to_string(format!("/proc/{pid}/schedstat")).ok();
    let exact = exact.and_then(|text| text.split(' ').next()?.parse().ok());
    exact.map(Duration::from_nanos).or_else(|| {
        let ticks = fields.split_whitespace().skip(11).take(2);
        TICK.checked_mul(ticks.filter_map(|ticks| ticks.parse::<u32>().ok()).sum())
    })
}

/// What was used between two looks; who was not there before has used all that it has used since then.
fn difference(before: &Times, after: &Times) -> Duration {
    let used = after
        .iter()
        .map(|(pid, time)| time.saturating_sub(before.get(pid).copied().unwrap_or_default()));
    used.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_that_began_or_ended_meanwhile_count() {
        let times = |pairs: &[(u32, u64)]| -> Times {
            let pairs = pairs.iter().map(|(pid, time)| (*pid, Duration::from_millis(*time)));
            pairs.collect()
        };

        let used = difference(&times(&[(1, 100), (2, 50)]), &times(&[(1, 130), (2, 50), (3, 7)]));

        assert_eq!(used, Duration::from_millis(37));
    }

    #[test]
    fn a_process_that_is_no_session_has_no_time() {
        assert_eq!(session_time(std::process::id()), None);
        assert_eq!(session_time(u32::MAX), None);
    }
}
