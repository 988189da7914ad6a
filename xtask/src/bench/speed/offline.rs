//! Starting without a network: the link is cut for real, and the page comes from what this browser keeps.

use super::{browser::Sample, relay::Relay, round::Round, times::Times};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// Starts without a network.
#[derive(Debug, Serialize)]
pub(super) struct OfflineStart {
    pub(super) messages: u64,
    /// From the beginning of the page load to the first rows.
    #[serde(flatten)]
    pub(super) rows: Times,
    /// From pressing a row to the body of its message, which was read before the link was cut.
    pub(super) open: Times,
}

#[derive(Deserialize)]
struct Started {
    rows: Sample,
    open: Sample,
}

impl Round<'_> {
    /// Starts so many times, and once before that does not count.
    pub(super) fn offline_start(&mut self, runs: u32) -> Result<OfflineStart> {
        let relay = Relay::open(self.webmail.port, Duration::ZERO)?;
        let url = format!("http://127.0.0.1:{}/", relay.port());
        self.browser
            .ask::<Value>(&json!({ "step": "keep_for_offline", "url": url }))?;
        relay.cut();
        let started: Result<Vec<Started>> = (0..=runs)
            .map(|_| self.browser.ask(&json!({ "step": "offline_start" })))
            .collect();
        relay.mend();
        let left = self.browser.ask::<Value>(&json!({ "step": "leave_offline" }));
        let started = started?;
        left.context("Come back from being off line")?;
        let counted = started.get(1..).unwrap_or_default();
        let times = |of: fn(&Started) -> f64| Times::of(&counted.iter().map(of).collect::<Vec<_>>());
        Ok(OfflineStart {
            messages: self.messages,
            rows: times(|started| started.rows.painted),
            open: times(|started| started.open.painted),
        })
    }
}
