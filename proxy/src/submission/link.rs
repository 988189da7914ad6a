//! One SMTP connection: commands out, replies in, each with its time and its bounds.

use super::fault::Fault;
use crate::mime::header::one_line;
use std::{fmt::Display, io, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    time::timeout,
};

/// A reply comes within this; RFC 5321 allows 5 minutes, but a person waits.
const REPLY_TIME: Duration = Duration::from_secs(60);
/// A piece of the message is taken within this (RFC 5321, section 4.5.3.2.5: 3 minutes).
const WRITE_TIME: Duration = Duration::from_secs(180);
/// Octets of a line of a reply. RFC 5321 says 512; long texts are found in practice.
const LINE_OCTETS: u64 = 4096;
/// Lines of a reply.
const LINES: usize = 200;

/// What a connection runs on: TCP, or TLS over it.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A reply (RFC 5321, section 4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// The three digits.
    pub(super) code: u16,
    /// The text of each line.
    pub(super) lines: Vec<String>,
}

impl Reply {
    /// Itself as an error unless it is 2xx.
    pub(super) fn accepted(self) -> Result<(), Self> {
        if self.code / 100 == 2 { Ok(()) } else { Err(self) }
    }

    /// The server's words for a person: one line of at most 500 characters.
    pub(super) fn words(&self) -> String {
        one_line(&format!("{} {}", self.code, self.lines.join(" ")), 499)
    }
}

/// A connection.
pub(super) struct Link<S> {
    stream: BufReader<S>,
}

impl<S: Stream> Link<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream: BufReader::new(stream),
        }
    }

    /// Gives the stream back for TLS. Fails when the server has sent more than it was asked for:
    /// text from before the encryption must not be read after it (CVE-2011-0411 and its kin).
    pub(super) fn into_bare(self) -> Result<S, Fault> {
        if self.stream.buffer().is_empty() {
            Ok(self.stream.into_inner())
        } else {
            Err(Fault::NoEncryption("text after the reply to STARTTLS"))
        }
    }

    /// Sends a command, which brings its own CRLF, and waits for the reply.
    pub(super) async fn command(&mut self, command: impl Display) -> Result<Reply, Fault> {
        self.write(command.to_string().as_bytes()).await?;
        self.reply(REPLY_TIME).await
    }

    /// Writes and flushes.
    pub(super) async fn write(&mut self, octets: &[u8]) -> Result<(), Fault> {
        let write = async {
            self.stream.write_all(octets).await?;
            self.stream.flush().await
        };
        let result = timeout(WRITE_TIME, write).await.map_err(|_| Fault::TimedOut)?;
        result.map_err(Fault::Lost)
    }

    /// Waits for a reply.
    pub(super) async fn reply(&mut self, patience: Duration) -> Result<Reply, Fault> {
        timeout(patience, self.read_reply())
            .await
            .map_err(|_| Fault::TimedOut)?
    }

    async fn read_reply(&mut self) -> Result<Reply, Fault> {
        let mut reply = Reply {
            code: 0,
            lines: Vec::new(),
        };
        loop {
            let line = self.read_line().await?;
            let (code, is_last, text) = split_line(&line).ok_or(Fault::Garbled("not an SMTP reply"))?;
            reply.code = code;
            reply.lines.push(text);
            if is_last {
                return Ok(reply);
            }
            if reply.lines.len() >= LINES {
                return Err(Fault::Garbled("a reply without end"));
            }
        }
    }

    async fn read_line(&mut self) -> Result<Vec<u8>, Fault> {
        let mut line = Vec::new();
        let read = (&mut self.stream).take(LINE_OCTETS).read_until(b'\n', &mut line).await;
        match read {
            Err(error) => Err(Fault::Lost(error)),
            Ok(_) if line.ends_with(b"\n") => Ok(line),
            Ok(octets) if octets as u64 == LINE_OCTETS => Err(Fault::Garbled("a line without end")),
            Ok(_) => Err(Fault::Lost(io::ErrorKind::UnexpectedEof.into())),
        }
    }
}

/// `250-text` or `250 text`: code, whether it is the last line, text.
fn split_line(line: &[u8]) -> Option<(u16, bool, String)> {
    let line = line.trim_ascii_end();
    let (code, rest) = line.split_at_checked(3)?;
    let code: u16 = std::str::from_utf8(code).ok()?.parse().ok()?;
    let is_last = match rest.first() {
        Some(b'-') => false,
        Some(b' ') | None => true,
        Some(_) => return None,
    };
    let text = String::from_utf8_lossy(rest.get(1..).unwrap_or_default()).into_owned();
    (200..600).contains(&code).then_some((code, is_last, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(server: &[u8]) -> Result<Reply, Fault> {
        let (near, mut far) = tokio::io::duplex(1 << 20);
        far.write_all(server).await.unwrap();
        drop(far);
        Link::new(near).reply(REPLY_TIME).await
    }

    #[tokio::test]
    async fn replies_of_one_and_of_many_lines_are_read() {
        let one = read(b"250 OK\r\n").await.unwrap();
        let bare = read(b"354\n").await.unwrap();
        let many = read(b"550-5.1.1 No\r\n550 such\r\n").await.unwrap();

        assert_eq!(
            one,
            Reply {
                code: 250,
                lines: vec!["OK".into()]
            }
        );
        assert_eq!(bare.code, 354);
        assert_eq!(many.words(), "550 5.1.1 No such");
    }

    #[tokio::test]
    async fn what_is_no_reply_is_an_error_and_not_a_wait() {
        assert!(matches!(read(b"* OK IMAP\r\n").await, Err(Fault::Garbled(_))));
        assert!(matches!(read(b"250-a\r\n").await, Err(Fault::Lost(_))));
        assert!(matches!(read(&[b'2'; 5000]).await, Err(Fault::Garbled(_))));
        assert!(matches!(
            read("250-x\r\n".repeat(300).as_bytes()).await,
            Err(Fault::Garbled(_))
        ));
    }

    #[tokio::test]
    async fn text_injected_before_tls_is_refused() {
        let (near, mut far) = tokio::io::duplex(1024);
        far.write_all(b"220 go\r\n250 injected\r\n").await.unwrap();
        let mut link = Link::new(near);

        let reply = link.reply(REPLY_TIME).await.unwrap();

        assert_eq!(reply.code, 220);
        assert!(matches!(link.into_bare(), Err(Fault::NoEncryption(_))));
    }
}
