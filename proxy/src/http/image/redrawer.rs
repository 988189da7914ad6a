//! Draws images anew beside everything else, few at a time: the processor is everybody's.

use super::{
    Fault,
    fetch::Original,
    redraw::{Limits, Redrawn, Refused, redraw},
    room::Place,
    share::Turn,
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

/// Images that are drawn at once for everybody. Each may take 250 MiB and a processor for seconds; most take a few
/// milliseconds.
const AT_ONCE: usize = 2;
/// Until its turn, and once more until it is done. What takes longer is finished for nobody, and keeps its turn meanwhile.
const WITHIN: Duration = Duration::from_secs(10);

/// Draws images anew.
pub(in crate::http) struct Redrawer {
    free: Arc<Semaphore>,
}

impl Default for Redrawer {
    fn default() -> Self {
        Self {
            free: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Redrawer {
    /// The image as it was drawn anew, and its place in memory.
    pub(super) async fn redraw(&self, original: Original, turn: &Turn) -> Result<(Redrawn, Place), Fault> {
        let Original { octets, mut place } = original;
        let of_account = turn.draw().await?;
        let work = move || {
            let _held = of_account;
            redraw(&octets, &Limits::SHOWN)
        };
        let redrawn = self.beside(work).await?;
        let redrawn = redrawn.map_err(|refused| match refused {
            Refused::TooLarge => Fault::TooLarge,
            Refused::Unknown | Refused::Damaged => Fault::NoImage,
        })?;
        place.fit(redrawn.octets.len())?;
        Ok((redrawn, place))
    }

    /// Runs it when it is its turn. What panics has drawn no image, and nothing else comes of it.
    async fn beside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let turn = timeout(WITHIN, Arc::clone(&self.free).acquire_owned()).await;
        let turn = turn.map_err(|_| Fault::Busy)?.map_err(|_| Fault::Busy)?;
        let working = spawn_blocking(move || {
            let _held = turn;
            work()
        });
        let done = timeout(WITHIN, working).await.map_err(|_| Fault::TimedOut)?;
        done.map_err(|_| Fault::NoImage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use std::sync::mpsc;
    use tokio::time::advance;

    #[tokio::test]
    async fn a_decoder_that_panics_has_no_image_and_harms_nobody() {
        let redrawer = Redrawer::default();

        for _ in 0..=AT_ONCE {
            let died = redrawer.beside(|| assert_eq!(1, 2, "as a decoder may")).await;
            assert!(matches!(died, Err(Fault::NoImage)));
        }

        assert_eq!(redrawer.beside(|| 7).await.ok(), Some(7));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_what_takes_too_long() {
        let redrawer = Redrawer::default();
        let (end, ended) = mpsc::channel::<()>();
        let ended = Arc::new(std::sync::Mutex::new(ended));
        let slow = || {
            let ended = Arc::clone(&ended);
            redrawer.beside(move || drop(ended.lock().map(|ended| ended.recv())))
        };

        let waits: [_; AT_ONCE] = std::array::from_fn(|_| slow());
        // The clock stands still while a thread works.
        let (outcomes, ()) = tokio::join!(join_all(waits), advance(WITHIN * 2));
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Fault::TimedOut))));
        let (outcome, ()) = tokio::join!(redrawer.beside(|| ()), advance(WITHIN * 2));
        assert!(matches!(outcome, Err(Fault::Busy)));

        drop(end);
        assert!(redrawer.beside(|| ()).await.is_ok(), "its turn came back");
    }
}
