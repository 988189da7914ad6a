//! `cargo xtask fuzz`: feeds octets that nobody thought of to everything that reads what comes from outside.
//!
//! The targets are those of a cargo-fuzz folder (`fuzz/`), run by libFuzzer. What measures the coverage is part of the
//! stable compiler, so that no nightly one is needed; its sanitisers are not, and without `unsafe` there is little to find
//! for them.

use crate::{
    console::{Step, say},
    shell::{self, cargo, root},
};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use surat_testbed::corpus;

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
            json: false,
        }
    }
}

/// What reads what: the target, and where its seeds come from.
const TARGETS: [(&str, Seeds); 8] = [
    ("sorter", Seeds::Responses),
    ("response", Seeds::Responses),
    ("html", Seeds::Html),
    ("css", Seeds::Html),
    ("message", Seeds::Responses),
    ("header", Seeds::Mail),
    ("frame", Seeds::None),
    ("cookie", Seeds::None),
];

/// Inputs to begin with: our own, and those of the corpus beside the checkout if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seeds {
    Responses,
    Html,
    Mail,
    None,
}

/// Measures which edges of the program are reached, and what is compared with what.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// A message that takes longer than this to read is a finding, in seconds; so is one that takes more memory, in MiB.
const TIMEOUT_SECONDS: u32 = 10;
const MEMORY_MIB: u32 = 1024;
/// Longer seeds slow everything down.
const SEED_OCTETS: usize = 16 << 10;

/// What came of one target.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Row {
    target: String,
    /// Inputs that were tried.
    inputs: u64,
    /// Edges of the program that they reached.
    edges: u64,
}

/// Prints the table, and fails at the first finding.
pub(crate) fn run(options: &Options) -> Result<()> {
    for name in &options.targets {
        let is_known = TARGETS.iter().any(|(target, _)| target == name);
        ensure!(
            is_known,
            "there is no target \"{name}\"; there are {}",
            TARGETS.map(|(name, _)| name).join(", ")
        );
    }
    let folder = build()?;
    let mut rows = Vec::new();
    for (target, seeds) in TARGETS {
        if options.targets.is_empty() || options.targets.iter().any(|wanted| wanted == target) {
            rows.push(feed(&folder, target, seeds, options)?);
        }
    }
    if options.json {
        println!("{}", serde_json::json!({ "rows": rows }));
    } else {
        println!("{:<10} {:>12} {:>8}", "target", "inputs", "edges");
        for Row { target, inputs, edges } in rows {
            println!("{target:<10} {inputs:>12} {edges:>8}");
        }
    }
    Ok(())
}

/// Builds all targets; gives the folder that they are in.
fn build() -> Result<PathBuf> {
    let version = shell::output(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc -vV names no host")?;
    let target = shell::target().join("fuzz");
    let step = Step::begin("Building the fuzz targets");
    // With a target of its own, the flags are not those of build scripts and macros.
    shell::run(
        cargo()
            .args(["build", "--release", "--locked", "--target", host])
            .current_dir(root().join("fuzz"))
            .env("CARGO_TARGET_DIR", &target)
            .env("RUSTFLAGS", FLAGS),
    )?;
    step.end();
    Ok(target.join(host).join("release"))
}

fn feed(folder: &Path, target: &str, seeds: Seeds, options: &Options) -> Result<Row> {
    let step = Step::begin(&format!("Feeding {target}"));
    let kept = shell::target().join("fuzz").join("seeds").join(target);
    let is_fixed = options.runs.is_some();
    // What earlier runs have found to be of use would make a run that is to be always the same another one.
    let fixed = tempfile::tempdir().context("Create a folder")?;
    let inputs = if is_fixed { fixed.path().to_owned() } else { kept };
    fs::create_dir_all(&inputs).with_context(|| format!("Create {}", inputs.display()))?;
    for (number, seed) in texts(seeds, is_fixed)?.iter().enumerate() {
        let end = seed.len().min(SEED_OCTETS);
        fs::write(inputs.join(format!("seed-{number}")), &seed[..end]).context("Write a seed")?;
    }
    let findings = shell::target().join("fuzz").join("findings");
    fs::create_dir_all(&findings).context("Create a folder for findings")?;
    let limit = match options.runs {
        Some(count) => vec![format!("-runs={count}"), "-seed=1".into()],
        None => vec![format!("-max_total_time={}", options.seconds)],
    };
    let output = Command::new(folder.join(target))
        .arg(&inputs)
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
    })
}

#[derive(Deserialize)]
struct Line {
    #[serde(alias = "payload", alias = "response")]
    text: String,
}

/// The seeds. A run that is to be always the same has only those of the repository.
fn texts(seeds: Seeds, is_fixed: bool) -> Result<Vec<Vec<u8>>> {
    let beside = root().join("../shared/corpus");
    let (own, lines) = match seeds {
        Seeds::None => return Ok(Vec::new()),
        Seeds::Html => ("sanitizer/samples.jsonl", Some("html/payloads.jsonl")),
        Seeds::Responses => ("fuzz/responses.jsonl", Some("imap/responses.jsonl")),
        Seeds::Mail => ("fuzz/headers.jsonl", None),
    };
    let mut texts = of_lines(&root().join(own))?;
    if is_fixed || !beside.is_dir() {
        return Ok(texts);
    }
    match lines {
        Some(lines) => texts.extend(of_lines(&beside.join(lines))?),
        None => {
            for file in corpus::files(&beside.join("mail"))? {
                texts.push(fs::read(&file).with_context(|| format!("Read {}", file.display()))?);
            }
        }
    }
    Ok(texts)
}

fn of_lines(file: &Path) -> Result<Vec<Vec<u8>>> {
    let text = fs::read_to_string(file).with_context(|| format!("Read {}", file.display()))?;
    let line = |line: &str| {
        Ok(serde_json::from_str::<Line>(line)
            .context("Understand a seed")?
            .text
            .into_bytes())
    };
    text.lines().filter(|text| !text.trim().is_empty()).map(line).collect()
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
        for (target, seeds) in TARGETS {
            assert!(
                manifest.contains(&format!("path = \"targets/{target}.rs\"")),
                "{target}"
            );
            let count = texts(seeds, true).expect("they can be read").len();
            assert_eq!(count > 0, seeds != Seeds::None, "{target}");
        }
    }
}
