//! What fuzzing begins with.

use crate::shell::{self, root};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

use surat_testbed::corpus;
use tempfile::TempDir;

/// Longer seeds slow everything down.
const SEED_OCTETS: usize = 16 << 10;

/// A folder of inputs, which libFuzzer adds to.
pub(super) enum Inputs {
    /// Kept from run to run, since what was found to be of use once is so again.
    Kept(PathBuf),
    /// For a run that is to be always the same.
    Fixed(TempDir),
}

impl Inputs {
    /// The folder of a target, with its seeds in it.
    pub(super) fn new(target: &str, seeds: Seeds, is_fixed: bool) -> Result<Self> {
        let inputs = if is_fixed {
            Self::Fixed(tempfile::tempdir().context("Create a folder")?)
        } else {
            Self::Kept(shell::target().join("fuzz/seeds").join(target))
        };
        let folder = inputs.path();
        fs::create_dir_all(folder).with_context(|| format!("Create {}", folder.display()))?;
        for (number, seed) in texts(seeds, is_fixed)?.iter().enumerate() {
            let end = seed.len().min(SEED_OCTETS);
            fs::write(folder.join(format!("seed-{number}")), &seed[..end]).context("Write a seed")?;
        }
        Ok(inputs)
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Kept(folder) => folder,
            Self::Fixed(folder) => folder.path(),
        }
    }
}

/// Inputs to begin with: our own, and those of the corpus beside the checkout if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seeds {
    Responses,
    Html,
    Images,
    Mail,
    None,
}

#[derive(Deserialize)]
struct Line {
    #[serde(alias = "payload", alias = "response")]
    text: String,
}

/// The seeds. A run that is to be always the same has only those of the repository.
pub(super) fn texts(seeds: Seeds, is_fixed: bool) -> Result<Vec<Vec<u8>>> {
    let beside = root().join("../shared/corpus");
    let (own, lines) = match seeds {
        Seeds::None => return Ok(Vec::new()),
        Seeds::Images => return of_files(&folder(&root().join("fuzz/images"))?),
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
        None => texts.extend(of_files(&corpus::files(&beside.join("mail"))?)?),
    }
    Ok(texts)
}

/// The files of a folder, always in the same order.
fn folder(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("Open folder {}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        files.push(entry.with_context(|| format!("List {}", folder.display()))?.path());
    }
    files.sort();
    Ok(files)
}

fn of_files(files: &[PathBuf]) -> Result<Vec<Vec<u8>>> {
    let read = |file: &PathBuf| fs::read(file).with_context(|| format!("Read {}", file.display()));
    files.iter().map(read).collect()
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
