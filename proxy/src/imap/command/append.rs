//! APPEND (RFC 9051, section 6.3.12), by hand: the message is streamed, whatever its size, and where
//! it is stored is told (APPENDUID, RFC 4315).

use crate::imap::{
    command_line::CommandLine,
    decode::{Code, date},
    error::Error,
    mailbox_name::WireName,
    running::ok_or_refused,
    session::{Event, Session},
};
use std::{io, time::Duration};
use surat_protocol::{Flag, Uid, UidValidity};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Octets that are read and written at a time.
const STEP_OCTETS: usize = 64 * 1024;

/// Time for the server to store the message and say so.
const PATIENCE: Duration = Duration::from_secs(300);

impl Session {
    /// Stores a message of exactly `size_octets`, read from `source`, with CRLF line ends. `date` is
    /// its INTERNALDATE in seconds since 1970 UTC; `None` = now.
    ///
    /// `None`: stored, and the server does not tell where. Refused before the message is sent, when it
    /// is too large or there is no such mailbox, if the server is asked first (no LITERAL+).
    pub async fn append(
        &mut self,
        to: &WireName,
        flags: &[Flag],
        date: Option<i64>,
        size_octets: u64,
        source: impl AsyncRead + Unpin,
    ) -> Result<Option<(UidValidity, Uid)>, Error> {
        let mut line = CommandLine::new("APPEND ").mailbox(to)?.raw(" ").flags(flags)?.raw(" ");
        if let Some(date) = date {
            line = line.string(date::format(date).as_bytes())?.raw(" ");
        }
        // Always a literal that the server has to ask for: it can then refuse before the upload.
        let tag = self.send(&line.raw("{").number(size_octets).raw("}")).await?;
        if self.await_continuation(&tag).await? {
            self.write_literal(source, size_octets).await?;
        }
        self.stored(&tag).await
    }

    async fn write_literal(&mut self, source: impl AsyncRead + Unpin, size_octets: u64) -> Result<(), Error> {
        let mut source = source.take(size_octets);
        let mut buffer = Vec::with_capacity(STEP_OCTETS);
        let mut left = size_octets;
        while left > 0 {
            buffer.clear();
            let read = (&mut source).take(STEP_OCTETS as u64).read_to_end(&mut buffer).await;
            if !matches!(read, Ok(1..)) {
                // A literal that was announced cannot be taken back.
                self.give_up();
                let short = || io::Error::new(io::ErrorKind::UnexpectedEof, "shorter than announced");
                return Err(Error::Source(read.err().unwrap_or_else(short)));
            }
            left -= buffer.len() as u64;
            self.write(&buffer).await?;
        }
        self.write(b"\r\n").await
    }

    async fn stored(&mut self, tag: &str) -> Result<Option<(UidValidity, Uid)>, Error> {
        self.set_waiting(tag);
        loop {
            match self.next_event(PATIENCE).await? {
                Event::Untagged(response) => self.unsolicited.keep(response),
                Event::Tagged(completion) if completion.tag == tag => {
                    self.set_ready();
                    let completion = ok_or_refused(completion)?;
                    let Some(Code::AppendUid(validity, uids)) = completion.status.code else {
                        return Ok(None);
                    };
                    return Ok(uids.first().map(|uid| (validity, uid)));
                }
                Event::Tagged(_) | Event::Continuation => {}
            }
        }
    }
}
