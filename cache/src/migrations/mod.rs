//! The shape of the database, one step per file. A step that was released is never changed.

mod step_1;
mod step_2;
mod step_3;
mod step_4;

use idb::{Database, Error};

type Step = fn(&Database) -> Result<(), Error>;

/// The steps in their order; the database's version is how many of them were done.
const STEPS: [Step; 4] = [step_1::migrate, step_2::migrate, step_3::migrate, step_4::migrate];

/// The version that this code reads and writes.
pub(crate) fn version() -> u32 {
    u32::try_from(STEPS.len()).unwrap_or(u32::MAX)
}

/// Brings a database from an older version to this one.
pub(crate) fn migrate(database: &Database, from: u32) -> Result<(), Error> {
    let done = usize::try_from(from).unwrap_or(usize::MAX);
    STEPS.iter().skip(done).try_for_each(|step| step(database))
}
