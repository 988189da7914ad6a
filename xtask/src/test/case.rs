//! A test of which the end of a run tells.

use std::fmt;

/// A test that failed or did not run, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) test: String,
    pub(crate) reason: String,
}

impl Case {
    /// A test and its reason, if it gives one.
    pub(crate) fn new(test: &str, reason: Option<&str>) -> Self {
        Self {
            test: test.to_owned(),
            reason: reason.unwrap_or("no reason given").to_owned(),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.test, self.reason)
    }
}
