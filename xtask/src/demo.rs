//! `cargo xtask demo`: from a fresh clone to a webmail in the browser, and back to nothing at Ctrl-C.

use crate::{
    build,
    console::say,
    setup,
    webmail::{Mail, Webmail, free_port},
};
use anyhow::{Context, Result, bail};
use std::{sync::mpsc, time::Duration};

/// How to show Surat.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Port of 127.0.0.1 to serve on
    #[arg(long, default_value_t = 8080)]
    port: u16,
    #[command(flatten)]
    mail: Mail,
}

/// Builds and serves until somebody ends it.
pub(crate) fn run(options: &Options) -> Result<()> {
    // Before anything that takes minutes.
    free_port(options.port)?;
    setup::run(&setup::Options::default())?;
    let binary = build::run()?;
    let webmail = Webmail::start(&binary, options.port, &options.mail)?;
    introduce(&webmail, options.mail.corpus.is_some());
    wait(&webmail)?;
    say("Stopping …");
    webmail.stop()
}

fn introduce(webmail: &Webmail, has_corpus: bool) {
    println!();
    println!("  Surat is at       {}", webmail.url());
    println!("  Sign in as        ayu@surat.test or budi@surat.test");
    println!("  Password          surat");
    if has_corpus {
        println!("  The corpus is in  Ayu's folder \"Corpus\"");
    }
    println!("  Ctrl-C ends it and takes everything away again.");
    println!();
}

/// Hears when a person (Ctrl-C) or the system (SIGTERM) ends us.
pub(crate) fn on_end() -> Result<mpsc::Receiver<()>> {
    let (sender, receiver) = mpsc::channel();
    let tell = move || {
        // Once we stop nobody listens any more: a second Ctrl-C changes nothing.
        let _ = sender.send(());
    };
    ctrlc::set_handler(tell).context("Listen for Ctrl-C")?;
    Ok(receiver)
}

/// Returns when a person or the system ends the demo, and fails when the proxy ends by itself.
fn wait(webmail: &Webmail) -> Result<()> {
    let ended = on_end()?;
    while ended.recv_timeout(Duration::from_millis(500)).is_err() {
        if webmail.proxy.pid().is_none() {
            bail!("the proxy has ended. {}", webmail.proxy.report());
        }
    }
    Ok(())
}
