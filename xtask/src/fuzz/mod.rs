//! `cargo xtask fuzz`: feeds octets that nobody thought of to everything that reads what comes from outside.
//!
//! The targets are those of a cargo-fuzz folder (`fuzz/`), run by libFuzzer. What measures the coverage is part of the
//! stable compiler, so that no nightly one is needed; its sanitisers are not, and without `unsafe` there is little to find
//! for them.

mod coverage;
mod seeds;

use crate::{
    console::{Step, complain, say},
    shell::{self, cargo, root},
};
use anyhow::{Context, Result, ensure};
use coverage::{Coverage, Lines};
use seeds::{Inputs, Seeds};
use serde::Serialize;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What to feed, and for how long.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Only this target; can be given more than once
    #[arg(long = "target", value_name = "NAME")]
    targets: Vec<String>,
    /// So long each, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600, conflicts_with = "runs")]
    seconds: u64,
    /// So many inputs each, always the same ones, in place of a time
    #[arg(long, value_name = "COUNT")]
    runs: Option<u64>,
    /// Tells how much of the files that a target is about its inputs reach, too; builds once more
    #[arg(long)]
    coverage: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Options {
    /// A short run, always the same.
    pub(crate) fn short() -> Self {
        Self {
            targets: Vec::new(),
            seconds: 0,
            runs: Some(10_000),
            coverage: false,
            json: false,
        }
    }
}

/// The target, where its seeds come from, and the files that it is about.
const TARGETS: [(&str, Seeds, &[&str]); 9] = [
    ("sorter", Seeds::Responses, &["proxy/src/imap/sorter.rs"]),
    ("response", Seeds::Responses, &["proxy/src/imap/decode"]),
    ("html", Seeds::Html, &["sanitizer/src"]),
    ("css", Seeds::Html, &["sanitizer/src/css"]),
    (
        "message",
        Seeds::Responses,
        &[
            "proxy/src/mime/charset.rs",
            "proxy/src/mime/flowed.rs",
            "proxy/src/mime/plan",
            "proxy/src/mime/plan.rs",
            "proxy/src/mime/transfer.rs",
            "proxy/src/mime/view",
            "proxy/src/mime/view.rs",
        ],
    ),
    ("header", Seeds::Mail, &["proxy/src/mime/header"]),
    ("frame", Seeds::None, &["protocol/src"]),
    (
        "cookie",
        Seeds::None,
        &["proxy/src/http/cookie", "proxy/src/http/cookie.rs"],
    ),
    (
        "image",
        Seeds::Images,
        &["proxy/src/http/image/redraw", "proxy/src/http/image/sniff.rs"],
    ),
];

/// Measures which edges of the program are reached, and what is compared with what.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// A message that takes longer than this to read is a finding, in seconds; so is one that takes more memory, in MiB.
const TIMEOUT_SECONDS: u32 = 10;
const MEMORY_MIB: u32 = 1024;

/// What came of one target.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Row {
    target: String,
    /// Inputs that were tried.
    inputs: u64,
    /// Edges of the program that they reached.
    edges: u64,
    /// What they and those of earlier runs reach of the lines that the target is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Lines>,
}

/// Prints the table, and fails if there was a finding; that of one target does not stop the others.
pub(crate) fn run(options: &Options) -> Result<()> {
    for name in &options.targets {
        let is_known = TARGETS.iter().any(|(target, ..)| target == name);
        ensure!(
            is_known,
            "there is no target \"{name}\"; there are {}",
            TARGETS.map(|(name, ..)| name).join(", ")
        );
    }
    let folder = build("fuzz", FLAGS)?;
    let coverage = options.coverage.then(Coverage::begin).transpose()?;
    let (mut rows, mut failed) = (Vec::new(), Vec::new());
    for (target, seeds, files) in TARGETS {
        if options.targets.is_empty() || options.targets.iter().any(|wanted| wanted == target) {
            let inputs = Inputs::new(target, seeds, options.runs.is_some())?;
            let mut row = match feed(&folder, target, inputs.path(), options) {
                Ok(row) => row,
                Err(error) => {
                    complain(&error);
                    failed.push(target);
                    continue;
                }
            };
            if let Some(coverage) = &coverage {
                row.lines = Some(coverage.of(target, inputs.path(), files)?);
            }
            rows.push(row);
        }
    }
    if options.json {
        println!("{}", serde_json::json!({ "rows": rows }));
    } else {
        println!("{:<10} {:>12} {:>8} {:>14}", "target", "inputs", "edges", "lines");
        for row in rows {
            let lines = row.lines.map(|lines| lines.to_string()).unwrap_or_default();
            println!("{:<10} {:>12} {:>8} {lines:>14}", row.target, row.inputs, row.edges);
        }
    }
    ensure!(failed.is_empty(), "not without a finding: {}", failed.join(", "));
    Ok(())
}

