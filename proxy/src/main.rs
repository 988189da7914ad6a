//! The `surat` binary: reads its options, sets up the log and the runtime, and runs one command.

use clap::{Parser, Subcommand};
use std::{
    io::{IsTerminal as _, Write as _, stderr, stdin, stdout},
    process::ExitCode,
};
use surat_proxy::{
    check::{User, check},
    config::{Config, Settings},
    secret::Secret,
    serve::Proxy,
};
use tracing_subscriber::EnvFilter;

/// Deeply nested mail is decoded by recursion; a debug build needs more than the usual 2 MiB.
/// Only address space: what is not used costs nothing.
const STACK_OCTETS: usize = 8 << 20;

/// Webmail that keeps nothing: the browser is the mail client, this lends it the sockets.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the webmail
    Serve(Settings),
    /// Look at both mail servers, and say what is missing
    Check {
        #[command(flatten)]
        settings: Settings,

        /// Sign in as this user too; the password comes from SURAT_PASSWORD, or else from standard input
        #[arg(long, value_name = "EMAIL")]
        user: Option<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The log may not be set up yet, and this is for a person who just typed the command.
            let _ = writeln!(stderr(), "surat: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK_OCTETS)
        .build()?;
    match arguments.command {
        Command::Serve(settings) => {
            let config = Config::load(settings)?;
            start_log(&config.log)?;
            runtime.block_on(async { Proxy::bind(config).await?.run().await })
        }
        Command::Check { settings, user } => {
            let config = Config::load(settings)?;
            let user = user.map(ask_password).transpose()?;
            let failed = runtime.block_on(check(&config, user.as_ref(), &mut stdout()))?;
            anyhow::ensure!(failed == 0, "{failed} of 2 servers cannot be used; the remedy is above");
            Ok(())
        }
    }
}

/// A password in the arguments would be in everybody's list of processes.
fn ask_password(email: String) -> anyhow::Result<User> {
    let password = match std::env::var("SURAT_PASSWORD") {
        Ok(password) => Secret::new(password),
        Err(_) if stdin().is_terminal() => Secret::new(rpassword::prompt_password(format!("Password of {email}: "))?),
        Err(_) => {
            let mut line = String::new();
            stdin().read_line(&mut line)?;
            Secret::new(line.trim_end_matches(['\r', '\n']))
        }
    };
    Ok(User { email, password })
}

/// Logs to standard error. The bridge from the `log` crate is left out of the build on purpose:
/// async-imap writes passwords to `log` at trace level, and mail into its parse errors.
fn start_log(filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| anyhow::anyhow!("log: {error}.\n  Remedy: write info, debug, or warn,surat_proxy=debug"))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(stderr().is_terminal())
        .with_writer(stderr)
        .init();
    Ok(())
}
