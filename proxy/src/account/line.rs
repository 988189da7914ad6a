//! Accounts that are in a hurry stand in one line, with one request each.
//!
//! What they ask keeps the IMAP server busy, which often shares a machine with all else: with a request of each at work,
//! a dozen of its processes want to run before the one that a person waits for. One after the other, there is one.

use super::actor::Account;
use std::{pin::pin, sync::LazyLock, thread::available_parallelism, time::Duration};
use tokio::{sync::Semaphore, time::sleep};

/// As many of them at work at once as leave half of the machine to everybody else.
static LINE: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = available_parallelism().map_or(1, usize::from);
    Semaphore::new((cores / 2).max(1))
});

/// Longer work than this is a person's search or order, and goes on beside the line.
const AT_MOST: Duration = Duration::from_millis(100);

/// Does the work; if the account is in a hurry, when its turn has come.
pub(super) async fn in_line<T>(account: &Account, work: impl Future<Output = T>) -> T {
    if account.is_hurried() {
        stand(account.hurry(), &LINE, work).await
    } else {
        work.await
    }
}

async fn stand<T>(own: &Semaphore, line: &Semaphore, work: impl Future<Output = T>) -> T {
    // Nobody closes them. First the account's own line, so that it never stands twice in the other one.
    let places = (own.acquire().await, line.acquire().await);
    let mut work = pin!(work);
    tokio::select! {
        result = &mut work => result,
        () = sleep(AT_MOST) => {
            drop(places);
            work.await
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
    use tokio::time::{Instant, timeout};

    #[tokio::test(start_paused = true)]
    async fn one_works_at_a_time_and_each_account_stands_there_once() {
        let (line, greedy, other) = (Semaphore::new(1), Semaphore::new(1), Semaphore::new(1));
        let done = Cell::new(0);
        let step = async || {
            sleep(AT_MOST / 2).await;
            done.set(done.get() + 1);
            done.get()
        };
        let flood = futures_util::future::join_all((0..10).map(|_| stand(&greedy, &line, step())));

        // It comes last, and stands behind one of the flood, not behind ten.
        let (_, second) = tokio::join!(flood, stand(&other, &line, step()));

        assert_eq!(second, 2);
        assert_eq!(done.get(), 11);
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
