//! COPY and MOVE (RFC 9051, sections 6.4.7 and 6.4.8), with where the messages are now (RFC 4315).

use super::expunge::Expunged;
use crate::imap::{
    command_line::{CommandLine, portions},
    decode::{Code, Completion, Response, code::CopyUid},
    error::Error,
    mailbox_name::WireName,
    session::Session,
};
use surat_protocol::{Flag, UidSet};

/// How moving went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Where the messages are now; `None` when the server does not tell.
    pub mapping: Option<CopyUid>,
    /// Whether they are gone from the source.
    pub source: Expunged,
}

impl Session {
    /// Copies messages. `None`: done, and the server does not tell where they are.
    ///
    /// Long sets go in several commands; when one fails, what the earlier ones did stands.
    pub async fn copy(&mut self, uids: &UidSet, to: &WireName) -> Result<Option<CopyUid>, Error> {
        self.transfer("UID COPY ", uids, to).await
    }

    /// Moves messages: MOVE, else COPY and deleting the originals.
    ///
    /// Long sets go in several commands; when one fails, what the earlier ones did stands.
    pub async fn move_(&mut self, uids: &UidSet, to: &WireName) -> Result<Moved, Error> {
        if self.capabilities().move_ {
            let mapping = self.transfer("UID MOVE ", uids, to).await?;
            return Ok(Moved {
                mapping,
                source: Expunged::Gone,
            });
        }
        let mapping = self.copy(uids, to).await?;
        // Only what was copied may be deleted; the server knows which, if it tells (a message that
        // came into being after the UIDs were learned cannot be among them).
        let copied = mapping
            .as_ref()
            .map_or_else(|| uids.clone(), |mapping| uids.intersection(&mapping.source_uids()));
        let source = self.expunge(&copied).await?;
        Ok(Moved { mapping, source })
    }

    async fn transfer(
        &mut self,
        command: &'static str,
        uids: &UidSet,
        to: &WireName,
    ) -> Result<Option<CopyUid>, Error> {
        let mut all: Option<CopyUid> = None;
        for portion in portions(uids) {
            let line = CommandLine::new(command).uids(&portion).raw(" ").mailbox(to)?.patient();
            let (responses, completion) = self.run(&line).await?;
            let Some(part) = self.copy_uid(responses, completion) else {
                continue;
            };
            match &mut all {
                None => all = Some(part),
                Some(all) => {
                    all.source.extend(part.source);
                    all.target.extend(part.target);
                }
            }
        }
        Ok(all)
    }

    /// COPY tells it in the completion, MOVE in an untagged OK before the EXPUNGEs (RFC 6851, section 4.3).
    fn copy_uid(&mut self, responses: Vec<Response>, completion: Completion) -> Option<CopyUid> {
        let mut found = None;
        for response in responses {
            match response {
                Response::Status(status) => {
                    if let Some(Code::CopyUid(mapping)) = status.code {
                        found = Some(mapping);
                    }
                }
                other => self.unsolicited.keep(other),
            }
        }
        match completion.status.code {
            Some(Code::CopyUid(mapping)) => Some(mapping),
            _ => found,
        }
    }

    /// Takes back what [`expunge`](Self::expunge) could only mark.
    pub async fn unmark_deleted(&mut self, uids: &UidSet) -> Result<(), Error> {
        self.store_flags(uids, &[], &[Flag::Deleted]).await
    }
}
