//! A bare IMAP session over a raw socket: what the server takes for the same work, with nothing in between.

use anyhow::{Context, Result, bail};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};
use surat_testbed::PASSWORD;

/// Searching the texts of 100,000 messages takes its time.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// A signed-in session that is held.
pub(super) struct Bare {
    stream: BufReader<TcpStream>,
    tag: u32,
}

impl Bare {
    /// Connects and signs in.
    pub(super) fn sign_in(port: u16, email: &str) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context("Connect to IMAP")?;
        stream.set_read_timeout(Some(TIME_LIMIT)).context("Set time limit")?;
        stream.set_nodelay(true).context("Send at once")?;
        let mut bare = Self {
            stream: BufReader::new(stream),
            tag: 0,
        };
        bare.line()?;
        bare.run(&format!("LOGIN {email} {PASSWORD}"))?;
        Ok(bare)
    }

    /// Runs a command to its end and gives everything that the server said.
    pub(super) fn run(&mut self, command: &str) -> Result<Vec<u8>> {
        self.begin(command)?;
        self.end()
    }

    /// Appends a message.
    pub(super) fn append(&mut self, mailbox: &str, message: &[u8]) -> Result<Vec<u8>> {
        self.begin(&format!("APPEND {mailbox} {{{}+}}", message.len()))?;
        self.write(message)?;
        self.write(b"\r\n")?;
        self.end()
    }

    /// Begins to watch the selected mailbox (RFC 2177).
    pub(super) fn idle(&mut self) -> Result<()> {
        self.begin("IDLE")?;
        self.line_with("+ ").map(drop)
    }

    /// Waits until a message has come.
    pub(super) fn wait_for_mail(&mut self) -> Result<()> {
        self.line_with(" EXISTS").map(drop)
    }

    /// Ends [`Self::idle`].
    pub(super) fn end_idle(&mut self) -> Result<()> {
        self.write(b"DONE\r\n")?;
        self.end().map(drop)
    }

    fn begin(&mut self, command: &str) -> Result<()> {
        self.tag += 1;
        self.write(format!("b{} {command}\r\n", self.tag).as_bytes())
    }

    fn write(&mut self, octets: &[u8]) -> Result<()> {
        self.stream.get_mut().write_all(octets).context("Write to IMAP")
    }

    fn end(&mut self) -> Result<Vec<u8>> {
        let tag = format!("b{} ", self.tag);
        let mut said = Vec::new();
        loop {
            let line = self.line()?;
            said.extend_from_slice(&line);
            if let Some(status) = line.strip_prefix(tag.as_bytes()) {
                if !status.starts_with(b"OK") {
                    bail!("the IMAP server said: {}", String::from_utf8_lossy(status).trim_end());
                }
                return Ok(said);
            }
            let mut literal = literal_octets(&line);
            while let Some(octets) = literal {
                let taken = said.len();
                self.stream
                    .by_ref()
                    .take(octets)
                    .read_to_end(&mut said)
                    .context("Read from IMAP")?;
                anyhow::ensure!(
                    said.len() as u64 == taken as u64 + octets,
                    "the IMAP server closed the connection"
                );
                let rest = self.line()?;
                said.extend_from_slice(&rest);
                literal = literal_octets(&rest);
            }
        }
    }

    fn line_with(&mut self, words: &str) -> Result<Vec<u8>> {
        loop {
            let line = self.line()?;
            if String::from_utf8_lossy(&line).contains(words) {
                return Ok(line);
            }
        }
    }

    fn line(&mut self) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        if self.stream.read_until(b'\n', &mut line).context("Read from IMAP")? == 0 {
            bail!("the IMAP server closed the connection");
        }
        Ok(line)
    }
}

/// The length of the literal that a line announces at its end.
fn literal_octets(line: &[u8]) -> Option<u64> {
    let line = std::str::from_utf8(line.strip_suffix(b"}\r\n")?.rsplit(|octet| *octet == b'{').next()?).ok()?;
    line.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::literal_octets;

    #[test]
    fn a_literal_is_announced_at_the_end_of_a_line_only() {
        assert_eq!(literal_octets(b"* 1 FETCH (BODY[] {345}\r\n"), Some(345));
        assert_eq!(literal_octets(b"* 1 FETCH (BODY[] {345} x\r\n"), None);
        assert_eq!(literal_octets(b"* OK {a}\r\n"), None);
    }
}
