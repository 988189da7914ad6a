//! `cargo xtask sync`: the story of sync at length. Two browsers, and a mail client that is not ours that makes random
//! changes while links are cut; at the end both must show exactly what IMAP says.

use crate::{build, console::say, setup, shell};
use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    env, fs,
    time::{SystemTime, UNIX_EPOCH},
};

/// How long, where, and by which chance.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Changes that the other client makes
    #[arg(long, value_name = "N", default_value_t = 5000)]
    changes: u32,
    /// The IMAP server; can be given more than once, all of them unless told
    #[arg(long)]
    server: Vec<Server>,
    /// The same number makes the same changes; any one unless told
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// IMAP servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Server {
    Dovecot,
    Courier,
    Cyrus,
}

/// How it went with one server, as the story writes it.
#[derive(Debug, Serialize, Deserialize)]
struct Report {
    server: String,
    seed: u32,
    changes: u32,
    /// Did both browsers show what IMAP said?
    is_right: bool,
    /// How long the changes took, in seconds.
    changes_s: f64,
    /// How long after the last change both showed it, in seconds.
    settled_s: f64,
    /// Changes of each kind.
    counts: BTreeMap<String, u32>,
    /// Changes that the server would not make, and how it said so.
    refused: Vec<String>,
}

/// Runs the story, and fails when a browser showed anything else than the server said.
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::run(&setup::Options { tests: true })?;
    build::run()?;
    let servers: &[Server] = match options.server.as_slice() {
        [] => Server::value_variants(),
        chosen => chosen,
    };
    let seed = options.seed.map_or_else(any_seed, Ok)?;
    // Of this run alone, whatever else runs or ran before.
    let folder = tempfile::tempdir().context("Make a folder for the reports")?;
    let path = folder.path().join("reports.jsonl");
    let mut failed = Vec::new();
    for server in servers {
        let name = server.to_possible_value().map(|value| value.get_name().to_owned());
        let name = name.unwrap_or_default();
        say(&format!("\n══ {name}, seed {seed}"));
        let mut playwright = shell::command("npx");
        playwright
            .args(["--no-install", "playwright", "test", "sync.spec.ts", "--reporter=list"])
            .current_dir(shell::root().join("app/e2e"))
            .env("SURAT_XTASK", env::current_exe().context("Find this program")?)
            .env("SURAT_SYNC_CHANGES", options.changes.to_string())
            .env("SURAT_SYNC_SEED", seed.to_string())
            .env("SURAT_SYNC_SERVER", &name)
            .env("SURAT_SYNC_REPORT", &path);
        if shell::run(&mut playwright).is_err() {
            failed.push(name);
        }
    }
    show(&read(&path)?, options.json)?;
    ensure!(
        failed.is_empty(),
        "not everything was shown as it is on {}\n  Again: cargo xtask sync --seed {seed} --changes {} --server {}",
        failed.join(", "),
        options.changes,
        failed.join(" --server ")
    );
    Ok(())
}

fn any_seed() -> Result<u32> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).context("Read the clock")?;
    Ok(since.subsec_nanos() % 1_000_000)
}

/// A server whose story was skipped has no report.
fn read(path: &std::path::Path) -> Result<Vec<Report>> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        text => text.context("Read the reports")?,
    };
    text.lines()
        .map(|line| serde_json::from_str(line).context("Understand a report"))
        .collect()
}

fn show(reports: &[Report], is_json: bool) -> Result<()> {
    if is_json {
        println!("{}", serde_json::to_string(reports).context("Write JSON")?);
        return Ok(());
    }
    println!(
        "{:<10} {:>8} {:>8} {:>10} {:>10}  right",
        "server", "seed", "changes", "changing", "settling"
    );
    for report in reports {
        let is_right = if report.is_right { "yes" } else { "NO" };
        println!(
            "{:<10} {:>8} {:>8} {:>8.1} s {:>8.1} s  {is_right}",
            report.server, report.seed, report.changes, report.changes_s, report.settled_s
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_story_writes_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        assert!(read(&path).unwrap().is_empty());

        let line = r#"{"server":"cyrus","seed":7,"changes":40,"is_right":true,"changes_s":9.5,"settled_s":0.7,"counts":{"append":12},"refused":[]}"#;
        fs::write(&path, format!("{line}\n{line}\n")).unwrap();

        let reports = read(&path).unwrap();
        assert_eq!(
            (reports.len(), reports[0].is_right, reports[1].counts["append"]),
            (2, true, 12)
        );
    }
}
