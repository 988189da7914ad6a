//! The time of day, for what outlives a process: cookies and signed addresses.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 UTC; 0 on a machine that believes to be older.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
