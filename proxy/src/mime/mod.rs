//! Between octets of mail and what people read and write: no I/O, no HTTP.

pub mod charset;
pub mod header;
pub mod plan;
pub mod transfer;

pub use plan::{Plan, plan};
