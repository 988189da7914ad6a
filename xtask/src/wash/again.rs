//! Washes inputs twice: nothing may change the second time, nothing may be left that must not be there, and nothing may
//! panic.

use crate::console::Progress;
use serde::Serialize;
use std::{
    panic,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use surat_sanitizer::{Policy, inspect, wash};

/// Findings that are kept; a fault shows itself in many inputs.
const FINDINGS: usize = 20;
/// Tries to make a finding smaller.
const TRIES: usize = 3000;
/// Where the policy's images are. Its own addresses stay what they are.
const IMAGES: &str = "https://images.test/";

/// What one set of inputs showed.
#[derive(Debug, Default, Serialize)]
pub(super) struct Row {
    pub(super) inputs: usize,
    /// Inputs that change when they are washed again, with or without images.
    pub(super) changed: usize,
    /// Inputs of which something is left that must not be there.
    pub(super) violations: usize,
    pub(super) panics: usize,
    /// Inputs a second, each washed four times and inspected twice.
    pub(super) per_second: f64,
    /// The slowest input, in milliseconds.
    pub(super) slowest_ms: f64,
    /// What was found, smallest inputs that show it.
    #[serde(skip)]
    pub(super) findings: Vec<Finding>,
}

impl Row {
    /// Inputs with which something is wrong.
    pub(super) fn faults(&self) -> usize {
        self.changed + self.violations + self.panics
    }
}

/// An input with which something is wrong.
#[derive(Debug)]
pub(super) struct Finding {
    /// Its name.
    pub(super) id: String,
    /// What is wrong.
    pub(super) what: String,
    /// As small as it could be made.
    pub(super) html: String,
}

/// What is wrong with an input.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Changed(String),
    Violation(String),
    Panic,
}

/// Tries inputs on all cores. `input` gives the name and the text of each.
pub(super) fn run(count: usize, what: &'static str, input: &(dyn Fn(usize) -> (String, String) + Sync)) -> Row {
    let began = Instant::now();
    let progress = Progress::new(what);
    let next = AtomicUsize::new(0);
    let row = Mutex::new(Row::default());
    let work = || {
        let mut slowest = Duration::ZERO;
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                break;
            }
            progress.show(index + 1, count);
            let (id, html) = input(index);
            let began = Instant::now();
            let fault = fault(&html);
            slowest = slowest.max(began.elapsed());
            if let Some(fault) = fault
                && let Ok(mut row) = row.lock()
            {
                row.note(id, &html, fault);
            }
        }
        if let Ok(mut row) = row.lock() {
            row.slowest_ms = row.slowest_ms.max(slowest.as_secs_f64() * 1000.0);
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    let mut row = row.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    row.inputs = count;
    row.per_second = (count as f64 / began.elapsed().as_secs_f64()).round();
    row
}

impl Row {
    fn note(&mut self, id: String, html: &str, fault: Fault) {
        match fault {
            Fault::Changed(_) => self.changed += 1,
            Fault::Violation(_) => self.violations += 1,
            Fault::Panic => self.panics += 1,
        }
        if self.findings.len() < FINDINGS {
            let is_same = |html: &str| {
                self::fault(html).is_some_and(|found| std::mem::discriminant(&found) == std::mem::discriminant(&fault))
            };
            let html = smaller(html, &is_same);
            let what = match self::fault(&html).unwrap_or(fault) {
                Fault::Changed(how) => format!("changes when it is washed again\n{how}"),
                Fault::Violation(which) => format!("is left with {which}"),
                Fault::Panic => "panics".into(),
            };
            self.findings.push(Finding { id, what, html });
        }
    }
}

/// Without images, and with all of them.
fn fault(html: &str) -> Option<Fault> {
    let blocked = Policy {
        cid: &|_| None,
        remote_image: &|_| None,
    };
    let allowed = Policy {
        cid: &|id| Some(format!("{IMAGES}{}", id.len())),
        remote_image: &|address| {
            Some(match address.starts_with(IMAGES) {
                true => address.to_owned(),
                false => format!("{IMAGES}?of={address}"),
            })
        },
    };
    let both = || {
        fault_with(html, &blocked, &|_| false)
            .or_else(|| fault_with(html, &allowed, &|address| address.starts_with(IMAGES)))
    };
    // Nothing outlives the panic but the finding.
    panic::catch_unwind(panic::AssertUnwindSafe(both)).unwrap_or(Some(Fault::Panic))
}

fn fault_with(html: &str, policy: &Policy<'_>, may_load: &dyn Fn(&str) -> bool) -> Option<Fault> {
    let once = wash(html, policy).html;
    let twice = wash(&once, policy).html;
    if once != twice {
        return Some(Fault::Changed(format!("   once  {once:?}\n   twice {twice:?}")));
    }
    let violations = inspect::violations(&once, may_load);
    let first = violations.first();
    first.map(|violation| Fault::Violation(format!("{violation}\n   in {once:?}")))
}

/// A smaller input that is still the same fault: pieces are left out, smaller and smaller ones.
fn smaller(html: &str, is_same: &dyn Fn(&str) -> bool) -> String {
    let mut html: Vec<char> = html.chars().collect();
    let (mut size, mut tries) = (html.len() / 2, 0);
    while size > 0 && tries < TRIES {
        let mut from = 0;
        while from < html.len() && tries < TRIES {
            tries += 1;
            let without: String = html[..from].iter().chain(html.iter().skip(from + size)).collect();
            if is_same(&without) {
                html = without.chars().collect();
            } else {
                from += size;
            }
        }
        size /= 2;
    }
    html.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{payloads::Sources, wash::generate::input};

    #[test]
    fn our_samples_and_some_thousand_inputs_stay_as_they_are_when_washed_again() {
        let samples = Sources::samples().read().expect("they are there");
        let seeds: Vec<_> = samples.iter().map(|sample| sample.html.clone()).collect();

        let row = run(5000 + seeds.len(), "washed", &|index| {
            let html = match seeds.get(index) {
                Some(seed) => seed.clone(),
                None => input(1, index as u64, &seeds),
            };
            (index.to_string(), html)
        });

        assert!(row.findings.is_empty(), "{:#?}", row.findings);
        assert_eq!(row.inputs, 5000 + seeds.len());
    }

    #[test]
    fn a_finding_is_made_as_small_as_it_can_be() {
        let html = "<p>satu</p><table><tr><td>dua</table>tiga".repeat(5);

        let small = smaller(&html, &|html| html.contains("<td") && html.contains("</p>"));

        assert_eq!(small.len(), "<td</p>".len(), "{small}");
    }

    #[test]
    fn findings_are_counted_by_kind() {
        let mut row = Row::default();

        row.note("1".into(), "<p>", Fault::Panic);
        row.note("2".into(), "<p>", Fault::Changed(String::new()));

        assert_eq!(
            (row.faults(), row.panics, row.changed, row.findings.len()),
            (2, 1, 1, 2)
        );
    }
}
