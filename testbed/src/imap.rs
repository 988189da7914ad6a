//! Just enough of IMAP to put messages into mailboxes quickly: LOGIN, CREATE and pipelined APPENDs.

use crate::PASSWORD;
use anyhow::{Context, Result, bail};
use std::{
    io::{BufRead, BufReader, BufWriter, Write},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};

/// No answer of a local server takes longer.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// APPENDs on the way before their answers are read, so that neither side's buffer fills up.
const PIPELINE: usize = 50;

/// A signed-in IMAP connection that appends messages.
#[derive(Debug)]
pub struct Appender {
    reader: BufReader<TcpStream>,
    writer: BufWriter<TcpStream>,
    sent: usize,
    answered: usize,
}

impl Appender {
    pub(crate) fn connect(port: u16, user: &str) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context("Connect to IMAP")?;
        stream.set_read_timeout(Some(TIME_LIMIT)).context("Set time limit")?;
        let writer = BufWriter::new(stream.try_clone().context("Share the connection")?);
        let mut appender = Self {
            reader: BufReader::new(stream),
            writer,
            sent: 0,
            answered: 0,
        };
        appender
            .run(&format!("LOGIN {} {PASSWORD}", quoted(user)?))
            .context("Sign in")?;
        Ok(appender)
    }

    /// Creates a mailbox.
    ///
    /// # Errors
    /// When the server says NO, for instance because it is there already.
    pub fn create(&mut self, mailbox: &str) -> Result<()> {
        self.run(&format!("CREATE {}", quoted(mailbox)?))
    }

    /// Lets the server look at a mailbox, so that every message in it has its UID.
    pub(crate) fn number(&mut self, mailbox: &str) -> Result<()> {
        self.run(&format!("STATUS {} (UIDNEXT)", quoted(mailbox)?))
    }

    /// Appends a message exactly as it is. `flags` as in IMAP, e.g. `\Seen \Flagged`; `date` is an INTERNALDATE such as
    /// `17-Jul-1996 02:44:25 -0700`. Answers may come late: call [`Self::finish`] at the end.
    ///
    /// # Errors
    /// When the server says NO to this or to an earlier message.
    pub fn append(&mut self, mailbox: &str, flags: &str, date: Option<&str>, message: &[u8]) -> Result<()> {
        let mailbox = quoted(mailbox)?;
        let date = date.map(|date| format!(" \"{date}\"")).unwrap_or_default();
        self.send(&format!("APPEND {mailbox} ({flags}){date} {{{}+}}", message.len()))?;
        self.writer
            .write_all(message)
            .and_then(|()| self.writer.write_all(b"\r\n"))
            .context("Write to IMAP")?;
        if self.sent - self.answered >= PIPELINE {
            self.finish()
        } else {
            Ok(())
        }
    }

    /// Waits until everything is stored.
    ///
    /// # Errors
    /// When the server says NO to one of the messages.
    pub fn finish(&mut self) -> Result<()> {
        self.writer.flush().context("Write to IMAP")?;
        while self.answered < self.sent {
            self.answered += 1;
            self.completion(self.answered)?;
        }
        Ok(())
    }

    fn run(&mut self, command: &str) -> Result<()> {
        self.send(command)?;
        self.writer.write_all(b"\r\n").context("Write to IMAP")?;
        self.finish()
    }

    fn send(&mut self, command: &str) -> Result<()> {
        self.sent += 1;
        write!(self.writer, "t{} {command}", self.sent).context("Write to IMAP")?;
        if command.ends_with('}') {
            self.writer.write_all(b"\r\n").context("Write to IMAP")?;
        }
        Ok(())
    }

    /// Reads up to the tagged line; what comes before it is of no interest here.
    fn completion(&mut self, number: usize) -> Result<()> {
        let tag = format!("t{number} ");
        loop {
            let mut line = Vec::new();
            if self.reader.read_until(b'\n', &mut line).context("Read from IMAP")? == 0 {
                bail!("the IMAP server closed the connection");
            }
            let line = String::from_utf8_lossy(&line);
            if let Some(rest) = line.strip_prefix(&tag) {
                if rest.starts_with("OK") {
                    return Ok(());
                }
                bail!("the IMAP server said: {}", rest.trim_end());
            }
        }
    }
}

/// A quoted string; the names in tests are ASCII.
fn quoted(text: &str) -> Result<String> {
    if text.bytes().any(|octet| !(b' '..=b'~').contains(&octet)) {
        bail!("{text:?} cannot be quoted in IMAP");
    }
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}
