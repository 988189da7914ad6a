//! Messages are told with what was left out of them: those that were kept cannot be read any more, and are fetched anew.

pub(super) use super::step_3::migrate;
