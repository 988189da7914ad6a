//! The whole of Surat on this machine: mail servers with mail in them, and the proxy in front.

use crate::{
    console::{Progress, Step},
    shell,
};
use anyhow::{Context, Result, bail};
use std::{
    ffi::OsString,
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    time::Duration,
};
use surat_testbed::{Daemon, Testbed, corpus, seed};

/// Accounts for stories and measurements beside Ayu and Budi.
const LOAD_USERS: usize = 600;

/// Messages in the inbox of each of them, where many are measured.
pub(crate) const LOAD_MESSAGES: usize = 20;

/// Two for each of the accounts of the largest measurement.
const CONNECTION_LIMIT: &str = "12000";

/// The kernel counts CPU time in hundredths of a second (proc(5), USER_HZ).
const TICK_MS: u64 = 10;

/// What to put into the mailboxes.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Mail {
    /// Messages in Ayu's inbox
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) messages: usize,
    /// Deliver each .eml file of this folder into Ayu's folder "Corpus"
    #[arg(long, value_name = "DIR")]
    pub(crate) corpus: Option<PathBuf>,
}

/// Running servers and a running proxy. Dropping it ends and removes everything.
pub(crate) struct Webmail {
    pub(crate) testbed: Testbed,
    pub(crate) proxy: Daemon,
    pub(crate) port: u16,
}

impl Webmail {
    /// Starts everything. Port 0 means any free one.
    pub(crate) fn start(binary: &Path, port: u16, mail: &Mail) -> Result<Self> {
        Self::start_by(binary, port, mail, None)
    }

    /// The same; the proxy reaches the IMAP server by the port `imap_by`, if one is given.
    pub(crate) fn start_by(binary: &Path, port: u16, mail: &Mail, imap_by: Option<u16>) -> Result<Self> {
        let port = free_port(port)?;
        let step = Step::begin("Filling mailboxes");
        let testbed = Testbed::builder().load_users(LOAD_USERS).prepare()?;
        let progress = Progress::new("written");
        seed::fill(&testbed, &seed::Plan::today(mail.messages), &|done, total| {
            progress.show(done, total);
        })?;
        if let Some(folder) = &mail.corpus {
            corpus::deliver(&mut testbed.store("ayu"), folder)?;
        }
        step.end();
        Self::run(binary, testbed, port, Encryption::None { imap_by })
    }

    /// Starts a proxy that speaks TLS on both sides, and a Dovecot with `user1` and so on up to this many accounts, each
    /// with this many messages in its inbox.
    pub(crate) fn start_encrypted(binary: &Path, accounts: usize, messages: usize) -> Result<Self> {
        let port = free_port(0)?;
        let step = Step::begin("Filling mailboxes");
        let testbed = Testbed::builder().load_users(accounts).without_postfix().prepare()?;
        let users: Vec<String> = (1..=accounts).map(|number| format!("user{number}")).collect();
        seed::fill_inboxes(&testbed, &users, &seed::Plan::today(messages))?;
        step.end();
        Self::run(binary, testbed, port, Encryption::BothSides)
    }

    fn run(binary: &Path, mut testbed: Testbed, port: u16, encryption: Encryption) -> Result<Self> {
        let step = Step::begin("Starting the servers and the proxy");
        testbed.start()?;
        let command = serve_command(binary, &testbed, port, encryption);
        let mut proxy = testbed.daemon("proxy", command, port);
        proxy.start()?;
        step.end();
        Ok(Self { testbed, proxy, port })
    }

    /// Address to open in a browser.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Lets the proxy finish what is in flight; the rest ends with the drop.
    pub(crate) fn stop(mut self) -> Result<()> {
        self.proxy.stop()
    }

    /// Memory of the proxy in octets: now, and at its peak since the last call.
    pub(crate) fn memory(&self) -> Result<Memory> {
        let pid = self.proxy.pid().context("the proxy does not run")?;
        let status = fs::read_to_string(format!("/proc/{pid}/status")).context("Read the proxy's memory")?;
        let octets = |name: &str| -> Result<u64> {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .with_context(|| format!("Find {name}"))?;
            let kib: u64 = line
                .trim()
                .trim_end_matches(" kB")
                .parse()
                .with_context(|| format!("Read {name}"))?;
            Ok(kib * 1024)
        };
        let memory = Memory {
            rss_octets: octets("VmRSS:")?,
            peak_octets: octets("VmHWM:")?,
        };
        // proc(5): 5 resets the peak to what is used now.
        fs::write(format!("/proc/{pid}/clear_refs"), "5").context("Reset the peak")?;
        Ok(memory)
    }

    /// CPU time that the proxy has taken so far.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let pid = self.proxy.pid().context("the proxy does not run")?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("Read the proxy's CPU time")?;
        cpu_in(&stat)
    }
}

/// CPU time that a process has taken so far, as /proc/PID/stat tells it.
pub(crate) fn cpu_in(stat: &str) -> Result<Duration> {
    let (_, fields) = stat.rsplit_once(')').context("Read a process' CPU time")?;
    let fields = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * TICK_MS))
}

/// Where the proxy speaks TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encryption {
    /// Nowhere; the IMAP server is reached by this port, if not by its own.
    None {
        imap_by: Option<u16>,
    },
    BothSides,
}

/// What the kernel counts for the proxy.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub(crate) struct Memory {
    /// Resident now.
    pub(crate) rss_octets: u64,
    /// Most that was resident since this was asked before.
    pub(crate) peak_octets: u64,
}

fn serve_command(binary: &Path, testbed: &Testbed, port: u16, encryption: Encryption) -> Vec<OsString> {
    let mut command = vec![binary.into(), "serve".into()];
    let mut option = |name: &str, value: OsString| command.extend([name.into(), value]);
    option("--listen", format!("127.0.0.1:{port}").into());
    option("--ca-file", testbed.ca_file().into());
    // In the temporary folder, so that it is gone with the rest, and the same after a restart.
    option("--secret-file", testbed.dir().join("surat.secret").into());
    // Postfix signs nothing here; stories deliver letters with findings in this name.
    option("--authserv-id", "mx.surat.test".into());
    match encryption {
        Encryption::None { imap_by } => {
            let imap_port = imap_by.unwrap_or(testbed.imap_port);
            option("--imap-url", format!("imap://127.0.0.1:{imap_port}").into());
            option("--smtp-url", format!("smtp://127.0.0.1:{}", testbed.smtp_port).into());
        }
        Encryption::BothSides => {
            option("--imap-url", format!("imaps://127.0.0.1:{}", testbed.imaps_port).into());
            option("--smtp-url", format!("smtps://127.0.0.1:{}", testbed.smtps_port).into());
            option("--tls-cert", testbed.certificate_file().into());
            option("--tls-key", testbed.key_file().into());
            option("--connection-limit", CONNECTION_LIMIT.into());
        }
    }
    command
}

/// The port, if nobody listens on it.
pub(crate) fn free_port(port: u16) -> Result<u16> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(listener) => Ok(listener.local_addr().context("Read the port")?.port()),
        Err(error) => {
            let other = port.checked_add(1).unwrap_or(8080);
            bail!("cannot listen on port {port}: {error}\n  Remedy: choose another one, e.g. --port {other}")
        }
    }
}

/// The release binary, which an earlier `cargo xtask build` has made.
pub(crate) fn built() -> Result<PathBuf> {
    let binary = crate::build::binary(crate::build::Profile::Release);
    if !binary.is_file() {
        let shown = binary.strip_prefix(shell::root()).unwrap_or(&binary).display();
        bail!("{shown} is not there\n  Remedy: cargo xtask build");
    }
    Ok(binary)
}
