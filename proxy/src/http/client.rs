//! Who asks: the browser's address and how it reached us, seen through trusted reverse proxies.
//!
//! Forwarded headers count only when the connection comes from an address that the configuration
//! trusts; from anybody else they are words of a stranger.

use crate::config::{Config, Network};
use axum::http::{HeaderMap, header};
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// A place among the connections that may be open at once. Whoever takes a connection over keeps it.
#[derive(Clone, Debug)]
pub struct Place {
    _place: Arc<dyn fmt::Debug + Send + Sync>,
}

impl Place {
    /// The place that was taken: whatever gives it back when it is dropped.
    pub fn new(place: impl fmt::Debug + Send + Sync + 'static) -> Self {
        Self {
            _place: Arc::new(place),
        }
    }
}

/// One TCP connection, as the listener saw it; stands in the extensions of each of its requests.
#[derive(Clone, Copy, Debug)]
pub struct Connection {
    /// The other end.
    pub peer: SocketAddr,
    /// TLS by ourselves?
    pub is_tls: bool,
}

/// The browser behind a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its address, as far as it can be known.
    pub address: IpAddr,
    /// Does the browser speak TLS, with us or with a trusted proxy before us?
    pub is_https: bool,
    /// The origin that it must have loaded our page from ("https://mail.example.org").
    pub origin: String,
}

impl Client {
    /// Finds out who asks. `authority` is the host that HTTP/2 puts into the address (RFC 9113,
    /// section 8.3.1), where HTTP/1 has a Host header.
    pub fn of(connection: Connection, authority: Option<&str>, headers: &HeaderMap, config: &Config) -> Self {
        let is_trusted = |address: IpAddr| is_in(address, &config.trusted_proxies);
        let forwarded = if is_trusted(connection.peer.ip()) {
            Forwarded::read(headers, is_trusted)
        } else {
            Forwarded::default()
        };
        let scheme_is_https = forwarded.is_https.unwrap_or(connection.is_tls);
        let own_host = || {
            authority
                .or_else(|| text(headers, header::HOST.as_str()))
                .map(str::to_ascii_lowercase)
        };
        let host = forwarded.host.or_else(own_host).unwrap_or_default();
        let (is_https, origin) = match &config.public_url {
            Some(url) => (url.is_https(), url.origin().to_owned()),
            None => (scheme_is_https, origin(scheme_is_https, &host)),
        };
        Self {
            address: forwarded.address.unwrap_or(connection.peer.ip()).to_canonical(),
            is_https,
            origin,
        }
    }
}

/// An origin as browsers write it: without the scheme's own port.
fn origin(is_https: bool, host: &str) -> String {
    let (scheme, port) = if is_https { ("https", ":443") } else { ("http", ":80") };
    format!("{scheme}://{}", host.strip_suffix(port).unwrap_or(host))
}

fn is_in(address: IpAddr, networks: &[Network]) -> bool {
    networks.iter().any(|network| network.contains(address))
}

/// What reverse proxies say.
#[derive(Default)]
struct Forwarded {
    address: Option<IpAddr>,
    is_https: Option<bool>,
    host: Option<String>,
}

impl Forwarded {
    /// Reads `Forwarded` (RFC 7239) or else the `X-Forwarded-…` headers. Proxies append, so the
    /// client is the last address that is not itself a trusted proxy.
    fn read(headers: &HeaderMap, is_trusted: impl Fn(IpAddr) -> bool) -> Self {
        let standard = all(headers, "forwarded");
        let (addresses, protocol, host) = if standard.is_empty() {
            let first = |name| all(headers, name).into_iter().next();
            (
                all(headers, "x-forwarded-for"),
                first("x-forwarded-proto"),
                first("x-forwarded-host"),
            )
        } else {
            let of_name = |name: &str| {
                standard
                    .iter()
                    .filter_map(|hop| parameter(hop, name))
                    .collect::<Vec<_>>()
            };
            (
                of_name("for"),
                of_name("proto").into_iter().next(),
                of_name("host").into_iter().next(),
            )
        };
        let mut client = None;
        for hop in addresses.iter().rev() {
            // What is not an address ("unknown", "_hidden") ends the chain of what can be believed.
            let Some(address) = address(hop) else { break };
            client = Some(address);
            if !is_trusted(address) {
                break;
            }
        }
        Self {
            address: client,
            is_https: protocol.map(|protocol| protocol.eq_ignore_ascii_case("https")),
            host: host.map(|host| host.to_ascii_lowercase()),
        }
    }
}

