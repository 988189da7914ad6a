//! Rows and messages are told without their sizes: those that were kept cannot be read any more, and are fetched anew.

use super::step_1;
use idb::{Database, Error, ObjectStoreParams};

pub(super) fn migrate(database: &Database) -> Result<(), Error> {
    for name in ["rows", "messages"] {
        database.delete_object_store(name)?;
        database.create_object_store(name, ObjectStoreParams::new())?;
    }
    database.delete_object_store("uses")?;
    step_1::create_uses(database)
}
