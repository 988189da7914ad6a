//! Accounts that are in a hurry stand in one line, with one request each.
//!
//! What they ask keeps the IMAP server busy, which often shares a machine with all else: with a request of each at work,
//! a dozen of its processes want to run before the one that a person waits for. One after the other, there is one; and the
//! later this process is, the longer the rest between one and the next.

use super::actor::Account;
use crate::pace;
use std::{pin::pin, sync::LazyLock, thread::available_parallelism, time::Duration};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep},
};

/// As many of them at work at once as leave half of the machine to everybody else.
static LINE: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = available_parallelism().map_or(1, usize::from);
    Semaphore::new((cores / 2).max(1))
});

/// Longer work than this is a person's search or order, and goes on beside the line.
const AT_MOST: Duration = Duration::from_millis(100);

/// Nobody keeps the line waiting for longer.
const LONGEST_REST: Duration = Duration::from_secs(1);

/// A place in the line, after the work was done; nothing for who stands in none.
#[derive(Default)]
pub(super) struct Place<'a>(Option<Held<'a>>);

struct Held<'a> {
    _own: SemaphorePermit<'a>,
    _line: SemaphorePermit<'a>,
    worked_for: Duration,
}

/// Does the work; if the account is in a hurry, when its turn has come.
pub(super) async fn in_line<T>(account: &Account, work: impl Future<Output = T>) -> (T, Place<'_>) {
    if account.is_hurried() {
        stand(account.hurry(), &LINE, work).await
    } else {
        (work.await, Place::default())
    }
}

async fn stand<'a, T>(own: &'a Semaphore, line: &'a Semaphore, work: impl Future<Output = T>) -> (T, Place<'a>) {
    // First the account's own line, so that it never stands twice in the other one.
    let (own, line) = (own.acquire().await, line.acquire().await);
    let began = Instant::now();
    let mut work = pin!(work);
    tokio::select! {
        result = &mut work => {
            // Nobody closes them.
            let held = own.ok().zip(line.ok()).map(|(own, line)| Held {
                _own: own,
                _line: line,
                worked_for: began.elapsed(),
            });
            (result, Place(held))
        }
        () = sleep(AT_MOST) => {
            drop((own, line));
            (work.await, Place::default())
        }
    }
}

impl Place<'_> {
    /// Keeps the place for a while: the longer, the more there was to do, and the later this process is.
    pub(super) async fn rest(self) {
        if self.0.is_some() {
            self.rest_for(pace::pressure()).await;
        }
    }

    /// So many times as long as the work took.
    async fn rest_for(self, times: f64) {
        if let Some(held) = self.0 {
            sleep(held.worked_for.mul_f64(times).min(LONGEST_REST)).await;
            drop(held);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        cell::Cell,
        future::{pending, ready},
    };
    use tokio::time::timeout;

    #[tokio::test(start_paused = true)]
    async fn one_works_at_a_time_and_each_account_stands_there_once() {
        let (line, greedy, other) = (Semaphore::new(1), Semaphore::new(1), Semaphore::new(1));
        let done = Cell::new(0);
        let step = async || {
            sleep(AT_MOST / 2).await;
            done.set(done.get() + 1);
            done.get()
        };
        let stand = async |own| stand(own, &line, step()).await.0;
        let flood = futures_util::future::join_all((0..10).map(|_| stand(&greedy)));

        // It comes last, and stands behind one of the flood, not behind ten.
        let (_, second) = tokio::join!(flood, stand(&other));

        assert_eq!(second, 2);
        assert_eq!(done.get(), 11);
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_is_kept_for_a_rest_and_not_without_end() {
        let (line, own) = (Semaphore::new(1), Semaphore::new(1));
        let (start, (_, place)) = (Instant::now(), stand(&own, &line, sleep(AT_MOST / 2)).await);
        assert_eq!((own.available_permits(), line.available_permits()), (0, 0));

        place.rest_for(100.0).await;

        assert_eq!(start.elapsed(), AT_MOST / 2 + LONGEST_REST);
        assert_eq!((own.available_permits(), line.available_permits()), (1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn long_work_holds_nobody_up() {
        let (line, own) = (Semaphore::new(1), Semaphore::new(1));
        let start = Instant::now();

        let long = timeout(AT_MOST * 10, stand(&own, &line, pending::<()>()));
        let (long, ()) = tokio::join!(long, async {
            stand(&own, &line, ready(())).await;
            assert_eq!(start.elapsed(), AT_MOST);
        });

        assert!(long.is_err(), "it went on");
    }
}
