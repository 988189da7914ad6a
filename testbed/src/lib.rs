//! Real mail servers for tests and for the demo: a private Dovecot and a private Postfix.
//!
//! Everything listens on free ports of 127.0.0.1, lives in one temporary folder, and is gone when
//! the [`Testbed`] is dropped or its process dies. Called by xtask and by the proxy's stories.

mod builder;
mod certificate;
mod command;
pub mod corpus;
mod daemon;
mod dovecot;
mod guard;
mod imap;
mod lmtp;
mod maildir;
pub mod other;
mod ports;
mod postfix;
pub mod seed;
mod testbed;

pub use builder::Builder;
pub use certificate::CertificateKind;
pub use daemon::Daemon;
pub use imap::Appender;
pub use maildir::{MaildirStore, Stored};
pub use testbed::Testbed;

/// Domain that all test addresses are in.
pub const DOMAIN: &str = "surat.test";

/// Password of every test account.
pub const PASSWORD: &str = "surat";

/// Another password that opens each account: a word that stands nowhere else, so that logs can be searched for it.
pub const RARE_PASSWORD: &str = "rahasia-7q4z";

/// Local part that Postfix accepts and Dovecot refuses, so that mail to it comes back as a bounce.
pub const BOUNCING_USER: &str = "bounce";

/// Full address, which is also the sign-in name, of a user given by its local part or by its address.
///
/// ```
/// assert_eq!(surat_testbed::address("ayu"), "ayu@surat.test");
/// assert_eq!(surat_testbed::address("ayu@surat.test"), "ayu@surat.test");
/// ```
pub fn address(user: &str) -> String {
    if user.contains('@') {
        user.to_owned()
    } else {
        format!("{user}@{DOMAIN}")
    }
}
