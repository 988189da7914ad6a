//! Every setting once: as an option, as `SURAT_…` in the environment, and as a key of `surat.toml`.

use super::value::{AuthservId, ImapUrl, Listen, Network, Octets, PublicUrl, SmtpUrl, from_text, list_from_text};
use serde::Deserialize;
use std::path::PathBuf;

/// What was set, wherever it was set. `None` = not set there.
///
/// The names are the same in all three places: `--imap-url`, `SURAT_IMAP_URL`, `imap-url`.
#[derive(Clone, Debug, Default, clap::Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Configuration file; `surat.toml` of the working folder is read by itself when it is there
    #[arg(long, env = "SURAT_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "SURAT_LISTEN", value_name = "ADDRESS:PORT")]
    #[serde(deserialize_with = "from_text")]
    pub listen: Option<Listen>,

    /// The IMAP server: imaps://host[:993], or imap://host[:143] with STARTTLS
    #[arg(long, env = "SURAT_IMAP_URL", value_name = "URL")]
    #[serde(deserialize_with = "from_text")]
    pub imap_url: Option<ImapUrl>,

    /// The submission server: smtps://host[:465], or smtp://host[:587] with STARTTLS
    #[arg(long, env = "SURAT_SMTP_URL", value_name = "URL")]
    #[serde(deserialize_with = "from_text")]
    pub smtp_url: Option<SmtpUrl>,

    /// File with the key that seals the sessions; made when missing [default: surat.secret]
    #[arg(long, env = "SURAT_SECRET_FILE", value_name = "FILE")]
    pub secret_file: Option<PathBuf>,

    /// File with the key before this one: it opens the sessions that it has sealed
    #[arg(long, env = "SURAT_PREVIOUS_SECRET_FILE", value_name = "FILE")]
    pub previous_secret_file: Option<PathBuf>,

    /// File in which ended sessions are remembered; made when missing [default: beside the secret, as surat.ended]
    #[arg(long, env = "SURAT_ENDED_FILE", value_name = "FILE")]
    pub ended_file: Option<PathBuf>,

    /// Certificate chain (PEM) for HTTPS by the proxy itself
    #[arg(long, env = "SURAT_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// Private key (PEM) for HTTPS by the proxy itself
    #[arg(long, env = "SURAT_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// More certification authorities (PEM) to trust, beside the system's, for the mail servers
    #[arg(long, env = "SURAT_CA_FILE", value_name = "FILE")]
    pub ca_file: Option<PathBuf>,

    /// Addresses or networks of reverse proxies whose forwarded headers count; comma-separated
    #[arg(long, env = "SURAT_TRUSTED_PROXY", value_name = "NETWORK", value_delimiter = ',')]
    #[serde(deserialize_with = "list_from_text")]
    pub trusted_proxy: Option<Vec<Network>>,

    /// The address in the browser, when the reverse proxy does not pass it on: https://mail.example.org
    #[arg(long, env = "SURAT_PUBLIC_URL", value_name = "URL")]
    #[serde(deserialize_with = "from_text")]
    pub public_url: Option<PublicUrl>,

    /// Largest message that may be sent, and largest file to attach: 50M [default: 50M]
    #[arg(long, env = "SURAT_MESSAGE_LIMIT", value_name = "OCTETS")]
    #[serde(deserialize_with = "from_text")]
    pub message_limit: Option<Octets>,

    /// IMAP connections at once, over all accounts [default: 4000]
    #[arg(long, env = "SURAT_CONNECTION_LIMIT", value_name = "COUNT")]
    pub connection_limit: Option<usize>,

    /// The name by which your mail server signs Authentication-Results; without it, none is believed
    #[arg(long, env = "SURAT_AUTHSERV_ID", value_name = "NAME")]
    #[serde(deserialize_with = "from_text")]
    pub authserv_id: Option<AuthservId>,

    /// What to log: error, warn, info, debug, or a filter as `surat_proxy=debug` [default: info]
    #[arg(long, env = "SURAT_LOG", value_name = "FILTER")]
    pub log: Option<String>,

    /// Let the image proxy reach private addresses; only for tests
    #[arg(long, env = "SURAT_ALLOW_PRIVATE_IMAGE_HOSTS", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", hide = true)]
    pub allow_private_image_hosts: Option<bool>,
}

impl Settings {
    /// These settings, and `other`'s where these say nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            config: self.config.or(other.config),
            listen: self.listen.or(other.listen),
            imap_url: self.imap_url.or(other.imap_url),
            smtp_url: self.smtp_url.or(other.smtp_url),
            secret_file: self.secret_file.or(other.secret_file),
            previous_secret_file: self.previous_secret_file.or(other.previous_secret_file),
            ended_file: self.ended_file.or(other.ended_file),
            tls_cert: self.tls_cert.or(other.tls_cert),
            tls_key: self.tls_key.or(other.tls_key),
            ca_file: self.ca_file.or(other.ca_file),
            trusted_proxy: self.trusted_proxy.or(other.trusted_proxy),
            public_url: self.public_url.or(other.public_url),
            message_limit: self.message_limit.or(other.message_limit),
            connection_limit: self.connection_limit.or(other.connection_limit),
            authserv_id: self.authserv_id.or(other.authserv_id),
            log: self.log.or(other.log),
            allow_private_image_hosts: self.allow_private_image_hosts.or(other.allow_private_image_hosts),
        }
    }
}
