//! Puts foreign messages into a mailbox as a mail server would have stored them, however damaged they are.

use crate::{MaildirStore, Stored};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// Mailbox that a corpus is delivered into.
pub const MAILBOX: &str = "Corpus";

/// Delivers every `.eml` file of a folder, in the order of their names, and gives the names: the first has UID 1.
///
/// To be called before [`crate::Testbed::start`]. Only line ends are changed, to CRLF; everything else stays, down to
/// NULs and lines of any length, which APPEND would refuse.
///
/// # Errors
/// When the folder has no such file, or one cannot be read.
pub fn deliver(store: &mut MaildirStore, folder: &Path) -> Result<Vec<String>> {
    let files = files(folder)?;
    ensure!(!files.is_empty(), "{} holds no .eml file", folder.display());
    let date = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| age.as_secs());
    for file in &files {
        let octets = fs::read(file).with_context(|| format!("Read {}", file.display()))?;
        store.add(&Stored {
            mailbox: MAILBOX,
            flags: "",
            date,
            octets: &with_crlf(&octets),
        })?;
    }
    Ok(files
        .iter()
        .filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned()))
        .collect())
}

/// The `.eml` files of a folder, in the order in which they are delivered.
///
/// # Errors
/// When the folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("Open folder {}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("List {}", folder.display()))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("eml"))
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Every LF that no CR precedes becomes CRLF.
fn with_crlf(octets: &[u8]) -> Vec<u8> {
    let mut output = Vec::with_capacity(octets.len() + octets.len() / 32);
    for line in octets.split_inclusive(|&octet| octet == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(text) => {
                output.extend_from_slice(text.strip_suffix(b"\r").unwrap_or(text));
                output.extend_from_slice(b"\r\n");
            }
            None => output.extend_from_slice(line),
        }
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_line_ends_are_changed() {
        assert_eq!(with_crlf(b"a\nb\r\n\rc\0\xff"), b"a\r\nb\r\n\rc\0\xff");
    }

    #[test]
    fn a_folder_without_messages_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = MaildirStore::new(folder.path().join("store"));

        assert!(deliver(&mut store, folder.path()).is_err());
        fs::write(folder.path().join("b.eml"), "B\n").unwrap();
        fs::write(folder.path().join("a.EML"), "A\n").unwrap();
        assert_eq!(deliver(&mut store, folder.path()).unwrap(), ["a.EML", "b.eml"]);
    }
}
