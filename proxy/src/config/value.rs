//! Values of settings: read from one text form, wherever they stand, with errors that say the remedy.

use crate::endpoint::{Endpoint, Service};
use serde::{Deserialize, Deserializer, de};
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

/// An address to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen(pub SocketAddr);

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let with_host = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
        with_host
            .as_deref()
            .unwrap_or(text)
            .parse()
            .map(Self)
            .map_err(|_| format!("\"{text}\" is not an address with a port; write 127.0.0.1:8080, or [::]:8080"))
    }
}

/// The address of the IMAP server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImapUrl(pub Endpoint);

/// The address of the submission server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpUrl(pub Endpoint);

impl FromStr for ImapUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        endpoint(text, Service::Imap, "imaps://mail.example.org").map(Self)
    }
}

impl FromStr for SmtpUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        endpoint(text, Service::Submission, "smtps://mail.example.org").map(Self)
    }
}

fn endpoint(text: &str, service: Service, example: &str) -> Result<Endpoint, String> {
    let endpoint: Endpoint = text
        .parse()
        .map_err(|fault| format!("\"{text}\": {fault}; write {example}"))?;
    if endpoint.service == service {
        Ok(endpoint)
    } else {
        Err(format!(
            "\"{text}\" is the address of another kind of server; write {example}"
        ))
    }
}

/// A network of addresses; a single address is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(ipnet::IpNet);

impl Network {
    /// Is the address in it? An IPv4 address is the same when it comes mapped into IPv6.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let network = match text.parse::<IpAddr>() {
            Ok(address) => Ok(ipnet::IpNet::from(address.to_canonical())),
            Err(_) => text.parse::<ipnet::IpNet>(),
        };
        network
            .map(Self)
            .map_err(|_| format!("\"{text}\" is not an address or network; write 127.0.0.1, ::1 or 10.0.0.0/8"))
    }
}

/// A size in octets; written as a number, or with K, M or G for powers of 1,024.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Octets(pub u64);

impl FromStr for Octets {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, shift) = match text.trim().char_indices().next_back() {
            Some((at, 'k' | 'K')) => (&text.trim()[..at], 10),
            Some((at, 'm' | 'M')) => (&text.trim()[..at], 20),
            Some((at, 'g' | 'G')) => (&text.trim()[..at], 30),
            _ => (text.trim(), 0),
        };
        digits
            .parse::<u64>()
            .ok()
            .and_then(|count| count.checked_mul(1 << shift))
            .filter(|&octets| octets >= 1 << 10)
            .map(Self)
            .ok_or_else(|| format!("\"{text}\" is not a size of at least 1K; write 50M, or a number of octets"))
    }
}

/// An address of the web: scheme, host and port, nothing behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// The origin as browsers write it: no slash at the end, no default port.
    pub fn origin(&self) -> &str {
        &self.0
    }

    /// Served over TLS, by whomever?
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("\"{text}\" is not scheme and host alone; write https://mail.example.org");
        let lower = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let uri: axum::http::Uri = lower.parse().map_err(|_| fault())?;
        let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
        if !is_web || uri.host().is_none() || uri.path() != "/" || uri.query().is_some() || lower.contains('@') {
            return Err(fault());
        }
        let default_port = if uri.scheme_str() == Some("https") {
            ":443"
        } else {
            ":80"
        };
        Ok(Self(lower.strip_suffix(default_port).unwrap_or(&lower).to_owned()))
    }
}

/// The name by which a mail server signs what it found out about a message (RFC 8601, section 2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthservId(pub String);

impl FromStr for AuthservId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.trim();
        let is_name = (1..=255).contains(&name.len())
            && !name.contains(|c: char| c.is_whitespace() || c.is_control() || ";\"()=".contains(c));
        if is_name {
            Ok(Self(name.into()))
        } else {
            Err(format!(
                "\"{text}\" is not one word; write what stands first in Authentication-Results, as mx.example.org"
            ))
        }
    }
}

/// Reads a value of the file by its text form; numbers may stand without quotes.
pub(super) fn from_text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = String>,
{
    Text::deserialize(deserializer)?
        .0
        .parse()
        .map(Some)
        .map_err(de::Error::custom)
}

/// Reads a list of values; one value may stand without brackets.
pub(super) fn list_from_text<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = String>,
{
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a text in quotes, or a list of them in brackets")]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    let texts = match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(text) => vec![text],
        OneOrMany::Many(texts) => texts,
    };
    texts
        .iter()
        .map(|text| text.parse())
        .collect::<Result<_, _>>()
        .map(Some)
        .map_err(de::Error::custom)
}

/// A text, or a number as its text.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text in quotes, or a number")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.into()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_with_or_without_a_letter() {
        assert_eq!("50M".parse(), Ok(Octets(50 << 20)));
        assert_eq!("4096".parse(), Ok(Octets(4096)));
        for bad in ["", "M", "50 MB", "-1", "17", "99999999999G", "1é"] {
            assert!(bad.parse::<Octets>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_network_holds_its_addresses_in_either_form() {
        let network: Network = "10.0.0.0/8".parse().expect("a network");

        assert!(network.contains("10.9.8.7".parse().expect("an address")));
        assert!(network.contains("::ffff:10.9.8.7".parse().expect("an address")));
        assert!(!network.contains("11.0.0.1".parse().expect("an address")));
        assert!("10.0.0.0/33".parse::<Network>().is_err());
    }

    #[test]
    fn a_server_signs_with_one_word() {
        assert_eq!(" mx.example.org ".parse(), Ok(AuthservId("mx.example.org".into())));
        for bad in [
            "",
            " ",
            "a b",
            "a;",
            "mx.example.org; dmarc=pass",
            "\"a\"",
            &"x".repeat(256),
        ] {
            assert!(bad.parse::<AuthservId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_public_url_is_an_origin() {
        let origin = |text: &str| text.parse::<PublicUrl>().map(|url| url.origin().to_owned());

        assert_eq!(
            origin("https://Mail.Example.org/").as_deref(),
            Ok("https://mail.example.org")
        );
        assert_eq!(
            origin("https://mail.example.org:443").as_deref(),
            Ok("https://mail.example.org")
        );
        assert_eq!(origin("http://[::1]:8080").as_deref(), Ok("http://[::1]:8080"));
        for bad in [
            "mail.example.org",
            "ftp://x",
            "https://x/mail",
            "https://x?y",
            "https://u@x",
            "https://",
        ] {
            assert!(origin(bad).is_err(), "{bad:?}");
        }
    }
}
