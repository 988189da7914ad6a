//! Says how many messages of a folder would be shown with a reason to look twice at their sender, and which. Started by
//! `cargo xtask corpus --senders`.
//!
//! Argument: a folder of `.eml` files. Output: one JSON object. Nobody's mail server can be asked, so that each message
//! is read as its first recipient, who believes whoever signed the topmost Authentication-Results: more alarms than
//! one reader could see.
#![expect(clippy::print_stdout, reason = "a command-line program talks on stdout")]

use anyhow::{Context as _, Result};
use mail_parser::{Address as Parsed, HeaderName, MessageParser};
use std::{collections::BTreeMap, env, fs, path::Path};
use surat_protocol::{Address, Caution, Envelope};
use surat_proxy::mime::{
    header::{fields, one_line},
    trust::{Reader, weigh},
};

#[derive(Default, serde::Serialize)]
struct Report {
    /// Messages weighed.
    messages: usize,
    /// With a topmost Authentication-Results.
    with_results: usize,
    /// With each reason.
    reasons: BTreeMap<&'static str, usize>,
    /// Each message with a reason: its file and what would be said.
    shown: Vec<String>,
}

fn main() -> Result<()> {
    let folder = env::args().nth(1).context("the folder with the messages is missing")?;
    let mut report = Report::default();
    for path in surat_testbed::corpus::files(Path::new(&folder))? {
        let octets = fs::read(&path).with_context(|| format!("Read {}", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        count(&mut report, &name, &octets);
    }
    println!("{}", serde_json::to_string(&report).context("Write the report")?);
    Ok(())
}

fn count(report: &mut Report, name: &str, octets: &[u8]) {
    report.messages += 1;
    let Some(envelope) = envelope(octets) else { return };
    let header = header_of(octets);
    let results = fields(header).find(|field| field.name.eq_ignore_ascii_case("authentication-results"));
    let signed = results.map(|field| String::from_utf8_lossy(field.value).into_owned());
    let authserv_id = signed
        .as_deref()
        .and_then(|value| value.split([';', ' ', '\t', '\r', '\n']).next());
    report.with_results += usize::from(authserv_id.is_some());
    let reader = Reader {
        email: envelope.to.first().map_or("", |to| to.email.as_str()),
        authserv_id,
    };
    if let Some(caution) = weigh(&envelope, header, &reader).caution {
        *report.reasons.entry(reason(&caution)).or_default() += 1;
        report.shown.push(format!("{name}: {caution:?}"));
    }
}

/// Up to the empty line.
fn header_of(octets: &[u8]) -> &[u8] {
    let end = octets.windows(2).position(|pair| pair == b"\n\n");
    let end = octets
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .into_iter()
        .chain(end)
        .min();
    end.and_then(|end| octets.get(..end + 1)).unwrap_or(octets)
}

/// As an IMAP server would tell it.
fn envelope(octets: &[u8]) -> Option<Envelope> {
    let message = MessageParser::default().parse_headers(octets)?;
    let people = |name| addresses(message.header(name).and_then(|value| value.as_address()));
    Some(Envelope {
        from: people(HeaderName::From),
        reply_to: people(HeaderName::ReplyTo),
        to: people(HeaderName::To),
        cc: people(HeaderName::Cc),
        ..Envelope::default()
    })
}

fn addresses(parsed: Option<&Parsed<'_>>) -> Vec<Address> {
    let all = parsed.into_iter().flat_map(Parsed::iter);
    all.map(|address| Address {
        name: one_line(address.name().unwrap_or_default(), 256),
        email: one_line(address.address().unwrap_or_default(), 320),
    })
    .collect()
}

fn reason(caution: &Caution) -> &'static str {
    match caution {
        Caution::Unconfirmed { .. } => "unconfirmed",
        Caution::LookAlike { .. } => "look_alike",
        Caution::Disguised { .. } => "disguised",
        Caution::OtherName { .. } => "other_name",
        Caution::ReplyElsewhere { .. } => "reply_elsewhere",
        Caution::FirstContact => "first_contact",
    }
}
