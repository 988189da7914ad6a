//! `cargo xtask bench idle`: signs in many accounts, waits until they are idle, and looks what each of them costs.

use super::fleet::{Fleet, SignIns, Size, per};
use crate::{console::say, setup, webmail::LOAD_MESSAGES};
use anyhow::{Context, Result, ensure};
use serde::Serialize;
use std::{
    fmt::{self, Display, Formatter},
    time::{Duration, Instant},
};

/// What an idle account may cost the proxy, in octets.
const LIMIT_OCTETS: u64 = 64 * 1024;

/// With fewer accounts than this, what the proxy costs by itself weighs too much.
const LIMIT_FROM: u64 = 500;

/// How long CPU time is looked at while nothing happens. Pings come every 25 seconds, each page's at its own time.
const QUIET: Duration = Duration::from_secs(10);

/// How many.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    size: Size,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// All points of a run.
#[derive(Debug, Serialize)]
struct Report {
    /// Of the proxy when it has just been started.
    rss_before_octets: u64,
    points: Vec<Point>,
}

#[derive(Debug, Serialize)]
struct Point {
    accounts: u64,
    rss_octets: u64,
    octets_per_account: u64,
    /// What each account beyond those of the point before has added.
    octets_per_further_account: u64,
    imap_connections: u64,
    /// Of the proxy, while nothing happens but pings.
    cpu_percent: f64,
    sign_ins: SignIns,
}

/// Measures, and fails when an account costs more than was promised.
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::run(&setup::Options::default())?;
    let mut fleet = Fleet::start(&options.size, LOAD_MESSAGES)?;
    let mut report = Report {
        rss_before_octets: fleet.webmail.memory()?.rss_octets,
        points: Vec::new(),
    };
    for accounts in options.size.points() {
        let point = look(&mut fleet, accounts, &report)?;
        say(&format!("   {} octets each", point.octets_per_account));
        report.points.push(point);
    }
    fleet.stop()?;
    if options.json {
        println!("{}", serde_json::to_string(&report).context("Write JSON")?);
    } else {
        print!("{report}");
    }
    report.points.iter().try_for_each(check)
}

fn look(fleet: &mut Fleet, accounts: u64, report: &Report) -> Result<Point> {
    let sign_ins = fleet.grow(accounts)?;
    let imap_connections = fleet.wait_until_idle()?;
    let rss_octets = fleet.webmail.memory()?.rss_octets;
    let (cpu_before, began) = (fleet.webmail.cpu()?, Instant::now());
    fleet.pass(QUIET);
    let cpu = fleet.webmail.cpu()?.saturating_sub(cpu_before);
    fleet.check()?;
    let last = report.points.last();
    let (before, fewer) = last.map_or((report.rss_before_octets, 0), |point| {
        (point.rss_octets, point.accounts)
    });
    Ok(Point {
        accounts,
        rss_octets,
        octets_per_account: rss_octets.saturating_sub(report.rss_before_octets) / accounts,
        octets_per_further_account: rss_octets.saturating_sub(before) / (accounts - fewer),
        imap_connections,
        cpu_percent: 100.0 * per(cpu.as_secs_f64(), began.elapsed().as_secs_f64()),
        sign_ins,
    })
}

fn check(point: &Point) -> Result<()> {
    let accounts = point.accounts;
    ensure!(
        accounts < LIMIT_FROM || point.octets_per_account <= LIMIT_OCTETS,
        "{accounts} idle accounts cost {} octets each, which is more than {LIMIT_OCTETS}",
        point.octets_per_account
    );
    ensure!(
        point.imap_connections <= accounts,
        "{accounts} idle accounts hold {} IMAP connections, which is more than one each",
        point.imap_connections
    );
    Ok(())
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "The proxy alone: {} KiB\n", self.rss_before_octets / 1024)?;
        writeln!(
            f,
            "accounts   proxy MiB   KiB each   KiB each further   IMAP connections   CPU %   sign-ins/s   CPU ms each"
        )?;
        for point in &self.points {
            writeln!(
                f,
                "{:>8} {:>11} {:>10} {:>18} {:>18} {:>7.2} {:>12.1} {:>13.1}",
                point.accounts,
                point.rss_octets / (1024 * 1024),
                point.octets_per_account / 1024,
                point.octets_per_further_account / 1024,
                point.imap_connections,
                point.cpu_percent,
                point.sign_ins.per_second,
                point.sign_ins.proxy_cpu_ms_each,
            )?;
        }
        Ok(())
    }
}
