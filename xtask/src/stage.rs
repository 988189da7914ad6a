//! `cargo xtask stage`: the demo as browser stories need it. Each line on stdin is an order, each line on stdout the
//! answer to it, all of them JSON objects; the first answer says where everything is. The end of stdin ends it.

use crate::{
    build,
    setup::servers,
    webmail::{self, Mail, Webmail},
};
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{BufRead, stdin};
use surat_testbed::other::{Kind, OtherServer};

/// What the stage holds.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Port of 127.0.0.1 to serve on; 0 for any
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Build first, instead of using what was built before
    #[arg(long)]
    build: bool,
    /// Port of 127.0.0.1 by which the proxy reaches the IMAP server, instead of the server's own: a link that can be cut
    #[arg(long, value_name = "PORT")]
    imap_by: Option<u16>,
    /// An IMAP server beside Dovecot, for `--imap-by` to lead to
    #[arg(long, requires = "imap_by")]
    server: Option<OtherKind>,
    #[command(flatten)]
    mail: Mail,
}

/// IMAP servers that Debian has beside Dovecot.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum OtherKind {
    Courier,
    Cyrus,
}

impl From<OtherKind> for Kind {
    fn from(server: OtherKind) -> Self {
        match server {
            OtherKind::Courier => Self::Courier,
            OtherKind::Cyrus => Self::Cyrus,
        }
    }
}

/// What can be killed and started.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Part {
    Proxy,
    Dovecot,
    Postfix,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum Order {
    /// kill -9, with all children.
    Kill {
        what: Part,
    },
    /// Start again on the same ports.
    Start {
        what: Part,
    },
    /// Deliver a message by LMTP.
    Deliver {
        to: String,
        eml: String,
    },
    /// The proxy's memory; the peak is counted anew from here.
    Memory,
    /// Everything that the proxy has logged.
    Log,
    Stop,
}

/// Serves until the orders end.
pub(crate) fn run(options: &Options) -> Result<()> {
    let binary = if options.build {
        build::run()?
    } else {
        webmail::built()?
    };
    let packages = match options.server.map(Kind::from).map(servers::unpacked).transpose() {
        Ok(packages) => packages,
        // A story says so, and is skipped.
        Err(error) => {
            println!("{}", json!({ "missing": format!("{error:#}") }));
            return Ok(());
        }
    };
    let mut webmail = Webmail::start_by(&binary, options.port, &options.mail, options.imap_by)?;
    let other = match options.server.map(Kind::from).zip(packages) {
        Some((kind, packages)) => Some(OtherServer::start(kind, &packages, &webmail.testbed)?),
        None => None,
    };
    let imap_port = other
        .as_ref()
        .map_or(webmail.testbed.imap_port, |other| other.imap_port);
    println!("{}", place(&webmail, imap_port));
    for line in stdin().lock().lines() {
        let line = line.context("Read an order")?;
        match serde_json::from_str(&line).context("Understand the order") {
            Ok(Order::Stop) => break,
            Ok(order) => println!(
                "{}",
                obey(&mut webmail, order, imap_port).unwrap_or_else(|error| refusal(&error))
            ),
            Err(error) => println!("{}", refusal(&error)),
        }
    }
    drop(other);
    webmail.stop()
}

fn obey(webmail: &mut Webmail, order: Order, imap_port: u16) -> Result<Value> {
    match order {
        Order::Kill { what: Part::Proxy } => webmail.proxy.kill()?,
        Order::Kill { what: Part::Dovecot } => webmail.testbed.kill_dovecot()?,
        Order::Kill { what: Part::Postfix } => webmail.testbed.kill_postfix()?,
        Order::Start { what: Part::Proxy } => webmail.proxy.start()?,
        Order::Start { what: Part::Dovecot } => webmail.testbed.start_dovecot()?,
        Order::Start { what: Part::Postfix } => webmail.testbed.start_postfix()?,
        Order::Deliver { to, eml } => webmail.testbed.deliver(&to, eml.as_bytes())?,
        Order::Memory => return Ok(json!(webmail.memory()?)),
        Order::Log => return Ok(json!({ "log": webmail.proxy.log() })),
        Order::Stop => {}
    }
    Ok(place(webmail, imap_port))
}

fn place(webmail: &Webmail, imap_port: u16) -> Value {
    let testbed = &webmail.testbed;
    json!({
        "url": webmail.url(),
        "ports": {
            "http": webmail.port,
            "imap": imap_port,
            "imaps": testbed.imaps_port,
            "smtp": testbed.smtp_port,
            "smtps": testbed.smtps_port,
            "lmtp": testbed.lmtp_port,
        },
        "pids": {
            "proxy": webmail.proxy.pid(),
            "dovecot": testbed.dovecot_pid(),
            "postfix": testbed.postfix_pid(),
        },
    })
}

fn refusal(error: &anyhow::Error) -> Value {
    json!({ "error": format!("{error:#}") })
}
