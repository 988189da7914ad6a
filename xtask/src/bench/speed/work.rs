//! The work of each step, done by a bare session on the same server: as few commands as a perfect client would need.

use super::{bare::Bare, dovecot::Sessions, smtp, step::Step};
use anyhow::{Context, Result};
use std::{
    thread,
    time::{Duration, Instant},
};
use surat_testbed::{Testbed, address};

/// What a row of a list is made of.
const ROW: &str = "(UID FLAGS INTERNALDATE ENVELOPE BODYSTRUCTURE PREVIEW)";

/// As many rows as the app asks for at first.
const ROWS: u64 = 32;

/// As large as what the browser attaches.
const ATTACHED_OCTETS: usize = 1_000_000;

/// Dovecot tells a watching session of a change half a second later, which takes it time in a large mailbox.
const SETTLED: Duration = Duration::from_millis(800);

/// A held session of Ayu's with the inbox selected, and what it needs to know.
pub(super) struct Work {
    bare: Bare,
    /// Dovecot's process for it.
    pid: u32,
    imap_port: u16,
    smtp_port: u16,
    /// Messages in the inbox.
    messages: u64,
    letter: Vec<u8>,
}

impl Work {
    /// Signs in, and lets the server read the whole inbox once, as it has in an account that is in use.
    pub(super) fn begin(testbed: &Testbed, messages: u64) -> Result<Self> {
        let sign_in = || Bare::sign_in(testbed.imap_port, &address("ayu"));
        let (pid, mut bare) = Sessions::of(testbed)?.of_new(sign_in)?;
        for mailbox in ["Archive", "INBOX"] {
            bare.run(&format!("SELECT {mailbox}"))?;
            bare.run(&format!("FETCH 1:* {ROW}"))?;
        }
        Ok(Self {
            bare,
            pid,
            imap_port: testbed.imap_port,
            smtp_port: testbed.smtp_port,
            messages,
            letter: letter(),
        })
    }

    /// Does the work of a step once and says how long it took.
    pub(super) fn run(&mut self, step: Step, run: u64) -> Result<Duration> {
        match step {
            Step::SignIn => self.sign_in(),
            Step::Reload => timed(|| self.rows_of("INBOX")),
            Step::Open => {
                let message = self.far(run);
                timed(|| self.command(&format!("FETCH {message} (FLAGS BODY.PEEK[])")))
            }
            Step::SwitchFolder => {
                self.command("SELECT Archive")?;
                timed(|| self.rows_of("INBOX"))
            }
            Step::Scroll => {
                let last = self.far(run).max(ROWS);
                timed(|| self.rows(last))
            }
            Step::Flag => {
                // In turn, as the browser does: a flag that is there already would be no work.
                let sign = if run.is_multiple_of(2) { '+' } else { '-' };
                let time = timed(|| self.command(&format!("STORE * {sign}FLAGS (\\Flagged)")))?;
                self.settle()?;
                Ok(time)
            }
            Step::Delete => self.relocate("Trash"),
            Step::Move => self.relocate("Archive"),
            Step::Send => self.send(),
            Step::NewMail => anyhow::bail!("new mail is measured together with the browser"),
            Step::SearchSubject | Step::SearchText => self.search(step),
        }
    }

    /// Dovecot's process for the session.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// The session itself, for what is measured together with the browser.
    pub(super) fn session(&mut self) -> &mut Bare {
        &mut self.bare
    }

    /// The subject of a message as its header field has it, unfolded.
    pub(super) fn subject(&mut self, message: u64) -> Result<String> {
        let said = self
            .bare
            .run(&format!("FETCH {message} (BODY.PEEK[HEADER.FIELDS (SUBJECT)])"))?;
        let said = String::from_utf8_lossy(&said).replace("\r\n ", " ");
        let field = said.lines().find_map(|line| line.strip_prefix("Subject: "));
        Ok(field.context("Find the subject")?.trim().to_owned())
    }

    fn sign_in(&mut self) -> Result<Duration> {
        let began = Instant::now();
        let mut fresh = Bare::sign_in(self.imap_port, &address("ayu"))?;
        fresh.run("SELECT INBOX")?;
        fresh.run(&format!("FETCH {} {ROW}", newest(self.messages)))?;
        let time = began.elapsed();
        fresh.run("LOGOUT")?;
        Ok(time)
    }

