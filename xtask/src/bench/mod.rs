//! `cargo xtask bench …`: measures what was promised.

mod client;
mod idle;
mod speed;

use anyhow::Result;

/// What to measure: without a subcommand, every step that a person waits for.
#[derive(Clone, Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[group(skip)]
pub(crate) struct Options {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    speed: speed::Options,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Part {
    /// What a signed-in account costs the proxy while nothing happens
    Idle(idle::Options),
}

/// Measures.
pub(crate) fn run(options: &Options) -> Result<()> {
    match &options.part {
        Some(Part::Idle(options)) => idle::run(options),
        None => speed::run(&options.speed),
    }
}
