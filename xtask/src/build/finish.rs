//! Makes what Trunk built ready to be served: no inline script, since the page's policy forbids it, a service worker that
//! knows all files, and a brotli form beside each file that gets smaller by it.

use super::{Profile, names, worker};
use crate::{console::Progress, shell};
use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256, Sha384};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// What the names of the app's files begin with, and how they end.
const APP: &str = "surat-app-";
const SCRIPT: &str = ".js";
const WASM: &str = "_bg.wasm";

/// Quality 11: slow to make, smallest to send.
const BEST: u32 = 11;
/// For development, where the time to make it counts.
const QUICK: u32 = 3;

/// Window of 16 MiB, the largest that browsers take.
const WINDOW_BITS: u32 = 24;

/// Compresses nothing else: pictures and the like are compressed in themselves.
const COMPRESSIBLE: [&str; 9] = ["html", "js", "css", "wasm", "svg", "json", "webmanifest", "txt", "map"];

/// Does all of it to the folder. `cache` is the path of the worker that keeps mail.
pub(super) fn finish(dist: &Path, profile: Profile, cache: &str) -> Result<()> {
    let (quality, worker) = match profile {
        Profile::Release => (BEST, "public/sw.js"),
        // A developer wants to see what was built last.
        Profile::Dev => (QUICK, "public/sw-none.js"),
    };
    let helpers = ["public/trusted.js", "public/offline.js", "public/cache.js"].map(source);
    let helpers: String = helpers.into_iter().collect::<Result<_>>()?;
    let helper = worker::without_comments(&helpers.replace("CACHE_WORKER", &format!("'{cache}'")));
    let page = dist.join("index.html");
    let mut html = fs::read_to_string(&page).context("Read dist/index.html")?;
    if profile == Profile::Release {
        html = shorten_names(dist, &html)?;
    }
    let html = outline_scripts(&html, |script| {
        let script = helper.clone() + script;
        let name = format!("start-{}.js", hash(&[&script]));
        fs::write(dist.join(&name), script).context("Write the start script")?;
        Ok(name)
    })?;
    fs::write(page, html).context("Write dist/index.html")?;
    worker::write(dist, &source(worker)?, &source(super::PAGE_HEADERS)?)?;
    compress(dist, quality)
}

fn source(path: &str) -> Result<String> {
    fs::read_to_string(shell::root().join(path)).with_context(|| format!("Read {path}"))
}

/// Gives what the app's wasm imports short names, and both of its files a hash of what they are then. Gives the page
/// that names them.
fn shorten_names(dist: &Path, html: &str) -> Result<String> {
    let (_, after) = html.split_once(APP).context("The page does not name the app")?;
    let (hash_before, _) = after.split_once('.').context("The app has no extension")?;
    let stem = format!("{APP}{hash_before}");
    let read = |ending| fs::read(dist.join(format!("{stem}{ending}"))).with_context(|| format!("Read {stem}{ending}"));
    let (wasm, script) = (read(WASM)?, read(SCRIPT)?);
    let text = std::str::from_utf8(&script).context("Read the script of the app")?;
    let (short_wasm, short_script) = names::shorten(&wasm, text)?;
    let new_stem = format!("{APP}{}", hash(&[&short_wasm[..], short_script.as_bytes()]));
    let mut html = html.replace(&stem, &new_stem);
    for (ending, before, after) in [
        (WASM, &wasm, &short_wasm),
        (SCRIPT, &script, &short_script.into_bytes()),
    ] {
        fs::remove_file(dist.join(format!("{stem}{ending}"))).context("Remove a file with long names")?;
        fs::write(dist.join(format!("{new_stem}{ending}")), after).context("Write a file with short names")?;
        html = html.replace(&integrity(before), &integrity(after));
    }
    Ok(html)
}

/// What a page says of a file, for the browser to compare (Subresource Integrity, section 3.5).
fn integrity(octets: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(octets)))
}

