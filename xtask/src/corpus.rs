//! `cargo xtask corpus`: opens every message of a folder in a real browser, and feeds every response of a file to the
//! sorter and the decoders.

use crate::{
    build,
    console::{Step, say},
    setup,
    shell::{self, cargo},
    webmail::{Mail, Webmail},
};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};
use surat_testbed::corpus;

/// What to feed.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Folder with messages (.eml)
    #[arg(long, value_name = "DIR", required_unless_present = "imap")]
    mail: Option<PathBuf>,
    /// File with recorded responses, one JSON object a line
    #[arg(long, value_name = "FILE")]
    imap: Option<PathBuf>,
    /// Weigh the senders of these messages, and open none
    #[arg(long, requires = "mail")]
    senders: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// What happened; everything but `messages` and `responses` should be 0.
#[derive(Debug, Default, Serialize)]
struct Report {
    /// Messages opened.
    messages: u64,
    /// Messages of which nothing can be read.
    blank: u64,
    /// Panics of the app, the proxy or the decoders.
    panics: u64,
    /// Scripts that ran, tried to, or could have.
    scripts: u64,
    /// Requests to anywhere but the proxy.
    foreign_requests: u64,
    /// Responses fed.
    responses: u64,
    /// Responses that never ended in a value or an error.
    hangs: u64,
}

/// What the script in the browser reports.
#[derive(Debug, Deserialize)]
struct Opened {
    messages: u64,
    blank: u64,
    panics: u64,
    scripts: u64,
    foreign_requests: u64,
    faults: Vec<String>,
}

/// What the proxy's example reports.
#[derive(Debug, Deserialize)]
struct Fed {
    responses: u64,
    panics: u64,
    hangs: u64,
    faults: Vec<String>,
}

/// Runs both halves, as far as they are asked for, and fails when anything went wrong.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut report = Report::default();
    if let Some(file) = &options.imap {
        feed(&mut report, file)?;
    }
    if let Some(folder) = &options.mail
        && options.senders
    {
        return weigh(folder, options.json);
    }
    if let Some(folder) = &options.mail {
        open(&mut report, folder)?;
    }
    if options.json {
        println!("{}", serde_json::to_string(&report).context("Write JSON")?);
    } else {
        println!("{report:#?}");
    }
    let faults = report.blank + report.panics + report.scripts + report.foreign_requests + report.hangs;
    ensure!(faults == 0, "{faults} things went wrong; they are listed above");
    Ok(())
}

/// What the proxy's other example reports.
#[derive(Debug, Deserialize, Serialize)]
struct Weighed {
    messages: u64,
    with_results: u64,
    reasons: BTreeMap<String, u64>,
    shown: Vec<String>,
}

/// How many messages are shown with a reason to look twice at their sender; see decision 0060 for what is expected.
fn weigh(folder: &Path, is_json: bool) -> Result<()> {
    let folder = folder
        .canonicalize()
        .with_context(|| format!("Find {}", folder.display()))?;
    let text = shell::output(example("weigh_senders").arg(folder))?;
    let weighed: Weighed = serde_json::from_str(&text).context("Understand the report")?;
    if is_json {
        println!("{}", serde_json::to_string(&weighed).context("Write JSON")?);
        return Ok(());
    }
    list(&weighed.shown);
    println!(
        "{} messages, {} with Authentication-Results",
        weighed.messages, weighed.with_results
    );
    for (reason, count) in &weighed.reasons {
        println!("{count:>6} {reason}");
    }
    Ok(())
}

/// In the dev profile, since some parsers fail only where overflows are checked.
fn feed(report: &mut Report, file: &Path) -> Result<()> {
    let file = file
        .canonicalize()
        .with_context(|| format!("Find {}", file.display()))?;
    let step = Step::begin("Feeding responses to sorter and decoders");
    let text = shell::output(example("feed_responses").arg(file))?;
    let fed: Fed = serde_json::from_str(&text).context("Understand the report")?;
    list(&fed.faults);
    report.responses += fed.responses;
    report.panics += fed.panics;
    report.hangs += fed.hangs;
    step.end();
    Ok(())
}

/// An example of the proxy.
fn example(name: &str) -> Command {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "surat-proxy", "--example", name, "--"]);
    command
}

fn open(report: &mut Report, folder: &Path) -> Result<()> {
    let folder = folder
        .canonicalize()
        .with_context(|| format!("Find {}", folder.display()))?;
    setup::run(&setup::Options { tests: true })?;
    let binary = build::run()?;
    let count = corpus::files(&folder)?.len();
    let webmail = Webmail::start(
        &binary,
        0,
        &Mail {
            messages: 20,
            corpus: Some(folder),
        },
    )?;
    let step = Step::begin(&format!("Opening {count} messages in Chromium"));
    let mut script = shell::command("node");
    script
        .args(["corpus/open.mjs", &webmail.url(), &count.to_string()])
        .current_dir(shell::root().join("app/e2e"));
    // What it says on the way is for the person, its stdout is for us.
    let text = shell::output(script.stderr(std::process::Stdio::inherit()))?;
    let opened: Opened = serde_json::from_str(&text).context("Understand the report")?;
    list(&opened.faults);
    let proxy_panics = webmail
        .proxy
        .log()
        .lines()
        .filter(|line| line.contains("panicked at"))
        .count();
    report.messages += opened.messages;
    report.blank += opened.blank;
    report.panics += opened.panics + proxy_panics as u64;
    report.scripts += opened.scripts;
    report.foreign_requests += opened.foreign_requests;
    step.end();
    webmail.stop()
}

fn list(faults: &[String]) {
    for fault in faults {
        say(&format!("   {fault}"));
    }
}
