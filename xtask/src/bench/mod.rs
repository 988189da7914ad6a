//! `cargo xtask bench …`: measures what was promised, and fails when it is not kept.

mod client;
mod idle;

use anyhow::Result;

/// What to measure.
#[derive(Clone, Debug, clap::Subcommand)]
pub(crate) enum Options {
    /// What a signed-in account costs the proxy while nothing happens
    Idle(idle::Options),
}

/// Measures.
pub(crate) fn run(options: &Options) -> Result<()> {
    match options {
        Options::Idle(options) => idle::run(options),
    }
}
