//! Newsletters in Chromium, before and after washing: how many pixels outside removed images are different.

use crate::{
    console::{Step, say},
    payloads::texts,
    shell::{self, root},
};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashSet,
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    process::Stdio,
};
use surat_sanitizer::{Policy, Washed, document, wash};
use surat_testbed::corpus;

/// The largest share of pixels, in percent, that may be different in a newsletter that keeps its look.
const SHARE: f64 = 2.0;
/// The smallest share of newsletters, in percent, that have to keep it.
const GOAL: f64 = 90.0;

/// What the script in the browser reports.
#[derive(Deserialize)]
struct Painted {
    newsletters: Vec<Newsletter>,
}

/// How newsletters look.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    messages: usize,
    /// Those that keep their look.
    kept: usize,
    /// The worst first.
    newsletters: Vec<Newsletter>,
}

/// One newsletter.
#[derive(Debug, Deserialize, Serialize)]
struct Newsletter {
    id: String,
    /// Pixels that are different outside the boxes of removed images, in percent.
    share: f64,
}

impl Row {
    fn of(newsletters: Vec<Newsletter>) -> Self {
        let kept = newsletters.iter().filter(|newsletter| newsletter.share <= SHARE);
        Self {
            messages: newsletters.len(),
            kept: kept.count(),
            newsletters,
        }
    }

    /// Do as many keep their look as should?
    pub(super) fn is_well(&self) -> bool {
        self.kept as f64 * 100.0 >= GOAL * self.messages as f64
    }

    /// For people; the worst first.
    pub(super) fn print(&self) {
        println!("look: pixels that are different outside removed images");
        for Newsletter { id, share } in &self.newsletters {
            println!("{share:>7.2} % {id}");
        }
        println!("{} of {} newsletters have at most {SHARE} %", self.kept, self.messages);
    }
}

/// What is to be painted.
#[derive(Serialize)]
struct Line {
    id: String,
    before: String,
    after: String,
}

/// Compares the newsletters of a folder; nothing without one.
pub(super) fn run(mail: Option<&Path>) -> Result<Option<Row>> {
    let Some(mail) = mail else {
        say("No folder with messages (--mail): newsletters are not compared.");
        return Ok(None);
    };
    let newsletters = newsletters(mail)?;
    ensure!(!newsletters.is_empty(), "{} holds no newsletter", mail.display());
    let pictures = shell::target().join("wash");
    fs::create_dir_all(&pictures).with_context(|| format!("Create {}", pictures.display()))?;
    let file = pictures.join("newsletters.jsonl");
    let mut writer = BufWriter::new(File::create(&file).with_context(|| format!("Create {}", file.display()))?);
    for line in &newsletters {
        serde_json::to_writer(&mut writer, line).context("Write a newsletter")?;
        writer.write_all(b"\n").context("Write a newsletter")?;
    }
    writer.flush().context("Write newsletters")?;
    let step = Step::begin(&format!("Painting {} newsletters before and after", newsletters.len()));
    let mut script = shell::command("node");
    script
        .args(["wash/look.mjs".as_ref(), file.as_os_str(), pictures.as_os_str()])
        .current_dir(root().join("app/e2e"));
    let text = shell::output(script.stderr(Stdio::inherit()))?;
    let painted: Painted = serde_json::from_str(&text).context("Understand the report")?;
    step.end();
    say(&format!("Side by side in {}", pictures.join("index.html").display()));
    Ok(Some(Row::of(painted.newsletters)))
}

/// The first HTML text of each message, if it is made as newsletters are; each text once.
fn newsletters(mail: &Path) -> Result<Vec<Line>> {
    let mut seen = HashSet::new();
    let mut lines = Vec::new();
    for file in corpus::files(mail)? {
        let octets = fs::read(&file).with_context(|| format!("Read {}", file.display()))?;
        let Some(html) = texts(&octets).into_iter().next() else {
            continue;
        };
        if is_newsletter(&html) && seen.insert(html.clone()) {
            let id = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            lines.push(before_and_after(id, &html));
        }
    }
    Ok(lines)
}

/// Laid out by tables, and with styles.
fn is_newsletter(html: &str) -> bool {
    let html = html.to_ascii_lowercase();
    html.contains("<table") && (html.contains("<style") || html.contains("style="))
}

/// Both are the frame's document, as the app has it while images are blocked.
fn before_and_after(id: String, html: &str) -> Line {
    let policy = Policy {
        cid: &|_| None,
        remote_image: &|_| None,
    };
    let washed = wash(html, &policy);
    let after = document(&washed);
    let before = document(&Washed {
        html: html.to_owned(),
        ..washed
    });
    Line {
        id,
        // What the frame gives the element that stands for the body goes to the body itself.
        before: before.replacen(":where(.surat-body)", ":where(body)", 1),
        after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(shares: &[f64]) -> Row {
        let newsletter = |share: &f64| Newsletter {
            id: String::new(),
            share: *share,
        };
        Row::of(shares.iter().map(newsletter).collect())
    }

    #[test]
    fn nine_of_ten_have_to_keep_their_look() {
        assert!(row(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 50.0]).is_well());
        assert!(!row(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.1, 50.0]).is_well());
    }

    #[test]
    fn newsletters_are_laid_out_by_tables_and_have_styles() {
        assert!(is_newsletter("<TABLE><td STYLE='color:red'>x"));
        assert!(is_newsletter("<style>p{}</style><table>"));
        assert!(!is_newsletter("<p style='color:red'>x"));
        assert!(!is_newsletter("<table><td>x"));
    }

    #[test]
    fn a_newsletter_is_painted_with_and_without_washing() {
        let line = before_and_after("1".into(), "<body style='margin:0'><form>x</form>");

        assert!(line.before.contains("<form>x</form>") && line.before.contains(":where(body){padding:"));
        assert!(!line.after.contains("<form>") && line.after.contains("surat-body"));
    }
}
