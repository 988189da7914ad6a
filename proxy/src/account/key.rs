//! Which account a session belongs to: name and password together, as a number that tells neither.

use super::servers::Credentials;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{fmt, sync::LazyLock};

/// Of this process only, so that the numbers mean nothing anywhere else.
static PROCESS_KEY: LazyLock<[u8; 32]> = LazyLock::new(|| {
    let mut key = [0; 32];
    getrandom::fill(&mut key).expect("the system gives random octets");
    key
});

/// Names an account with its credentials: another password is another key, so a session with an
/// old or a wrong one never shares what was opened with the right one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AccountKey([u8; 32]);

impl AccountKey {
    /// The key of these credentials.
    pub fn of(credentials: &Credentials) -> Self {
        let Credentials { email, password } = credentials;
        let mut mac = Hmac::<Sha256>::new_from_slice(PROCESS_KEY.as_slice()).expect("HMAC takes keys of any length");
        mac.update(&(email.len() as u64).to_be_bytes());
        mac.update(email.as_bytes());
        mac.update(password.reveal().as_bytes());
        Self(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn another_password_is_another_key() {
        let key = |email: &str, password: &str| {
            AccountKey::of(&Credentials {
                email: email.into(),
                password: Secret::new(password),
            })
        };

        assert_eq!(key("ayu", "surat"), key("ayu", "surat"));
        assert_ne!(key("ayu", "surat"), key("ayu", "tarus"));
        assert_ne!(key("ayu", "surat"), key("ayus", "urat"));
    }
}
