//! Between octets of mail and what people read and write: no I/O, no HTTP.
//!
//! Reading: [`plan()`] says which parts to fetch, [`view()`] makes one document of them.

pub mod charset;
mod flowed;
pub mod header;
pub mod plan;
pub mod transfer;
pub mod view;

pub use plan::{Plan, plan};
pub use view::{Fetched, Links, View, view};
