//! How much of the code that a target is about its inputs reach, in lines.
//!
//! libFuzzer counts edges of the whole program, the standard library included, which says little about one parser. So
//! the targets are built once more as `cargo llvm-cov` builds, and read every input that was kept.

use super::build;
use crate::shell::{self, command, root};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    path::{Path, PathBuf},
    process::Command,
};

/// Lines of the files that a target is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lines {
    /// Those that its inputs reach.
    covered: u64,
    /// All that hold code.
    count: u64,
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.covered, self.count)
    }
}

/// Targets that count what they reach, and the tools that read it.
pub(super) struct Coverage {
    targets: PathBuf,
    tools: PathBuf,
}

impl Coverage {
    /// Gets the tools, unless they are there, and builds the targets.
    pub(super) fn begin() -> Result<Self> {
        let library = shell::output(command("rustc").args(["--print", "target-libdir"]))?;
        let tools = Path::new(library.trim()).with_file_name("bin");
        if !tools.join("llvm-cov").exists() {
            shell::run(command("rustup").args(["component", "add", "llvm-tools"]))?;
        }
        Ok(Self {
            targets: build("fuzz-coverage", "-Cinstrument-coverage")?,
            tools,
        })
    }

    /// What the inputs in a folder reach of these files and folders.
    pub(super) fn of(&self, target: &str, inputs: &Path, files: &[&str]) -> Result<Lines> {
        let folder = tempfile::tempdir().context("Create a folder")?;
        let (raw, profile) = (folder.path().join("raw"), folder.path().join("profile"));
        let program = self.targets.join(target);
        let fed = Command::new(&program)
            .arg("-runs=0")
            .arg(inputs)
            .env("LLVM_PROFILE_FILE", &raw)
            .output()
            .with_context(|| format!("Start {target}"))?;
        ensure!(
            fed.status.success(),
            "{target} has a finding in what was kept in {}",
            inputs.display()
        );
        shell::run(
            Command::new(self.tools.join("llvm-profdata"))
                .arg("merge")
                .arg(&raw)
                .arg("-o")
                .arg(&profile),
        )?;
        let summary = shell::output(
            Command::new(self.tools.join("llvm-cov"))
                .args(["export", "--summary-only", "--instr-profile"])
                .arg(&profile)
                .arg(&program)
                .args(files.iter().map(|file| root().join(file))),
        )?;
        total(&summary).with_context(|| format!("Understand what llvm-cov says of {target}"))
    }
}

/// Reads the totals of llvm-cov's JSON.
fn total(summary: &str) -> Option<Lines> {
    let summary: serde_json::Value = serde_json::from_str(summary).ok()?;
    let lines = summary.pointer("/data/0/totals/lines")?;
    serde_json::from_value(lines.clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_llvm_cov_says_is_read() {
        let said =
            r#"{"data":[{"files":[],"totals":{"lines":{"count":120,"covered":90,"percent":75}}}],"version":"3"}"#;

        let lines = total(said).expect("it is all there");

        assert_eq!(lines.to_string(), "90 of 120");
        assert_eq!(total(r#"{"data":[]}"#), None);
    }
}
