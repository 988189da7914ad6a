//! What Chromium makes of washed HTML, compared with the tree that the sanitiser wrote.

use crate::{
    console::{Step, say},
    shell::{self, root},
};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{BufWriter, Write},
    process::Stdio,
};
use surat_sanitizer::{Policy, document, wash_outlined};

/// What the script in the browser reports.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Row {
    /// Results that were read, each in two ways.
    pub(super) documents: usize,
    /// Those of which another tree came than was meant.
    pub(super) mutations: usize,
    #[serde(skip_serializing)]
    faults: Vec<String>,
}

/// A result for the script.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    document: String,
    outline: String,
}

/// Compares the trees of these inputs, each with its name.
pub(super) fn run(inputs: impl Iterator<Item = (String, String)>, count: usize) -> Result<Row> {
    let folder = tempfile::tempdir().context("Create a folder")?;
    let file = folder.path().join("results.jsonl");
    let step = Step::begin(&format!("Reading {count} results in Chromium"));
    let mut writer = BufWriter::new(File::create(&file).with_context(|| format!("Create {}", file.display()))?);
    // Addresses of images are part of the tree; nothing is at them.
    let policy = Policy {
        cid: &|id| Some(format!("/api/part?of={id}")),
        remote_image: &|address| Some(format!("/api/image?of={address}")),
    };
    for (id, html) in inputs {
        let (washed, outline) = wash_outlined(&html, &policy);
        let line = Line {
            id: &id,
            document: document(&washed),
            outline,
        };
        serde_json::to_writer(&mut writer, &line).context("Write a result")?;
        writer.write_all(b"\n").context("Write a result")?;
    }
    writer.flush().context("Write results")?;
    let mut script = shell::command("node");
    script
        .arg("wash/tree.mjs")
        .arg(&file)
        .current_dir(root().join("app/e2e"));
    let text = shell::output(script.stderr(Stdio::inherit()))?;
    let row: Row = serde_json::from_str(&text).context("Understand the report")?;
    row.faults.iter().for_each(|fault| say(&format!("   {fault}")));
    step.end();
    Ok(row)
}
