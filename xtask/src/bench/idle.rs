//! `cargo xtask bench idle`: signs in many accounts, waits until they are idle, and looks what each of them costs.

use super::client::Page;
use crate::{
    build,
    console::{Progress, Step, say},
    setup,
    webmail::{Mail, Webmail},
};
use anyhow::{Context, Result, ensure};
use serde::Serialize;
use std::{
    fs,
    thread::sleep,
    time::{Duration, Instant},
};

/// What an idle account may cost the proxy, in octets.
const LIMIT_OCTETS: u64 = 128 * 1024;

/// The working connection of an account closes after about a minute without work.
const PATIENCE: Duration = Duration::from_secs(180);

/// ESTABLISHED in /proc/net/tcp.
const ESTABLISHED: &str = "01";

/// How many.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Options {
    /// Accounts to sign in
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=600))]
    accounts: u64,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    accounts: u64,
    rss_before_octets: u64,
    rss_idle_octets: u64,
    octets_per_account: u64,
    imap_connections: u64,
    imap_connections_per_account: f64,
}

/// Measures, and fails when an account costs more than was promised.
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::run(&setup::Options::default())?;
    let binary = build::run()?;
    let webmail = Webmail::start(
        &binary,
        0,
        &Mail {
            messages: 20,
            corpus: None,
        },
    )?;
    let rss_before_octets = webmail.memory()?.rss_octets;
    let mut pages = sign_in_all(&webmail, options.accounts)?;
    let imap_connections = wait_until_idle(&webmail, &mut pages)?;
    let rss_idle_octets = webmail.memory()?.rss_octets;
    let report = Report {
        accounts: options.accounts,
        rss_before_octets,
        rss_idle_octets,
        octets_per_account: rss_idle_octets.saturating_sub(rss_before_octets) / options.accounts,
        imap_connections,
        #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
        imap_connections_per_account: imap_connections as f64 / options.accounts as f64,
    };
    if options.json {
        println!("{}", serde_json::to_string(&report).context("Write JSON")?);
    } else {
        println!("{report:#?}");
    }
    drop(pages);
    webmail.stop()?;
    ensure!(
        report.octets_per_account <= LIMIT_OCTETS,
        "an idle account costs more than {LIMIT_OCTETS} octets"
    );
    ensure!(
        report.imap_connections <= report.accounts,
        "an idle account holds more than one IMAP connection"
    );
    Ok(())
}

fn sign_in_all(webmail: &Webmail, accounts: u64) -> Result<Vec<Page>> {
    let step = Step::begin(&format!("Signing in {accounts} accounts"));
    let progress = Progress::new("signed in");
    let total = usize::try_from(accounts).context("Count accounts")?;
    let mut pages: Vec<Page> = Vec::with_capacity(total);
    for number in 1..=total {
        pages.push(Page::open(
            webmail.port,
            &surat_testbed::address(&format!("user{number}")),
        )?);
        pages.iter_mut().try_for_each(Page::stay)?;
        progress.show(number, total);
    }
    step.end();
    Ok(pages)
}

/// Waits until one connection per account is left, or patience ends; gives how many there are.
fn wait_until_idle(webmail: &Webmail, pages: &mut [Page]) -> Result<u64> {
    let step = Step::begin("Waiting until all are idle");
    let deadline = Instant::now() + PATIENCE;
    loop {
        pages.iter_mut().try_for_each(Page::stay)?;
        let connections = connections_to(webmail.testbed.imap_port)?;
        if connections <= pages.len() as u64 || Instant::now() > deadline {
            say(&format!("   {connections} IMAP connections"));
            // Memory that was in use a moment ago goes back with a delay.
            sleep(Duration::from_secs(5));
            pages.iter_mut().try_for_each(Page::stay)?;
            step.end();
            return Ok(connections);
        }
        sleep(Duration::from_secs(1));
    }
}

/// Connections of this machine to a port of it, from the side that opened them.
fn connections_to(port: u16) -> Result<u64> {
    let remote = format!(":{port:04X}");
    let table = fs::read_to_string("/proc/net/tcp").context("Read the list of connections")?;
    let connections = table.lines().filter(|line| {
        let mut fields = line.split_whitespace();
        fields.nth(2).is_some_and(|address| address.ends_with(&remote)) && fields.next() == Some(ESTABLISHED)
    });
    Ok(connections.count() as u64)
}
