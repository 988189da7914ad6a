//! The session cookie: credentials sealed so that only a node with the secret can open them.
//!
//! The browser keeps it, the proxy keeps nothing: any node can serve any session, and a restart
//! signs nobody out. What it seals is opened anew for each request, and wiped after it.

use crate::{
    account::{Credentials, SessionId},
    clock::now,
    config::SecretKey,
    secret::Secret,
};
use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use zeroize::Zeroizing;

/// First octet of a cookie. Another layout gets another number, and old cookies are void.
const VERSION: u8 = 2;
const NONCE_OCTETS: usize = 24;
/// Browsers cut cookies at 4,096 octets, name and attributes included.
const VALUE_LIMIT: usize = 3500;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// "Keep me signed in" ends after this, however often it is used.
const KEPT_FOR: Duration = DAY.saturating_mul(30);
/// And after this without a page that was opened.
const KEPT_IDLE: Duration = DAY.saturating_mul(14);
/// A browser that is never closed would keep its session for ever.
const UNKEPT_FOR: Duration = DAY.saturating_mul(7);
/// A weekend.
const UNKEPT_IDLE: Duration = DAY.saturating_mul(3);
/// The longest that any session lasts.
pub const LONGEST: Duration = KEPT_FOR;
/// A cookie that is used is sealed anew when it is older than this.
const RENEWED_AFTER: Duration = Duration::from_secs(60 * 60);
/// Clocks of nodes may differ by this much.
const CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);

/// `__Host-` makes browsers insist on Secure and Path=/, so no sister host can plant a cookie.
const SECURE_NAME: &str = "__Host-surat";
/// Plain HTTP on loopback can have neither.
const PLAIN_NAME: &str = "surat";

/// A signed-in person, as the cookie tells.
#[derive(Clone, Debug)]
pub struct Session {
    /// Which sign-in.
    pub id: SessionId,
    /// Who.
    pub credentials: Credentials,
    /// Outlives the browser session?
    pub keep: bool,
    /// When it began, in seconds since 1970 UTC.
    issued_at: u64,
    /// When its cookie was sealed, in seconds since 1970 UTC.
    sealed_at: u64,
    /// Was it sealed with the key that is being given up?
    has_old_seal: bool,
}

impl Session {
    /// A sign-in of this moment, but for the seconds up to `after` (since 1970 UTC): what began in them is void.
    pub fn begin(credentials: Credentials, keep: bool, after: u64) -> Self {
        let issued_at = now().max(after.saturating_add(1));
        Self {
            id: SessionId::random(),
            credentials,
            keep,
            issued_at,
            sealed_at: issued_at,
            has_old_seal: false,
        }
    }

    /// When it began, in seconds since 1970 UTC.
    pub fn issued_at(&self) -> u64 {
        self.issued_at
    }

    /// The same session with a seal of this moment, if it is time for one.
    pub fn renewed(&self) -> Option<Self> {
        let is_due = self.has_old_seal || now().saturating_sub(self.sealed_at) > RENEWED_AFTER.as_secs();
        is_due.then(|| Self {
            sealed_at: now(),
            has_old_seal: false,
            ..self.clone()
        })
    }

    /// How long it lasts from its beginning.
    fn lifetime(&self) -> Duration {
        if self.keep { KEPT_FOR } else { UNKEPT_FOR }
    }

    /// When it ends at the latest, in seconds since 1970 UTC.
    pub fn ends_at(&self) -> u64 {
        self.issued_at.saturating_add(self.lifetime().as_secs())
    }

    fn is_current(&self) -> bool {
        let idle = if self.keep { KEPT_IDLE } else { UNKEPT_IDLE };
        let now = now();
        let is_of_now = |at: u64| at <= now.saturating_add(CLOCK_SKEW.as_secs());
        is_of_now(self.issued_at)
            && is_of_now(self.sealed_at)
            && now < self.ends_at()
            && now.saturating_sub(self.sealed_at) < idle.as_secs()
    }
}

/// What is sealed. Borrowed both ways, so that no copy of the password is left unwiped.
#[derive(Serialize, Deserialize)]
struct Contents<'a> {
    id: SessionId,
    email: &'a str,
    password: &'a str,
    keep: bool,
    issued_at: u64,
    sealed_at: u64,
}

/// Seals and opens cookies.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    /// Of the key that is being given up: it opens what it has sealed.
    old: Option<XChaCha20Poly1305>,
    /// The IMAP server's address: a cookie for one server must not carry its password to another.
    server: String,
}

