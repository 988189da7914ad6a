//! `cargo xtask test`: every check there is, one after the other, and a line of totals at the end.

mod browser;
mod case;
mod count;
mod skipped;
mod supply;

use crate::{
    build,
    console::{complain, duration, say},
    fuzz, setup,
    shell::{self, cargo},
    walls, wash,
};
use anyhow::{Context, Result};
use case::Case;
use clap::ValueEnum;
use count::Counts;
use std::{
    process::{Command, ExitCode},
    time::Instant,
};

/// Which checks.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Only this step, for development; can be given more than once
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
}

/// The checks in their order: what fails quickly comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Install what is missing
    Setup,
    /// Formatting
    Format,
    /// Lints of everything, natively
    Lint,
    /// Lints of what runs in the browser
    LintWasm,
    /// Licences, sources and known holes of the crates that Surat is built of
    Supply,
    /// Unit tests, and the proxy's stories against real servers
    Unit,
    /// Examples in the documentation
    Doc,
    /// The release build
    Build,
    /// Stories in a browser
    Browser,
    /// A short run of each fuzz target
    Fuzz,
    /// Hostile HTML, with all walls up and with each taken away
    Walls,
    /// What Chromium reads of washed HTML, compared with what was meant
    Wash,
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    fn run(self) -> Result<Counts> {
        match self {
            Self::Setup => once(setup::run(&setup::Options { tests: true })),
            Self::Format => once(shell::run(cargo().args(["fmt", "--all", "--check"]))),
            Self::Lint => once(shell::run(clippy().args([
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ]))),
            Self::LintWasm => once(shell::run(clippy().args([
                "--target",
                "wasm32-unknown-unknown",
                "--package",
                "surat-app",
                "--package",
                "surat-cache",
                "--package",
                "surat-protocol",
                "--package",
                "surat-sanitizer",
                "--",
                "-D",
                "warnings",
            ]))),
            Self::Supply => supply::run(),
            Self::Unit => count::unit_tests(),
            Self::Doc => count::doc_tests(),
            Self::Build => once(build::run().map(drop)),
            Self::Browser => browser::run(),
            Self::Fuzz => once(fuzz::run(&fuzz::Options::short())),
            Self::Walls => once(walls::run(&walls::Options::samples())),
            Self::Wash => once(wash::run(&wash::Options::short())),
        }
    }
}

/// Runs the checks. One that fails does not stop the others; the exit code tells.
pub(crate) fn run(options: &Options) -> ExitCode {
    let began = Instant::now();
    let mut total = Counts::default();
    let mut failed = Vec::new();
    for step in Step::value_variants() {
        if !options.only.is_empty() && !options.only.contains(step) {
            continue;
        }
        let counts = report(*step);
        if counts.failed > 0 {
            failed.push(step.name());
        }
        total += counts;
    }
    say(&format!("\nAll in {}.", duration(began.elapsed())));
    if !failed.is_empty() {
        say(&format!("Failed: {}", failed.join(", ")));
        total.failures.iter().for_each(|case| println!("failed: {case}"));
    }
    if !total.skipped.is_empty() {
        println!("{} skipped", total.skipped.len());
        total.skipped.iter().for_each(|case| println!("skipped: {case}"));
    }
    println!("{total}");
    if total.failed == 0 && total.passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs one step and says how it went.
fn report(step: Step) -> Counts {
    let name = step.name();
    say(&format!("\n══ {name}"));
    let began = Instant::now();
    let counts = step.run().unwrap_or_else(|error| {
        complain(&error);
        Counts {
            failures: vec![Case::new(&name, Some(&format!("{error:#}")))],
            ..Counts::FAILED
        }
    });
    let time = duration(began.elapsed());
    say(&format!("══ {name}: {counts}, in {time}"));
    counts
}

/// A check without test cases of its own counts as one.
fn once(outcome: Result<()>) -> Result<Counts> {
    outcome.map(|()| Counts::PASSED)
}

fn clippy() -> Command {
    let mut clippy = cargo();
    clippy.args(["clippy", "--quiet", "--locked"]);
    clippy
}

/// Runs a program, shows what it says as it says it, and gives it all, with whether it succeeded.
fn heard(command: &mut Command) -> Result<(String, bool)> {
    use std::io::{BufRead, BufReader, PipeWriter};
    let (reader, writer) = std::io::pipe().context("Make a pipe")?;
    let second: PipeWriter = writer.try_clone().context("Share a pipe")?;
    let spawned = command
        .stdin(std::process::Stdio::null())
        .stdout(writer)
        .stderr(second)
        .spawn();
    let mut child = spawned.with_context(|| format!("Run {}", shell::name(command)))?;
    // Our own ends of the pipe, or reading would never end.
    command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let mut text = String::new();
    for line in BufReader::new(reader).split(b'\n') {
        let line = String::from_utf8_lossy(&line.context("Listen")?).into_owned();
        say(&line);
        text.push_str(&line);
        text.push('\n');
    }
    let status = child
        .wait()
        .with_context(|| format!("Wait for {}", shell::name(command)))?;
    Ok((text, status.success()))
}
