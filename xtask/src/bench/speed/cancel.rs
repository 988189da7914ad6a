//! Cancelling a search that the server is still busy with, and what is asked right after it.

use super::{browser::Sample, round::Round, step::Step, times::Times};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A run takes seconds: more of them tell no more.
const RUNS: u32 = 5;

/// Searches in the text, cancelled.
#[derive(Debug, Serialize)]
pub(super) struct CancelSearch {
    pub(super) messages: u64,
    /// From Escape to the rows of the folder.
    #[serde(flatten)]
    pub(super) rows: Times,
    /// From pressing a row right after that to the body of its message.
    pub(super) next_open: Times,
    /// The same without a search before it.
    pub(super) usual_open: Times,
}

#[derive(Deserialize)]
struct Cancelled {
    /// `None` when the search was over before it could be cancelled.
    rows: Option<Sample>,
    next_open: Option<Sample>,
    usual_open: Sample,
}

impl Round<'_> {
    /// Cancels so many searches, and once before that does not count. `None` where the server finds all too quickly.
    pub(super) fn cancel_search(&mut self, runs: u32) -> Result<Option<CancelSearch>> {
        let (words, _) = Step::SearchText.search().context("Know what to search for")?;
        let order = json!({ "step": "cancel_search", "words": words });
        let (mut rows, mut next, mut usual) = (Vec::new(), Vec::new(), Vec::new());
        for run in 0..=runs.min(RUNS) {
            let cancelled: Cancelled = self.browser.ask(&order)?;
            if run > 0 {
                rows.extend(cancelled.rows.map(|sample| sample.painted));
                next.extend(cancelled.next_open.map(|sample| sample.painted));
                usual.push(cancelled.usual_open.painted);
            }
        }
        Ok((!rows.is_empty()).then(|| CancelSearch {
            messages: self.messages,
            rows: Times::of(&rows),
            next_open: Times::of(&next),
            usual_open: Times::of(&usual),
        }))
    }
}
