//! What one account has of images at once, so that nobody's images keep those of all others waiting.

use super::Fault;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Images of an account, from the question until its browser has the last octet. With 32 MiB each they leave a quarter of
/// the room to others.
const AT_ONCE: usize = 6;
/// Until its turn among them: a newsletter may have a hundred.
const WITHIN: Duration = Duration::from_secs(30);

/// The shares of all accounts that have images now.
#[derive(Default)]
pub(in crate::http) struct Shares {
    accounts: Mutex<HashMap<String, Weak<Share>>>,
}

struct Share {
    images: Arc<Semaphore>,
    /// One is drawn at a time: another processor is for others.
    drawing: Arc<Semaphore>,
}

/// The turn of one image.
pub(super) struct Turn {
    share: Arc<Share>,
    _held: OwnedSemaphorePermit,
}

impl Shares {
    /// Waits for the turn of an image among those of its account.
    pub(super) async fn turn(&self, account: &str) -> Result<Turn, Fault> {
        let share = self.of(account);
        let held = own(&share.images).await?;
        Ok(Turn { share, _held: held })
    }

    fn of(&self, account: &str) -> Arc<Share> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = accounts.get(account).and_then(Weak::upgrade) {
            return share;
        }
        accounts.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Share {
            images: Arc::new(Semaphore::new(AT_ONCE)),
            drawing: Arc::new(Semaphore::new(1)),
        });
        accounts.insert(account.to_owned(), Arc::downgrade(&share));
        share
    }
}

impl Turn {
    /// Waits until no other image of the account is drawn; held while this one is.
    pub(super) async fn draw(&self) -> Result<OwnedSemaphorePermit, Fault> {
        own(&self.share.drawing).await
    }
}

async fn own(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Fault> {
    let held = timeout(WITHIN, Arc::clone(places).acquire_owned()).await;
    held.map_err(|_| Fault::Busy)?.map_err(|_| Fault::Busy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_images_of_one_account_wait_for_each_other_and_no_other_account_for_them() {
        let shares = Shares::default();
        let mut turns = Vec::new();
        for _ in 0..AT_ONCE {
            turns.push(shares.turn("ayu").await.expect("there is a place"));
        }
        let drawn = turns[0].draw().await.expect("none is drawn");

        assert!(matches!(shares.turn("ayu").await, Err(Fault::Busy)));
        assert!(matches!(turns[1].draw().await, Err(Fault::Busy)));
        let other = shares.turn("budi").await.expect("it has places of its own");
        drop(other.draw().await.expect("its own turn"));

        drop((drawn, turns.pop()));
        drop(shares.turn("ayu").await.expect("there is a place again"));
        drop(turns[1].draw().await.expect("none is drawn any more"));
    }

    #[tokio::test]
    async fn accounts_without_images_are_forgotten() {
        let shares = Shares::default();
        for account in ["ayu", "budi"] {
            drop(shares.turn(account).await.expect("there is a place"));
        }

        let _citra = shares.turn("citra").await.expect("there is a place");

        assert_eq!(shares.accounts.lock().expect("nobody panicked").len(), 1);
    }
}
