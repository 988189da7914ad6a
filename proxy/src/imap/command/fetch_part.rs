//! FETCH of a message's octets (RFC 9051, section 6.4.5): the head, a part, the whole; in pieces, so
//! that memory stays bounded whatever the size. Never sets `\Seen`.

use crate::imap::{command_line::CommandLine, decode::SectionData, error::Error, session::Session};
use surat_protocol::{Section, Uid, UidSet};

/// Octets that are fetched at a time when a part is streamed: large enough that the round trip does
/// not matter, small enough that a hundred downloads fit into memory.
pub const STEP_OCTETS: u32 = 512 * 1024;

/// Largest header that is fetched; the longest in the wild are some 200 kB.
const MAX_HEADER_OCTETS: u32 = 1024 * 1024;

/// What is to be fetched of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The message as it is stored: header and body.
    Whole,
    /// Its header.
    Header,
    /// Its body, without the header.
    Text,
    /// A part's content, in its transfer encoding.
    Part(Section),
    /// A part's own header (Content-Type and the like).
    PartHeader(Section),
    /// The header of the message that a `message/rfc822` part is.
    MessageHeader(Section),
}

/// A piece of what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The octets.
    pub octets: Vec<u8>,
    /// Nothing follows.
    pub is_last: bool,
}

/// Reads something in pieces. It does not hold the session, so that other commands may run between
/// two pieces — as long as the same mailbox is open.
#[derive(Clone, Debug)]
pub struct PartReader {
    uid: Uid,
    what: What,
    offset: u64,
    is_done: bool,
}

impl PartReader {
    /// From the first octet.
    pub fn new(uid: Uid, what: What) -> Self {
        Self {
            uid,
            what,
            offset: 0,
            is_done: false,
        }
    }

    /// The next piece, of at most [`STEP_OCTETS`]; `None` at the end. A message or part that is not
    /// there (any more) is [`Error::Incomplete`].
    pub async fn next(&mut self, session: &mut Session) -> Result<Option<Vec<u8>>, Error> {
        if self.is_done {
            return Ok(None);
        }
        let piece = session
            .fetch_piece(self.uid, &self.what, self.offset, STEP_OCTETS)
            .await?;
        let piece = piece.ok_or(Error::Incomplete("the part"))?;
        self.offset += piece.octets.len() as u64;
        self.is_done = piece.is_last;
        Ok((!piece.octets.is_empty()).then_some(piece.octets))
    }
}

impl Session {
    /// The header of a message, or of a part; `None` when it is gone. Cut at 1 MiB.
    pub async fn fetch_header(&mut self, uid: Uid, what: &What) -> Result<Option<Vec<u8>>, Error> {
        let piece = self.fetch_piece(uid, what, 0, MAX_HEADER_OCTETS).await?;
        Ok(piece.map(|piece| piece.octets))
    }

    /// At most `cap_octets` from the start of something; `is_last` tells whether that is all of it.
    /// `None` when the message or the part is not there.
    pub async fn fetch_part(&mut self, uid: Uid, what: &What, cap_octets: u32) -> Result<Option<Piece>, Error> {
        self.fetch_piece(uid, what, 0, cap_octets).await
    }

    /// The starts of several parts in one command, at most so many octets of each. A part that is not there is left
    /// out, and so are all when the message is gone.
    pub async fn fetch_parts(&mut self, uid: Uid, wanted: &[(Section, u32)]) -> Result<Vec<(Section, Vec<u8>)>, Error> {
        let uids = UidSet::one(uid);
        let line = CommandLine::new("UID FETCH ").uids(&uids).raw(" (UID");
        let line = wanted.iter().fold(line, |line, (section, octets)| {
            let line = line.raw(" BODY.PEEK[").section(section);
            line.raw("]<0.").number((*octets).into()).raw(">")
        });
        let mut parts = Vec::new();
        self.fetch_each(&line.raw(")"), &uids, |mut fetch| {
            let is_ours = |data: &SectionData| wanted.iter().any(|(section, _)| data.section == section.as_str());
            let (ours, others): (Vec<_>, Vec<_>) = fetch.sections.drain(..).partition(is_ours);
            fetch.sections = others;
            let is_answer = !ours.is_empty();
            let told = ours.into_iter().filter(|data| data.origin.unwrap_or(0) == 0);
            parts.extend(told.filter_map(|data| Some((Section::parse(&data.section)?, data.octets?))));
            (!is_answer).then_some(fetch)
        })
        .await?;
        Ok(parts)
    }

    /// At most `length` octets from `offset` on. A server that has no more says so by a shorter piece.
    pub async fn fetch_piece(
        &mut self,
        uid: Uid,
        what: &What,
        offset: u64,
        length: u32,
    ) -> Result<Option<Piece>, Error> {
        let uids = UidSet::one(uid);
        let line = section(CommandLine::new("UID FETCH ").uids(&uids).raw(" (UID BODY.PEEK["), what);
        let line = line.raw("]<").number(offset).raw(".").number(length.into()).raw(">)");
        let mut octets = None;
        self.fetch_each(&line, &uids, |mut fetch| {
            let answers = |origin: Option<u64>| origin.unwrap_or(0) == offset;
            match fetch.sections.pop() {
                Some(data) if answers(data.origin) => {
                    octets = data.octets;
                    None
                }
                _ => Some(fetch),
            }
        })
        .await?;
        Ok(octets.map(|octets| Piece {
            is_last: octets.len() < length as usize,
            octets,
        }))
    }
}

fn section(line: CommandLine, what: &What) -> CommandLine {
    match what {
        What::Whole => line,
        What::Header => line.raw("HEADER"),
        What::Text => line.raw("TEXT"),
        What::Part(section) => line.section(section),
        What::PartHeader(section) => line.section(section).raw(".MIME"),
        What::MessageHeader(section) => line.section(section).raw(".HEADER"),
    }
}
