//! The worker that keeps mail in the browser (cache/): a script and a wasm of its own, loaded by the app when it is
//! needed, and not before.

use super::{Profile, finish::hash, names, worker::without_comments};
use crate::shell::{self, cargo, command};
use anyhow::{Context, Result};
use std::{fs, path::Path};

/// What the names of its files begin with.
pub(crate) const NAME: &str = "cache-";

/// Builds it into `dist`, and gives the path of its script.
pub(super) fn build(profile: Profile, dist: &Path) -> Result<String> {
    let (name, folder) = match profile {
        Profile::Release => ("wasm", "wasm"),
        Profile::Dev => ("dev", "debug"),
    };
    shell::run(cargo().args([
        "build",
        "--quiet",
        "--package",
        "surat-cache",
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        name,
    ]))?;
    let built = shell::target().join("wasm32-unknown-unknown").join(folder);
    let bound = shell::target().join("surat-cache").join(folder);
    shell::run(
        command("wasm-bindgen")
            .args([
                "--target",
                "no-modules",
                "--no-typescript",
                "--out-name",
                "cache",
                "--out-dir",
            ])
            .arg(&bound)
            .arg(built.join("surat_cache.wasm")),
    )?;
    let read = |name: &str| fs::read(bound.join(name)).with_context(|| format!("Read {name} of the cache"));
    let text = |octets| String::from_utf8(octets).context("Read the script of the cache");
    let (wasm, script) = (read("cache_bg.wasm")?, text(read("cache.js")?)?);
    let (wasm, script) = match profile {
        Profile::Release => names::shorten(&wasm, &script)?,
        Profile::Dev => (wasm, script),
    };
    let starter = text(fs::read(shell::root().join("public/cache-worker.js")).context("Read public/cache-worker.js")?)?;
    write(dist, &script, &wasm, &starter)
}

/// Writes both files, each with a hash in its name, and gives the path of the script.
fn write(dist: &Path, script: &str, wasm: &[u8], starter: &str) -> Result<String> {
    let wasm_name = format!("{NAME}{}.wasm", hash(&[wasm]));
    fs::write(dist.join(&wasm_name), wasm).context("Write the wasm of the cache")?;
    let starter = without_comments(starter).replace("CACHE_WASM", &format!("'/{wasm_name}'"));
    let script = format!("{script}\n{starter}");
    let name = format!("{NAME}{}.js", hash(&[&script]));
    fs::write(dist.join(&name), script).context("Write the script of the cache")?;
    Ok(format!("/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_names_its_wasm_and_both_have_their_hash_in_their_name() {
        let folder = tempfile::tempdir().unwrap();

        let path = write(
            folder.path(),
            "let wasm_bindgen;",
            b"wasm",
            "// Why.\nwasm_bindgen(CACHE_WASM);\n",
        )
        .unwrap();

        let script = fs::read_to_string(folder.path().join(path.trim_start_matches('/'))).unwrap();
        let wasm = script.split('\'').nth(1).unwrap();
        assert_eq!(script, format!("let wasm_bindgen;\nwasm_bindgen('{wasm}');\n"));
        assert_eq!(
            fs::read(folder.path().join(wasm.trim_start_matches('/'))).unwrap(),
            b"wasm"
        );
        assert_eq!(wasm.len(), "/cache-0123456789abcdef.wasm".len());
    }
}
