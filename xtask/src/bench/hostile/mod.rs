//! `cargo xtask bench hostile`: what a person notices while others attack, and what that costs the proxy.

mod frames;
pub(super) mod horde;
mod kind;
mod report;
mod target;
mod usual;

use super::fleet::{Fleet, Size, email, per};
use crate::{
    console::{Step, say},
    setup,
};
use anyhow::{Context, Result, ensure};
use clap::builder::PossibleValuesParser;
use horde::{Horde, Orders};
use kind::Kind;
use report::{Report, Row};
use std::{
    fs,
    time::{Duration, Instant},
};
use usual::{Person, Taken};

/// Messages in each inbox.
const MESSAGES: usize = 200;
/// A person's time without hostile sockets, before and after.
const USUAL_FOR: Duration = Duration::from_secs(20);
/// The same among them.
const UNDER_FOR: Duration = Duration::from_secs(40);
/// Until all of them have been opened at least once, and more.
const RISES_FOR: Duration = Duration::from_secs(15);
/// Until what they left behind is over.
const SETTLES_FOR: Duration = Duration::from_secs(5);
/// How many times its usual a request may take.
const WITHIN: f64 = 2.0;
/// What an account may make the proxy hold: 64 MiB of answers that are not read, 16 MiB of requests, 16 MiB of frames that
/// are not whole.
const ACCOUNT_OCTETS: u64 = 96 << 20;
/// What a connection costs beside that: TLS, buffers, the state of its tasks.
const SOCKET_OCTETS: u64 = 64 << 10;

/// How many.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Hostile sockets that are kept up at once
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..=5000))]
    sockets: u64,
    /// Accounts whose sessions they share
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=100))]
    accounts: u64,
    /// Only these kinds, by their names in the table
    #[arg(long, value_delimiter = ',', value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::name)))]
    kinds: Vec<String>,
    /// Use what was built before
    #[arg(long)]
    built: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Measures, and fails when a person notices more than was promised.
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::run(&setup::Options::default())?;
    let fleet = Fleet::start(&Size::exactly(options.accounts + 1, options.built), MESSAGES)?;
    let report = measure(&fleet, options)?;
    if options.json {
        println!("{}", serde_json::to_string(&report).context("Write JSON")?);
    } else {
        print!("{report}");
    }
    check(&report)?;
    fleet.stop()
}

fn measure(fleet: &Fleet, options: &Options) -> Result<Report> {
    let step = Step::begin(&format!(
        "Signing in a person and {} hostile accounts",
        options.accounts
    ));
    let mut person = fleet.runtime.block_on(Person::new(fleet.proxy.clone(), &email(1)))?;
    let orders = orders(fleet, options)?;
    step.end();
    let mut live = |name: &str, how_long| -> Result<Phase> {
        let step = Step::begin(name);
        let phase = Phase::pass(fleet, &mut person, how_long)?;
        step.end();
        Ok(phase)
    };
    live("Warming up", SETTLES_FOR)?;
    let usual = live("A person alone", USUAL_FOR)?;
    // The hostile process takes time from everybody on this machine, whatever the proxy does.
    let idler = Horde::start(&orders.without_kinds())?;
    let beside = live("A person beside a process that is as busy", USUAL_FOR)?;
    drop(idler);
    let horde = Horde::start(&orders)?;
    let rising = live(&format!("{} hostile sockets come", options.sockets), RISES_FOR)?;
    let before = cpu_of(horde.pid())?;
    let under = live("A person among them", UNDER_FOR)?;
    let horde_cpu = cpu_of(horde.pid())?.saturating_sub(before);
    let counts = horde.counts();
    drop(horde);
    let settling = live("They have gone", SETTLES_FOR)?;
    let after = live("A person alone again", USUAL_FOR)?;
    ensure!(!counts.is_empty(), "the hostile process has told nothing");
    let log = fleet.webmail.proxy.log();
    Ok(Report {
        sockets: options.sockets,
        accounts: options.accounts,
        coming: rising.taken.times(None),
        rows: Row::all([&usual.taken, &beside.taken, &under.taken, &after.taken]),
        hostile: counts,
        failed: [
            usual.taken.failed,
            beside.taken.failed,
            under.taken.failed,
            after.taken.failed,
        ]
        .concat(),
        rss_before_octets: usual.rss_octets,
        rss_peak_octets: rising.peak_octets.max(under.peak_octets).max(settling.peak_octets),
        rss_limit_octets: usual.rss_octets + (options.accounts + 1) * ACCOUNT_OCTETS + options.sockets * SOCKET_OCTETS,
        rss_after_octets: after.rss_octets,
        proxy_cpu_percent: [usual.cpu_percent, under.cpu_percent, after.cpu_percent],
        hostile_cpu_percent: 100.0 * per(horde_cpu.as_secs_f64(), UNDER_FOR.as_secs_f64()),
        is_alive: fleet.webmail.proxy.pid().is_some(),
        panics: log.lines().filter(|line| line.contains("panicked")).count(),
    })
}

