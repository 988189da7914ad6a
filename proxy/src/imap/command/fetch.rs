//! FETCH of what describes messages (RFC 9051, section 6.4.5): rows, flags, envelopes, structures.

use crate::imap::{
    command_line::{CommandLine, portions},
    decode::{Fetch, Response, envelope::RawEnvelope},
    error::Error,
    session::Session,
};
use surat_protocol::{Flags, ModSeq, Section, Uid, UidSet};

/// Header fields that come along with a message: what answering, threading, and the reader's notices need.
const FIELDS: &str = "HEADER.FIELDS (REFERENCES LIST-UNSUBSCRIBE LIST-UNSUBSCRIBE-POST AUTHENTICATION-RESULTS)";

/// What changed in a mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Messages whose flags changed, or that are new, with all their flags.
    pub flags: Vec<(Uid, Flags)>,
    /// Messages that are gone; `None` when the server cannot tell (no QRESYNC): then compare
    /// [`all_uids`](Session::all_uids).
    pub vanished: Option<UidSet>,
    /// The MODSEQ up to which these are all changes: the highest among them; 0 when there are none, and when more
    /// happened while they were told.
    pub highest_modseq: ModSeq,
}

/// A message as FETCH describes it, and some of its header fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// UID, flags, date, size, envelope, structure.
    pub fetch: Fetch,
    /// The header fields of References, List-Unsubscribe and their like, as they stand.
    pub fields: Vec<u8>,
}

impl Session {
    /// What rows of a list are made of: UID, FLAGS, INTERNALDATE, ENVELOPE, BODYSTRUCTURE, and
    /// PREVIEW where offered; no RFC822.SIZE, see [`Self::warm_up`]. UIDs that are gone are left out. Each message is given
    /// to `make` as it arrives, so that no more than one at a time is held as the server told it.
    pub async fn fetch_rows<R>(&mut self, uids: &UidSet, mut make: impl FnMut(Fetch) -> R) -> Result<Vec<R>, Error> {
        let mut rows = Vec::new();
        for portion in portions(uids) {
            let line = CommandLine::new("UID FETCH ").uids(&portion);
            let line = line.raw(self.row_items()).patient();
            self.fetch_each(&line, uids, |fetch| into_row(fetch, &mut make, &mut rows))
                .await?;
        }
        Ok(rows)
    }

    /// The same of the newest messages, by their sequence numbers: `exists` is [`Session::exists`]
    /// after the command before this one.
    pub async fn fetch_newest_rows<R>(
        &mut self,
        exists: u32,
        count: u32,
        mut make: impl FnMut(Fetch) -> R,
    ) -> Result<Vec<R>, Error> {
        let first = exists.saturating_sub(count.saturating_sub(1)).max(1);
        let line = CommandLine::new("FETCH ").number(first.into()).raw(":");
        let line = line.number(exists.into()).raw(self.row_items()).patient();
        let mut rows = Vec::new();
        let mut running = self.start(&line).await?;
        while let Some(response) = running.next().await? {
            let left = match response {
                Response::Fetch(fetch) if (first..=exists).contains(&fetch.sequence) && fetch.uid.is_some() => {
                    into_row(*fetch, &mut make, &mut rows).map(|fetch| Response::Fetch(Box::new(fetch)))
                }
                other => Some(other),
            };
            left.into_iter().for_each(|response| running.keep(response));
        }
        Ok(rows)
    }