    fn rows_of(&mut self, mailbox: &str) -> Result<()> {
        self.command(&format!("SELECT {mailbox}"))?;
        self.rows(self.messages)
    }

    fn rows(&mut self, last: u64) -> Result<()> {
        self.command(&format!("FETCH {} {ROW}", newest(last)))
    }

    /// Moves the newest message, and brings it back when the time is taken.
    fn relocate(&mut self, mailbox: &str) -> Result<Duration> {
        let time = timed(|| self.command(&format!("MOVE * {mailbox}")))?;
        for command in [&format!("SELECT {mailbox}"), "MOVE * INBOX", "SELECT INBOX"] {
            self.command(command)?;
        }
        self.settle()?;
        Ok(time)
    }

    /// Waits until every session has heard of what was changed, and lets this one take it in, so that the next command
    /// has nothing but its own work to do.
    pub(super) fn settle(&mut self) -> Result<()> {
        thread::sleep(SETTLED);
        self.command("NOOP")
    }

    fn send(&mut self) -> Result<Duration> {
        let began = Instant::now();
        smtp::submit(self.smtp_port, &address("budi"), &self.letter)?;
        self.bare.append("Sent", &self.letter)?;
        Ok(began.elapsed())
    }

    fn search(&mut self, step: Step) -> Result<Duration> {
        let (_, key) = step.search().context("Know what to search for")?;
        let began = Instant::now();
        let said = self.bare.run(&format!("SEARCH RETURN (ALL) {key}"))?;
        let found = found(&String::from_utf8_lossy(&said));
        anyhow::ensure!(!found.is_empty(), "{key} finds nothing");
        let newest = found.iter().rev().zip(0..ROWS);
        let first: Vec<String> = newest.map(|(message, _)| message.to_string()).collect();
        self.command(&format!("FETCH {} {ROW}", first.join(",")))?;
        Ok(began.elapsed())
    }

    fn command(&mut self, command: &str) -> Result<()> {
        self.bare.run(command).map(drop)
    }

    /// Another message for each run.
    fn far(&self, run: u64) -> u64 {
        1 + (run + 1) * 6_180_339_887 / 10_000 % self.messages
    }
}

/// The newest rows of a mailbox of so many messages.
fn newest(messages: u64) -> String {
    format!("{}:{messages}", messages.saturating_sub(ROWS - 1).max(1))
}

/// The numbers of an ESEARCH response (RFC 4731), in ascending order.
pub(super) fn found(said: &str) -> Vec<u64> {
    let set = said.lines().find_map(|line| line.split_once(" ALL "));
    let Some((_, set)) = set else { return Vec::new() };
    let ranges = set.trim().split(',').filter_map(|range| {
        let (first, last) = range.split_once(':').unwrap_or((range, range));
        Some((first.parse::<u64>().ok()?, last.parse::<u64>().ok()?))
    });
    ranges.flat_map(|(first, last)| first..=last).collect()
}

fn timed(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed())
}

/// A letter with as much attached as the browser attaches.
fn letter() -> Vec<u8> {
    let mut letter = String::from(
        "From: ayu@surat.test\r\nTo: budi@surat.test\r\nSubject: Satu megabita\r\nMIME-Version: 1.0\r\n\
         Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n",
    );
    for _ in 0..ATTACHED_OCTETS.div_ceil(57) {
        letter.push_str("c3VyYXQgYmVzYXIg".repeat(5).get(..76).unwrap_or_default());
        letter.push_str("\r\n");
    }
    letter.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::{found, newest};

    #[test]
    fn the_numbers_of_an_esearch_response_are_read() {
        let said = "* ESEARCH (TAG \"b4\") ALL 2,5:7\r\nb4 OK done\r\n";

        assert_eq!(found(said), [2, 5, 6, 7]);
        assert!(found("* ESEARCH (TAG \"b4\")\r\nb4 OK done\r\n").is_empty());
    }

    #[test]
    fn the_newest_rows_stand_at_the_end() {
        assert_eq!(newest(200), "169:200");
        assert_eq!(newest(20), "1:20");
    }
}