impl Sealer {
    /// A sealer with the installation's key, for sessions on this IMAP server.
    ///
    /// What was sealed with the `old` key is opened, and sealed with the new one at its next use.
    pub fn new(key: &SecretKey, old: Option<&SecretKey>, server: &impl ToString) -> Self {
        let cipher = |key: &SecretKey| XChaCha20Poly1305::new((&*key.derive("surat session cookie 1")).into());
        Self {
            cipher: cipher(key),
            old: old.map(cipher),
            server: server.to_string(),
        }
    }

    /// The `Set-Cookie` value of a session; `None` when name and password are too long for a cookie.
    pub fn set_cookie(&self, session: &Session, is_https: bool) -> Option<HeaderValue> {
        let value = self.seal(session)?;
        let age = if session.keep {
            format!("; Max-Age={}", KEPT_FOR.as_secs())
        } else {
            String::new()
        };
        cookie(&value, is_https, &age)
    }

    /// The session of a request. Anything but a good cookie is no session: another key, another
    /// server, a flipped bit and an old date make no difference to the person.
    pub fn session_of(&self, headers: &HeaderMap, is_https: bool) -> Option<Session> {
        let wanted = name(is_https);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == wanted)
            .find_map(|(_, value)| self.open(value))
    }

    fn seal(&self, session: &Session) -> Option<String> {
        let contents = Contents {
            id: session.id,
            email: &session.credentials.email,
            password: session.credentials.password.reveal(),
            keep: session.keep,
            issued_at: session.issued_at,
            sealed_at: session.sealed_at,
        };
        let plain = Zeroizing::new(postcard::to_allocvec(&contents).ok()?);
        let mut nonce = [0; NONCE_OCTETS];
        getrandom::fill(&mut nonce).ok()?;
        let payload = Payload {
            msg: &plain,
            aad: &self.context(),
        };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        let value = BASE64_URL_SAFE_NO_PAD.encode([&[VERSION], &nonce[..], &sealed].concat());
        (value.len() <= VALUE_LIMIT).then_some(value)
    }

    fn open(&self, value: &str) -> Option<Session> {
        if value.len() > VALUE_LIMIT {
            return None;
        }
        let octets = BASE64_URL_SAFE_NO_PAD.decode(value).ok()?;
        let (&[version], rest) = octets.split_first_chunk::<1>()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_OCTETS>()?;
        if version != VERSION {
            return None;
        }
        let (plain, has_old_seal) = self.decrypt(&XNonce::from(*nonce), sealed)?;
        let contents: Contents<'_> = postcard::from_bytes(&plain).ok()?;
        let session = Session {
            id: contents.id,
            credentials: Credentials {
                email: contents.email.into(),
                password: Secret::new(contents.password),
            },
            keep: contents.keep,
            issued_at: contents.issued_at,
            sealed_at: contents.sealed_at,
            has_old_seal,
        };
        session.is_current().then_some(session)
    }

    /// The contents, and whether the old key had to open them.
    fn decrypt(&self, nonce: &XNonce, sealed: &[u8]) -> Option<(Zeroizing<Vec<u8>>, bool)> {
        let context = self.context();
        let open = |cipher: &XChaCha20Poly1305| {
            let payload = Payload {
                msg: sealed,
                aad: &context,
            };
            cipher.decrypt(nonce, payload).ok().map(Zeroizing::new)
        };
        let old = || Some((open(self.old.as_ref()?)?, true));
        open(&self.cipher).map(|plain| (plain, false)).or_else(old)
    }

    /// What the seal is bound to, beside its contents.
    fn context(&self) -> Vec<u8> {
        [&[VERSION], self.server.as_bytes()].concat()
    }
}

/// The `Set-Cookie` value that makes a browser forget its session.
pub fn clearing_cookie(is_https: bool) -> Option<HeaderValue> {
    cookie("", is_https, "; Max-Age=0")
}

fn cookie(value: &str, is_https: bool, age: &str) -> Option<HeaderValue> {
    let secure = if is_https { "; Secure" } else { "" };
    let text = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}",
        name(is_https)
    );
    HeaderValue::from_str(&text).ok()
}

const fn name(is_https: bool) -> &'static str {
    if is_https { SECURE_NAME } else { PLAIN_NAME }
}

#[cfg(test)]
mod tests;
