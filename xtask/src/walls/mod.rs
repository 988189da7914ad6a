//! `cargo xtask walls`: shows hostile HTML in the app, with all walls up and with each of them taken away, and counts
//! what gets through.
//!
//! The browser tells the app what this command makes of a payload, in the place of the proxy's answer; all else is real.

use crate::{
    build,
    console::{Step, say},
    payloads::{Payload, Sources},
    setup,
    shell::{self, root},
    webmail::{Mail, Webmail},
};
use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    process::Stdio,
};
use surat_protocol::{
    Answer, Body, Envelope, Flags, Message, RequestId, Trust, Uid,
    frame::{self, ServerFrame},
};
use surat_sanitizer::{Policy, Washed, document, wash};

/// What to try.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    sources: Sources,
    /// Where to show it
    #[arg(long, value_enum, default_value_t)]
    browser: Browser,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Debian's build of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Browser {
    #[default]
    Chromium,
    /// Installed when it is missing
    Firefox,
}

impl Browser {
    /// As the script in `app/e2e` knows it.
    fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
        }
    }
}

impl Options {
    /// Our own samples, in which there is one of each kind.
    pub(crate) fn samples() -> Self {
        Self {
            sources: Sources::samples(),
            browser: Browser::default(),
            json: false,
        }
    }
}

/// What got through with some of the walls up; everything but `payloads` should be 0.
#[derive(Debug, Deserialize, Serialize)]
struct Row {
    /// `all`, or which one is missing.
    walls: String,
    payloads: u64,
    /// Scripts that a frame with mail has compiled, and dialogs.
    scripts: u64,
    /// Requests to anywhere but the app's own files.
    requests: u64,
    /// Pages that were asked for in the frame's or the app's place, or beside it.
    navigations: u64,
    /// Forms that were sent.
    submissions: u64,
    /// Changes of what is on screen outside the message's box.
    outside: u64,
}

/// What the script in the browser reports.
#[derive(Debug, Deserialize, Serialize)]
struct Report {
    rows: Vec<Row>,
    #[serde(skip_serializing)]
    faults: Vec<String>,
}

/// What the app is told of one payload.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    /// Frames of the proxy, in base64.
    washed: String,
    raw: String,
}

/// Prints the table, and fails when anything got through.
pub(crate) fn run(options: &Options) -> Result<()> {
    let payloads = options.sources.or_corpus().read()?;
    setup::run(&setup::Options { tests: true })?;
    if options.browser == Browser::Firefox {
        setup::firefox()?;
    }
    let binary = build::run()?;
    let mail = Mail {
        messages: 20,
        corpus: None,
    };
    let webmail = Webmail::start(&binary, 0, &mail)?;
    let folder = tempfile::tempdir().context("Create a folder")?;
    let file = folder.path().join("payloads.jsonl");
    write(&payloads, &file)?;
    let browser = options.browser.name();
    let step = Step::begin(&format!("Showing {} payloads in {browser}, four times", payloads.len()));
    let mut script = shell::command("node");
    script
        .arg("walls/run.mjs")
        .arg(webmail.url())
        .arg(&file)
        .arg(browser)
        // What browsers keep goes when the folder goes.
        .env("TMPDIR", folder.path())
        .current_dir(root().join("app/e2e"));
    let text = shell::output(script.stderr(Stdio::inherit()))?;
    let report: Report = serde_json::from_str(&text).context("Understand the report")?;
    step.end();
    webmail.stop()?;
    report.faults.iter().for_each(|fault| say(&format!("   {fault}")));
    if options.json {
        println!("{}", serde_json::to_string(&report).context("Write JSON")?);
    } else {
        print(&report.rows);
    }
    let through: u64 = report.rows.iter().map(Row::through).sum();
    ensure!(through == 0, "{through} things got through; they are listed above");
    Ok(())
}

/// The first line is a message that does nothing.
fn write(payloads: &[Payload], file: &Path) -> Result<()> {
    let mut writer = BufWriter::new(File::create(file).with_context(|| format!("Create {}", file.display()))?);
    let policy = Policy {
        cid: &|_| None,
        remote_image: &|_| None,
    };
    let harmless = Payload {
        id: "harmless".into(),
        html: "<p>selamat</p>".into(),
    };
    for Payload { id, html } in [&harmless].into_iter().chain(payloads) {
        let washed = wash(html, &policy);
        let raw = Washed {
            html: html.clone(),
            ..Washed::default()
        };
        let line = Line {
            id,
            washed: answer(&washed),
            raw: answer(&raw),
        };
        serde_json::to_writer(&mut writer, &line).context("Write a payload")?;
        writer.write_all(b"\n").context("Write a payload")?;
    }
    writer.flush().context("Write payloads")
}

/// What the proxy would answer, if it had come to this; the request's id is 0.
fn answer(washed: &Washed) -> String {
    let message = Message {
        uid: Uid(1),
        flags: Flags::default(),
        received: 0,
        envelope: Envelope::default(),
        body: Body::Html {
            document: document(washed),
            blocked_images: washed.blocked_images,
            blocked_trackers: washed.blocked_trackers,
            removed_active: washed.removed_active,
            has_own_colours: washed.has_own_colours,
        },
        attachments: Vec::new(),
        damage: Vec::new(),
        trust: Trust::default(),
        unsubscribe: None,
    };
    BASE64_STANDARD.encode(frame::encode(&ServerFrame::Answer {
        id: RequestId(0),
        answer: Ok(Answer::Message(Box::new(message))),
        is_last: true,
    }))
}

impl Row {
    fn through(&self) -> u64 {
        self.scripts + self.requests + self.navigations + self.submissions + self.outside
    }
}

fn print(rows: &[Row]) {
    println!(
        "{:<14} {:>8} {:>8} {:>8} {:>11} {:>11} {:>8}",
        "walls", "payloads", "scripts", "requests", "navigations", "submissions", "outside"
    );
    for row in rows {
        println!(
            "{:<14} {:>8} {:>8} {:>8} {:>11} {:>11} {:>8}",
            row.walls, row.payloads, row.scripts, row.requests, row.navigations, row.submissions, row.outside
        );
    }
}
