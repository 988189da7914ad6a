//! The browser stories in `app/e2e`, by Playwright in Debian's Chromium.

use super::count::Counts;
use crate::{setup, shell};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::{env, fs};

/// What we read of Playwright's report.
#[derive(Debug, Deserialize)]
struct Report {
    stats: Stats,
}

#[derive(Debug, Deserialize)]
struct Stats {
    expected: u64,
    unexpected: u64,
    /// Passed at a second try; a story that is not reliable is not good.
    flaky: u64,
}

/// Runs all stories. They start `cargo xtask stage` themselves, which is this very program.
pub(crate) fn run() -> Result<Counts> {
    setup::node_packages()?;
    let report = shell::target().join("playwright-report.json");
    // A report of an earlier run must not be taken for this one's.
    if report.exists() {
        fs::remove_file(&report).context("Remove the old report")?;
    }
    let mut playwright = shell::command("npx");
    playwright
        .args(["--no-install", "playwright", "test", "--reporter=list,json"])
        .current_dir(shell::root().join("app/e2e"))
        .env("SURAT_XTASK", env::current_exe().context("Find this program")?)
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report);
    let outcome = shell::run(&mut playwright);
    let text = match (fs::read_to_string(&report), outcome) {
        (Ok(text), _) => text,
        (Err(_), Err(error)) => return Err(error),
        (Err(error), Ok(())) => return Err(error).context("Read Playwright's report"),
    };
    let Report { stats } = serde_json::from_str(&text).context("Understand Playwright's report")?;
    Ok(Counts {
        passed: stats.expected,
        failed: stats.unexpected + stats.flaky,
    })
}