/// Moves each inline script of a page into a file of its own, named by `store`.
fn outline_scripts(html: &str, mut store: impl FnMut(&str) -> Result<String>) -> Result<String> {
    let mut output = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find("<script") {
        let (before, tag) = rest.split_at(start);
        output.push_str(before);
        let (opening, after) = tag.split_once('>').context("A script tag does not end")?;
        let (script, after) = after.split_once("</script>").context("A script does not end")?;
        if script.trim().is_empty() {
            output.push_str(&format!("{opening}>{script}</script>"));
        } else {
            ensure!(!opening.contains(" src="), "a script has both a source and a text");
            let name = store(script.trim())?;
            output.push_str(&format!("{opening} src=\"/{name}\"></script>"));
        }
        rest = after;
    }
    output.push_str(rest);
    Ok(output)
}

fn compress(dist: &Path, quality: u32) -> Result<()> {
    let mut files = Vec::new();
    collect(dist, &mut files)?;
    let progress = Progress::new("compressed");
    for (index, file) in files.iter().enumerate() {
        let octets = fs::read(file).with_context(|| format!("Read {}", file.display()))?;
        let compressed = brotli(&octets, quality)?;
        if compressed.len() < octets.len() {
            let path = PathBuf::from(format!("{}.br", file.display()));
            fs::write(&path, compressed).with_context(|| format!("Write {}", path.display()))?;
        }
        progress.show(index + 1, files.len());
    }
    Ok(())
}

/// The brotli form of some octets.
fn brotli(octets: &[u8], quality: u32) -> Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 64 * 1024, quality, WINDOW_BITS);
    writer.write_all(octets).context("Compress")?;
    writer.flush().context("Compress")?;
    Ok(writer.into_inner())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("List {}", folder.display()))? {
        let path = entry.with_context(|| format!("List {}", folder.display()))?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| COMPRESSIBLE.iter().any(|known| extension == *known))
        {
            files.push(path);
        }
    }
    Ok(())
}

/// What stands in the name of a file that holds these texts.
pub(super) fn hash<T: AsRef<[u8]>>(texts: &[T]) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        let octets = text.as_ref();
        digest.update(octets.len().to_le_bytes());
        digest.update(octets);
    }
    let hex: String = digest.finalize().iter().map(|octet| format!("{octet:02x}")).collect();
    hex.chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_move_into_files() {
        let html = "<head><script type=\"module\">\nstart();\n</script><script src=\"/a.js\"></script></head>";
        let mut stored = Vec::new();

        let page = outline_scripts(html, |script| {
            stored.push(script.to_owned());
            Ok("start-1.js".to_owned())
        });

        assert_eq!(
            page.unwrap(),
            "<head><script type=\"module\" src=\"/start-1.js\"></script><script src=\"/a.js\"></script></head>"
        );
        assert_eq!(stored, ["start();"]);
    }

    #[test]
    fn the_page_names_the_shortened_files_and_what_they_hold() {
        let folder = tempfile::tempdir().unwrap();
        let dist = folder.path();
        let (wasm, script) = (names::tests::importing(&["__wbg_open_1f"]), "__wbg_open_1f()");
        fs::write(dist.join("surat-app-1f_bg.wasm"), &wasm).unwrap();
        fs::write(dist.join("surat-app-1f.js"), script).unwrap();
        let link = |file: &str, octets: &[u8]| format!("<link href=/{file} integrity={}>", integrity(octets));
        let page = link("surat-app-1f.js", script.as_bytes()) + &link("surat-app-1f_bg.wasm", &wasm);

        let page = shorten_names(dist, &page).unwrap();

        let mut files: Vec<_> = fs::read_dir(dist)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort_unstable();
        let links = files.iter().map(|file| link(file, &fs::read(dist.join(file)).unwrap()));
        assert_eq!(page, links.collect::<String>());
        assert_eq!(fs::read_to_string(dist.join(&files[0])).unwrap(), "i0()");
    }

    #[test]
    fn what_is_compressed_can_be_read_again() {
        let text = "surat ".repeat(1000);
        let compressed = brotli(text.as_bytes(), BEST).unwrap();
        let mut read = Vec::new();

        brotli::BrotliDecompress(&mut compressed.as_slice(), &mut read).unwrap();

        assert_eq!(read, text.as_bytes());
        assert!(compressed.len() < 50);
    }
}
