//! Puts the app into the binary: writes a table of the files in `dist/` (or `SURAT_DIST`), each with
//! its type, its brotli form where `cargo xtask build` left one beside it, and its ETag.
//!
//! Without `dist/` the table is empty, and the proxy serves a page that says how to build the app.
//! Cargo cannot wait for a folder that is not there: after the very first `trunk build` by hand,
//! touch this file. `cargo xtask build` names the folder by `SURAT_DIST`, which cargo does notice.

use sha2::{Digest, Sha256};
use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=SURAT_DIST");
    println!("cargo::rerun-if-changed=build.rs");
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let dist = env::var_os("SURAT_DIST").map_or_else(|| manifest.join("../dist"), PathBuf::from);

    let mut paths = Vec::new();
    if dist.is_dir() {
        let dist = dist.canonicalize()?;
        println!("cargo::rerun-if-changed={}", dist.display());
        collect(&dist, &mut paths)?;
        paths.sort();
        paths = paths.into_iter().map(|path| dist.join(path)).collect();
        return write_table(&dist, &paths);
    }
    write_table(&dist, &paths)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(&path, paths)?;
        } else if !name.ends_with(".br") {
            paths.push(path);
        }
    }
    Ok(())
}

fn write_table(dist: &Path, paths: &[PathBuf]) -> io::Result<()> {
    let mut table = String::from("&[\n");
    for path in paths {
        let relative = path
            .strip_prefix(dist)
            .map_err(io::Error::other)?
            .to_string_lossy()
            .replace('\\', "/");
        let octets = fs::read(path)?;
        let brotli = PathBuf::from(format!("{}.br", path.display()));
        let brotli = if brotli.is_file() {
            format!("Some(include_bytes!({brotli:?}))")
        } else {
            "None".into()
        };
        let etag: String = Sha256::digest(&octets)
            .iter()
            .take(12)
            .map(|octet| format!("{octet:02x}"))
            .collect();
        writeln!(
            table,
            "    Asset {{ path: {:?}, media_type: {:?}, raw: include_bytes!({path:?}), brotli: {brotli}, etag: {etag:?}, is_hashed: {} }},",
            format!("/{relative}"),
            media_type(&relative),
            is_hashed(&relative),
        )
        .map_err(io::Error::other)?;
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join("assets.rs");
    fs::write(out, table)
}

/// Trunk puts a hash of 8 or more hex digits into a name: `surat-0123456789abcdef_bg.wasm`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split(['-', '_', '.'])
        .skip(1)
        .any(|word| word.len() >= 8 && word.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
