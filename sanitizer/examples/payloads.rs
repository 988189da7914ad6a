//! Washes every payload of a file and inspects what is left.
//!
//! `cargo run -p surat-sanitizer --example payloads -- payloads.jsonl`, where each line is a JSON
//! object with an `id` and a `payload`. Prints each finding, and fails if there is one.

#![expect(clippy::print_stdout, reason = "it prints what it finds")]

use std::{env, error::Error, fs, process::ExitCode};
use surat_sanitizer::{Policy, document, inspect::violations, wash};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("which file?")?;
    let (mut payloads, mut findings) = (0, 0);
    for line in fs::read_to_string(path)?.lines() {
        let object: serde_json::Value = serde_json::from_str(line)?;
        let (Some(id), Some(payload)) = (object["id"].as_str(), object["payload"].as_str()) else {
            continue;
        };
        payloads += 1;
        for finding in check(payload) {
            findings += 1;
            println!("{id}: {finding}");
        }
    }
    println!("{payloads} payloads, {findings} findings");
    Ok(if findings == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What is wrong with the washed payload, with images let through and without.
fn check(payload: &str) -> Vec<String> {
    const OURS: &str = "https://proxy.test/";
    let ours = |address: &str| {
        Some(if address.starts_with(OURS) {
            address.into()
        } else {
            format!("{OURS}{}", address.len())
        })
    };
    let mut found = Vec::new();
    for policy in [
        Policy {
            cid: &|_| None,
            remote_image: &|_| None,
        },
        Policy {
            cid: &ours,
            remote_image: &ours,
        },
    ] {
        let washed = wash(payload, &policy);
        let bad = violations(&document(&washed), &|address| address.starts_with(OURS));
        found.extend(bad.iter().map(ToString::to_string));
        if wash(&washed.html, &policy).html != washed.html {
            found.push("washing it again changes it".into());
        }
    }
    found
}
