//! Submission over a raw socket (RFC 5321, RFC 4954), as the other half of what sending costs without a webmail.

use anyhow::{Context, Result, ensure};
use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};

const TIME_LIMIT: Duration = Duration::from_secs(60);

/// "\0ayu@surat.test\0surat" in Base64.
const AYU_PLAIN: &str = "AGF5dUBzdXJhdC50ZXN0AHN1cmF0";

/// Hands a message of Ayu's to the submission server, in a session of its own. Its lines must not begin with a dot.
pub(super) fn submit(port: u16, recipient: &str, message: &[u8]) -> Result<()> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context("Connect to SMTP")?;
    stream.set_read_timeout(Some(TIME_LIMIT)).context("Set time limit")?;
    let mut stream = BufReader::new(stream);
    expect(&mut stream, "220")?;
    for (command, code) in [
        ("EHLO localhost", "250"),
        (&format!("AUTH PLAIN {AYU_PLAIN}"), "235"),
        ("MAIL FROM:<ayu@surat.test>", "250"),
        (&format!("RCPT TO:<{recipient}>"), "250"),
        ("DATA", "354"),
    ] {
        send(&mut stream, format!("{command}\r\n").as_bytes())?;
        expect(&mut stream, code)?;
    }
    send(&mut stream, message)?;
    send(&mut stream, b".\r\n")?;
    expect(&mut stream, "250")?;
    send(&mut stream, b"QUIT\r\n")
}

fn send(stream: &mut BufReader<TcpStream>, octets: &[u8]) -> Result<()> {
    stream.get_mut().write_all(octets).context("Write to SMTP")
}

fn expect(stream: &mut BufReader<TcpStream>, code: &str) -> Result<()> {
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).context("Read from SMTP")?;
        ensure!(
            line.starts_with(code),
            "expected {code}, the SMTP server said: {}",
            line.trim_end()
        );
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(());
        }
    }
}
