//! The npm packages of the browser stories, exactly as their lock file says.

use crate::{console::Step, shell};
use anyhow::Result;
use std::{fs, path::Path, process::Command, time::SystemTime};

/// Installs the packages, unless those of this lock file are there.
pub(crate) fn install() -> Result<()> {
    let folder = shell::root().join("app/e2e");
    // npm writes this file last.
    if modified(&folder.join("node_modules/.package-lock.json")) >= modified(&folder.join("package-lock.json")) {
        return Ok(());
    }
    let step = Step::begin("Installing the packages of the browser stories");
    let mut npm = npm();
    npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
    // The browser is Debian's.
    shell::run(npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    step.end();
    Ok(())
}

fn npm() -> Command {
    shell::command("npm")
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}
