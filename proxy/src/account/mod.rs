//! One signed-in account on this node: its connections, what its browsers ask, what its mailboxes do.
//!
//! `http` hands requests in and carries answers out; all that speaks IMAP for them is here and below.

mod actor;
mod backoff;
mod correspondents;
mod directory;
mod in_turn;
mod job;
mod key;
mod line;
mod looks;
mod members;
mod orders;
mod outbox;
mod pool;
mod problem;
mod registry;
mod reply;
mod servers;
mod shown;
mod sync;
mod uploads;
mod watch;
mod watcher;
mod wear;

pub use actor::Member;
pub use job::part;
pub use key::AccountKey;
pub use outbox::{Outbox, Outgoing, Outlet, outbox};
pub use registry::{Accounts, Presence, SessionId};
pub use servers::{Credentials, Servers};
pub use uploads::Uploads;
