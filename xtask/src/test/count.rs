//! Rust's tests, and how many of them passed, from what the runners say.

use super::{case::Case, heard, skipped};
use crate::shell::{self, cargo};
use anyhow::Result;
use std::{fmt, ops::AddAssign};

/// Test cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// Those that did not run.
    pub(crate) skipped: Vec<Case>,
    /// Those that failed, as far as their runner told which.
    pub(crate) failures: Vec<Case>,
}

impl Counts {
    /// One that passed.
    pub(crate) const PASSED: Self = Self::of(1, 0);
    /// One that failed.
    pub(crate) const FAILED: Self = Self::of(0, 1);

    /// So many, and none skipped.
    pub(crate) const fn of(passed: u64, failed: u64) -> Self {
        Self {
            passed,
            failed,
            skipped: Vec::new(),
            failures: Vec::new(),
        }
    }

    /// A runner that fails without a failed case did not get to its cases, which counts as one.
    pub(crate) fn with_outcome(mut self, succeeded: bool) -> Self {
        if !succeeded && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped.extend(other.skipped);
        self.failures.extend(other.failures);
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// All tests of the workspace, by nextest where it is installed.
pub(crate) fn unit_tests() -> Result<Counts> {
    if shell::find("cargo-nextest").is_some() {
        let arguments = [
            "nextest",
            "run",
            "--workspace",
            "--locked",
            "--no-fail-fast",
            "--color",
            "never",
        ];
        let (text, succeeded) = heard(cargo().args(arguments))?;
        let mut counts = nextest_counts(&text).with_outcome(succeeded);
        counts.failures = nextest_failures(&text);
        if says_skipped(&text) {
            counts.skipped = skipped::of_nextest()?;
        }
        return Ok(counts);
    }
    let arguments = [
        "test",
        "--workspace",
        "--locked",
        "--no-fail-fast",
        "--all-targets",
        "--color",
        "never",
    ];
    let (text, succeeded) = heard(cargo().args(arguments))?;
    Ok(cargo_counts(&text).with_outcome(succeeded))
}

/// The examples in the documentation, which nextest leaves out.
pub(crate) fn doc_tests() -> Result<Counts> {
    let (text, succeeded) = heard(cargo().args(["test", "--workspace", "--locked", "--doc", "--color", "never"]))?;
    Ok(cargo_counts(&text).with_outcome(succeeded))
}

/// Whether the summary of nextest speaks of skipped tests.
fn says_skipped(text: &str) -> bool {
    summary(text).is_some_and(|line| line.ends_with(" skipped") && !line.ends_with(" 0 skipped"))
}

fn summary(text: &str) -> Option<&str> {
    let mut lines = text.lines().rev();
    lines.find(|line| line.trim_start().starts_with("Summary ["))
}

/// From the last line like "Summary [ 1.7s] 15 tests run: 12 passed (1 slow), 2 failed, 1 timed out, 3 skipped".
fn nextest_counts(text: &str) -> Counts {
    let Some(results) = summary(text).and_then(|line| line.split_once(" run: ")) else {
        return Counts::default();
    };
    results.1.split(", ").fold(Counts::default(), |mut counts, result| {
        let mut words = result.split(' ');
        let count: u64 = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
        match words.next() {
            Some("passed") => counts.passed += count,
            Some("skipped") | None => {}
            Some(_) => counts.failed += count,
        }
        counts
    })
}

/// From the lines after the summary, like "        FAIL [   0.004s] (3/20) surat-proxy::stories sign_in::late".
fn nextest_failures(text: &str) -> Vec<Case> {
    let lines = text
        .lines()
        .skip_while(|line| !line.trim_start().starts_with("Summary ["));
    let failure = |line: &str| {
        let (outcome, test) = line.split_once(" [")?;
        let (_, test) = test.split_once("] ")?;
        Some(Case::new(test.trim_start(), Some(outcome.trim())))
    };
    lines.skip(1).filter_map(failure).collect()
}

/// From all lines like "test result: ok. 5 passed; 0 failed; 0 ignored; …", and those of ignored tests.
fn cargo_counts(text: &str) -> Counts {
    let start = Counts {
        skipped: skipped::in_text(text),
        ..Counts::default()
    };
    let results = text.lines().filter_map(|line| line.strip_prefix("test result: "));
    results.fold(start, |mut counts, line| {
        let words: Vec<&str> = line.split([' ', ';']).collect();
        let before = |what: &str| -> u64 {
            let pair = words.windows(2).find(|pair| pair[1] == what);
            pair.and_then(|pair| pair[0].parse().ok()).unwrap_or_default()
        };
        counts += Counts::of(before("passed"), before("failed"));
        counts
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_from_nextest() {
        let text = "PASS x\n     Summary [   1.690s] 15/20 tests run: 12 passed (1 slow), 2 failed, 1 timed out, 3 skipped\n        FAIL [   0.004s] (2/20) surat x::y\nerror: test run failed\n";

        assert_eq!(nextest_counts(text), Counts::of(12, 3));
        assert_eq!(nextest_failures(text), [Case::new("(2/20) surat x::y", Some("FAIL"))]);
        assert!(says_skipped(text));
        assert!(!says_skipped("Summary [ 1s] 2 tests run: 2 passed, 0 skipped"));
        assert_eq!(
            nextest_counts("error: could not compile").with_outcome(false),
            Counts::FAILED
        );
    }

    #[test]
    fn counts_of_all_binaries_are_added_up() {
        let text = "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                    other\ntest result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out\n";

        assert_eq!(cargo_counts(text), Counts::of(8, 2));
    }
}
