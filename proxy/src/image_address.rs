//! Signatures of image addresses: what is fetched for a browser was put into a message by us.

use crate::{clock::now, config::SecretKey};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;
use std::time::Duration;
use surat_protocol::http::IMAGE;
use zeroize::Zeroizing;

/// A message stays open in a tab over a working day.
const GOOD_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Makes and checks signed addresses. Nodes with the same secret accept each other's.
#[derive(Clone)]
pub struct ImageSigner {
    key: Zeroizing<[u8; 32]>,
}

impl ImageSigner {
    /// A signer with the installation's key.
    pub fn new(key: &SecretKey) -> Self {
        Self {
            key: key.derive("surat image address 2"),
        }
    }

    /// The address under which the proxy serves the remote image `url` to the account `email`, in whose mail it stands.
    pub fn address_of(&self, url: &str, email: &str) -> String {
        let until = now() + GOOD_FOR.as_secs();
        let signature = BASE64_URL_SAFE_NO_PAD.encode(self.mac(url, until, email).finalize().into_bytes());
        format!(
            "{IMAGE}?u={}&e={until}&s={signature}",
            utf8_percent_encode(url, NON_ALPHANUMERIC)
        )
    }

    /// Was it made by us, for this account, and not too long ago?
    pub fn is_good(&self, url: &str, until: u64, signature: &str, email: &str) -> bool {
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
        // Compares in constant time.
        self.mac(url, until, email).verify_slice(&signature).is_ok() && now() < until
    }

    fn mac(&self, url: &str, until: u64, email: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(self.key.as_slice()).expect("HMAC takes keys of any length");
        mac.update(&until.to_be_bytes());
        let email = email.to_lowercase();
        mac.update(&(email.len() as u64).to_be_bytes());
        mac.update(email.as_bytes());
        mac.update(url.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AYU: &str = "ayu@surat.test";

    #[test]
    fn only_what_was_signed_is_good() {
        let signer = ImageSigner::new(&SecretKey::generate());
        let url = "https://example.org/a.png?b=c&d=é";

        let address = signer.address_of(url, AYU);
        let (_, query) = address.split_once('?').expect("a query");
        let field = |name: &str| {
            let value = query
                .split('&')
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
                .expect("a field");
            percent_encoding::percent_decode_str(value)
                .decode_utf8()
                .expect("UTF-8")
                .into_owned()
        };
        let until = field("e").parse().expect("a number");

        assert!(!query.contains("://") && field("u") == url);
        assert!(signer.is_good(url, until, &field("s"), AYU));
        assert!(signer.is_good(url, until, &field("s"), "Ayu@surat.test"));
        assert!(!signer.is_good(url, until, &field("s"), "budi@surat.test"));
        assert!(!signer.is_good("https://example.org/b.png", until, &field("s"), AYU));
        assert!(!signer.is_good(url, until + 1, &field("s"), AYU));
        assert!(!signer.is_good(url, until, "", AYU) && !signer.is_good(url, until, "AAAA", AYU));
        assert!(!ImageSigner::new(&SecretKey::generate()).is_good(url, until, &field("s"), AYU));
    }

    #[test]
    fn an_old_signature_is_not_good() {
        let signer = ImageSigner::new(&SecretKey::generate());
        let past = now() - 1;
        let mac = signer.mac("https://example.org/a.png", past, AYU);
        let signature = BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());

        assert!(!signer.is_good("https://example.org/a.png", past, &signature, AYU));
    }
}
