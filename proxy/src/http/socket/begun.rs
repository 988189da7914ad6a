//! A message that has begun to come in: how much room it takes, and for how long.

use super::Fault;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Sleep, sleep},
};

/// Frames up to this length are not counted among what the sockets of an account have begun.
const SMALL_OCTETS: usize = 4 * 1024;

/// A message that has begun is whole within this.
pub(super) const WHOLE_WITHIN: Duration = Duration::from_secs(120);

/// What the message that is coming in takes; nothing, where none is.
#[derive(Default)]
pub(super) struct Begun {
    /// What is left for messages that have begun, in octets, for several sockets together.
    together: Option<Arc<Semaphore>>,
    /// Taken of it.
    room: Option<OwnedSemaphorePermit>,
    /// Runs out when the message should have been whole.
    clock: Option<Pin<Box<Sleep>>>,
}

impl Begun {
    /// From now on room is taken here.
    pub(super) fn limit_together(&mut self, together: Arc<Semaphore>) {
        self.together = Some(together);
    }

    /// Takes room for a message that has so many octets by now.
    pub(super) fn take_room(&mut self, octets: usize) -> Result<(), Fault> {
        let Some(together) = self.together.as_ref().filter(|_| octets > SMALL_OCTETS) else {
            return Ok(());
        };
        let taken = self.room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = u32::try_from(octets.saturating_sub(taken)).map_err(|_| Fault::Frame)?;
        let more = Arc::clone(together)
            .try_acquire_many_owned(more)
            .map_err(|_| Fault::Full)?;
        match &mut self.room {
            Some(room) => room.merge(more),
            room => *room = Some(more),
        }
        Ok(())
    }

    /// Something has come in and is no message yet: has it taken too long?
    pub(super) fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        let clock = self.clock.get_or_insert_with(|| Box::pin(sleep(WHOLE_WITHIN)));
        matches!(clock.as_mut().poll(context), Poll::Ready(()))
    }

    /// Nothing is coming in.
    pub(super) fn stop_clock(&mut self) {
        self.clock = None;
    }

    /// The message is whole.
    pub(super) fn end(&mut self) {
        self.stop_clock();
        self.room = None;
    }
}
