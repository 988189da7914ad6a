//! `cargo xtask …`: the commands of the README. Each has a file of its own.
#![expect(clippy::print_stdout, reason = "a command-line program talks on stdout")]

mod bench;
mod build;
mod console;
mod corpus;
mod demo;
mod dev;
mod fuzz;
mod payloads;
#[cfg(test)]
mod security_classes;
mod setup;
mod shell;
mod size;
mod stage;
mod sync;
mod test;
mod walls;
mod wash;
mod webmail;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Builds, shows, tests and measures Surat",
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a webmail with mail servers and mail of its own, to try it out
    Demo(demo::Options),
    /// Run every check: formatting, lints, tests, stories in a browser
    Test(test::Options),
    /// Build the app and the proxy, for release
    Build,
    /// Install what is missing on this machine
    Setup(setup::Options),
    /// Serve the demo and rebuild what changes
    Dev(dev::Options),
    /// Tell how many bytes are shipped
    Size(size::Options),
    /// Open foreign messages in a browser, feed foreign responses to the decoders
    Corpus(corpus::Options),
    /// Measure what was promised: what a person waits for, or with `idle` what an account costs
    Bench(bench::Options),
    /// Change mailboxes at random from elsewhere, and see whether two browsers show what IMAP says
    Sync(sync::Options),
    /// Feed everything that reads what comes from outside with octets that nobody thought of
    Fuzz(fuzz::Options),
    /// Show hostile HTML in the app, with all walls up and with each taken away
    Walls(walls::Options),
    /// Wash HTML twice, and compare what Chromium reads with what was meant
    Wash(wash::Options),
    /// Serve for browser stories: orders on stdin, answers on stdout, one JSON object a line
    #[command(hide = true)]
    Stage(stage::Options),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Demo(options) => demo::run(&options),
        Command::Test(options) => return test::run(&options),
        Command::Build => setup::run(&setup::Options::default()).and_then(|()| build::run().map(drop)),
        Command::Setup(options) => setup::run(&options),
        Command::Dev(options) => dev::run(&options),
        Command::Size(options) => size::run(&options),
        Command::Corpus(options) => corpus::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Sync(options) => sync::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Walls(options) => walls::run(&options),
        Command::Wash(options) => wash::run(&options),
        Command::Stage(options) => stage::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::complain(&error);
            ExitCode::FAILURE
        }
    }
}
