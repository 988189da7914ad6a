//! The memory that images may take: they are whole in it, from their first octet until a browser has the last one.

use super::Fault;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

/// Octets of all images together.
const OCTETS: usize = 256 << 20;
/// What is counted.
const UNIT: usize = 1 << 10;

/// Room for the images of everybody.
pub(super) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(OCTETS / UNIT)))
    }
}

impl Room {
    /// Place for an image, of no size as yet.
    pub(super) fn place(&self) -> Result<Place, Fault> {
        Ok(Place {
            room: Arc::clone(&self.0),
            taken: Arc::clone(&self.0).try_acquire_many_owned(0)?,
        })
    }
}

/// What one image takes of the room, until it is dropped.
pub(super) struct Place {
    room: Arc<Semaphore>,
    taken: OwnedSemaphorePermit,
}

impl Place {
    /// Makes it as large as so many octets, or says that there is no room. Nobody waits for room while holding some.
    pub(super) fn fit(&mut self, octets: usize) -> Result<(), Fault> {
        let (wanted, taken) = (octets.div_ceil(UNIT), self.taken.num_permits());
        if let Some(more) = wanted.checked_sub(taken) {
            let more = u32::try_from(more).map_err(|_| Fault::TooLarge)?;
            self.taken.merge(Arc::clone(&self.room).try_acquire_many_owned(more)?);
        } else {
            drop(self.taken.split(taken - wanted));
        }
        Ok(())
    }
}

impl From<TryAcquireError> for Fault {
    fn from(_: TryAcquireError) -> Self {
        Self::Busy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_images_together_are_bounded() {
        let room = Room::default();
        let mut first = room.place().expect("there is room");
        first.fit(OCTETS - UNIT).expect("there is room");

        let mut second = room.place().expect("there is room");
        assert!(matches!(second.fit(2 * UNIT), Err(Fault::Busy)));
        second.fit(1).expect("there is room for so much");

        first.fit(UNIT).expect("less is always possible");
        second.fit(OCTETS - UNIT).expect("there is room now");
        drop((first, second));
        assert_eq!(room.0.available_permits(), OCTETS / UNIT);
    }
}
