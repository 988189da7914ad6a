//! Stories: the real proxy, spoken to as a browser does, against real Dovecot and Postfix.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    reason = "stories and their helpers fail loudly, and nobody else uses them"
)]

mod adopting;
mod bulk;
mod check;
mod classes;
mod compression;
mod drafts;
mod files;
mod hostile;
mod images;
mod live;
mod lost;
mod opening;
mod orders;
mod plain;
mod reading;
mod scale;
mod secrecy;
mod sending;
mod sessions;
mod sign_in;
mod support;
mod tls;
mod trust;
mod unsubscribe;
