//! What was measured, as JSON has it.

use super::{
    browser::{Footprint, Sample, Visit},
    cancel::CancelSearch,
    offline::OfflineStart,
    openings::Openings,
    step::{State, Step},
    times::{Times, rounded, share},
};
use serde::Serialize;
use std::time::Duration;

/// The whole of a run.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    pub(super) rows: Vec<Row>,
    pub(super) wire: Wire,
    pub(super) browser: Page,
    pub(super) proxy: Servers,
}

/// One step in one place. Times in ms.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    pub(super) step: Step,
    pub(super) state: State,
    pub(super) messages: u64,
    pub(super) rtt_ms: u64,
    #[serde(flatten)]
    pub(super) times: Times,
    /// The same work by a bare IMAP session; not on the link, which lies between browser and proxy.
    pub(super) bare_median_ms: Option<f64>,
}

/// Where something was measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) step: Step,
    pub(super) state: State,
    pub(super) messages: u64,
    pub(super) rtt_ms: u64,
}

/// Octets between browser and proxy.
#[derive(Debug, Default, Serialize)]
pub(super) struct Wire {
    /// From nothing to the first rows: HTTP and socket, sign-in included.
    pub(super) first_visit: Option<Visit>,
    pub(super) steps: Vec<Octets>,
}

/// Octets over the socket in one run of a step (medians).
#[derive(Debug, Serialize)]
pub(super) struct Octets {
    step: Step,
    state: State,
    messages: u64,
    rtt_ms: u64,
    received: f64,
    sent: f64,
}

/// What the page itself tells.
#[derive(Debug, Default, Serialize)]
pub(super) struct Page {
    /// The first sign of a result: what stands for rows, or the row that changes before the server has answered.
    pub(super) first_paint: Vec<Row>,
    /// When the page had the answer to the first request of a step: what comes after it is the page's own.
    pub(super) answered: Vec<Row>,
    /// How often longer the largest mailbox takes than the smallest.
    pub(super) ratios: Vec<Ratio>,
    pub(super) places: Vec<Scrolled>,
    pub(super) offline_start: Vec<OfflineStart>,
    /// Only where a search takes long enough to be cancelled.
    pub(super) cancel_search: Vec<CancelSearch>,
}

/// After scrolling through a whole mailbox.
#[derive(Debug, Serialize)]
pub(super) struct Scrolled {
    pub(super) messages: u64,
    /// Rows that were compared with what IMAP says, and those that were not right.
    pub(super) rows_compared: u64,
    pub(super) rows_wrong: u64,
    #[serde(flatten)]
    pub(super) footprint: Footprint,
}

/// A step in the largest mailbox, over the same step in the smallest.
#[derive(Debug, Serialize)]
pub(super) struct Ratio {
    pub(super) step: Step,
    pub(super) state: State,
    pub(super) rtt_ms: u64,
    pub(super) smallest_messages: u64,
    pub(super) largest_messages: u64,
    pub(super) ratio: f64,
}

/// What it cost behind the page.
#[derive(Debug, Default, Serialize)]
pub(super) struct Servers {
    pub(super) places: Vec<Cost>,
    pub(super) openings: Vec<Openings>,
}

/// What a mailbox of this size cost, over all links and steps.
#[derive(Debug, Serialize)]
pub(super) struct Cost {
    pub(super) messages: u64,
    pub(super) rss_octets: u64,
    pub(super) peak_octets: u64,
    pub(super) cpu_ms: u64,
    /// Sign-ins at the IMAP server, those of the bare session included.
    pub(super) imap_logins: u64,
}

