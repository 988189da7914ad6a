//! `cargo xtask size`: how many bytes are shipped, raw and as brotli, and how many of them a first visit needs.

use crate::build;
use anyhow::{Context, Result};
use serde::Serialize;
use std::{fs, path::Path};

/// How to say it.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Options {
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Sizes {
    wasm_brotli: u64,
    first_visit_brotli: u64,
    files: Vec<File>,
}

#[derive(Debug, Serialize)]
struct File {
    path: String,
    raw: u64,
    brotli: u64,
    /// Loaded before the sign-in page can be used.
    first_visit: bool,
}

/// Builds the app, if it is not up to date, and tells its size.
pub(crate) fn run(options: &Options) -> Result<()> {
    build::app(build::Profile::Release, &build::dist())?;
    let sizes = measure(&build::dist())?;
    if options.json {
        println!("{}", serde_json::to_string(&sizes).context("Write JSON")?);
    } else {
        print(&sizes);
    }
    Ok(())
}

fn print(sizes: &Sizes) {
    println!("{:>10} {:>10}  file (* = first visit)", "raw", "brotli");
    for file in &sizes.files {
        println!(
            "{:>10} {:>10}  {}{}",
            file.raw,
            file.brotli,
            file.path,
            if file.first_visit { " *" } else { "" }
        );
    }
    println!("\nwasm        {:>8} bytes as brotli", sizes.wasm_brotli);
    println!("first visit {:>8} bytes as brotli", sizes.first_visit_brotli);
}

fn measure(dist: &Path) -> Result<Sizes> {
    let mut names = Vec::new();
    collect(dist, "", &mut names)?;
    names.sort();
    let first = first_visit(dist, &names)?;
    let mut files = Vec::new();
    for path in names {
        let length = |path: &Path| fs::metadata(path).map(|metadata| metadata.len());
        let raw = length(&dist.join(&path)).with_context(|| format!("Measure {path}"))?;
        // What has no brotli form is sent as it is.
        let brotli = length(&dist.join(format!("{path}.br"))).unwrap_or(raw);
        files.push(File {
            first_visit: first.contains(&path),
            path,
            raw,
            brotli,
        });
    }
    let sum = |select: &dyn Fn(&File) -> bool| files.iter().filter(|file| select(file)).map(|file| file.brotli).sum();
    Ok(Sizes {
        wasm_brotli: sum(&|file| file.path.ends_with(".wasm") && !file.path.starts_with(build::CACHE_NAME)),
        first_visit_brotli: sum(&|file| file.first_visit),
        files,
    })
}

/// The page, and what the page, its scripts and styles and the app name. What the manifest names is loaded when the
/// app is installed, not when it is visited; the service worker once the inbox can be used.
fn first_visit(dist: &Path, names: &[String]) -> Result<Vec<String>> {
    let mut found = vec!["index.html".to_owned()];
    let mut index = 0;
    while let Some(path) = found.get(index) {
        let octets = fs::read(dist.join(path)).with_context(|| format!("Read {path}"))?;
        // Pictures and the manifest load nothing that they name.
        if [".html", ".js", ".css", ".wasm"]
            .iter()
            .any(|kind| path.ends_with(kind))
        {
            let text = String::from_utf8_lossy(&octets);
            let named = |name: &&String| !found.contains(name) && text.contains(name.as_str()) && !is_for_later(name);
            let new: Vec<String> = names.iter().filter(named).cloned().collect();
            found.extend(new);
        }
        index += 1;
    }
    Ok(found)
}

/// Named, but not loaded on a first visit: the texts of all languages but one, the workers, and the icon for the home
/// screen of a phone.
fn is_for_later(name: &str) -> bool {
    let is_foreign = name.starts_with("texts-") && !name.starts_with("texts-en-");
    is_foreign || name.starts_with(build::CACHE_NAME) || ["sw.js", "apple-touch-icon.png"].contains(&name)
}

/// Paths below `dist`, without the brotli forms.
fn collect(dist: &Path, below: &str, names: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(dist.join(below)).with_context(|| format!("List dist/{below}"))? {
        let entry = entry.with_context(|| format!("List dist/{below}"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            collect(dist, &format!("{below}{name}/"), names)?;
        } else if !name.starts_with('.') && !name.ends_with(".br") {
            names.push(format!("{below}{name}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_visit_is_what_the_page_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("index.html", "<script src=/a.js></script><link href=/m.webmanifest>");
        write("index.html.br", "12345");
        write("a.js", "import('/b.wasm'); register('/sw.js'), Worker('/cache-1.js')");
        write("sw.js", "12");
        write("cache-1.js", "load('/cache-1.wasm')");
        write("cache-1.wasm", "123");
        write("b.wasm", "1234567890");
        write("b.wasm.br", "1234");
        write("m.webmanifest", "icon.png");
        write("icon.png", "123");

        let sizes = measure(folder.path()).unwrap();

        assert_eq!(sizes.wasm_brotli, 4);
        assert_eq!(sizes.first_visit_brotli, 5 + 60 + 4 + 8);
        assert_eq!(sizes.files.len(), 8);
    }
}
