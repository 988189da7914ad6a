//! SELECT, EXAMINE, UNSELECT (RFC 9051, sections 6.3.2, 6.3.3 and 6.4.2).

use crate::imap::{
    command_line::CommandLine,
    decode::{Code, Completion, Response, flags::FlagList},
    error::Error,
    mailbox_name::WireName,
    session::Session,
};
use surat_protocol::{ModSeq, Uid, UidValidity};

/// What opening a mailbox tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// UIDVALIDITY; 0 on a server that tells none, whose UIDs do not last.
    pub uid_validity: UidValidity,
    /// UIDNEXT, if told; else it is one more than the highest UID.
    pub uid_next: Option<Uid>,
    /// HIGHESTMODSEQ; 0 when the mailbox keeps none.
    pub highest_modseq: ModSeq,
    /// PERMANENTFLAGS: the flags that last; `None` when not told, and then all do.
    pub permanent_flags: Option<FlagList>,
    /// READ-ONLY.
    pub is_read_only: bool,
}

impl Selected {
    /// What is known before anything was told.
    const UNTOLD: Self = Self {
        uid_validity: UidValidity(0),
        uid_next: None,
        highest_modseq: ModSeq(0),
        permanent_flags: None,
        is_read_only: false,
    };
}

impl Session {
    /// Opens a mailbox for reading and changing.
    pub async fn select(&mut self, name: &WireName) -> Result<Selected, Error> {
        self.open(CommandLine::new("SELECT "), name).await
    }

    /// Opens a mailbox for reading only.
    pub async fn examine(&mut self, name: &WireName) -> Result<Selected, Error> {
        self.open(CommandLine::new("EXAMINE "), name).await
    }

    /// Closes the mailbox without expunging anything. Without UNSELECT it is first opened again for
    /// reading, since CLOSE expunges in one that is open for changing.
    pub async fn unselect(&mut self) -> Result<(), Error> {
        let Some(name) = self.selected.clone() else {
            return Ok(());
        };
        if self.capabilities().unselect {
            self.simple(CommandLine::new("UNSELECT")).await?;
        } else {
            self.examine(&name).await?;
            self.simple(CommandLine::new("CLOSE")).await?;
        }
        self.selected = None;
        self.exists.forget();
        self.unsolicited.forget_messages();
        Ok(())
    }

    async fn open(&mut self, line: CommandLine, name: &WireName) -> Result<Selected, Error> {
        let line = line.mailbox(name)?.patient();
        let line = if self.capabilities().condstore {
            line.raw(" (CONDSTORE)")
        } else {
            line
        };
        // Even a SELECT that fails closes the mailbox before (RFC 9051, section 6.3.2).
        self.selected = None;
        self.exists.forget();
        self.unsolicited.forget_messages();
        let (responses, completion) = self.run(&line).await?;
        self.selected = Some(name.clone());
        Ok(self.selected_from(responses, &completion))
    }

    fn selected_from(&mut self, responses: Vec<Response>, completion: &Completion) -> Selected {
        let mut selected = Selected::UNTOLD;
        for response in responses {
            match response {
                Response::Status(status) => match status.code {
                    // All before this was about the mailbox that was open (RFC 7162, section 3.2.11).
                    Some(Code::Closed) => selected = Selected::UNTOLD,
                    Some(Code::UidValidity(validity)) => selected.uid_validity = validity,
                    Some(Code::UidNext(uid)) => selected.uid_next = Some(uid),
                    Some(Code::HighestModSeq(modseq)) => selected.highest_modseq = modseq,
                    Some(Code::PermanentFlags(flags)) => selected.permanent_flags = Some(flags),
                    _ => {}
                },
                list @ (Response::List(_) | Response::MailboxStatus(_)) => self.unsolicited.keep(list),
                _ => {}
            }
        }
        selected.is_read_only = completion.status.code == Some(Code::ReadOnly);
        selected
    }
}
