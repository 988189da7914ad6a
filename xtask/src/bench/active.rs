//! `cargo xtask bench active`: mail comes to many accounts that are signed in; how soon their pages hear of it beside
//! bare IMAP sessions that idle on the same mailboxes, and what it costs the proxy.

use super::{
    fleet::{Fleet, Heard, SignIns, Size, email, per},
    idler,
};
use crate::{
    console::{Progress, Step, say},
    setup,
    webmail::LOAD_MESSAGES,
};
use anyhow::{Context, Result, bail};
use serde::Serialize;
use std::{
    collections::{HashMap, VecDeque},
    fmt::{self, Display, Formatter},
    thread,
    time::{Duration, Instant},
};
use surat_testbed::Testbed;
use tokio::{sync::mpsc, time::timeout};

/// Accounts beside whose page a bare session idles. They get every other message.
const OBSERVED: u64 = 50;

/// How long CPU time is looked at while nothing happens. Pings come every 25 seconds, each page's at its own time.
const QUIET: Duration = Duration::from_secs(10);

/// A message that nobody has heard of after this is lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// How much of what.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    size: Size,
    /// Messages to deliver, at each number of accounts
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u64).range(100..=100_000))]
    events: u64,
    /// Messages in a second
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=200))]
    rate: u64,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// All points of a run.
#[derive(Debug, Serialize)]
struct Report {
    points: Vec<Point>,
}

#[derive(Debug, Serialize)]
struct Point {
    accounts: u64,
    events: u64,
    /// Beside what it takes while nothing happens.
    proxy_cpu_ms_per_1000_events: f64,
    quiet_cpu_percent: f64,
    /// From the beginning of a delivery until the page's socket has the event.
    page: Delays,
    /// The same until a bare session that idles has EXISTS.
    bare: Delays,
    /// How much later than the bare session the page of the same account heard of the same message.
    page_after_bare: Delays,
    sign_ins: SignIns,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Delays {
    n: usize,
    median_ms: f64,
    p99_ms: f64,
    max_ms: f64,
}

/// Measures.
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::run(&setup::Options::default())?;
    let mut fleet = Fleet::start(&options.size, LOAD_MESSAGES)?;
    let mut report = Report { points: Vec::new() };
    for accounts in options.size.points() {
        let point = look(&mut fleet, accounts, options)?;
        say(&format!("   the slowest 1 %: {:.0} ms", point.page.p99_ms));
        report.points.push(point);
    }
    fleet.stop()?;
    if options.json {
        println!("{}", serde_json::to_string(&report).context("Write JSON")?);
    } else {
        print!("{report}");
    }
    Ok(())
}

fn look(fleet: &mut Fleet, accounts: u64, options: &Options) -> Result<Point> {
    let sign_ins = fleet.grow(accounts)?;
    fleet.wait_until_idle()?;
    let (cpu_before, began) = (fleet.webmail.cpu()?, Instant::now());
    fleet.pass(QUIET);
    let cpu = fleet.webmail.cpu()?.saturating_sub(cpu_before);
    let quiet = per(cpu.as_secs_f64(), began.elapsed().as_secs_f64());

    let observed = OBSERVED.min(accounts);
    let (hears, mut bare_heard) = mpsc::unbounded_channel();
    let port = fleet.webmail.testbed.imap_port;
    let sessions = fleet.runtime.block_on(idler::all(port, 1..=observed, &hears))?;
    let step = Step::begin(&format!(
        "Delivering {} messages to {accounts} accounts",
        options.events
    ));
    let (cpu_before, began) = (fleet.webmail.cpu()?, Instant::now());
    let deliveries = deliver(
        &fleet.webmail.testbed,
        &recipients(options.events, observed, accounts),
        options.rate,
    )?;
    let Fleet { runtime, heard, .. } = fleet;
    let page = runtime
        .block_on(delays(&deliveries, heard))
        .context("Wait for the pages")?;
    let watched: Vec<Delivery> = deliveries
        .iter()
        .filter(|one| one.account <= observed)
        .copied()
        .collect();
    let bare = runtime
        .block_on(delays(&watched, &mut bare_heard))
        .context("Wait for the bare sessions")?;
    let cpu = fleet.webmail.cpu()?.saturating_sub(cpu_before);
    let cpu_seconds = cpu.as_secs_f64() - quiet * began.elapsed().as_secs_f64();
    drop(sessions);
    fleet.check()?;
    step.end();
    let page_beside_bare = deliveries.iter().zip(&page).filter(|(one, _)| one.account <= observed);
    let later = page_beside_bare.zip(&bare).map(|((_, page), bare)| page - bare);
    Ok(Point {
        accounts,
        events: options.events,
        proxy_cpu_ms_per_1000_events: per(cpu_seconds.max(0.0) * 1e6, options.events as f64),
        quiet_cpu_percent: quiet * 100.0,
        page_after_bare: Delays::of(later.collect()),
        page: Delays::of(page),
        bare: Delays::of(bare),
        sign_ins,
    })
}

