//! Stories of the IMAP layer: against a real Dovecot, and against a server that plays a script.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a story that cannot be told fails")]

mod changing;
mod hostile;
mod listing;
mod plain;
mod reading;
mod refusals;
mod sign_in;
mod support;
mod tls;
mod watching;