    fn row_items(&self) -> &'static str {
        if self.capabilities().preview {
            " (UID FLAGS INTERNALDATE ENVELOPE BODYSTRUCTURE PREVIEW)"
        } else {
            " (UID FLAGS INTERNALDATE ENVELOPE BODYSTRUCTURE)"
        }
    }

    /// Makes the server look where the newest message is stored, so that whoever reads one need not wait for that. After
    /// a mailbox was opened Dovecot reads the list of all files of a Maildir when it needs the first of them, which takes
    /// long in a large one; RFC822.SIZE needs it as well, and nothing else of a row does.
    pub async fn warm_up(&mut self) -> Result<(), Error> {
        let line = CommandLine::new("UID FETCH * (RFC822.SIZE)").patient();
        let mut running = self.start(&line).await?;
        while let Some(response) = running.next().await? {
            let is_size = matches!(&response, Response::Fetch(fetch) if fetch.size_octets.is_some());
            if !is_size {
                running.keep(response);
            }
        }
        Ok(())
    }

    /// All flags of each message.
    pub async fn fetch_flags(&mut self, uids: &UidSet) -> Result<Vec<(Uid, Flags)>, Error> {
        let mut all = Vec::new();
        for portion in portions(uids) {
            let line = CommandLine::new("UID FETCH ")
                .uids(&portion)
                .raw(" (UID FLAGS)")
                .patient();
            self.fetch_each(&line, uids, |fetch| match (fetch.uid, fetch.flags) {
                (Some(uid), Some(flags)) => {
                    all.push((uid, flags));
                    None
                }
                (uid, flags) => Some(Fetch { uid, flags, ..fetch }),
            })
            .await?;
        }
        Ok(all)
    }

    /// The envelope of each message, one at a time, as [`Self::fetch_rows`] does.
    pub async fn fetch_envelopes(&mut self, uids: &UidSet, mut take: impl FnMut(RawEnvelope)) -> Result<(), Error> {
        for portion in portions(uids) {
            let line = CommandLine::new("UID FETCH ").uids(&portion).raw(" (UID ENVELOPE)");
            self.fetch_each(&line, uids, |mut fetch| match fetch.envelope.take() {
                Some(envelope) => {
                    take(envelope);
                    None
                }
                None => Some(fetch),
            })
            .await?;
        }
        Ok(())
    }

    /// What changed since `modseq` (RFC 7162, section 3.1.4.1). Needs CONDSTORE.
    pub async fn changes_since(&mut self, modseq: ModSeq) -> Result<Changes, Error> {
        if !self.capabilities().condstore {
            return Err(Error::Unsupported("CONDSTORE"));
        }
        let knows_vanished = self.enabled.qresync;
        // Not "1:*": what vanished above the highest UID that is left is not in that (Cyrus takes it so).
        let line = CommandLine::new("UID FETCH 1:4294967295 (UID FLAGS) (CHANGEDSINCE ").number(modseq.0);
        let line = line.raw(if knows_vanished { " VANISHED)" } else { ")" }).patient();
        let mut changes = Changes {
            vanished: knows_vanished.then(UidSet::new),
            ..Changes::default()
        };
        let mut is_whole = true;
        let mut running = self.start(&line).await?;
        while let Some(response) = running.next().await? {
            match response {
                Response::Fetch(fetch) if fetch.uid.is_some() => {
                    changes.highest_modseq = changes.highest_modseq.max(fetch.modseq.unwrap_or_default());
                    changes.flags.extend(fetch.uid.zip(fetch.flags));
                }
                Response::Vanished { uids, .. } => {
                    changes.vanished = Some(changes.vanished.unwrap_or_default().union(&uids));
                }
                // News of a moment ago come along with the answer, and are not all told in it: a message that came
                // then may be older than a flag that was set then.
                other => {
                    is_whole &= !matches!(other, Response::Exists(_) | Response::Fetch(_));
                    running.keep(other);
                }
            }
        }
        if !is_whole {
            changes.highest_modseq = ModSeq(0);
        }
        Ok(changes)
    }

    /// The first octets of the same part of several messages, as encoded. Messages without it are left out.
    pub async fn fetch_starts(
        &mut self,
        uids: &UidSet,
        section: &Section,
        octets: u32,
    ) -> Result<Vec<(Uid, Vec<u8>)>, Error> {
        let mut starts = Vec::new();
        for portion in portions(uids) {
            let line = CommandLine::new("UID FETCH ")
                .uids(&portion)
                .raw(" (UID BODY.PEEK[")
                .section(section);
            let line = line.raw("]<0.").number(octets.into()).raw(">)").patient();
            self.fetch_each(&line, uids, |mut fetch| {
                match (fetch.uid, fetch.sections.pop().and_then(|section| section.octets)) {
                    (Some(uid), Some(octets)) => {
                        starts.push((uid, octets));
                        None
                    }
                    _ => Some(fetch),
                }
            })
            .await?;
        }
        Ok(starts)
    }

    /// One message, without its text; `None` when it is gone.
    pub async fn fetch_message(&mut self, uid: Uid) -> Result<Option<Described>, Error> {
        let uids = UidSet::one(uid);
        let line = CommandLine::new("UID FETCH ")
            .uids(&uids)
            .raw(" (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[")
            .raw(FIELDS)
            .raw("])");
        let mut described = None;
        self.fetch_each(&line, &uids, |mut fetch| {
            match fetch
                .sections
                .iter()
                .position(|section| section.section.starts_with("HEADER.FIELDS"))
            {
                Some(at) => {
                    let fields = fetch.sections.swap_remove(at).octets.unwrap_or_default();
                    described = Some(Described { fetch, fields });
                    None
                }
                None => Some(fetch),
            }
        })
        .await?;
        Ok(described)
    }

    /// Runs a FETCH and shows each FETCH response for one of `uids` to `take`, as it arrives. What
    /// `take` gives back, and what else comes, is kept as unsolicited.
    pub(super) async fn fetch_each(
        &mut self,
        line: &CommandLine,
        uids: &UidSet,
        mut take: impl FnMut(Fetch) -> Option<Fetch>,
    ) -> Result<(), Error> {
        let mut running = self.start(line).await?;
        while let Some(response) = running.next().await? {
            let left = match response {
                Response::Fetch(fetch) if fetch.uid.is_some_and(|uid| uids.contains(uid)) => {
                    take(*fetch).map(|fetch| Response::Fetch(Box::new(fetch)))
                }
                other => Some(other),
            };
            left.into_iter().for_each(|response| running.keep(response));
        }
        Ok(())
    }
}

/// Keeps what a row can be made of; gives back what is mere news of flags.
fn into_row<R>(fetch: Fetch, make: &mut impl FnMut(Fetch) -> R, rows: &mut Vec<R>) -> Option<Fetch> {
    if fetch.envelope.is_some() || fetch.is_damaged {
        rows.push(make(fetch));
        None
    } else {
        Some(fetch)
    }
}
