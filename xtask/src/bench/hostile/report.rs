//! What a run has shown.

use super::{
    super::times::{Times, rounded},
    target::Count,
    usual::{Step, Taken},
};
use serde::Serialize;
use std::fmt::{self, Display, Formatter};

/// All of it.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) sockets: u64,
    pub(super) accounts: u64,
    /// All requests while the hostile sockets come, all in a few seconds.
    pub(super) coming: Times,
    /// The first is of all requests.
    pub(super) rows: Vec<Row>,
    pub(super) hostile: Vec<Count>,
    /// Requests of the person that failed, and why.
    pub(super) failed: Vec<String>,
    /// Resident memory of the proxy: without hostile sockets, at most with them, and at the end.
    pub(super) rss_before_octets: u64,
    pub(super) rss_peak_octets: u64,
    /// What it may be.
    pub(super) rss_limit_octets: u64,
    pub(super) rss_after_octets: u64,
    /// Of one core: before, under and after.
    pub(super) proxy_cpu_percent: [f64; 3],
    pub(super) hostile_cpu_percent: f64,
    pub(super) is_alive: bool,
    pub(super) panics: usize,
}

/// One kind of request.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// `None`: all requests on a page that is open.
    pub(super) step: Option<Step>,
    pub(super) usual: Times,
    /// Beside a process that takes as much time of the machine as the hostile one, and nothing else.
    pub(super) beside: Times,
    pub(super) under: Times,
    pub(super) after: Times,
    /// Under by beside.
    pub(super) ratio_median: f64,
    pub(super) ratio_p95: f64,
}

impl Row {
    /// All requests, then each kind of them, of what was taken before, beside, under and after.
    pub(super) fn all(phases: [&Taken; 4]) -> Vec<Self> {
        let steps = [None].into_iter().chain(Step::ALL.map(Some));
        steps
            .map(|step| {
                let [usual, beside, under, after] = phases.map(|taken| taken.times(step));
                Self {
                    step,
                    usual,
                    beside,
                    under,
                    after,
                    ratio_median: ratio(under.median_ms, beside.median_ms),
                    ratio_p95: ratio(under.p95_ms, beside.p95_ms),
                }
            })
            .collect()
    }
}

fn ratio(of: f64, to: f64) -> f64 {
    rounded(super::per(of, to))
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { sockets, accounts, .. } = self;
        writeln!(f, "{sockets} hostile sockets, {accounts} hostile accounts\n")?;
        writeln!(
            f,
            "                    usual, ms         beside, ms          under, ms          after, ms      under/beside"
        )?;
        writeln!(
            f,
            "request           median     95 %   median     95 %   median     95 %   median     95 %   median   95 %"
        )?;
        for row in &self.rows {
            write!(f, "{:<15}", row.step.map_or("all requests", Step::name))?;
            for times in [row.usual, row.beside, row.under, row.after] {
                write!(f, " {:>8.1} {:>8.1}", times.median_ms, times.p95_ms)?;
            }
            writeln!(f, " {:>8.2} {:>6.2}", row.ratio_median, row.ratio_p95)?;
        }
        writeln!(
            f,
            "While they came: median {:.1}, 95 % {:.1}",
            self.coming.median_ms, self.coming.p95_ms
        )?;
        writeln!(
            f,
            "\nhostile                sockets     up   begun   let in    ended       frames"
        )?;
        for count in &self.hostile {
            writeln!(
                f,
                "{:<22} {:>7} {:>6} {:>7} {:>8} {:>8} {:>12}",
                count.kind.name(),
                count.sockets,
                count.up,
                count.begun,
                count.let_in,
                count.ended,
                count.frames
            )?;
        }
        writeln!(f, "\nRequests of the person that failed: {}", self.failed.len())?;
        let mib = |octets: u64| octets >> 20;
        writeln!(
            f,
            "The proxy held {} MiB before, {} MiB at most (it may be {}), {} MiB at the end",
            mib(self.rss_before_octets),
            mib(self.rss_peak_octets),
            mib(self.rss_limit_octets),
            mib(self.rss_after_octets)
        )?;
        let [before, under, after] = self.proxy_cpu_percent;
        writeln!(
            f,
            "and took {before:.0} % of a core before, {under:.0} % under, {after:.0} % after; the hostile process {:.0} %.",
            self.hostile_cpu_percent
        )?;
        let state = if self.is_alive { "lives" } else { "has ended" };
        writeln!(f, "It {state}; panics in its log: {}.", self.panics)
    }
}
