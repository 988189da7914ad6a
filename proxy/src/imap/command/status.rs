//! STATUS (RFC 9051, section 6.3.11).

use crate::imap::{
    capabilities::Capabilities,
    command_line::CommandLine,
    decode::{MailboxStatus, Response},
    error::Error,
    mailbox_name::WireName,
    session::Session,
};

/// What is asked for. HIGHESTMODSEQ may only be asked of a server with CONDSTORE.
pub(super) fn items(capabilities: &Capabilities) -> &'static str {
    if capabilities.condstore {
        "(MESSAGES UNSEEN UIDNEXT UIDVALIDITY HIGHESTMODSEQ)"
    } else {
        "(MESSAGES UNSEEN UIDNEXT UIDVALIDITY)"
    }
}

impl Session {
    /// Counts of a mailbox, which need not be open.
    pub async fn status(&mut self, name: &WireName) -> Result<MailboxStatus, Error> {
        let items = items(self.capabilities());
        let (responses, _) = self
            .run(&CommandLine::new("STATUS ").mailbox(name)?.raw(" ").raw(items))
            .await?;
        let mut status = None;
        for response in responses {
            match response {
                Response::MailboxStatus(told) if told.name == *name => status = Some(*told),
                other => self.unsolicited.keep(other),
            }
        }
        status.ok_or(Error::Incomplete("STATUS"))
    }
}
