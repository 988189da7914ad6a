//! All hostile sockets, in a process of their own that lets everybody else go first.
//!
//! The measuring process starts it, tells it on stdin where to go, and hears counts on stdout once a second. It ends with
//! its stdin.

use super::{
    super::client::Proxy,
    frames,
    kind::Kind,
    target::{Count, Tally, Target},
};
use crate::console::say;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::{
    io::{BufRead, BufReader, Write, stdin, stdout},
    net::Ipv4Addr,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};
use tokio::{
    sync::oneshot::error::TryRecvError,
    time::{interval, sleep},
};

/// A socket that has ended comes back after so long.
const PAUSE: Duration = Duration::from_secs(1);
/// Sockets are opened one after the other at first: so many each 100 ms.
const AT_ONCE: u64 = 50;
/// Addresses of this machine from which they come, from 127.0.1.1 on.
pub(super) const ADDRESSES: u64 = 8;

/// Where hostile sockets go. Holds secrets, so it goes by a pipe.
#[derive(Serialize, Deserialize)]
pub(super) struct Orders {
    pub(super) port: u16,
    pub(super) ca_pem: String,
    /// Session cookies, shared by all.
    pub(super) cookies: Vec<String>,
    pub(super) sockets: u64,
    /// Only these kinds; none: the process takes the time that nobody wants, and does nothing with it.
    pub(super) kinds: Vec<Kind>,
}

impl Orders {
    /// For a process that is as busy, and hostile to nobody.
    pub(super) fn without_kinds(&self) -> Self {
        Self {
            port: self.port,
            ca_pem: self.ca_pem.clone(),
            cookies: Vec::new(),
            sockets: 0,
            kinds: Vec::new(),
        }
    }
}

/// The other process. Dropping it ends it.
pub(super) struct Horde {
    child: Child,
    /// Held: its end ends the process.
    orders: Option<ChildStdin>,
    counts: Arc<Mutex<Vec<Count>>>,
}

impl Horde {
    /// Starts it.
    pub(super) fn start(orders: &Orders) -> Result<Self> {
        let program = std::env::current_exe().context("Find this program")?;
        let mut child = Command::new("chrt")
            .args(["--idle", "0"])
            .arg(program)
            .args(["bench", "horde"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("Start the hostile process")?;
        let mut pipe = child.stdin.take().context("Reach the hostile process")?;
        let line = serde_json::to_string(orders).context("Write its orders")?;
        writeln!(pipe, "{line}").context("Give its orders")?;
        let told = BufReader::new(child.stdout.take().context("Hear the hostile process")?);
        let counts: Arc<Mutex<Vec<Count>>> = Arc::default();
        let latest = Arc::clone(&counts);
        thread::spawn(move || {
            for line in told.lines().map_while(std::result::Result::ok) {
                match serde_json::from_str(&line) {
                    Ok(counts) => *latest.lock().unwrap_or_else(PoisonError::into_inner) = counts,
                    Err(error) => say(&format!("   The hostile process says what is not understood: {error}")),
                }
            }
        });
        Ok(Self {
            child,
            orders: Some(pipe),
            counts,
        })
    }

    /// What was counted by now.
    pub(super) fn counts(&self) -> Vec<Count> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its process id.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Horde {
    fn drop(&mut self) {
        drop(self.orders.take());
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The hostile process.
pub(crate) fn run() -> Result<()> {
    let mut lines = stdin().lock().lines();
    let orders = lines
        .next()
        .context("There are no orders")?
        .context("Read the orders")?;
    let orders: Orders = serde_json::from_str(&orders).context("Understand the orders")?;
    drop(lines);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("Start a runtime")?;
    let (over, mut ended) = tokio::sync::oneshot::channel();
    thread::spawn(move || {
        // Whatever comes: after the orders there is nothing to hear but the end.
        let _ = std::io::copy(&mut stdin().lock(), &mut std::io::sink());
        let _ = over.send(());
    });
    if orders.kinds.is_empty() {
        while ended.try_recv() == Err(TryRecvError::Empty) {}
        return Ok(());
    }
    runtime.block_on(async {
        tokio::select! {
            done = send_out(&orders) => done,
            _ = ended => Ok(()),
        }
    })?;
    // Thousands of sockets need not be closed one by one.
    runtime.shutdown_background();
    Ok(())
}

async fn send_out(orders: &Orders) -> Result<()> {
    let proxy = Proxy::new(orders.port, &orders.ca_pem)?.hostile();
    let kinds = orders.kinds.len() as u64;
    let tallies: Vec<_> = orders
        .kinds
        .iter()
        .map(|kind| (*kind, Arc::<Tally>::default()))
        .collect();
    let mut sockets = vec![0; tallies.len()];
    // Made once, before anybody waits for it.
    drop((frames::bomb(), frames::largest(0)));
    let mut few = interval(Duration::from_millis(100));
    for number in 0..orders.sockets {
        let place = usize::try_from(number % kinds).context("Count kinds")?;
        let (kind, tally) = &tallies[place];
        sockets[place] += 1;
        let address = Ipv4Addr::new(
            127,
            0,
            1,
            u8::try_from(number / kinds % ADDRESSES).context("Count")? + 1,
        );
        let cookie = usize::try_from(number / kinds).context("Count")? % orders.cookies.len();
        let target = Target {
            proxy: proxy.from(address),
            cookie: orders.cookies[cookie].clone(),
            tally: Arc::clone(tally),
        };
        tokio::spawn(keep_up(*kind, target));
        if number % AT_ONCE == 0 {
            few.tick().await;
        }
    }
    let mut second = interval(Duration::from_secs(1));
    loop {
        second.tick().await;
        let counts = tallies.iter().zip(&sockets);
        let counts: Vec<Count> = counts
            .map(|((kind, tally), sockets)| tally.count(*kind, *sockets))
            .collect();
        let mut out = stdout().lock();
        serde_json::to_writer(&mut out, &counts).context("Tell the counts")?;
        writeln!(out).context("Tell the counts")?;
        out.flush().context("Tell the counts")?;
    }
}

/// One socket after the other, for ever.
async fn keep_up(kind: Kind, target: Target) {
    loop {
        target.tally.begin();
        // How it ended says nothing about who is right: it is over.
        let _ = kind.attack(&target).await;
        target.tally.end();
        sleep(PAUSE).await;
    }
}
