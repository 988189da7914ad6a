//! What a test bed shall be like, before it is started.

use crate::{CertificateKind, Testbed, address};
use anyhow::Result;

/// Choices for a [`Testbed`]; each has a default that suits most stories.
#[derive(Clone, Debug)]
pub struct Builder {
    pub(crate) users: Vec<String>,
    pub(crate) load_users: usize,
    pub(crate) imap_capability: Option<String>,
    pub(crate) starttls: bool,
    pub(crate) certificate: CertificateKind,
    pub(crate) postfix: bool,
    pub(crate) log_commands: bool,
    pub(crate) xclient: bool,
    pub(crate) message_size_limit_octets: u64,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            users: ["ayu", "budi"].map(address).to_vec(),
            load_users: 0,
            imap_capability: None,
            starttls: true,
            certificate: CertificateKind::Good,
            postfix: true,
            log_commands: false,
            xclient: false,
            message_size_limit_octets: 50 * 1024 * 1024,
        }
    }
}

impl Builder {
    /// Accounts to have, by local part or address, in place of `ayu` and `budi`.
    pub fn users<'a>(mut self, users: impl IntoIterator<Item = &'a str>) -> Self {
        self.users = users.into_iter().map(address).collect();
        self
    }

    /// Further accounts `user1@surat.test` to `user{count}@surat.test`, for measurements. Where we are root, each has a
    /// user id of its own, as on many mail servers: the kernel counts its inotify instances, by which Dovecot hears of
    /// new mail, for each user id.
    pub fn load_users(mut self, count: usize) -> Self {
        self.load_users = count;
        self
    }

    /// What the IMAP server says that it can do after sign-in, e.g. `IMAP4rev1` for a server without any extension.
    ///
    /// Dovecot still understands what it no longer announces.
    pub fn imap_capability(mut self, capability: &str) -> Self {
        self.imap_capability = Some(capability.to_owned());
        self
    }

    /// A server that announces nothing but IMAP4rev1.
    pub fn plain_imap4rev1(self) -> Self {
        self.imap_capability("IMAP4rev1")
    }

    /// No STARTTLS offered, by IMAP or by SMTP; there are no IMAPS and SMTPS either.
    pub fn without_starttls(mut self) -> Self {
        self.starttls = false;
        self
    }

    /// Dovecot keeps every octet that comes in after a sign-in, see [`Testbed::command_log`]; Postfix logs each header
    /// field of each message.
    pub fn log_commands(mut self) -> Self {
        self.log_commands = true;
        self
    }

    /// Postfix believes whoever is on this machine where a client is (XCLIENT).
    pub fn xclient(mut self) -> Self {
        self.xclient = true;
        self
    }

    /// Which certificate the servers show.
    pub fn certificate(mut self, kind: CertificateKind) -> Self {
        self.certificate = kind;
        self
    }

    /// Dovecot alone, which starts faster and needs no root.
    pub fn without_postfix(mut self) -> Self {
        self.postfix = false;
        self
    }

    /// Largest message that Postfix takes, in octets (50 MiB unless told).
    pub fn message_size_limit_octets(mut self, octets: u64) -> Self {
        self.message_size_limit_octets = octets;
        self
    }

    /// Makes the folder and the configuration without starting a server, so that mail can be put into the store first.
    ///
    /// # Errors
    /// When a file cannot be written or a server is not installed.
    pub fn prepare(self) -> Result<Testbed> {
        Testbed::prepare(&self)
    }

    /// Starts the servers and waits until they answer.
    ///
    /// # Errors
    /// When a server is not installed or does not answer; the error carries the end of its log.
    pub fn start(self) -> Result<Testbed> {
        let mut testbed = self.prepare()?;
        testbed.start()?;
        Ok(testbed)
    }

    pub(crate) fn addresses(&self) -> Vec<String> {
        let load = (1..=self.load_users).map(load_user);
        self.users.iter().cloned().chain(load).collect()
    }
}

/// The address of one of the further accounts.
pub(crate) fn load_user(number: usize) -> String {
    address(&format!("user{number}"))
}
