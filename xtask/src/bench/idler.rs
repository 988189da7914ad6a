//! Bare IMAP sessions that idle on inboxes, to know when the server itself tells of new mail.

use super::fleet::{Heard, email};
use anyhow::{Context, Result, bail};
use std::{net::Ipv4Addr, ops::RangeInclusive, time::Instant};
use surat_testbed::PASSWORD;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::mpsc,
    task::JoinSet,
};

/// One for each of these accounts, once all of them idle. Dropping the set ends them.
pub(super) async fn all(
    port: u16,
    accounts: RangeInclusive<u64>,
    hears: &mpsc::UnboundedSender<Heard>,
) -> Result<JoinSet<Result<()>>> {
    let mut sessions = JoinSet::new();
    for account in accounts {
        let mut idler = Idler::begin(port, account).await?;
        let hears = hears.clone();
        sessions.spawn(async move {
            loop {
                // Whoever ends the measurement does not want to hear more.
                let _ = hears.send(idler.hear().await?);
            }
        });
    }
    Ok(sessions)
}

struct Idler {
    stream: BufReader<TcpStream>,
    account: u64,
    exists: u64,
}

impl Idler {
    async fn begin(port: u16, account: u64) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .await
            .context("Connect to IMAP")?;
        stream.set_nodelay(true).context("Send at once")?;
        let mut idler = Self {
            stream: BufReader::new(stream),
            account,
            exists: 0,
        };
        idler.line().await?;
        idler
            .run(&format!("a LOGIN {} {PASSWORD}", email(account)), "a OK")
            .await?;
        idler.run("b SELECT INBOX", "b OK").await?;
        idler.run("c IDLE", "+ ").await?;
        Ok(idler)
    }

    async fn hear(&mut self) -> Result<Heard> {
        loop {
            let before = self.exists;
            self.line().await?;
            if self.exists > before {
                return Ok(Heard {
                    account: self.account,
                    messages: self.exists - before,
                    at: Instant::now(),
                });
            }
        }
    }

    async fn run(&mut self, command: &str, end: &str) -> Result<()> {
        let line = format!("{command}\r\n");
        self.stream.write_all(line.as_bytes()).await.context("Write to IMAP")?;
        loop {
            let line = self.line().await?;
            if line.starts_with(end) {
                return Ok(());
            }
            if !line.starts_with("* ") {
                bail!("the IMAP server said: {}", line.trim_end());
            }
        }
    }

    /// The next line; notes how many messages there are.
    async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await.context("Read from IMAP")? == 0 {
            bail!("the IMAP server closed the connection");
        }
        let exists = line
            .strip_prefix("* ")
            .and_then(|rest| rest.trim_end().strip_suffix(" EXISTS"));
        if let Some(exists) = exists.and_then(|number| number.parse().ok()) {
            self.exists = exists;
        }
        Ok(line)
    }
}
