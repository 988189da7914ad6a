//! Whether `dist/` was made from the sources as they are now.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::{fs, path::Path};

/// Beside the app's files; names with a leading dot are not served.
const NOTE: &str = ".built-from";

/// Folders that hold nothing that the app is built from.
const IGNORED: [&str; 4] = ["node_modules", "e2e", "target", "tests"];

/// A digest of the contents of all sources.
pub(crate) fn fingerprint(sources: &[impl AsRef<Path>]) -> Result<String> {
    let mut digest = Sha256::new();
    for source in sources {
        add(&mut digest, source.as_ref())?;
    }
    Ok(digest.finalize().iter().map(|octet| format!("{octet:02x}")).collect())
}

/// Whether a folder was built from sources with this fingerprint.
pub(crate) fn is_built(dist: &Path, fingerprint: &str) -> bool {
    fs::read_to_string(dist.join(NOTE)).is_ok_and(|note| note == fingerprint)
}

/// Remembers what a folder was built from.
pub(crate) fn note(dist: &Path, fingerprint: &str) -> Result<()> {
    fs::write(dist.join(NOTE), fingerprint).context("Note what was built")
}

fn add(digest: &mut Sha256, path: &Path) -> Result<()> {
    if path.is_dir() {
        let mut entries = Vec::new();
        for entry in fs::read_dir(path).with_context(|| format!("List {}", path.display()))? {
            entries.push(entry.with_context(|| format!("List {}", path.display()))?.path());
        }
        entries.sort();
        let ignored = |path: &Path| {
            path.file_name()
                .is_some_and(|name| IGNORED.iter().any(|ignored| name == *ignored))
        };
        return entries
            .iter()
            .filter(|path| !ignored(path))
            .try_for_each(|path| add(digest, path));
    }
    // A source that is not there, such as an optional Trunk.toml, counts as an empty one.
    let octets = fs::read(path).unwrap_or_default();
    digest.update(path.to_string_lossy().as_bytes());
    digest.update(octets.len().to_le_bytes());
    digest.update(octets);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_any_file_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("src/a.rs");
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(&file, "one").unwrap();
        let before = fingerprint(&[folder.path()]).unwrap();
        note(folder.path(), &before).unwrap();
        assert!(is_built(folder.path(), &before));

        fs::write(&file, "two").unwrap();

        assert_ne!(fingerprint(&[folder.path().join("src")]).unwrap(), before);
    }
}
