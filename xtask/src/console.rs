//! What a person sees while something takes its time. All of it goes to stderr, so that stdout is for results.

use std::{
    io::{IsTerminal, Write, stderr},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

/// A step that may take long: its name now, its time at the end.
#[derive(Debug)]
pub(crate) struct Step {
    name: String,
    began: Instant,
}

impl Step {
    /// Says what begins.
    pub(crate) fn begin(name: &str) -> Self {
        say(&format!("── {name}"));
        Self {
            name: name.to_owned(),
            began: Instant::now(),
        }
    }

    /// Says how long it took.
    pub(crate) fn end(self) {
        say(&format!("── {} done in {}", self.name, duration(self.began.elapsed())));
    }
}

/// Shows how much of a long step is done: as a line that changes on a terminal, else every tenth.
#[derive(Debug)]
pub(crate) struct Progress {
    what: &'static str,
    shown_percent: AtomicU32,
}

impl Progress {
    /// Nothing is done yet.
    pub(crate) fn new(what: &'static str) -> Self {
        Self {
            what,
            shown_percent: AtomicU32::new(0),
        }
    }

    /// So many of so many are done.
    pub(crate) fn show(&self, done: usize, total: usize) {
        let percent = u32::try_from(done * 100 / total.max(1)).unwrap_or(100);
        let terminal = stderr().is_terminal();
        let due = if terminal { percent } else { percent / 10 * 10 };
        if self.shown_percent.fetch_max(due, Ordering::Relaxed) < due {
            let (before, after) = if terminal {
                ("\r", if percent < 100 { "" } else { "\n" })
            } else {
                ("", "\n")
            };
            // A closed terminal is no reason to stop.
            let _ = write!(stderr(), "{before}   {} {due:>3} %{after}", self.what);
        }
    }
}

/// One line to the person.
pub(crate) fn say(line: &str) {
    // A closed terminal is no reason to stop.
    let _ = writeln!(stderr(), "{line}");
}

/// Why the command failed, with all its causes.
pub(crate) fn complain(error: &anyhow::Error) {
    say(&format!("error: {error:#}"));
}

/// "1 min 12 s", "3.4 s".
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds >= 60 {
        format!("{} min {} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", duration.as_secs_f32())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(Duration::from_millis(3_440)), "3.4 s");
        assert_eq!(duration(Duration::from_secs(72)), "1 min 12 s");
    }
}
