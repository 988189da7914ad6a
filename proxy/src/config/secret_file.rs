//! The secret file: one random key, from which the keys of the proxy are derived.

use super::ConfigError;
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    fmt, fs,
    io::{ErrorKind, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};
use zeroize::Zeroizing;

/// Octets of the key: as many as its strongest use (XChaCha20) takes.
const KEY_OCTETS: usize = 32;

/// The key of this installation. Nodes that share it share their sessions.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<[u8; KEY_OCTETS]>);

impl SecretKey {
    /// Reads the file, or makes it (mode 600) when it is not there.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        match Self::read(path) {
            Err(ConfigError::Unreadable { source, .. }) if source.kind() == ErrorKind::NotFound => {
                Self::create(path).map_err(|error| ConfigError::BadFile {
                    path: path.into(),
                    reason: format!(
                        "cannot be made: {error}\n  Remedy: name a file in a folder that can be written with secret-file."
                    ),
                })
            }
            read => read,
        }
    }

    /// Reads the file, which must be there.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let bad = |reason: String| ConfigError::BadFile {
            path: path.into(),
            reason,
        };
        match fs::File::open(path) {
            Ok(file) => {
                let mode = file.metadata().map_err(|e| bad(e.to_string()))?.permissions().mode();
                if mode & 0o077 != 0 {
                    return Err(bad(format!(
                        "can be read by others (mode {:o}); it opens every session.\n  Remedy: chmod 600 {}",
                        mode & 0o777,
                        path.display()
                    )));
                }
                let text = Zeroizing::new(std::io::read_to_string(file).map_err(|e| bad(e.to_string()))?);
                Self::parse(&text).ok_or_else(|| {
                    bad(
                        "does not hold a key.\n  Remedy: remove it, and a new one is made; everybody signs in again."
                            .into(),
                    )
                })
            }
            Err(source) => Err(ConfigError::Unreadable {
                path: path.into(),
                source,
            }),
        }
    }

    /// A key for one purpose. `purpose` is part of the format: a changed text is another key.
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; KEY_OCTETS]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        Zeroizing::new(mac.finalize().into_bytes().into())
    }

    /// A new random key, which nobody else has.
    pub fn generate() -> Self {
        let mut key = Zeroizing::new([0; KEY_OCTETS]);
        getrandom::fill(key.as_mut_slice()).expect("the system gives random octets");
        Self(key)
    }

    fn create(path: &Path) -> std::io::Result<Self> {
        let key = Self::generate();
        let text = Zeroizing::new(BASE64_STANDARD_NO_PAD.encode(key.0.as_slice()));
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        Ok(key)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut key = Zeroizing::new([0; KEY_OCTETS]);
        let octets = Zeroizing::new(BASE64_STANDARD_NO_PAD.decode(text.trim()).ok()?);
        (octets.len() == KEY_OCTETS).then(|| key.copy_from_slice(&octets))?;
        Some(Self(key))
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");

        let first = SecretKey::load(&path).expect("it is made");
        let second = SecretKey::load(&path).expect("it is read");

        assert_eq!(*first.derive("a"), *second.derive("a"));
        assert_ne!(*first.derive("a"), *first.derive("b"));
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        SecretKey::load(&path).expect("it is made");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("it is ours");

        let text = SecretKey::load(&path).expect_err("too open").to_string();

        assert!(text.contains("chmod 600"), "{text}");
    }

    #[test]
    fn a_file_that_must_be_there_is_not_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");

        assert!(SecretKey::read(&path).is_err() && !path.exists());
    }

    #[test]
    fn a_file_without_a_key_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        fs::write(&path, "short").expect("it is ours");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("it is ours");

        assert!(SecretKey::load(&path).is_err());
    }
}
