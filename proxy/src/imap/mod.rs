//! Everything that knows IMAP, and nothing that knows people, views or HTTP.

pub mod decode;
pub mod mailbox_name;
