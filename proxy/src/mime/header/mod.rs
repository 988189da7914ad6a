//! Header fields as octets become text for people: words, addresses, ids, dates, names.
//!
//! Called wherever an ENVELOPE, a body structure or a header block becomes a type of `protocol`.
//! Whatever comes in, what goes out is bounded in length, on one line and without characters that
//! could disguise other text.

mod address;
mod clean;
mod date;
mod envelope;
mod field;
mod parameter;
mod word;

pub use address::addresses;
pub use clean::{file_name, one_line};
pub use date::date;
pub use envelope::{SUBJECT_LIMIT, envelope, message_ids};
pub use field::{Field, decoded_fields, fields};
pub use parameter::parameter;
pub use word::text;
