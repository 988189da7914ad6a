//! What a session can do: one file per command, each a method on `Session`.
//!
//! Every command picks the best rung that the server offers, and works on a server without extensions.

pub mod append;
pub mod capability;
pub mod copy;
pub mod expunge;
pub mod fetch;
pub mod fetch_part;
pub mod list;
pub mod mailbox;
pub mod namespace;
pub mod notify;
pub mod role;
pub mod search;
pub mod select;
pub mod status;
pub mod store;
pub mod watch;
