//! The database of one account, in IndexedDB.
//!
//! | store | key | value |
//! | --- | --- | --- |
//! | `mailboxes` | 0 | all mailboxes |
//! | `orders` | mailbox | [`crate::order::Kept`] |
//! | `rows` | mailbox, UIDVALIDITY, UID | `Row` |
//! | `messages` | the same | [`crate::change::Images`] and `Message` |
//! | `uses` | the same | when the message was last read, and its octets; index `used_at` |
//! | `queue` | counted up | the page that gave the order, and its frame |
//!
//! Values are postcard, but those of the last two, which the database itself must be able to read.

mod fault;
mod key;
mod ordered;
mod queue;
mod read;
mod sweep;
mod write;

pub(crate) use fault::Fault;
pub(crate) use queue::Entry;

use crate::migrations;
use idb::{Database, DatabaseEvent, Event, Factory, ObjectStore, Request, Transaction, TransactionMode};
use std::cell::Cell;
use web_sys::IdbTransaction;

const MAILBOXES: &str = "mailboxes";
const ORDERS: &str = "orders";
const ROWS: &str = "rows";
const MESSAGES: &str = "messages";
const USES: &str = "uses";
const QUEUE: &str = "queue";

/// What is kept of mail.
const MAIL: [&str; 5] = [MAILBOXES, ORDERS, ROWS, MESSAGES, USES];

/// The stores whose keys are mailbox, UIDVALIDITY and UID.
const BY_UID: [&str; 3] = [ROWS, MESSAGES, USES];

/// An open database.
pub(crate) struct Store {
    database: Database,
    /// Octets written since it was last looked how many there are in all.
    written: Cell<u64>,
}

/// A transaction under way.
struct Work {
    transaction: IdbTransaction,
}

impl Store {
    /// Opens an account's database, and makes it if there is none. `closed` is called when another page deletes it, or
    /// needs it in a newer shape.
    pub(crate) async fn open(name: &str, closed: impl FnOnce() + 'static) -> Result<Self, Fault> {
        let mut request = Factory::new()?.open(name, Some(migrations::version()))?;
        request.on_upgrade_needed(|event| {
            let migrate = || migrations::migrate(&event.database()?, event.old_version()?);
            if migrate().is_err()
                && let Some(transaction) = event.target().ok().and_then(|request| request.transaction())
            {
                // Undone as a whole; opening fails. An abort that fails finds it undone already.
                let _ = transaction.abort();
            }
        });
        let mut database = request.await?;
        database.on_version_change(move |event| {
            if let Ok(database) = event.database() {
                database.close();
            }
            closed();
        });
        Ok(Self {
            database,
            written: Cell::new(0),
        })
    }

    /// Closes it: what is under way comes to its end, nothing begins any more.
    pub(crate) fn close(&self) {
        self.database.close();
    }

    /// Reads in one transaction.
    fn read(&self, stores: &[&str]) -> Result<Work, Fault> {
        let transaction = self.database.transaction(stores, TransactionMode::ReadOnly)?;
        Ok(Work {
            transaction: transaction.into(),
        })
    }

    /// Writes in one transaction: all of it or, when it fails, nothing.
    async fn write<T>(&self, stores: &[&str], act: impl AsyncFnOnce(&Work) -> Result<T, Fault>) -> Result<T, Fault> {
        let transaction = self.database.transaction(stores, TransactionMode::ReadWrite)?;
        let work = Work {
            transaction: transaction.into(),
        };
        let ended = fault::end_of(&work.transaction);
        let outcome = act(&work).await;
        if outcome.is_err() {
            // One that has ended by itself cannot be ended again.
            let _ = work.transaction.abort();
        }
        let end = ended.await;
        let value = outcome?;
        end.map(|()| value)
    }
}

impl Work {
    fn store(&self, name: &str) -> Result<ObjectStore, Fault> {
        Ok(Transaction::from(self.transaction.clone()).object_store(name)?)
    }
}
