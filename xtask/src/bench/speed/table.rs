//! What was measured, as people read it.

use super::{
    browser::Visit,
    report::{Report, Scrolled},
    times::Times,
};
use std::fmt::Write as _;

impl Report {
    /// For people.
    pub(super) fn table(&self) -> String {
        let mut text = String::from(
            "step            state  messages  rtt ms    n   median ms   p95 ms   bare ms   over bare   first sign ms   answered ms\n",
        );
        for row in &self.rows {
            let first = self.browser.first_paint.iter().find(|first| first.is_at(row));
            let answered = self.browser.answered.iter().find(|answered| answered.is_at(row));
            let bare = row.bare_median_ms;
            let _ = writeln!(
                text,
                "{:<15} {:<5} {:>9} {:>7} {:>4} {:>11.1} {:>8.1} {:>9} {:>11} {:>15} {:>13}",
                row.step.name(),
                row.state.name(),
                row.messages,
                row.rtt_ms,
                row.times.n,
                row.times.median_ms,
                row.times.p95_ms,
                shown(bare, 2, ""),
                shown(bare.map(|bare| row.times.median_ms / bare), 1, " x"),
                shown(first.map(|first| first.times.median_ms), 1, ""),
                shown(answered.map(|answered| answered.times.median_ms), 1, ""),
            );
        }
        self.rest(&mut text);
        text
    }

    fn rest(&self, text: &mut String) {
        for ratio in &self.browser.ratios {
            let _ = writeln!(
                text,
                "{} ({}, {} ms): {} messages take {:.2} times as long as {}",
                ratio.step.name(),
                ratio.state.name(),
                ratio.rtt_ms,
                ratio.largest_messages,
                ratio.ratio,
                ratio.smallest_messages
            );
        }
        for Scrolled {
            messages,
            rows_compared,
            rows_wrong,
            footprint,
        } in &self.browser.places
        {
            let _ = writeln!(
                text,
                "{messages} messages: of {rows_compared} rows in the middle and at the end {rows_wrong} are wrong; scrolling \
                 through all: {} tasks over 50 ms (longest {:.0} ms), then {:.1} MB of JS heap, {} elements",
                footprint.long_tasks,
                footprint.longest_task_ms,
                footprint.heap_octets / 1e6,
                footprint.elements
            );
        }
        for start in &self.browser.offline_start {
            let _ = writeln!(
                text,
                "{} messages: started off line in {}; then a message that is kept opened in {}",
                start.messages,
                told(start.rows),
                told(start.open)
            );
        }
        for cancel in &self.browser.cancel_search {
            let _ = writeln!(
                text,
                "{} messages: a search in the text left for the folder in {}; a message opened right after it in {}, without \
                 a search before it in {}",
                cancel.messages,
                told(cancel.rows),
                told(cancel.next_open),
                told(cancel.usual_open)
            );
        }
        if let Some(Visit { octets, requests }) = self.wire.first_visit {
            let _ = writeln!(text, "first visit: {octets} octets, {requests} requests");
        }
        for openings in &self.proxy.openings {
            let _ = writeln!(
                text,
                "{} messages: {} opened {}: {:.0} ms of Dovecot's CPU, bare {:.0} ms, ratio {:.2}; {} IMAP sign-ins, at most \
                 {} connections",
                openings.messages,
                openings.n,
                openings.way(),
                openings.dovecot_cpu_ms,
                openings.bare_dovecot_cpu_ms,
                openings.ratio,
                openings.imap_logins,
                openings.imap_connections
            );
        }
        for cost in &self.proxy.places {
            let _ = writeln!(
                text,
                "{} messages: proxy at most {} KiB, {} ms of CPU; {} IMAP sign-ins",
                cost.messages,
                cost.peak_octets / 1024,
                cost.cpu_ms,
                cost.imap_logins
            );
        }
    }
}

fn told(times: Times) -> String {
    format!("{:.1} ms (p95 {:.1}, n = {})", times.median_ms, times.p95_ms, times.n)
}

fn shown(value: Option<f64>, digits: usize, unit: &str) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_was_not_measured_is_a_dash() {
        assert_eq!(shown(Some(6.04), 1, " x"), "6.0 x");
        assert_eq!(shown(None, 1, " x"), "–");
    }
}
