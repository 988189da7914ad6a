//! Deleting for good: `\Deleted`, then UID EXPUNGE of just these messages (RFC 4315). Never a bare
//! EXPUNGE that could take others along.

use crate::imap::{
    command_line::{CommandLine, portions},
    error::Error,
    session::Session,
};
use surat_protocol::{Flag, UidSet};

/// How deleting went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expunged {
    /// The messages are gone.
    Gone,
    /// The server can only expunge all that is marked, and others are marked too: these are marked
    /// `\Deleted` and still there.
    LeftMarked,
}

impl Session {
    /// Deletes messages for good.
    pub async fn expunge(&mut self, uids: &UidSet) -> Result<Expunged, Error> {
        if uids.is_empty() {
            return Ok(Expunged::Gone);
        }
        self.store_flags(uids, &[Flag::Deleted], &[]).await?;
        if !self.capabilities().uidplus {
            return self.expunge_all_if_only(uids).await;
        }
        for portion in portions(uids) {
            self.simple(CommandLine::new("UID EXPUNGE ").uids(&portion).patient())
                .await?;
        }
        Ok(Expunged::Gone)
    }

    /// Without UIDPLUS: EXPUNGE, but only when nothing else is marked.
    async fn expunge_all_if_only(&mut self, uids: &UidSet) -> Result<Expunged, Error> {
        let marked = self.deleted_uids().await?;
        if !marked.difference(uids).is_empty() {
            return Ok(Expunged::LeftMarked);
        }
        self.simple(CommandLine::new("EXPUNGE").patient()).await?;
        Ok(Expunged::Gone)
    }
}
