//! Tests that did not run, with the reasons that they give: what is not tested shall not go unnoticed.

use super::case::Case;
use crate::shell::{self, cargo};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};

/// What `cargo nextest list` tells.
#[derive(Debug, Deserialize)]
struct List {
    #[serde(rename = "rust-suites")]
    suites: BTreeMap<String, Suite>,
}

#[derive(Debug, Deserialize)]
struct Suite {
    #[serde(rename = "binary-path")]
    binary: PathBuf,
    cwd: PathBuf,
    testcases: BTreeMap<String, Known>,
}

#[derive(Debug, Deserialize)]
struct Known {
    ignored: bool,
}

/// The ignored tests of the workspace. Nextest knows which they are, but only the tests themselves know why.
pub(crate) fn of_nextest() -> Result<Vec<Case>> {
    let mut list = cargo();
    list.args(["nextest", "list", "--workspace", "--locked", "--message-format", "json"]);
    let List { suites } = serde_json::from_str(&shell::output(&mut list)?).context("Understand the list of tests")?;
    let mut skipped = Vec::new();
    for (name, suite) in suites {
        let ignored: Vec<&String> = suite
            .testcases
            .iter()
            .filter(|(_, case)| case.ignored)
            .map(|(test, _)| test)
            .collect();
        if ignored.is_empty() {
            continue;
        }
        let mut binary = shell::command(&suite.binary);
        // An ignored test does not run when it is asked for by its name alone.
        binary.arg("--exact").args(&ignored).current_dir(&suite.cwd);
        let found = in_text(&shell::output(&mut binary)?);
        skipped.extend(found.into_iter().map(|case| Case {
            test: format!("{name} {}", case.test),
            ..case
        }));
    }
    Ok(skipped)
}

/// From all lines like "test decode::huge ... ignored, takes an hour".
pub(crate) fn in_text(text: &str) -> Vec<Case> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("test "));
    let ignored = lines.filter_map(|line| line.split_once(" ... ignored"));
    ignored
        .map(|(test, reason)| Case::new(test, reason.strip_prefix(", ")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_read_from_what_tests_say() {
        let text = "running 3 tests\ntest a ... ok\ntest b::c ... ignored, takes an hour\ntest d ... ignored\n";

        assert_eq!(
            in_text(text),
            [Case::new("b::c", Some("takes an hour")), Case::new("d", None)]
        );
        assert_eq!(in_text(text)[1].to_string(), "d: no reason given");
    }
}
