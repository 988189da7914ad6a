//! Messages are told with what is known of their senders: those that were kept cannot be read any more, and are fetched
//! anew.

use super::step_1;
use idb::{Database, Error, ObjectStoreParams};

pub(super) fn migrate(database: &Database) -> Result<(), Error> {
    database.delete_object_store("messages")?;
    database.create_object_store("messages", ObjectStoreParams::new())?;
    database.delete_object_store("uses")?;
    step_1::create_uses(database)
}