/// The elements of a comma-separated header, over all its lines.
fn all(headers: &HeaderMap, name: &str) -> Vec<String> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|element| element.trim().to_owned())
        .filter(|element| !element.is_empty())
        .collect()
}

/// A parameter of one element of `Forwarded`, without its quotes.
fn parameter(element: &str, name: &str) -> Option<String> {
    element
        .split(';')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().trim_matches('"').to_owned())
}

/// An address with or without port and brackets.
fn address(hop: &str) -> Option<IpAddr> {
    hop.parse::<IpAddr>()
        .ok()
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))
        .or_else(|| hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use axum::http::{HeaderName, HeaderValue};

    fn config(trusted: &str, public_url: Option<&str>) -> Config {
        let settings = Settings {
            imap_url: Some("imap://127.0.0.1".parse().expect("good")),
            smtp_url: Some("smtp://127.0.0.1".parse().expect("good")),
            trusted_proxy: Some(vec![trusted.parse().expect("a network")]),
            public_url: public_url.map(|url| url.parse().expect("good")),
            ..Settings::default()
        };
        Config::from_settings(settings).expect("complete")
    }

    fn client(peer: &str, headers: &[(&'static str, &'static str)], config: &Config) -> Client {
        let connection = Connection {
            peer: SocketAddr::new(peer.parse().expect("an address"), 9),
            is_tls: false,
        };
        let headers = headers
            .iter()
            .map(|&(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v)))
            .collect();
        Client::of(connection, None, &headers, config)
    }

    #[test]
    fn a_stranger_cannot_say_who_it_is() {
        let forged = [
            ("host", "a.test"),
            ("x-forwarded-for", "9.9.9.9"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "b.test"),
        ];

        let seen = client("10.0.0.1", &forged, &config("127.0.0.1", None));

        assert_eq!(
            (seen.address.to_string().as_str(), seen.origin.as_str()),
            ("10.0.0.1", "http://a.test")
        );
    }

    #[test]
    fn a_trusted_proxy_speaks_for_its_client() {
        let trusted = config("127.0.0.0/8", None);
        let x = [
            ("host", "in"),
            ("x-forwarded-for", "6.6.6.6, 9.9.9.9, 127.0.0.2"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "A.test:443"),
        ];
        let standard = [
            ("host", "in"),
            (
                "forwarded",
                "for=\"[2001:db8::1]:4711\";proto=https;host=a.test, for=127.0.0.3",
            ),
        ];

        let by_x = client("127.0.0.1", &x, &trusted);
        assert_eq!(
            (by_x.address.to_string().as_str(), by_x.origin.as_str()),
            ("9.9.9.9", "https://a.test")
        );
        assert!(by_x.is_https);

        let by_standard = client("127.0.0.1", &standard, &trusted);
        assert_eq!(
            (by_standard.address.to_string().as_str(), by_standard.origin.as_str()),
            ("2001:db8::1", "https://a.test")
        );
    }

    #[test]
    fn a_public_url_goes_before_the_headers() {
        let seen = client(
            "10.0.0.1",
            &[("host", "inner:8080")],
            &config("127.0.0.1", Some("https://mail.example.org/")),
        );

        assert_eq!(
            (seen.origin.as_str(), seen.is_https),
            ("https://mail.example.org", true)
        );
    }
}
