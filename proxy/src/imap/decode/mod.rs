//! Untagged responses as values: one file per response, named after it.

pub mod body_structure;
pub mod envelope;
