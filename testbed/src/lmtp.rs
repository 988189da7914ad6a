//! Just enough of LMTP (RFC 2033) to deliver one message.

use anyhow::{Context, Result, bail};
use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};

/// Delivering 50 MB may take a while on a busy machine.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Delivers a message to one recipient. Line ends become CRLF; every other octet stays as it is.
pub(crate) fn deliver(port: u16, recipient: &str, message: &[u8]) -> Result<()> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context("Connect to LMTP")?;
    stream.set_read_timeout(Some(TIME_LIMIT)).context("Set time limit")?;
    let mut connection = Connection(BufReader::new(stream));
    connection.expect("220")?;
    connection.command("LHLO localhost", "250")?;
    connection.command("MAIL FROM:<sender@surat.test>", "250")?;
    connection.command(&format!("RCPT TO:<{recipient}>"), "250")?;
    connection.command("DATA", "354")?;
    connection.send(&transmitted(message))?;
    connection.expect("250")?;
    connection.command("QUIT", "221")
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    fn command(&mut self, line: &str, code: &str) -> Result<()> {
        self.send(format!("{line}\r\n").as_bytes())?;
        self.expect(code).with_context(|| format!("LMTP {line}"))
    }

    fn send(&mut self, octets: &[u8]) -> Result<()> {
        self.0.get_mut().write_all(octets).context("Write to LMTP")
    }

    fn expect(&mut self, code: &str) -> Result<()> {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).context("Read from LMTP")?;
            if !line.starts_with(code) {
                bail!("expected {code}, the server said: {}", line.trim_end());
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(());
            }
        }
    }
}

/// The message with CRLF line ends, dots doubled at the start of lines, and the dot that ends it.
fn transmitted(message: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(message.len() + message.len() / 32 + 5);
    for line in message.split_inclusive(|&octet| octet == b'\n') {
        if line.starts_with(b".") {
            octets.push(b'.');
        }
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        octets.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        octets.extend_from_slice(b"\r\n");
    }
    octets.extend_from_slice(b".\r\n");
    octets
}

#[cfg(test)]
mod tests {
    use super::transmitted;

    #[test]
    fn line_ends_become_crlf_and_leading_dots_are_doubled() {
        assert_eq!(transmitted(b"a\n.b\r\nc"), b"a\r\n..b\r\nc\r\n.\r\n");
    }
}
