//! The first words of messages, for rows on a server that has no PREVIEW of its own.
//!
//! The first octets of each text part are fetched in bulk: messages whose text is in the same part
//! share a command, and most are one of a few kinds.

use super::rows::one_line;
use crate::{
    imap::{Error, Session},
    mime::{Fetched, Links, Plan, plan::Shown, view},
};
use std::collections::BTreeMap;
use surat_protocol::{Body, Row, Section, Uid, UidSet};

/// Octets of a text that surely hold 200 characters, unless it is HTML with a long head.
const OCTETS: u32 = 2048;

/// Adds the first words to the rows whose messages begin with these parts.
pub(super) async fn add(session: &mut Session, texts: &BTreeMap<Uid, Shown>, rows: &mut [Row]) -> Result<(), Error> {
    let mut by_section: BTreeMap<Section, Vec<Uid>> = BTreeMap::new();
    for (uid, shown) in texts {
        by_section.entry(shown.section.clone()).or_default().push(*uid);
    }
    for (section, uids) in by_section {
        let uids: UidSet = uids.into_iter().collect();
        for (uid, octets) in session.fetch_starts(&uids, &section, OCTETS).await? {
            let row = rows.iter_mut().find(|row| row.uid == uid);
            if let (Some(row), Some(shown)) = (row, texts.get(&uid)) {
                row.preview = words(shown.clone(), octets);
            }
        }
    }
    Ok(())
}

fn words(shown: Shown, octets: Vec<u8>) -> String {
    let fetched = Fetched {
        section: shown.section.clone(),
        octets,
    };
    let plan = Plan {
        shown: vec![shown],
        ..Plan::default()
    };
    let seen = view(
        &plan,
        &[fetched],
        &Links {
            part: &|_| String::new(),
            remote_image: &|_| None,
        },
    );
    match seen.body {
        Body::Plain(text) => one_line(&text),
        Body::Html { document, .. } => one_line(&surat_sanitizer::html_to_text(&document)),
        Body::Empty => String::new(),
    }
}
