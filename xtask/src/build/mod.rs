//! `cargo xtask build`: the app into `dist/`, made ready to be served, and the proxy with `dist/` inside.

mod cache;
mod finish;
mod fresh;
mod names;
mod worker;

pub(crate) use cache::NAME as CACHE_NAME;

use crate::{
    console::{Step, say},
    shell::{self, cargo, command},
};
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What the app is made of; a change of any of it means building it again.
const APP_SOURCES: [&str; 11] = [
    "app",
    "cache",
    "protocol",
    "sanitizer",
    "style",
    "public",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    "xtask/src/build",
    PAGE_HEADERS,
];

/// What the page's headers are made by: browsers keep them with the page.
const PAGE_HEADERS: &str = "proxy/src/http/headers.rs";

/// How carefully to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Small and fast, as it is shipped.
    Release,
    /// Quickly built, for `cargo xtask dev`.
    Dev,
}

/// Folder with the app's files, as they are served.
pub(crate) fn dist() -> PathBuf {
    shell::root().join("dist")
}

/// Path of the proxy's binary.
pub(crate) fn binary(profile: Profile) -> PathBuf {
    let folder = if profile == Profile::Release {
        "release"
    } else {
        "debug"
    };
    shell::target().join(folder).join("surat")
}

/// Builds app and proxy for release, as far as they are not up to date, and gives the binary.
pub(crate) fn run() -> Result<PathBuf> {
    app(Profile::Release, &dist())?;
    proxy(Profile::Release, &dist())
}

/// A digest of everything that app and proxy are made of.
pub(crate) fn sources() -> Result<String> {
    let sources = APP_SOURCES
        .into_iter()
        .chain(["proxy"])
        .map(|source| shell::root().join(source));
    fresh::fingerprint(&sources.collect::<Vec<_>>())
}

/// Builds the app into a folder, unless it is up to date.
pub(crate) fn app(profile: Profile, dist: &Path) -> Result<()> {
    let sources = APP_SOURCES.map(|source| shell::root().join(source));
    let fingerprint = fresh::fingerprint(&sources)?;
    if fresh::is_built(dist, &fingerprint) {
        say("The app is up to date.");
        return Ok(());
    }
    let step = Step::begin("Building the app");
    let mut trunk = trunk(profile, dist);
    shell::run(&mut trunk)?;
    let cache = cache::build(profile, dist)?;
    finish::finish(dist, profile, &cache)?;
    fresh::note(dist, &fingerprint)?;
    step.end();
    Ok(())
}

fn trunk(profile: Profile, dist: &Path) -> Command {
    let mut trunk = command("trunk");
    // Offline: it must use the tools that setup installed, and not fetch others.
    trunk
        .args([
            "build",
            "--offline",
            "true",
            "--skip-version-check",
            "--color",
            "never",
            "--dist",
        ])
        .arg(dist);
    if profile == Profile::Release {
        trunk.args(["--release", "true", "--cargo-profile", "wasm"]);
    }
    // Trunk stops at a value of this variable that many systems set.
    trunk.env_remove("NO_COLOR");
    trunk
}

/// Builds the proxy with the app inside, and gives the binary.
pub(crate) fn proxy(profile: Profile, dist: &Path) -> Result<PathBuf> {
    let step = Step::begin("Building the proxy");
    let mut build = cargo();
    build
        .args(["build", "--package", "surat-proxy", "--bin", "surat"])
        .env("SURAT_DIST", dist);
    if profile == Profile::Release {
        build.arg("--release");
    }
    shell::run(&mut build)?;
    step.end();
    let binary = binary(profile);
    fs::metadata(&binary).with_context(|| format!("Find {}", binary.display()))?;
    Ok(binary)
}