/// Signs in the hostile accounts, once each.
fn orders(fleet: &Fleet, options: &Options) -> Result<Orders> {
    let mut cookies = Vec::new();
    for number in 2..=options.accounts + 1 {
        cookies.push(fleet.runtime.block_on(fleet.proxy.sign_in(&email(number)))?);
    }
    let is_meant = |kind: &Kind| options.kinds.is_empty() || options.kinds.iter().any(|name| name == kind.name());
    Ok(Orders {
        port: fleet.webmail.port,
        ca_pem: fleet.webmail.testbed.ca_pem.clone(),
        cookies,
        sockets: options.sockets,
        kinds: Kind::ALL.into_iter().filter(is_meant).collect(),
    })
}

/// A while in a person's life.
struct Phase {
    taken: Taken,
    rss_octets: u64,
    peak_octets: u64,
    cpu_percent: f64,
}

impl Phase {
    fn pass(fleet: &Fleet, person: &mut Person, how_long: Duration) -> Result<Self> {
        // Begins the peak anew.
        fleet.webmail.memory()?;
        let (cpu, began) = (fleet.webmail.cpu()?, Instant::now());
        let taken = fleet.runtime.block_on(person.live(how_long));
        let cpu = fleet.webmail.cpu()?.saturating_sub(cpu);
        let memory = fleet.webmail.memory()?;
        let phase = Self {
            taken: taken.with_context(|| fleet.webmail.proxy.report())?,
            rss_octets: memory.rss_octets,
            peak_octets: memory.peak_octets,
            cpu_percent: 100.0 * per(cpu.as_secs_f64(), began.elapsed().as_secs_f64()),
        };
        let times = phase.taken.times(None);
        say(&format!(
            "   median {:.1} ms, 95 % {:.1} ms; the proxy takes {:.0} % of a core and {} MiB",
            times.median_ms,
            times.p95_ms,
            phase.cpu_percent,
            phase.peak_octets >> 20
        ));
        Ok(phase)
    }
}

/// CPU time of a process so far: `chrt` has become the program that it starts.
fn cpu_of(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("The hostile process has ended")?;
    crate::webmail::cpu_in(&stat)
}

fn check(report: &Report) -> Result<()> {
    ensure!(report.is_alive && report.panics == 0, "the proxy has panicked or ended");
    let all = report.rows.first().context("Nothing was measured")?;
    ensure!(
        all.ratio_median <= WITHIN && all.ratio_p95 <= WITHIN,
        "a person's requests took {:.1} times as long (95 %: {:.1} times)",
        all.ratio_median,
        all.ratio_p95
    );
    ensure!(
        report.failed.is_empty(),
        "requests of a person failed: {}",
        report.failed.join("; ")
    );
    ensure!(
        report.rss_peak_octets <= report.rss_limit_octets,
        "the proxy held {} MiB, more than {}",
        report.rss_peak_octets >> 20,
        report.rss_limit_octets >> 20
    );
    Ok(())
}
