//! `cargo xtask bench`: what a person waits for, as the page itself sees it, in mailboxes of several sizes and over
//! links of several lengths; beside each step a bare IMAP session that does the same work at the same time.

mod bare;
mod browser;
mod cancel;
mod dovecot;
mod offline;
mod openings;
mod relay;
mod report;
mod round;
mod smtp;
mod step;
mod structure;
mod table;
mod work;

use super::times;
use crate::{
    build,
    console::{Step as Phase, complain, say},
    setup,
    webmail::{self, Mail, Webmail},
};
use anyhow::{Context, Result, ensure};
use browser::Browser;
use clap::ValueEnum;
use dovecot::Sessions;
use relay::Relay;
use report::{Cost, Place, Report};
use round::Round;
use std::{fs, path::Path, time::Duration};
use step::Step;
use work::Work;

/// What to measure. Less of it takes less time.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Sizes of the inbox
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_values_t = [200, 10_000, 100_000],
          value_parser = clap::value_parser!(u64).range(200..=200_000))]
    messages: Vec<u64>,
    /// Round-trip times of the link between browser and proxy, in ms; 0 is no link, others carry 5 Mbit/s
    #[arg(long, value_name = "MS,…", value_delimiter = ',', default_values_t = [0, 20, 100])]
    rtt: Vec<u64>,
    /// Only these steps
    #[arg(long, value_name = "STEP,…", value_delimiter = ',')]
    steps: Vec<Step>,
    /// Runs of each step; slow steps get fewer
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: u32,
    /// Use what was built before
    #[arg(long)]
    built: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Options {
    fn measures(&self, step: Step) -> bool {
        self.steps.is_empty() || self.steps.contains(&step)
    }

    /// Messages that are opened to see what that costs: 100 of them, unless few runs are wanted.
    fn openings(&self) -> usize {
        self.runs.saturating_mul(5).min(100) as usize
    }
}

/// Measures. A step that fails does not stop the others, but fails the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::run(&setup::Options { tests: true })?;
    let binary = if options.built {
        webmail::built()?
    } else {
        build::run()?
    };
    warn_of_load();
    let mut report = Report::default();
    let mut failures = 0;
    for messages in &options.messages {
        failures += measure_size(&mut report, options, &binary, *messages)?;
    }
    report.compare();
    if options.json {
        println!("{}", serde_json::to_string(&report).context("Write JSON")?);
    } else {
        print!("{}", report.table());
    }
    ensure!(failures == 0, "{failures} measurements failed; they are told above");
    Ok(())
}

/// All links and steps of one size of mailbox. Gives how many of them failed.
fn measure_size(report: &mut Report, options: &Options, binary: &Path, messages: u64) -> Result<usize> {
    let mail = Mail {
        messages: usize::try_from(messages).context("Count messages")?,
        corpus: None,
    };
    let webmail = Webmail::start(binary, 0, &mail)?;
    let phase = Phase::begin("Reading every row once, so that the server has its index");
    let mut work = Work::begin(&webmail.testbed, messages)?;
    phase.end();
    let cpu_before = webmail.cpu()?;
    // Its peak is counted from here.
    webmail.memory()?;
    let mut failures = 0;
    for rtt_ms in &options.rtt {
        let phase = Phase::begin(&format!("{messages} messages, {rtt_ms} ms"));
        let round_trip = Duration::from_millis(*rtt_ms);
        let port = if round_trip.is_zero() {
            webmail.port
        } else {
            Relay::open(webmail.port, round_trip)?.port()
        };
        let mut browser = Browser::start(&format!("http://127.0.0.1:{port}/"))?;
        let mut round = Round {
            webmail: &webmail,
            browser: &mut browser,
            work: &mut work,
            messages,
        };
        failures += measure_link(report, options, &mut round, *rtt_ms);
        phase.end();
    }
    report.proxy.places.push(cost(&webmail, messages, cpu_before)?);
    webmail.stop()?;
    Ok(failures)
}

/// All steps over one link. Gives how many of them failed.
fn measure_link(report: &mut Report, options: &Options, round: &mut Round, rtt_ms: u64) -> usize {
    // What does not depend on the link.
    let mut failures = if options.rtt.first() == Some(&rtt_ms) {
        measure_once(report, options, round)
    } else {
        0
    };
    for step in Step::value_variants().iter().filter(|step| options.measures(**step)) {
        for state in step.states() {
            let place = Place {
                step: *step,
                state: *state,
                messages: round.messages,
                rtt_ms,
            };
            say(&format!("   {} ({})", step.name(), state.name()));
            match round.measure(place, step.runs(options.runs)) {
                Ok((samples, bare)) => report.add(place, &samples, &bare),
                Err(error) => failures += told(&error.context(format!("{} ({})", step.name(), state.name()))),
            }
        }
    }
    failures
}

/// What belongs to a step, and is no time that a person waits for it. Gives how much of it failed.
fn measure_once(report: &mut Report, options: &Options, round: &mut Round) -> usize {
    let mut failures = 0;
    let mut note = |step: Step, what: &str, measure: &mut dyn FnMut(&mut Report) -> Result<()>| {
        if options.measures(step) {
            say(&format!("   {what}"));
            failures += measure(report)
                .err()
                .map_or(0, |error| told(&error.context(what.to_owned())));
        }
    };
    note(Step::Scroll, "scrolling through the mailbox", &mut |report| {
        report.browser.places.push(round.scroll_through()?);
        Ok(())
    });
    note(Step::Reload, "starting without a network", &mut |report| {
        report.browser.offline_start.push(round.offline_start(options.runs)?);
        Ok(())
    });
    note(Step::SearchText, "cancelling a search", &mut |report| {
        report.browser.cancel_search.extend(round.cancel_search(options.runs)?);
        Ok(())
    });
    note(Step::Open, "what openings cost Dovecot", &mut |report| {
        report.proxy.openings.extend(round.openings(options.openings())?);
        Ok(())
    });
    failures
}

/// Other work makes every figure worse, and nobody would see why.
fn warn_of_load() {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().and_then(|load| load.parse::<f64>().ok());
    if let Some(load) = load.filter(|load| *load > 0.5) {
        say(&format!(
            "The load of this machine is {load} already: the figures will be worse than they could be."
        ));
    }
}

fn told(error: &anyhow::Error) -> usize {
    complain(error);
    1
}

fn cost(webmail: &Webmail, messages: u64, cpu_before: Duration) -> Result<Cost> {
    let memory = webmail.memory()?;
    let cpu = webmail.cpu()?.saturating_sub(cpu_before);
    Ok(Cost {
        messages,
        rss_octets: memory.rss_octets,
        peak_octets: memory.peak_octets,
        cpu_ms: u64::try_from(cpu.as_millis()).context("Count CPU time")?,
        imap_logins: Sessions::of(&webmail.testbed)?.logins()?,
    })
}
