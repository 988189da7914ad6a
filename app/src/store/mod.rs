//! What the app knows. Each store is plain logic behind a few signals, made once at the root.
//!
//! Stores never touch the DOM or the net: actions change them, views read them.

pub(crate) mod compose;
pub(crate) mod list;
pub(crate) mod mailboxes;
pub(crate) mod notices;
pub(crate) mod preferences;
pub(crate) mod reading;
pub(crate) mod search_query;
pub(crate) mod session;
pub(crate) mod sheet;
