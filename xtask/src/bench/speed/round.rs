//! One step after the other, each in the browser and by the bare session.

use super::{
    browser::{Browser, Rows, Sample},
    report::{Place, Scrolled},
    step::Step,
    work::Work,
};
use crate::webmail::Webmail;
use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// A mailbox of one size, over one link.
pub(super) struct Round<'a> {
    pub(super) webmail: &'a Webmail,
    pub(super) browser: &'a mut Browser,
    pub(super) work: &'a mut Work,
    pub(super) messages: u64,
}

/// What the page says of each run, and what the bare session took for each.
type Measured = (Vec<Sample>, Vec<Duration>);

impl Round<'_> {
    /// Runs a step so many times, and once before that does not count.
    pub(super) fn measure(&mut self, place: Place, runs: u32) -> Result<Measured> {
        let mut measured = if place.step.ends_with_answer() {
            self.one_after_the_other(place, runs)
        } else {
            self.in_turn(place, runs)
        }?;
        measured.0.remove(0);
        measured.1.remove(0);
        Ok(measured)
    }

    /// The browser once, the bare session once, and again.
    fn in_turn(&mut self, place: Place, runs: u32) -> Result<Measured> {
        let pairs = (0..=u64::from(runs)).map(|run| match place.step {
            Step::NewMail => self.new_mail(run),
            step => {
                let sample = self.browser.ask(&order(place, run))?;
                Ok((sample, self.work.run(step, run)?))
            }
        });
        pairs.collect()
    }

    /// All runs of the browser, then all of the bare session: whoever changes a mailbox would first have to take in
    /// what the other one has changed, which in a large mailbox is more work than the change itself.
    fn one_after_the_other(&mut self, place: Place, runs: u32) -> Result<Measured> {
        let runs = 0..=u64::from(runs);
        let samples: Result<_> = runs.clone().map(|run| self.browser.ask(&order(place, run))).collect();
        let samples = samples?;
        self.work.settle()?;
        let bare: Result<_> = runs.map(|run| self.work.run(place.step, run)).collect();
        let bare = bare?;
        // The page hears of all that before it is asked for more.
        self.work.settle()?;
        Ok((samples, bare))
    }

    /// Scrolls from one end to the other, and compares rows in the middle and at the end with what IMAP says.
    pub(super) fn scroll_through(&mut self) -> Result<Scrolled> {
        let places = [self.messages / 2, self.messages];
        let Rows { rows } = self.browser.ask(&json!({ "step": "check_rows", "places": places }))?;
        let (mut compared, mut wrong) = (0, 0);
        for (index, name) in rows {
            // The newest message is the first row.
            let subject = self.work.subject(self.messages + 1 - index)?;
            // Encoded words are the proxy's stories' affair.
            if !subject.contains("=?") {
                compared += 1;
                wrong += u64::from(!name.contains(&subject));
            }
        }
        Ok(Scrolled {
            messages: self.messages,
            rows_compared: compared,
            rows_wrong: wrong,
            footprint: self.browser.ask(&json!({ "step": "footprint" }))?,
        })
    }

    /// Delivers a message, and sees when it reaches the browser and a session that watches.
    fn new_mail(&mut self, run: u64) -> Result<(Sample, Duration)> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("Read the clock")?;
        let subject = format!("Kabar {}", now.as_micros());
        self.browser
            .order(&json!({ "step": "new_mail", "run": run, "subject": subject }))?;
        self.browser.answer::<Value>()?;
        let session = self.work.session();
        // What was known before shall not be taken for news.
        session.run("NOOP")?;
        session.idle()?;
        let letter = format!("From: budi@surat.test\r\nTo: ayu@surat.test\r\nSubject: {subject}\r\n\r\nHalo!\r\n");
        let began = (Instant::now(), SystemTime::now());
        let seen = thread::scope(|scope| {
            let watching = scope.spawn(|| session.wait_for_mail().map(|()| began.0.elapsed()));
            self.webmail.testbed.deliver("ayu", letter.as_bytes())?;
            watching.join().map_err(|_| anyhow!("a watching thread panicked"))?
        })?;
        session.end_idle()?;
        let mut sample: Sample = self.browser.answer()?;
        let began = began.1.duration_since(UNIX_EPOCH).context("Read the clock")?;
        sample.painted = sample.ended_at - began.as_secs_f64() * 1_000.0;
        Ok((sample, seen))
    }
}

fn order(
    Place {
        step, state, messages, ..
    }: Place,
    run: u64,
) -> Value {
    json!({
        "step": step,
        "state": state,
        "run": run,
        "messages": messages,
        "words": step.search().map(|(typed, _)| typed),
    })
}
