//! Many accounts that are signed in at once, each with a page of its own, encrypted on both sides.

use super::client::Proxy;
use crate::{
    build,
    console::{Progress, Step, say},
    webmail::{self, Webmail},
};
use anyhow::{Context, Result, anyhow};
use serde::Serialize;
use std::{
    fs,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use surat_protocol::{Event, MailboxName};
use tokio::{runtime::Runtime, sync::mpsc, task::JoinSet, time::sleep};

/// Where a curve is looked at.
const CURVE: [u64; 5] = [100, 500, 1_000, 2_000, 5_000];

/// Sign-ins under way at once. The proxy lets one address try twenty that are not decided yet.
const SIGNING_IN: usize = 12;

/// The working connection of an account closes after about a minute without work.
const PATIENCE: Duration = Duration::from_secs(180);

/// ESTABLISHED in /proc/net/tcp.
const ESTABLISHED: &str = "01";

/// How many accounts.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Size {
    /// Accounts to sign in [default: the curve up to 5000]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=5000))]
    accounts: Option<u64>,
    /// Look at 100, 500, 1000, 2000 accounts on the way
    #[arg(long)]
    curve: bool,
    /// Use what was built before
    #[arg(long)]
    built: bool,
}

impl Size {
    /// So many, at once.
    pub(super) fn exactly(accounts: u64, built: bool) -> Self {
        Self {
            accounts: Some(accounts),
            curve: false,
            built,
        }
    }

    /// How many accounts there are at each look.
    pub(super) fn points(&self) -> Vec<u64> {
        match self.accounts {
            None => CURVE.to_vec(),
            Some(accounts) if !self.curve => vec![accounts],
            Some(accounts) => {
                let before = CURVE.into_iter().filter(|point| *point < accounts);
                before.chain([accounts]).collect()
            }
        }
    }
}

/// A page has heard of a new message in its inbox.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    /// The account's number, from 1.
    pub(super) account: u64,
    /// How many came at once.
    pub(super) messages: u64,
    /// When.
    pub(super) at: Instant,
}

/// Accounts that are signed in. Dropping it ends and removes everything.
pub(super) struct Fleet {
    pub(super) webmail: Webmail,
    pub(super) runtime: Runtime,
    /// What pages hear.
    pub(super) heard: mpsc::UnboundedReceiver<Heard>,
    hears: mpsc::UnboundedSender<Heard>,
    pub(super) proxy: Proxy,
    accounts: u64,
    /// Why a page was lost, the first one.
    lost: Arc<Mutex<Option<anyhow::Error>>>,
}

/// How fast accounts were signed in.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct SignIns {
    pub(super) accounts: u64,
    pub(super) per_second: f64,
    pub(super) proxy_cpu_ms_each: f64,
}

impl Fleet {
    /// Servers with room for this many accounts, with so many messages each; nobody is signed in.
    pub(super) fn start(size: &Size, messages: usize) -> Result<Self> {
        let binary = if size.built { webmail::built()? } else { build::run()? };
        let most = size.points().last().copied().context("No size is given")?;
        let webmail = Webmail::start_encrypted(&binary, usize::try_from(most).context("Count accounts")?, messages)?;
        let (hears, heard) = mpsc::unbounded_channel();
        Ok(Self {
            proxy: Proxy::new(webmail.port, &webmail.testbed.ca_pem)?,
            webmail,
            runtime: Runtime::new().context("Start the pages' runtime")?,
            heard,
            hears,
            accounts: 0,
            lost: Arc::default(),
        })
    }

    /// Signs in until this many are.
    pub(super) fn grow(&mut self, accounts: u64) -> Result<SignIns> {
        let step = Step::begin(&format!("Signing in, up to {accounts} accounts"));
        let new = accounts.saturating_sub(self.accounts);
        let (began, cpu_before) = (Instant::now(), self.webmail.cpu()?);
        self.runtime.block_on(self.sign_in(accounts))?;
        self.accounts = accounts;
        let (taken, cpu) = (began.elapsed(), self.webmail.cpu()?.saturating_sub(cpu_before));
        step.end();
        Ok(SignIns {
            accounts: new,
            per_second: per(new as f64, taken.as_secs_f64()),
            proxy_cpu_ms_each: per(cpu.as_secs_f64() * 1000.0, new as f64),
        })
    }

