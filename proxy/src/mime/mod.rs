//! Between octets of mail and what people read and write: no I/O, no HTTP.
//!
//! Reading: [`plan()`] says which parts to fetch, [`view()`] makes one document of them.
//! Writing: [`compose()`] makes a message of a draft, [`reopen()`] a draft of a message.

pub mod charset;
pub mod compose;
mod flowed;
pub mod header;
pub mod plan;
mod private;
pub mod reopen;
pub mod transfer;
pub mod trust;
pub mod view;

pub(crate) use compose::is_id;
pub use compose::{compose, recipients, transmitted};
pub use plan::{Plan, plan};
pub use reopen::reopen;
pub use view::{Fetched, Links, View, view};
