//! `cargo xtask dev`: the demo, rebuilt by the quick profile whenever a file changes.

use crate::{
    build::{self, Profile},
    console::{complain, say},
    demo, setup, shell,
    webmail::{Mail, Webmail, free_port},
};
use anyhow::Result;
use std::{path::PathBuf, sync::mpsc::RecvTimeoutError, time::Duration};

/// How to serve.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Port of 127.0.0.1 to serve on
    #[arg(long, default_value_t = 8080)]
    port: u16,
    #[command(flatten)]
    mail: Mail,
}

/// How often to look for changes: faster than a hand reaches from the editor to the browser.
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// Serves until Ctrl-C. A change that does not compile is told, and what was built before stays.
pub(crate) fn run(options: &Options) -> Result<()> {
    free_port(options.port)?;
    setup::run(&setup::Options::default())?;
    let binary = build_all()?;
    let mut seen = build::sources()?;
    let mut webmail = Webmail::start(&binary, options.port, &options.mail)?;
    println!(
        "Surat is at {}, for ayu@surat.test and budi@surat.test, password surat. Ctrl-C ends it.",
        webmail.url()
    );
    let ended = demo::on_end()?;
    while ended.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
        let now = build::sources()?;
        if now != seen {
            seen = now;
            if let Err(error) = build_all().and_then(|_| restart(&mut webmail)) {
                complain(&error);
            }
        }
    }
    say("Stopping …");
    webmail.stop()
}

fn build_all() -> Result<PathBuf> {
    let dist = shell::target().join("dev-dist");
    build::app(Profile::Dev, &dist)?;
    build::proxy(Profile::Dev, &dist)
}

/// Sessions survive: the key is kept, and the page connects again by itself.
fn restart(webmail: &mut Webmail) -> Result<()> {
    webmail.proxy.stop()?;
    webmail.proxy.start()?;
    say("Reload the page to see the change.");
    Ok(())
}