/// Builds all targets with these flags, below a folder of this name; gives the folder that they are in.
fn build(name: &str, flags: &str) -> Result<PathBuf> {
    let version = shell::output(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc -vV names no host")?;
    let target = shell::target().join(name);
    let step = Step::begin("Building the fuzz targets");
    // With a target of its own, the flags are not those of build scripts and macros.
    shell::run(
        cargo()
            .args(["build", "--release", "--locked", "--target", host])
            .current_dir(root().join("fuzz"))
            .env("CARGO_TARGET_DIR", &target)
            .env("RUSTFLAGS", flags),
    )?;
    step.end();
    Ok(target.join(host).join("release"))
}

fn feed(folder: &Path, target: &str, inputs: &Path, options: &Options) -> Result<Row> {
    let step = Step::begin(&format!("Feeding {target}"));
    let findings = shell::target().join("fuzz").join("findings");
    fs::create_dir_all(&findings).context("Create a folder for findings")?;
    let limit = match options.runs {
        Some(count) => vec![format!("-runs={count}"), "-seed=1".into()],
        None => vec![format!("-max_total_time={}", options.seconds)],
    };
    let output = Command::new(folder.join(target))
        .arg(inputs)
        .args(limit)
        .arg(format!("-timeout={TIMEOUT_SECONDS}"))
        .arg(format!("-rss_limit_mb={MEMORY_MIB}"))
        .arg(format!("-artifact_prefix={}/{target}-", findings.display()))
        .args(["-print_final_stats=1", "-len_control=50", "-max_len=16384"])
        .output()
        .with_context(|| format!("Start {target}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        // First what was claimed, then where: the rest is of libFuzzer's own.
        let from = said.lines().skip_while(|line| !line.contains("panicked at"));
        from.take(40).for_each(|line| say(&format!("   {line}")));
    }
    ensure!(
        output.status.success(),
        "{target} has a finding.\n  Remedy: its input is in {}; make a test of it, then mend what it shows.",
        findings.display()
    );
    step.end();
    row(target, &said).with_context(|| format!("{target} did not say what it did"))
}

/// Reads what libFuzzer says: `#123  DONE  cov: 45 ft: 67 …` and `stat::number_of_executed_units: 123`.
fn row(target: &str, said: &str) -> Option<Row> {
    let edges = said.lines().rev().find_map(|line| line.split_once(" cov: "))?.1;
    let inputs = said
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
    Some(Row {
        target: target.into(),
        inputs: inputs.trim().parse().ok()?,
        edges: edges.split_whitespace().next()?.parse().ok()?,
        lines: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libfuzzer_says_is_read() {
        let said = "INFO: seed corpus: files: 3\n#3\tINITED cov: 12 ft: 13 corp: 2/9b\n#77\tDONE   cov: 345 ft: 400 corp: 9/99b\n\
                    stat::number_of_executed_units: 77\n";

        let read = row("html", said).expect("it is all there");

        assert_eq!((read.inputs, read.edges), (77, 345));
        assert_eq!(row("html", "ERROR: libFuzzer: deadly signal\n"), None);
    }

    #[test]
    fn every_target_is_in_the_folder_and_has_seeds() {
        let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("it is there");
        assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
        for (target, seeds, files) in TARGETS {
            assert!(
                manifest.contains(&format!("path = \"targets/{target}.rs\"")),
                "{target}"
            );
            let count = seeds::texts(seeds, true).expect("they can be read").len();
            assert_eq!(count > 0, seeds != Seeds::None, "{target}");
            for file in files {
                assert!(root().join(file).exists(), "{file}");
            }
        }
    }
}
