//! From what went wrong with a server to what a person can do about it.

use crate::imap::{DialError, Error, decode::Code};
use surat_protocol::{MailboxName, Problem, Server};

/// Longest words of a server that are passed on, in characters.
const WORDS: usize = 500;

impl From<DialError> for Problem {
    fn from(error: DialError) -> Self {
        tracing::warn!(%error, "The IMAP server could not be spoken to");
        match error {
            DialError::Unreachable(_) | DialError::TimedOut | DialError::Tls(_) | DialError::NotReady(_) => {
                Self::Unreachable(Server::Imap)
            }
            DialError::Certificate(reason) => Self::Certificate {
                server: Server::Imap,
                reason,
            },
            DialError::NoEncryption => Self::NoEncryption(Server::Imap),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        tracing::debug!(%error, "An IMAP command failed");
        match error {
            Error::No(status) => match status.code {
                Some(Code::NoPerm) => Self::NoPermission,
                Some(Code::OverQuota) => Self::QuotaExceeded,
                Some(Code::ExpungeIssued) => Self::MessageGone,
                _ => Self::Refused(status.text.chars().take(WORDS).collect()),
            },
            Error::Bad(status) => {
                tracing::warn!(code = ?status.code, "The IMAP server did not understand a command");
                Self::Refused(status.text.chars().take(WORDS).collect())
            }
            Error::TimedOut => Self::TimedOut,
            Error::ConnectionLost(_) => Self::ConnectionLost(Server::Imap),
            Error::Incomplete(_) => Self::Refused(String::new()),
            Error::TooLong => Self::TooLarge { limit_octets: 0 },
            Error::Unsupported(capability) => Self::Unsupported(capability.into()),
            Error::Unsendable => Self::BadRequest,
            Error::Source(_) => Self::NoSpace,
        }
    }
}

/// Says which mailbox a failed command was about.
pub(super) trait InMailbox<T> {
    /// A refusal that means "no such mailbox" names it.
    fn in_mailbox(self, mailbox: &MailboxName) -> Result<T, Problem>;
}

impl<T> InMailbox<T> for Result<T, Error> {
    fn in_mailbox(self, mailbox: &MailboxName) -> Result<T, Problem> {
        self.map_err(|error| match error.code() {
            Some(Code::NonExistent | Code::TryCreate) => Problem::NoSuchMailbox(mailbox.clone()),
            Some(Code::AlreadyExists) => Problem::MailboxExists(mailbox.clone()),
            _ => error.into(),
        })
    }
}

/// Is the link to the server gone, rather than something refused?
pub(super) fn is_about_link(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::ConnectionLost(_)
            | Problem::Unreachable(_)
            | Problem::TimedOut
            | Problem::Certificate { .. }
            | Problem::NoEncryption(_)
    )
}
