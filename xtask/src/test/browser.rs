//! The browser stories in `app/e2e`, by Playwright in Debian's Chromium.

use super::{case::Case, count::Counts};
use crate::{setup, shell};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::{env, fs};

/// What we read of Playwright's report.
#[derive(Debug, Deserialize)]
struct Report {
    stats: Stats,
    suites: Vec<Suite>,
}

/// A file, or a group of stories in one.
#[derive(Debug, Deserialize)]
struct Suite {
    #[serde(default)]
    specs: Vec<Story>,
    #[serde(default)]
    suites: Vec<Suite>,
}

#[derive(Debug, Deserialize)]
struct Story {
    title: String,
    file: String,
    tests: Vec<Run>,
}

#[derive(Debug, Deserialize)]
struct Run {
    status: String,
    #[serde(default)]
    annotations: Vec<Annotation>,
    #[serde(default)]
    results: Vec<Try>,
}

#[derive(Debug, Deserialize)]
struct Try {
    errors: Vec<Failure>,
}

#[derive(Debug, Deserialize)]
struct Failure {
    message: String,
}

/// `test.skip` and `test.fixme` leave one of their name.
#[derive(Debug, Deserialize)]
struct Annotation {
    #[serde(rename = "type")]
    kind: String,
    description: Option<String>,
}

impl Suite {
    fn cases(&self, status: &str, reason: fn(&Run) -> Option<String>) -> Vec<Case> {
        let own = self.specs.iter().flat_map(|story| {
            let runs = story.tests.iter().filter(|run| run.status == status);
            runs.map(|run| Case::new(&format!("{}: {}", story.file, story.title), reason(run).as_deref()))
        });
        own.chain(cases(&self.suites, status, reason)).collect()
    }
}

impl Run {
    fn why_skipped(&self) -> Option<String> {
        let mut annotations = self.annotations.iter();
        match annotations.find(|annotation| matches!(annotation.kind.as_str(), "skip" | "fixme")) {
            Some(annotation) => annotation.description.clone(),
            None => Some("what should have come before it failed".to_owned()),
        }
    }

    fn why_failed(&self) -> Option<String> {
        let errors = self.results.iter().flat_map(|attempt| &attempt.errors);
        let messages: Vec<String> = errors.map(|error| without_colours(&error.message)).collect();
        (!messages.is_empty()).then(|| messages.join("\n"))
    }
}

/// Without the escape sequences of a terminal.
fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\x1b[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |plain, piece| {
        plain + piece.split_once('m').map_or(piece, |(_, text)| text)
    })
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
    counts(&text)
}

/// From Playwright's report.
fn counts(report: &str) -> Result<Counts> {
    let Report { stats, suites } = serde_json::from_str(report).context("Understand Playwright's report")?;
    Ok(Counts {
        passed: stats.expected,
        failed: stats.unexpected + stats.flaky,
        skipped: cases(&suites, "skipped", Run::why_skipped),
        failures: cases(&suites, "unexpected", Run::why_failed),
    })
}

/// The stories that ended so, with the reasons.
fn cases(suites: &[Suite], status: &str, reason: fn(&Run) -> Option<String>) -> Vec<Case> {
    suites.iter().flat_map(|suite| suite.cases(status, reason)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_that_failed_or_did_not_run_are_told_with_their_reasons() {
        let report = r#"{ "stats": { "expected": 4, "unexpected": 1, "flaky": 1, "skipped": 2 }, "suites": [
            { "specs": [{ "title": "size", "file": "visit.spec.ts", "tests": [
                { "status": "skipped", "annotations": [{ "type": "fixme", "description": "too large" }] }] }],
              "suites": [{ "specs": [
                { "title": "late", "file": "visit.spec.ts", "tests": [{ "status": "skipped", "annotations": [] }] },
                { "title": "bad", "file": "visit.spec.ts", "tests": [{ "status": "unexpected", "results": [
                    { "errors": [{ "message": "\u001b[31mnot\u001b[39m visible" }] }] }] },
                { "title": "good", "file": "visit.spec.ts", "tests": [{ "status": "expected" }] }] }] }] }"#;

        let counts = counts(report).unwrap();

        assert_eq!((counts.passed, counts.failed), (4, 2));
        assert_eq!(counts.skipped[0], Case::new("visit.spec.ts: size", Some("too large")));
        assert_eq!(counts.skipped.len(), 2);
        assert_eq!(counts.failures, [Case::new("visit.spec.ts: bad", Some("not visible"))]);
    }
}
