//! Where a mail server is: host, port and how the connection is encrypted.
//!
//! Parsed once from the configuration; `imap::dial` and `submission` connect by it.

use std::{fmt, net::IpAddr, str::FromStr};
use thiserror::Error;

/// The protocol that is spoken at an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// IMAP (RFC 9051).
    Imap,
    /// Message submission by SMTP (RFC 6409).
    Submission,
}

/// How a connection is encrypted (RFC 8314).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first octet: `imaps`, `smtps`.
    Implicit,
    /// STARTTLS: `imap`, `smtp`. Required, except on loopback, where a server that does not offer
    /// it is spoken to in clear: nobody else can listen there.
    StartTls,
}

/// A mail server's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Which protocol.
    pub service: Service,
    /// How it is encrypted.
    pub encryption: Encryption,
    /// Host name (ASCII) or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// Why a text is not the address of a mail server. Says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EndpointError {
    /// No known scheme.
    #[error("starts with none of imaps://, imap://, smtps://, smtp://")]
    Scheme,
    /// No host, or one with foreign characters.
    #[error(
        "`{0}` is not a host name; write ASCII letters (xn--… for others), an IPv4 address, or an IPv6 address in brackets"
    )]
    Host(String),
    /// The port is not a number from 1 to 65535.
    #[error("`{0}` is not a port; write a number from 1 to 65535")]
    Port(String),
    /// Something follows the port.
    #[error("`{0}` does not belong here; write only scheme://host:port")]
    Rest(String),
}

impl Endpoint {
    /// Is it on this machine by its very spelling (`localhost`, 127.0.0.0/8, `::1`)? A name that
    /// merely resolves to such an address does not count: DNS must not be able to turn encryption off.
    pub fn is_loopback(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => self.host.eq_ignore_ascii_case("localhost"),
        }
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    /// Reads `imaps://host[:993]`, `imap://host[:143]`, `smtps://host[:465]` or `smtp://host[:587]`.
    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let (scheme, rest) = text.split_once("://").ok_or(EndpointError::Scheme)?;
        let (service, encryption, default_port) = match scheme.to_ascii_lowercase().as_str() {
            "imaps" => (Service::Imap, Encryption::Implicit, 993),
            "imap" => (Service::Imap, Encryption::StartTls, 143),
            "smtps" => (Service::Submission, Encryption::Implicit, 465),
            "smtp" => (Service::Submission, Encryption::StartTls, 587),
            _ => return Err(EndpointError::Scheme),
        };
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        if !matches!(path, "" | "/") {
            return Err(EndpointError::Rest(path.into()));
        }
        let (host, port) = split_port(authority)?;
        Ok(Self {
            service,
            encryption,
            host: host.into(),
            port: port.map_or(Ok(default_port), parse_port)?,
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match (self.service, self.encryption) {
            (Service::Imap, Encryption::Implicit) => "imaps",
            (Service::Imap, Encryption::StartTls) => "imap",
            (Service::Submission, Encryption::Implicit) => "smtps",
            (Service::Submission, Encryption::StartTls) => "smtp",
        };
        let Self { host, port, .. } = self;
        if host.contains(':') {
            write!(f, "{scheme}://[{host}]:{port}")
        } else {
            write!(f, "{scheme}://{host}:{port}")
        }
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<&str>), EndpointError> {
    let bad_host = || EndpointError::Host(authority.into());
    if let Some(bracketed) = authority.strip_prefix('[') {
        let (host, rest) = bracketed.split_once(']').ok_or_else(bad_host)?;
        host.parse::<std::net::Ipv6Addr>().map_err(|_| bad_host())?;
        let port = match rest.strip_prefix(':') {
            Some(port) => Some(port),
            None if rest.is_empty() => None,
            None => return Err(EndpointError::Rest(rest.into())),
        };
        return Ok((host, port));
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if host.is_empty() || host.len() > 253 || host.starts_with(['-', '.']) || !host.chars().all(is_name) {
        return Err(bad_host());
    }
    Ok((host, port))
}

fn parse_port(text: &str) -> Result<u16, EndpointError> {
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(port) if port > 0 && is_number => Ok(port),
        _ => Err(EndpointError::Port(text.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scheme_has_its_port_and_its_encryption() {
        for (text, whole) in [
            ("imaps://mail.example", "imaps://mail.example:993"),
            ("IMAP://mail.example/", "imap://mail.example:143"),
            ("smtps://mail.example:4650", "smtps://mail.example:4650"),
            ("smtp://[::1]", "smtp://[::1]:587"),
            ("imap://127.0.0.1:1143", "imap://127.0.0.1:1143"),
        ] {
            assert_eq!(text.parse::<Endpoint>().map(|e| e.to_string()), Ok(whole.into()));
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused_with_its_reason() {
        let error = |text: &str| text.parse::<Endpoint>().expect_err(text);

        assert_eq!(error("mail.example"), EndpointError::Scheme);
        assert_eq!(error("http://mail.example"), EndpointError::Scheme);
        assert_eq!(error("imaps://mail.example:0"), EndpointError::Port("0".into()));
        assert_eq!(error("imaps://mail.example:+99"), EndpointError::Port("+99".into()));
        assert_eq!(error("imaps://a/INBOX"), EndpointError::Rest("/INBOX".into()));
        for host in ["", "ü.example", "a b", "user@host", "[::1", "[x]", "a\r\nb", "-a"] {
            assert!(
                matches!(error(&format!("imaps://{host}")), EndpointError::Host(_)),
                "{host:?}"
            );
        }
    }

    #[test]
    fn loopback_is_a_matter_of_spelling() {
        let is_loopback = |host: &str| {
            format!("imap://{host}")
                .parse::<Endpoint>()
                .is_ok_and(|e| e.is_loopback())
        };

        assert!(is_loopback("localhost") && is_loopback("127.0.0.9") && is_loopback("[::1]"));
        assert!(!is_loopback("localhost.example") && !is_loopback("10.0.0.1"));
    }
}
