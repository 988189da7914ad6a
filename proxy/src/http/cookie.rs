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
const VERSION: u8 = 1;
const NONCE_OCTETS: usize = 24;
/// Browsers cut cookies at 4,096 octets, name and attributes included.
const VALUE_LIMIT: usize = 3500;
/// "Keep me signed in" ends after this, however often it is used.
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// A browser that is never closed would keep its session for ever.
const UNKEPT_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);
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
}

impl Session {
    /// A sign-in of this moment.
    pub fn begin(credentials: Credentials, keep: bool) -> Self {
        Self {
            id: SessionId::random(),
            credentials,
            keep,
            issued_at: now(),
        }
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
        self.issued_at <= now() + CLOCK_SKEW.as_secs() && now() < self.ends_at()
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
}

/// Seals and opens cookies.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    /// The IMAP server's address: a cookie for one server must not carry its password to another.
    server: String,
}

impl Sealer {
    /// A sealer with the installation's key, for sessions on this IMAP server.
    pub fn new(key: &SecretKey, server: &impl ToString) -> Self {
        let key = key.derive("surat session cookie 1");
        Self {
            cipher: XChaCha20Poly1305::new((&*key).into()),
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
        let payload = Payload {
            msg: sealed,
            aad: &self.context(),
        };
        let plain = Zeroizing::new(self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()?);
        let contents: Contents<'_> = postcard::from_bytes(&plain).ok()?;
        let session = Session {
            id: contents.id,
            credentials: Credentials {
                email: contents.email.into(),
                password: Secret::new(contents.password),
            },
            keep: contents.keep,
            issued_at: contents.issued_at,
        };
        session.is_current().then_some(session)
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
mod tests {
    use super::*;

    fn credentials(password: &str) -> Credentials {
        Credentials {
            email: "ayu@surat.test".into(),
            password: Secret::new(password),
        }
    }

    fn session() -> Session {
        Session::begin(credentials("pä\"ss\r\n"), true)
    }

    fn sealer(key: &SecretKey) -> Sealer {
        Sealer::new(key, &"imaps://mail.test:993")
    }

    /// The Cookie header that a browser makes of a Set-Cookie.
    fn returned(set: &HeaderValue) -> HeaderMap {
        let pair = set.to_str().expect("ASCII").split(';').next().expect("a pair");
        [(
            header::COOKIE,
            HeaderValue::from_str(&format!("a=b; {pair}; c=d")).expect("ASCII"),
        )]
        .into_iter()
        .collect()
    }

    #[test]
    fn what_was_sealed_is_opened() {
        let sealer = sealer(&SecretKey::generate());
        let before = session();

        let set = sealer.set_cookie(&before, true).expect("it fits");
        let after = sealer.session_of(&returned(&set), true).expect("it is ours");

        assert_eq!((after.id, after.credentials), (before.id, before.credentials));
        assert!(
            sealer.session_of(&returned(&set), false).is_none(),
            "the name says whether it came by TLS"
        );
    }

    #[test]
    fn a_cookie_is_guarded_by_its_attributes() {
        let sealer = sealer(&SecretKey::generate());
        let text = |session: &Session, is_https| {
            let set = sealer.set_cookie(session, is_https).expect("it fits");
            set.to_str()
                .expect("ASCII")
                .split_once(';')
                .expect("attributes")
                .1
                .to_owned()
        };

        assert_eq!(
            text(&session(), true),
            " Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=2592000"
        );
        let unkept = Session {
            keep: false,
            ..session()
        };
        assert_eq!(text(&unkept, false), " Path=/; HttpOnly; SameSite=Strict");
        assert!(
            sealer
                .set_cookie(&unkept, true)
                .is_some_and(|c| c.as_bytes().starts_with(b"__Host-surat="))
        );
    }

    #[test]
    fn any_flipped_bit_or_cut_makes_it_void() {
        let sealer = sealer(&SecretKey::generate());
        let value = sealer.seal(&session()).expect("it fits");
        let octets = BASE64_URL_SAFE_NO_PAD.decode(&value).expect("base64");

        for at in 0..octets.len() {
            let mut flipped = octets.clone();
            flipped[at] ^= 1;
            assert!(
                sealer.open(&BASE64_URL_SAFE_NO_PAD.encode(&flipped)).is_none(),
                "octet {at}"
            );
            assert!(
                sealer.open(&BASE64_URL_SAFE_NO_PAD.encode(&octets[..at])).is_none(),
                "cut at {at}"
            );
        }
        assert!(sealer.open("").is_none() && sealer.open("é").is_none());
    }

    #[test]
    fn another_key_or_another_server_cannot_open_it() {
        let key = SecretKey::generate();
        let value = sealer(&key).seal(&session()).expect("it fits");

        assert!(sealer(&SecretKey::generate()).open(&value).is_none());
        assert!(Sealer::new(&key, &"imaps://other.test:993").open(&value).is_none());
        assert!(sealer(&key).open(&value).is_some());
    }

    #[test]
    fn a_session_ends_however_often_it_is_used() {
        let sealer = sealer(&SecretKey::generate());
        let opens = |age: Duration, keep| {
            let aged = Session {
                issued_at: now() - age.as_secs(),
                keep,
                ..session()
            };
            sealer.open(&sealer.seal(&aged).expect("it fits")).is_some()
        };

        assert!(opens(KEPT_FOR - CLOCK_SKEW, true) && !opens(KEPT_FOR, true));
        assert!(opens(UNKEPT_FOR - CLOCK_SKEW, false) && !opens(UNKEPT_FOR, false));
        let future = Session {
            issued_at: now() + 3600,
            ..session()
        };
        assert!(sealer.open(&sealer.seal(&future).expect("it fits")).is_none());
    }

    #[test]
    fn a_password_too_long_for_a_cookie_is_refused_instead_of_cut() {
        let long = Session {
            credentials: credentials(&"x".repeat(4000)),
            ..session()
        };

        assert!(sealer(&SecretKey::generate()).set_cookie(&long, true).is_none());
    }
}
