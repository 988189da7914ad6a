//! What opening many messages costs Dovecot: in the browser, and by a bare session that fetches what is shown of them.

use super::{bare::Bare, dovecot::Sessions, round::Round, structure::text_section, times::rounded};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};

/// Dovecot tells a watching session of changes half a second later; by then it has.
const QUIET: Duration = Duration::from_millis(1_200);

/// What is asked of a message before its text: what the reader shows, and what answering needs.
const DESCRIPTION: &str = "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS \
                           (REFERENCES REPLY-TO LIST-ID LIST-POST LIST-UNSUBSCRIBE LIST-UNSUBSCRIBE-POST \
                           DISPOSITION-NOTIFICATION-TO AUTO-SUBMITTED X-PRIORITY AUTHENTICATION-RESULTS)])";

/// In which way messages are opened one after the other.
#[derive(Clone, Copy, Debug, Serialize)]
struct Way {
    /// The next one each time, so that what was fetched ahead is opened; else one of four.
    in_order: bool,
    /// The browser fetches ahead of the reader. It does not over a metered link.
    ahead: bool,
}

const WAYS: [Way; 3] = [
    Way {
        in_order: true,
        ahead: true,
    },
    Way {
        in_order: true,
        ahead: false,
    },
    Way {
        in_order: false,
        ahead: true,
    },
];

/// Dovecot's part of some openings.
#[derive(Debug, Serialize)]
pub(super) struct Openings {
    pub(super) messages: u64,
    #[serde(flatten)]
    way: Way,
    pub(super) n: usize,
    /// CPU time of all sessions of the account.
    pub(super) dovecot_cpu_ms: f64,
    /// The same by one bare session.
    pub(super) bare_dovecot_cpu_ms: f64,
    pub(super) ratio: f64,
    pub(super) imap_logins: u64,
    /// Most IMAP connections of the account at a time, without the bare session's.
    pub(super) imap_connections: usize,
}

#[derive(Deserialize)]
struct Took {
    took_ms: f64,
}

impl Openings {
    /// In words.
    pub(super) fn way(&self) -> &'static str {
        match (self.way.in_order, self.way.ahead) {
            (true, true) => "in order, fetching ahead",
            (true, false) => "in order",
            (false, true) => "here and there, fetching ahead",
            (false, false) => "here and there",
        }
    }
}

impl Way {
    /// Rows, counted from 1: others for each way, and far from the newest, which are fetched at once.
    fn rows(self, messages: u64, wanted: u64) -> Vec<u64> {
        let (first, step) = match (self.in_order, self.ahead) {
            (true, true) => (messages / 8, 1),
            (true, false) => (messages / 4, 1),
            (false, _) => (messages / 2, 4),
        };
        (0..wanted.min(messages / 8))
            .map(|number| first + number * step)
            .collect()
    }
}

impl Round<'_> {
    /// Opens so many messages in each way.
    pub(super) fn openings(&mut self, wanted: u64) -> Result<Vec<Openings>> {
        WAYS.iter().map(|way| self.openings_of(*way, wanted)).collect()
    }

    fn openings_of(&mut self, way: Way, wanted: u64) -> Result<Openings> {
        let rows = way.rows(self.messages, wanted);
        // The newest message is the first row.
        let numbers: Vec<u64> = rows.iter().map(|row| self.messages + 1 - row).collect();
        let sessions = Sessions::of(&self.webmail.testbed)?;
        let bare_pid = self.work.pid();
        let session = self.work.session();
        session.run("NOOP")?;
        // Once that does not count: whoever comes first shall find Dovecot as whoever comes second.
        let unread = read(session, &numbers, Duration::ZERO)?;
        forget(session, &unread)?;
        self.browser
            .ask::<Value>(&json!({ "step": "prepare_openings", "rows": rows, "ahead": way.ahead }))?;
        let order = json!({ "step": "openings", "rows": rows });
        let (Took { took_ms }, used) = sessions.watch(|pid| pid != bare_pid, || self.browser.ask(&order))?;
        let session = self.work.session();
        session.run("NOOP")?;
        forget(session, &unread)?;
        // A process that has slept finds its memory farther away: the bare session rests between two messages as well.
        let count = u32::try_from(rows.len().max(1)).context("Count openings")?;
        let pace = Duration::from_secs_f64(took_ms / 1_000.0) / count;
        let (_, bare) = sessions.watch(|pid| pid == bare_pid, || read(session, &numbers, pace))?;
        forget(session, &unread)?;
        Ok(Openings {
            messages: self.messages,
            way,
            n: rows.len(),
            dovecot_cpu_ms: milliseconds(used.cpu),
            bare_dovecot_cpu_ms: milliseconds(bare.cpu),
            ratio: rounded(used.cpu.as_secs_f64() / bare.cpu.as_secs_f64().max(f64::MIN_POSITIVE)),
            imap_logins: used.logins,
            imap_connections: used.most,
        })
    }
}

/// Fetches what is shown of each of these messages and marks it as read, one in each `pace`. Gives those that were not.
fn read(session: &mut Bare, numbers: &[u64], pace: Duration) -> Result<Vec<u64>> {
    let mut unread = Vec::new();
    let mut next = Instant::now();
    for number in numbers {
        thread::sleep(next.saturating_duration_since(Instant::now()));
        next += pace;
        let said = session.run(&format!("FETCH {number} {DESCRIPTION}"))?;
        let said = String::from_utf8_lossy(&said);
        let section = text_section(&said).with_context(|| format!("Find the text of message {number}"))?;
        session.run(&format!("FETCH {number} BODY.PEEK[{section}]"))?;
        if !said.contains("\\Seen") {
            session.run(&format!("STORE {number} +FLAGS (\\Seen)"))?;
            unread.push(*number);
        }
    }
    Ok(unread)
}

/// Makes these messages unread again, and waits until everybody has heard of it.
fn forget(session: &mut Bare, unread: &[u64]) -> Result<()> {
    let numbers: Vec<String> = unread.iter().map(u64::to_string).collect();
    if !numbers.is_empty() {
        session.run(&format!("STORE {} -FLAGS.SILENT (\\Seen)", numbers.join(",")))?;
    }
    thread::sleep(QUIET);
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    rounded(time.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_way_opens_other_messages_of_the_mailbox() {
        for messages in [200, 10_000, 100_000] {
            let rows: Vec<u64> = WAYS.iter().flat_map(|way| way.rows(messages, 100)).collect();

            let distinct: BTreeSet<u64> = rows
                .iter()
                .copied()
                .filter(|row| (1..=messages).contains(row))
                .collect();
            assert_eq!(rows.len() as u64, 3 * 100.min(messages / 8));
            assert_eq!(distinct.len(), rows.len());
        }
    }
}