impl Report {
    /// Adds what was seen in one place. `rtt_ms` and the like come from it.
    pub(super) fn add(&mut self, place: Place, samples: &[Sample], bare: &[Duration]) {
        let bare: Vec<f64> = bare.iter().map(|time| time.as_secs_f64() * 1_000.0).collect();
        let painted: Vec<f64> = samples.iter().map(|sample| sample.painted).collect();
        let answered: Vec<f64> = samples.iter().filter_map(|sample| sample.answered).collect();
        let first: Vec<f64> = samples.iter().filter_map(|sample| sample.first).collect();
        if place.step.ends_with_answer() {
            self.rows.push(place.row(&answered, &bare));
            self.browser.first_paint.push(place.row(&painted, &[]));
        } else {
            self.rows.push(place.row(&painted, &bare));
            push_measured(&mut self.browser.answered, place.row(&answered, &[]));
        }
        push_measured(&mut self.browser.first_paint, place.row(&first, &[]));
        #[expect(clippy::cast_precision_loss, reason = "octets of a page")]
        let octets = |count: fn(&Sample) -> u64| {
            let counts: Vec<f64> = samples.iter().map(|sample| count(sample) as f64).collect();
            share(&counts, 0.5)
        };
        self.wire.steps.push(Octets {
            step: place.step,
            state: place.state,
            messages: place.messages,
            rtt_ms: place.rtt_ms,
            received: octets(|sample| sample.received),
            sent: octets(|sample| sample.sent),
        });
        let visit = samples.iter().find_map(|sample| sample.visit);
        self.wire.first_visit = self.wire.first_visit.or(visit);
    }

    /// Compares the largest mailbox with the smallest, when all is measured.
    pub(super) fn compare(&mut self) {
        let sizes = || self.rows.iter().map(|row| row.messages);
        let (Some(smallest), Some(largest)) = (sizes().min(), sizes().max()) else {
            return;
        };
        if smallest == largest {
            return;
        }
        let large = self.rows.iter().filter(|row| row.messages == largest);
        let pairs = large.filter_map(|large| {
            let is_pair = |row: &&Row| {
                row.messages == smallest && (row.step, row.state, row.rtt_ms) == (large.step, large.state, large.rtt_ms)
            };
            Some((large, self.rows.iter().find(is_pair)?))
        });
        let ratios = pairs.map(|(large, small)| Ratio {
            step: large.step,
            state: large.state,
            rtt_ms: large.rtt_ms,
            smallest_messages: smallest,
            largest_messages: largest,
            ratio: rounded(large.times.median_ms / small.times.median_ms),
        });
        self.browser.ratios = ratios.collect();
    }
}

fn push_measured(rows: &mut Vec<Row>, row: Row) {
    if row.times.n > 0 {
        rows.push(row);
    }
}

impl Row {
    /// Whether both were measured in the same place.
    pub(super) fn is_at(&self, other: &Self) -> bool {
        (self.step, self.state, self.messages, self.rtt_ms) == (other.step, other.state, other.messages, other.rtt_ms)
    }
}

impl Place {
    fn row(self, times: &[f64], bare: &[f64]) -> Row {
        Row {
            step: self.step,
            state: self.state,
            messages: self.messages,
            rtt_ms: self.rtt_ms,
            times: Times::of(times),
            bare_median_ms: (!bare.is_empty()).then(|| rounded(share(bare, 0.5))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(painted: f64, answered: Option<f64>) -> Sample {
        Sample {
            painted,
            first: None,
            answered,
            ended_at: 0.0,
            received: 10,
            sent: 1,
            visit: None,
        }
    }

    fn place(step: Step, messages: u64) -> Place {
        Place {
            step,
            state: State::Kept,
            messages,
            rtt_ms: 0,
        }
    }

    #[test]
    fn what_the_server_answers_is_the_row_and_what_is_seen_before_its_first_sign() {
        let mut report = Report::default();

        report.add(
            place(Step::Flag, 200),
            &[sample(12.0, Some(30.0))],
            &[Duration::from_millis(5)],
        );

        let row = &report.rows[0];
        assert_eq!(
            (row.times.n, row.times.median_ms, row.bare_median_ms),
            (1, 30.0, Some(5.0))
        );
        assert_eq!(report.browser.first_paint[0].times.median_ms, 12.0);
    }

    #[test]
    fn the_largest_mailbox_is_compared_with_the_smallest() {
        let mut report = Report::default();
        for (messages, time) in [(200, 40.0), (10_000, 90.0), (100_000, 60.0)] {
            report.add(place(Step::Reload, messages), &[sample(time, None)], &[]);
        }

        report.compare();

        let [ratio] = report.browser.ratios.as_slice() else {
            panic!("{:?}", report.browser.ratios)
        };
        assert_eq!(
            (ratio.smallest_messages, ratio.largest_messages, ratio.ratio),
            (200, 100_000, 1.5)
        );
    }
}
