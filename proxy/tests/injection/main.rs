//! Injection: 100,000 hostile strings through every field that becomes part of an IMAP command, of a header or of an
//! SMTP envelope, read again by other parsers; and thousands of them as Dovecot and Postfix logged what they were told.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    unreachable_pub,
    reason = "tests and their helpers fail loudly and tell what they did"
)]

mod command;
mod imap;
mod message;
mod smtp;
mod strings;