/// Who gets each message: every other one goes to an account that is observed, the others to the others.
fn recipients(events: u64, observed: u64, accounts: u64) -> Vec<u64> {
    let others = accounts - observed;
    let turn = |event: u64| {
        let turn = event / 2;
        if event.is_multiple_of(2) || others == 0 {
            turn % observed + 1
        } else {
            observed + turn % others + 1
        }
    };
    (0..events).map(turn).collect()
}

/// A message that was delivered.
#[derive(Clone, Copy, Debug)]
struct Delivery {
    account: u64,
    began: Instant,
}

/// Delivers one message after the other at the rate, as far as the server keeps up.
fn deliver(testbed: &Testbed, recipients: &[u64], rate: u64) -> Result<Vec<Delivery>> {
    let progress = Progress::new("delivered");
    let start = Instant::now();
    let interval = Duration::from_secs(1) / u32::try_from(rate).context("Read the rate")?;
    let mut deliveries = Vec::with_capacity(recipients.len());
    for (&account, number) in recipients.iter().zip(1..) {
        let due = start + interval * number;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let began = Instant::now();
        let message = format!(
            "From: Sari <sari@surat.test>\r\nTo: {}\r\nSubject: Message {number}\r\n\
             Message-ID: <{number}.{account}@surat.test>\r\n\r\nA short text.\r\n",
            email(account)
        );
        testbed.deliver(&email(account), message.as_bytes())?;
        deliveries.push(Delivery { account, began });
        progress.show(number as usize, recipients.len());
    }
    Ok(deliveries)
}

/// How long after the beginning of each delivery it was heard of, in ms. Each is heard of once, by whoever listens to
/// its account, in the order in which they were delivered there.
async fn delays(deliveries: &[Delivery], heard: &mut mpsc::UnboundedReceiver<Heard>) -> Result<Vec<f64>> {
    let mut awaited: HashMap<u64, VecDeque<usize>> = HashMap::new();
    for (index, delivery) in deliveries.iter().enumerate() {
        awaited.entry(delivery.account).or_default().push_back(index);
    }
    let mut delays = vec![0.0; deliveries.len()];
    let mut missing = deliveries.len();
    while missing > 0 {
        let Ok(Some(Heard { account, messages, at })) = timeout(PATIENCE, heard.recv()).await else {
            bail!("{missing} of {} messages were not heard of", deliveries.len());
        };
        for _ in 0..messages {
            let index = awaited.get_mut(&account).and_then(VecDeque::pop_front);
            let index = index.with_context(|| format!("{} heard of a message that nobody sent", email(account)))?;
            delays[index] = at.saturating_duration_since(deliveries[index].began).as_secs_f64() * 1000.0;
            missing -= 1;
        }
    }
    Ok(delays)
}

impl Delays {
    /// By nearest rank.
    fn of(mut delays: Vec<f64>) -> Self {
        delays.sort_by(f64::total_cmp);
        let at = |percent: usize| {
            let rank = (delays.len() * percent).div_ceil(100).max(1);
            delays.get(rank - 1).copied().unwrap_or_default()
        };
        Self {
            n: delays.len(),
            median_ms: at(50),
            p99_ms: at(99),
            max_ms: at(100),
        }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "           page hears of mail, ms    bare IDLE session, ms     page after bare, ms    CPU ms of the proxy"
        )?;
        writeln!(
            f,
            "accounts   median      99 %    max   median      99 %    max   median    99 %    max   per 1000   quiet %   sign-ins/s"
        )?;
        for point in &self.points {
            write!(f, "{:>8}", point.accounts)?;
            for delays in [&point.page, &point.bare, &point.page_after_bare] {
                write!(
                    f,
                    " {:>8.1} {:>8.1} {:>6.0}",
                    delays.median_ms, delays.p99_ms, delays.max_ms
                )?;
            }
            writeln!(
                f,
                " {:>10.0} {:>9.2} {:>12.1}",
                point.proxy_cpu_ms_per_1000_events, point.quiet_cpu_percent, point.sign_ins.per_second
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_other_message_goes_to_an_observed_account() {
        assert_eq!(recipients(6, 2, 4), [1, 3, 2, 4, 1, 3]);
        assert_eq!(recipients(3, 2, 2), [1, 1, 2]);
    }

    #[test]
    fn the_slowest_of_a_hundred_is_beyond_99_percent() {
        let delays = Delays::of((1..=100).map(f64::from).collect());

        assert_eq!((delays.median_ms, delays.p99_ms, delays.max_ms), (50.0, 99.0, 100.0));
    }

    #[tokio::test]
    async fn each_message_is_heard_of_in_its_turn() {
        let began = Instant::now();
        let (hears, mut heard) = mpsc::unbounded_channel();
        let hear = |account, messages, ms| {
            let at = began + Duration::from_millis(ms);
            hears.send(Heard { account, messages, at }).unwrap();
        };
        hear(2, 1, 5);
        hear(1, 2, 9);
        let deliveries = [1, 2, 1].map(|account| Delivery { account, began });

        let delays = delays(&deliveries, &mut heard).await.unwrap();

        assert_eq!(delays, [9.0, 5.0, 9.0]);
    }
}