    async fn sign_in(&self, accounts: u64) -> Result<()> {
        let progress = Progress::new("signed in");
        let total = usize::try_from(accounts - self.accounts).context("Count accounts")?;
        let mut numbers = self.accounts + 1..=accounts;
        let mut under_way = JoinSet::new();
        let mut done = 0;
        loop {
            while under_way.len() < SIGNING_IN
                && let Some(number) = numbers.next()
            {
                let (proxy, hears, lost) = (self.proxy.clone(), self.hears.clone(), Arc::clone(&self.lost));
                under_way.spawn(async move { open(number, &proxy, hears, lost).await });
            }
            match under_way.join_next().await {
                None => return Ok(()),
                Some(signed_in) => signed_in.context("Wait for a sign-in")??,
            }
            done += 1;
            progress.show(done, total);
        }
    }

    /// Waits until one connection per account is left, or patience ends; gives how many there are.
    pub(super) fn wait_until_idle(&self) -> Result<u64> {
        let step = Step::begin("Waiting until all are idle");
        let deadline = Instant::now() + PATIENCE;
        loop {
            let connections = connections_to(self.webmail.testbed.imaps_port)?;
            if connections <= self.accounts || Instant::now() > deadline {
                say(&format!("   {connections} IMAP connections"));
                // Memory that was in use a moment ago goes back with a delay.
                self.pass(Duration::from_secs(3));
                self.check()?;
                step.end();
                return Ok(connections);
            }
            self.pass(Duration::from_secs(1));
        }
    }

    /// Lets time pass.
    pub(super) fn pass(&self, time: Duration) {
        self.runtime.block_on(async { sleep(time).await });
    }

    /// Fails when a page was lost.
    pub(super) fn check(&self) -> Result<()> {
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner).take();
        lost.map_or(Ok(()), Err)
    }

    /// Lets the proxy end by itself.
    pub(super) fn stop(self) -> Result<()> {
        self.check()?;
        self.runtime.shutdown_background();
        self.webmail.stop()
    }
}

/// Opens the page of an account, and leaves a task behind that holds it.
async fn open(
    number: u64,
    proxy: &Proxy,
    hears: mpsc::UnboundedSender<Heard>,
    lost: Arc<Mutex<Option<anyhow::Error>>>,
) -> Result<()> {
    let proxy = proxy.from(address(number));
    let mut page = proxy.open(&email(number)).await?;
    tokio::spawn(async move {
        loop {
            match page.event().await {
                Ok(Event::Arrived { mailbox, uids, .. }) if mailbox == MailboxName::inbox() => {
                    let at = Instant::now();
                    // Whoever ends the measurement does not want to hear more.
                    let _ = hears.send(Heard {
                        account: number,
                        messages: uids.len() as u64,
                        at,
                    });
                }
                Ok(Event::ServerLost | Event::SignedOut(_)) => {
                    break note(&lost, anyhow!("an account lost its server"));
                }
                Ok(_) => {}
                Err(error) => break note(&lost, error),
            }
        }
    });
    Ok(())
}

fn note(lost: &Mutex<Option<anyhow::Error>>, error: anyhow::Error) {
    lost.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
}

/// The address of an account.
pub(super) fn email(number: u64) -> String {
    surat_testbed::address(&format!("user{number}"))
}

/// From where an account comes: the proxy lets one address open so many connections, and only so fast.
fn address(number: u64) -> Ipv4Addr {
    let [.., high, low] = (number / 20).to_be_bytes();
    Ipv4Addr::new(127, 0, high, low.max(1))
}

/// A ratio; nothing of nothing is nothing.
pub(super) fn per(amount: f64, of: f64) -> f64 {
    if of > 0.0 { amount / of } else { 0.0 }
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
