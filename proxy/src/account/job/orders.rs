//! Long orders in turns: a portion of messages at a time, with progress, and an end where it is cancelled.

use super::{Job, rows::portions};
use crate::account::pool::Urgency;
use surat_protocol::{Answer, Problem, UidSet};

/// Messages of one turn. Servers do thousands of flags or moves in a second; a person waits less.
const PORTION: usize = 500;
/// An order about more messages than this is not what a person waits for in one breath.
const AT_ONCE: usize = 100;
/// Messages of one order; no mailbox has so many.
const ORDER_LIMIT: usize = 5_000_000;

/// The turns of one order.
pub(super) struct Turns<'a> {
    job: &'a Job,
    portions: Box<dyn Iterator<Item = UidSet> + Send>,
    urgency: Urgency,
    begun: usize,
    total: usize,
}

impl<'a> Turns<'a> {
    /// An order about these messages.
    pub(super) fn new(job: &'a Job, uids: &UidSet) -> Result<Self, Problem> {
        let total = uids.len();
        if total > ORDER_LIMIT {
            return Err(Problem::BadRequest);
        }
        let urgency = if total <= AT_ONCE {
            Urgency::Person
        } else {
            Urgency::Bulk
        };
        Ok(Self {
            job,
            portions: Box::new(portions(uids, PORTION)),
            urgency,
            begun: 0,
            total,
        })
    }

    /// The next portion, after telling how far the order has come.
    pub(super) async fn next(&mut self) -> Result<Option<(Urgency, UidSet)>, Problem> {
        let Some(portion) = self.portions.next() else {
            return Ok(None);
        };
        if self.begun > 0 {
            let [done, total] = [self.begun, self.total].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
            // An order goes on when its page has gone.
            let _ = self.job.answer(Answer::Progress { done, total }).await;
        }
        // After that, so that whoever cancels it hears how far it came.
        self.job.check_cancelled()?;
        self.begun += portion.len();
        Ok(Some((self.urgency, portion)))
    }
}
