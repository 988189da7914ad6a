//! Hostile HTML for `walls` and `wash`: snippets of a file, and the HTML texts of messages.

use crate::shell::root;
use anyhow::{Context, Result, ensure};
use mail_parser::{MessageParser, PartType};
use serde::Deserialize;
use std::{
    fs, panic,
    path::{Path, PathBuf},
};
use surat_testbed::corpus;

/// Where payloads are from.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Sources {
    /// File with payloads, one JSON object with `id` and `payload` a line
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Folder with messages (.eml), of which all HTML texts are tried
    #[arg(long, value_name = "DIR")]
    pub(crate) mail: Option<PathBuf>,
}

impl Sources {
    /// Our own samples, in which there is one of each kind.
    pub(crate) fn samples() -> Self {
        Self {
            html: Some(root().join("sanitizer/samples.jsonl")),
            mail: None,
        }
    }

    /// Those that are given; without any the corpus beside the checkout, or else our own samples.
    pub(crate) fn or_corpus(&self) -> Self {
        let corpus = root().join("../shared/corpus");
        match self.html.is_some() || self.mail.is_some() {
            true => self.clone(),
            false if corpus.is_dir() => Self {
                html: Some(corpus.join("html/payloads.jsonl")),
                mail: Some(corpus.join("mail")),
            },
            false => Self::samples(),
        }
    }

    /// All of them.
    pub(crate) fn read(&self) -> Result<Vec<Payload>> {
        let mut payloads = self.html.as_deref().map(of_lines).transpose()?.unwrap_or_default();
        payloads.extend(self.mail.as_deref().map(of_mail).transpose()?.unwrap_or_default());
        ensure!(!payloads.is_empty(), "there is nothing to try");
        Ok(payloads)
    }
}

/// HTML as an attacker would send it.
pub(crate) struct Payload {
    /// Where it is from.
    pub(crate) id: String,
    pub(crate) html: String,
}

#[derive(Deserialize)]
struct Line {
    id: String,
    payload: String,
}

/// Each line of a file is a JSON object with an `id` and a `payload`.
fn of_lines(file: &Path) -> Result<Vec<Payload>> {
    let text = fs::read_to_string(file).with_context(|| format!("Read {}", file.display()))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let Line { id, payload } = serde_json::from_str(line).context("Understand a payload")?;
            Ok(Payload {
                id,
                html: in_place(payload),
            })
        })
        .collect()
}

/// The HTML texts of all messages in a folder.
fn of_mail(folder: &Path) -> Result<Vec<Payload>> {
    let mut payloads = Vec::new();
    for file in corpus::files(folder)? {
        let octets = fs::read(&file).with_context(|| format!("Read {}", file.display()))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        payloads.extend(texts(&octets).into_iter().enumerate().map(|(index, html)| Payload {
            id: format!("{name}:{}", index + 1),
            html,
        }));
    }
    Ok(payloads)
}

/// The HTML texts of a message; all of it where the parser breaks down over its nesting, as mail-parser 0.11 may.
pub(crate) fn texts(octets: &[u8]) -> Vec<String> {
    let parsed = panic::catch_unwind(|| {
        let message = MessageParser::default().parse(octets);
        let parts = message.into_iter().flat_map(|message| message.parts);
        let texts = parts.filter_map(|part| match part.body {
            PartType::Html(html) => Some(html.into_owned()),
            _ => None,
        });
        texts.collect()
    });
    parsed.unwrap_or_else(|_| vec![String::from_utf8_lossy(octets).into_owned()])
}

/// A snippet that is no HTML stands wherever it could do something: as a style, as an address, as text.
fn in_place(payload: String) -> String {
    if payload.contains('<') {
        return payload;
    }
    let value = payload.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<style>{payload}</style><style>.p{{{payload}}}</style><div class=\"p\" style=\"{value}\">{payload}</div>\
         <a href=\"{value}\">x</a><img src=\"{value}\"><table background=\"{value}\"><tr><td>x</table>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_value_is_tried_as_style_and_as_address() {
        let html = in_place("javascript:alert(\"1\")".into());

        assert!(html.contains("href=\"javascript:alert(&quot;1&quot;)\""));
        assert!(html.contains("style=\"javascript:"));
        assert_eq!(in_place("<b>x".into()), "<b>x");
    }

    #[test]
    fn all_html_texts_of_a_message_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let message = "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nno\r\n\
                       --b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<b>ya=3D</b>\r\n--b--\r\n";
        fs::write(folder.path().join("1.eml"), message).expect("written");

        let payloads = of_mail(folder.path()).expect("read");

        let all: Vec<_> = payloads
            .iter()
            .map(|payload| (&*payload.id, payload.html.trim()))
            .collect();
        assert_eq!(all, [("1.eml:1", "<b>ya=</b>")]);
    }
}
