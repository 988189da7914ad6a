//! `cargo xtask bench …`: measures what was promised.

mod active;
mod client;
mod fleet;
mod hostile;
mod idle;
mod idler;
mod speed;
mod times;

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
    /// What a person notices while hostile sockets attack the proxy
    Hostile(hostile::Options),
    /// Hostile sockets: what `hostile` starts for them
    #[command(hide = true)]
    Horde,
}

/// Measures.
pub(crate) fn run(options: &Options) -> Result<()> {
    match &options.part {
        Some(Part::Idle(options)) => idle::run(options),
        Some(Part::Active(options)) => active::run(options),
        Some(Part::Hostile(options)) => hostile::run(options),
        Some(Part::Horde) => hostile::horde::run(),
        None => speed::run(&options.speed),
    }
}
