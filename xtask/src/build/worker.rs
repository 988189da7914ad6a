//! The service worker of a build: `public/sw.js`, told which files this build has, by their paths and digests.

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fs, path::Path};

/// Where the worker is served: at the root, so that it may serve every address of the app.
const NAME: &str = "sw.js";

/// Trunk, `app/build.rs` and [`super::finish`] put a hash of so many hex digits into a name.
const HASH_DIGITS: usize = 16;

/// Writes the worker that keeps the files of `dist`: the page, and what has a hash in its name. `headers` is what the
/// page's headers are made by: they are kept with it, so other headers are another version.
pub(super) fn write(dist: &Path, source: &str, headers: &str) -> Result<()> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(dist).context("List dist")? {
        let name = entry.context("List dist")?.file_name().to_string_lossy().into_owned();
        let path = match name.as_str() {
            "index.html" => "/".to_owned(),
            name if is_hashed(name) => format!("/{name}"),
            _ => continue,
        };
        let octets = fs::read(dist.join(&name)).with_context(|| format!("Read dist/{name}"))?;
        let digest = BASE64_STANDARD.encode(Sha256::digest(octets));
        files.insert(path, format!("sha256-{digest}"));
    }
    let files = serde_json::to_string(&files).context("Write the list of files")?;
    let version = super::finish::hash(&[files.as_str(), source, headers]);
    let worker = format!(
        "const FILES = {files};\nconst CACHE = 'surat-files-{version}';\n{}",
        without_comments(source)
    );
    fs::write(dist.join(NAME), worker).context("Write the service worker")
}

fn is_hashed(name: &str) -> bool {
    !name.ends_with(".br")
        && name
            .split(['-', '_', '.'])
            .any(|word| word.len() == HASH_DIGITS && word.bytes().all(|octet| octet.is_ascii_hexdigit()))
}

/// A script without its lines of comment, which nobody has to load.
pub(super) fn without_comments(script: &str) -> String {
    script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(page: &str, headers: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let write_file = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write_file("index.html", page);
        write_file("index.html.br", "1");
        write_file("app-0123456789abcdef_bg.wasm", "wasm");
        write_file("app-0123456789abcdef_bg.wasm.br", "2");
        write_file("favicon.svg", "<svg/>");
        write(folder.path(), "// Why.\n  serve(); // here\n", headers).unwrap();
        fs::read_to_string(folder.path().join(NAME)).unwrap()
    }

    #[test]
    fn a_worker_keeps_the_page_and_what_has_a_hash_in_its_name() {
        let worker = written("<page>", "");

        // Digests as `openssl dgst -sha256 -binary | base64` makes them.
        assert!(
            worker.starts_with(
                "const FILES = {\"/\":\"sha256-Q64hFdtqotOuAO/8/14Tb8jQ46rTs2Lm4io5bBmNhPQ=\",\
                 \"/app-0123456789abcdef_bg.wasm\":\"sha256-M2FUv2f3Zfj3XRagrM7mG17l9qdbKikFcD35E71VDz4=\"};\n"
            ),
            "{worker}"
        );
        assert!(worker.ends_with("\nserve(); // here\n"), "{worker}");
    }

    #[test]
    fn another_page_or_other_headers_are_another_version() {
        let cache = |page, headers| written(page, headers).lines().nth(1).unwrap().to_owned();

        assert_eq!(cache("<page>", "a"), cache("<page>", "a"));
        assert_ne!(cache("<page>", "a"), cache("<page 2>", "a"));
        assert_ne!(cache("<page>", "a"), cache("<page>", "b"));
    }
}
