//! The configuration: what `surat serve` and `surat check` are told, checked once at the start.
//!
//! Options, environment and `surat.toml` fill the same [`Settings`]; [`Config`] is what comes out:
//! complete, and with types that cannot be wrong.

mod file;
mod secret_file;
mod settings;
mod value;

pub use secret_file::SecretKey;
pub use settings::Settings;
pub use value::{AuthservId, ImapUrl, Listen, Network, Octets, PublicUrl, SmtpUrl};

use crate::endpoint::Endpoint;
use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

/// Where the secret is kept when nothing else is said: beside `surat.toml`, in the working folder.
const DEFAULT_SECRET_FILE: &str = "surat.secret";
/// Where to listen when nothing else is said: only on this machine.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
/// What most mail servers take, attachments and all.
const DEFAULT_MESSAGE_LIMIT: u64 = 50 << 20;
/// Two for each active account, one for each idle one; each is a file descriptor and some kilobytes.
const DEFAULT_CONNECTION_LIMIT: usize = 4000;
/// Starts, stops, refusals and failures.
const DEFAULT_LOG: &str = "info";

/// Why the configuration cannot be used, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}\n  Remedy: give the path of a readable file with --config, or leave it out.", path = .path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be; the text has line, column and remedy.
    #[error("{path}: {reason}", path = .path.display())]
    BadFile {
        /// Which file.
        path: PathBuf,
        /// Where in it, and why.
        reason: String,
    },
    /// A setting that must be there is not.
    #[error(
        "{name} is not set.\n  Remedy: add `{name} = \"{example}\"` to surat.toml, or start with --{name} {example}."
    )]
    Missing {
        /// Its name in the file and as an option.
        name: &'static str,
        /// A value to learn from.
        example: &'static str,
    },
    /// A value that makes no sense, or not together with another one.
    #[error("{name}: {reason}")]
    BadValue {
        /// The setting's name.
        name: &'static str,
        /// What is wrong with it, and the remedy.
        reason: String,
    },
}

/// Certificate chain and key for HTTPS by the proxy itself, as PEM files.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The chain, leaf first.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// What the proxy needs to know, complete and checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The IMAP server.
    pub imap: Endpoint,
    /// The submission server.
    pub smtp: Endpoint,
    /// Where the secret is.
    pub secret_file: PathBuf,
    /// Where the secret before it is.
    pub previous_secret_file: Option<PathBuf>,
    /// Where ended sessions are remembered.
    pub ended_file: PathBuf,
    /// HTTPS by itself.
    pub tls: Option<TlsFiles>,
    /// More certification authorities to trust, as a PEM file.
    pub ca_file: Option<PathBuf>,
    /// Whose forwarded headers count.
    pub trusted_proxies: Vec<Network>,
    /// The address in the browser, when it is not what the Host header says.
    pub public_url: Option<PublicUrl>,
    /// Largest message that may be sent, and largest file that may be uploaded, in octets.
    pub message_limit_octets: u64,
    /// IMAP connections at once, over all accounts.
    pub connection_limit: usize,
    /// Whose Authentication-Results are believed (RFC 8601); `None` = nobody's.
    pub authserv_id: Option<String>,
    /// What to log, as a filter.
    pub log: String,
    /// Let the image proxy reach this machine and private networks? Only for tests.
    pub allow_private_image_hosts: bool,
}

impl Config {
    /// Reads the file, if there is one, fills in what the options left open, and checks it all.
    pub fn load(options: Settings) -> Result<Self, ConfigError> {
        let settings = match file::find(&options)? {
            Some(path) => options.or(file::read(&path)?),
            None => options,
        };
        Self::from_settings(settings)
    }

    /// Checks settings that are complete, or names what is missing.
    pub fn from_settings(settings: Settings) -> Result<Self, ConfigError> {
        let missing = |name, example| ConfigError::Missing { name, example };
        let imap = settings
            .imap_url
            .ok_or(missing("imap-url", "imaps://mail.example.org"))?;
        let smtp = settings
            .smtp_url
            .ok_or(missing("smtp-url", "smtps://mail.example.org"))?;
        let secret_file = settings.secret_file.unwrap_or_else(|| DEFAULT_SECRET_FILE.into());
        Ok(Self {
            listen: settings.listen.map_or(DEFAULT_LISTEN, |listen| listen.0),
            imap: imap.0,
            smtp: smtp.0,
            ended_file: settings
                .ended_file
                .unwrap_or_else(|| secret_file.with_extension("ended")),
            secret_file,
            previous_secret_file: settings.previous_secret_file,
            tls: tls_files(settings.tls_cert, settings.tls_key)?,
            ca_file: settings.ca_file,
            trusted_proxies: settings.trusted_proxy.unwrap_or_default(),
            public_url: settings.public_url,
            message_limit_octets: settings.message_limit.map_or(DEFAULT_MESSAGE_LIMIT, |limit| limit.0),
            connection_limit: connection_limit(settings.connection_limit)?,
            authserv_id: settings.authserv_id.map(|id| id.0),
            log: settings.log.unwrap_or_else(|| DEFAULT_LOG.into()),
            allow_private_image_hosts: settings.allow_private_image_hosts.unwrap_or(false),
        })
    }
}

fn tls_files(cert: Option<PathBuf>, key: Option<PathBuf>) -> Result<Option<TlsFiles>, ConfigError> {
    let lone = |name, other| ConfigError::BadValue {
        name,
        reason: format!("stands alone.\n  Remedy: HTTPS needs both files; set {other} too, or neither."),
    };
    match (cert, key) {
        (Some(cert), Some(key)) => Ok(Some(TlsFiles { cert, key })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(lone("tls-cert", "tls-key")),
        (None, Some(_)) => Err(lone("tls-key", "tls-cert")),
    }
}

/// One connection watches, one works; with fewer than two not even one account can be served.
fn connection_limit(wanted: Option<usize>) -> Result<usize, ConfigError> {
    match wanted {
        None => Ok(DEFAULT_CONNECTION_LIMIT),
        Some(count) if count >= 2 => Ok(count),
        Some(count) => Err(ConfigError::BadValue {
            name: "connection-limit",
            reason: format!("{count} is too few.\n  Remedy: give at least 2, one to watch and one to work with."),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Settings {
        Settings {
            imap_url: Some("imaps://mail.example.org".parse().expect("good")),
            smtp_url: Some("smtps://mail.example.org".parse().expect("good")),
            ..Settings::default()
        }
    }

    #[test]
    fn two_addresses_are_enough() {
        let config = Config::from_settings(complete()).expect("the rest has defaults");

        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.message_limit_octets, 50 << 20);
        assert_eq!(config.ended_file, PathBuf::from("surat.ended"));
        assert!(!config.allow_private_image_hosts && config.trusted_proxies.is_empty());
    }

    #[test]
    fn a_missing_address_is_named_with_its_remedy() {
        let error = Config::from_settings(Settings::default()).expect_err("no server");

        let text = error.to_string();
        assert!(
            text.contains("imap-url") && text.contains("Remedy") && text.contains("--imap-url imaps://"),
            "{text}"
        );
    }

    #[test]
    fn a_certificate_without_its_key_is_refused() {
        let settings = Settings {
            tls_cert: Some("cert.pem".into()),
            ..complete()
        };

        let text = Config::from_settings(settings).expect_err("half of it").to_string();

        assert!(text.starts_with("tls-cert") && text.contains("tls-key"), "{text}");
    }
}
