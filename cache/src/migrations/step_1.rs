//! The first stores. What is inside them is described in `store`.

use idb::{Database, Error, IndexParams, KeyPath, ObjectStoreParams};

pub(super) fn migrate(database: &Database) -> Result<(), Error> {
    for name in ["mailboxes", "orders", "rows", "messages"] {
        database.create_object_store(name, ObjectStoreParams::new())?;
    }
    create_uses(database)?;
    let mut numbered = ObjectStoreParams::new();
    numbered.auto_increment(true);
    database.create_object_store("queue", numbered)?;
    Ok(())
}

/// What was read when.
pub(super) fn create_uses(database: &Database) -> Result<(), Error> {
    let uses = database.create_object_store("uses", ObjectStoreParams::new())?;
    uses.create_index("used_at", KeyPath::new_single("used_at"), Some(IndexParams::new()))?;
    Ok(())
}
