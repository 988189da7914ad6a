//! Everything that knows IMAP, and nothing that knows people, views or HTTP.

pub mod decode;
pub mod frame;
pub mod handed_on;
pub mod mailbox_name;
pub mod sorter;
