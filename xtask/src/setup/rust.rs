//! What cargo and rustup bring: the wasm target, Trunk, wasm-bindgen of the very version in Cargo.lock; cargo-deny.

use crate::{
    console::Step,
    shell::{self, cargo, command},
};
use anyhow::{Context, Result};
use std::{fs, process::Command};

const TRUNK: &str = "0.21.14";
const DENY: &str = "0.20.2";
const TARGET: &str = "wasm32-unknown-unknown";

/// Installs what is missing.
pub(crate) fn install() -> Result<()> {
    target()?;
    tool("trunk", TRUNK, "0", &["--locked"])?;
    // Its own lock file names a dependency that has been withdrawn. It works on the whole app, so it is worth optimising.
    tool("wasm-bindgen-cli", &locked("wasm-bindgen")?, "1", &[])
}

/// Installs what looks at the crates that Surat is built of.
pub(super) fn deny() -> Result<()> {
    tool("cargo-deny", DENY, "0", &["--locked"])
}

fn target() -> Result<()> {
    let folder = shell::output(command("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    let installed = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if installed {
        return Ok(());
    }
    let step = Step::begin(&format!("Installing the target {TARGET}"));
    shell::run(command("rustup").args(["target", "add", TARGET])).with_context(|| {
        format!(
            "the app needs Rust's standard library for {TARGET}.\n  Remedy: install Rust by rustup; \
             or, with Debian's Rust, its package libstd-rust-dev-wasm32"
        )
    })?;
    step.end();
    Ok(())
}

/// Version of a crate in Cargo.lock.
fn locked(name: &str) -> Result<String> {
    let lock = fs::read_to_string(shell::root().join("Cargo.lock")).context("Read Cargo.lock")?;
    let entry = format!("name = \"{name}\"\nversion = \"");
    let version = lock.split_once(&entry).and_then(|(_, rest)| rest.split_once('"'));
    version
        .map(|(version, _)| version.to_owned())
        .with_context(|| format!("Cargo.lock does not hold {name}"))
}

/// Installs a program by cargo: for the person, unless another version is there, which stays.
fn tool(package: &str, version: &str, opt_level: &str, options: &[&str]) -> Result<()> {
    let program = package.trim_end_matches("-cli");
    let installed = shell::output(command(program).arg("--version"));
    if installed
        .as_ref()
        .is_ok_and(|text| text.split(' ').nth(1) == Some(version))
    {
        return Ok(());
    }
    let step = Step::begin(&format!("Installing {program} {version} (some minutes)"));
    let mut install = quick_install(opt_level);
    install.args(["install", package, "--version", version]).args(options);
    if installed.is_ok() {
        install.arg("--root").arg(shell::tools());
    }
    shell::run(&mut install)?;
    step.end();
    Ok(())
}

/// As shipped, Trunk takes 13 minutes to compile on two cores; these settings make it 4, and it builds as fast.
fn quick_install(opt_level: &str) -> Command {
    let mut install = cargo();
    install
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level)
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "false")
        .env_remove("CARGO_TARGET_DIR");
    install
}
