//! The crates that Surat is built of, as deny.toml wants them: their licences, where they come from, and whether a hole
//! in one of them is known.

use super::{case::Case, count::Counts, heard};
use crate::shell::command;
use anyhow::Result;
use std::process::Command;

/// What cargo-deny says when the database of known holes cannot be had.
const NO_DATABASE: &str = "failed to fetch advisory database";

/// Looks at all of them.
pub(super) fn run() -> Result<Counts> {
    let mut counts = Counts::default();
    for check in ["licenses", "bans", "sources"] {
        counts += of(heard(&mut deny(check))?.1);
    }
    // The database comes over the network, and not every machine may fetch it.
    let (text, succeeded) = heard(&mut deny("advisories"))?;
    if !succeeded && text.contains(NO_DATABASE) {
        let reason = "the database of known holes could not be fetched";
        counts
            .skipped
            .push(Case::new("cargo deny check advisories", Some(reason)));
    } else {
        counts += of(succeeded);
    }
    Ok(counts)
}

fn deny(check: &str) -> Command {
    let mut deny = command("cargo-deny");
    // Two versions of a crate are shown to whoever asks by hand.
    deny.args([
        "--locked",
        "--log-level",
        "error",
        "check",
        "--hide-inclusion-graph",
        check,
    ]);
    deny
}

const fn of(succeeded: bool) -> Counts {
    if succeeded { Counts::PASSED } else { Counts::FAILED }
}
