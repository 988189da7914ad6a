//! What opening many messages costs Dovecot: in the browser, and by a bare session that fetches what is shown of them.

use super::{bare::Bare, dovecot::Sessions, round::Round, structure::text_section, times::rounded, work::found};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    ops::Range,
    thread,
    time::{Duration, Instant},
};

/// What is asked of a message before its text: what the reader shows, and what answering needs.
const DESCRIPTION: &str = "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS \
                           (REFERENCES LIST-UNSUBSCRIBE LIST-UNSUBSCRIBE-POST AUTHENTICATION-RESULTS)])";

/// In which way messages are opened one after the other. All of them were read before: marking one as read would rename
/// its file, and every other session then looks through the whole folder for it.
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
    /// Where its rows are, counted from 1: others for each way, and far from the newest, which are fetched at once.
    fn place(self, messages: u64) -> Range<u64> {
        match (self.in_order, self.ahead) {
            (true, true) => messages / 8..messages / 4,
            (true, false) => messages / 4..messages / 2,
            (false, _) => messages / 2..messages,
        }
    }

    /// At most so many of these rows.
    fn choose(self, rows: impl Iterator<Item = u64>, wanted: usize) -> Vec<u64> {
        let step = if self.in_order { 1 } else { 4 };
        let mut chosen: Vec<u64> = Vec::new();
        for row in rows {
            if chosen.last().is_none_or(|last| row >= last + step) {
                chosen.push(row);
            }
        }
        chosen.truncate(wanted);
        chosen
    }
}

impl Round<'_> {
    /// Opens so many messages in each way.
    pub(super) fn openings(&mut self, wanted: usize) -> Result<Vec<Openings>> {
        WAYS.iter().map(|way| self.openings_of(*way, wanted)).collect()
    }

    fn openings_of(&mut self, way: Way, wanted: usize) -> Result<Openings> {
        let sessions = Sessions::of(&self.webmail.testbed)?;
        let bare_pid = self.work.pid();
        // The newest message is the first row.
        let (messages, place) = (self.messages, way.place(self.messages));
        let session = self.work.session();
        session.run("NOOP")?;
        let numbers = format!("{}:{}", messages + 2 - place.end, messages + 1 - place.start);
        let said = session.run(&format!("SEARCH RETURN (ALL) {numbers} SEEN"))?;
        let seen = found(&String::from_utf8_lossy(&said));
        let rows = way.choose(seen.iter().rev().map(|number| messages + 1 - number), wanted);
        let numbers: Vec<u64> = rows.iter().map(|row| messages + 1 - row).collect();
        // Once that does not count: whoever comes first shall find Dovecot as whoever comes second.
        read(session, &numbers, Duration::ZERO)?;
        self.browser
            .ask::<Value>(&json!({ "step": "prepare_openings", "rows": rows, "ahead": way.ahead }))?;
        let order = json!({ "step": "openings", "rows": rows });
        let (Took { took_ms }, used) = sessions.watch(|pid| pid != bare_pid, || self.browser.ask(&order))?;
        let session = self.work.session();
        session.run("NOOP")?;
        // A process that has slept finds its memory farther away: the bare session rests between two messages as well.
        let count = u32::try_from(rows.len().max(1)).context("Count openings")?;
        let pace = Duration::from_secs_f64(took_ms / 1_000.0) / count;
        let ((), bare) = sessions.watch(|pid| pid == bare_pid, || read(session, &numbers, pace))?;
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

/// Fetches what is shown of each of these messages, one in each `pace`.
fn read(session: &mut Bare, numbers: &[u64], pace: Duration) -> Result<()> {
    let mut next = Instant::now();
    for number in numbers {
        thread::sleep(next.saturating_duration_since(Instant::now()));
        next += pace;
        let said = session.run(&format!("FETCH {number} {DESCRIPTION}"))?;
        let section = text_section(&String::from_utf8_lossy(&said));
        let section = section.with_context(|| format!("Find the text of message {number}"))?;
        session.run(&format!("FETCH {number} BODY.PEEK[{section}]"))?;
    }
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
            let rows = WAYS.map(|way| way.choose(way.place(messages), 100));

            let distinct: BTreeSet<u64> = rows.iter().flatten().copied().collect();
            assert_eq!(distinct.len(), rows.iter().map(Vec::len).sum::<usize>());
            assert!(distinct.iter().all(|row| (1..=messages).contains(row)));
            assert!(rows.iter().all(|rows| (25..=100).contains(&rows.len())));
        }
    }

    #[test]
    fn what_is_opened_here_and_there_is_never_beside_what_was_opened_before() {
        assert_eq!(WAYS[2].choose([5, 6, 8, 10, 13, 18].into_iter(), 3), [5, 10, 18]);
        assert_eq!(WAYS[0].choose([5, 6, 8, 10].into_iter(), 3), [5, 6, 8]);
    }
}
