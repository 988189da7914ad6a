//! `cargo xtask bench …`: measures what was promised.

mod active;
mod client;
mod fleet;
mod idle;
mod idler;
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
    /// How soon signed-in accounts hear of new mail, and what that costs the proxy
    Active(active::Options),
}

/// Measures.
pub(crate) fn run(options: &Options) -> Result<()> {
    match &options.part {
        Some(Part::Idle(options)) => idle::run(options),
        Some(Part::Active(options)) => active::run(options),
        None => speed::run(&options.speed),
    }
}
