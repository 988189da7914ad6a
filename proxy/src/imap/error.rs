//! What can go wrong on an IMAP connection: refused, misunderstood and lost are different things.
//!
//! Nothing here prints mail or passwords: statuses print their code, not their text.

use super::decode::{Code, StatusResponse};
use std::io;
use surat_protocol::CertificateFault;
use thiserror::Error;

/// A command failed.
#[derive(Debug, Error)]
pub enum Error {
    /// NO: understood and refused. The session goes on.
    #[error("the server refused ({:?})", .0.code)]
    No(StatusResponse),
    /// BAD: not understood; a bug of ours or of the server. The session goes on.
    #[error("the server did not understand ({:?})", .0.code)]
    Bad(StatusResponse),
    /// Silence for too long. The session is dead.
    #[error("no answer in time")]
    TimedOut,
    /// The connection ended, in the words of the server if it said BYE. The session is dead.
    #[error("the connection was lost: {0}")]
    ConnectionLost(String),
    /// The server said OK, and not what it had to say; holds what was missing. The session goes on.
    #[error("the server did not tell {0}")]
    Incomplete(&'static str),
    /// The server says more than fits. The session is dead.
    #[error("the answer is too long")]
    TooLong,
    /// The server cannot do this; holds the capability.
    #[error("the server lacks {0}")]
    Unsupported(&'static str),
    /// A string holds what cannot be sent (NUL, or a keyword that is no atom). Nothing was sent.
    #[error("this text cannot be sent")]
    Unsendable,
    /// What was to be appended could not be read, or had another size. The session is dead.
    #[error("the message to be stored could not be read: {0}")]
    Source(io::Error),
}

impl Error {
    /// The response code of a NO.
    pub fn code(&self) -> Option<&Code> {
        match self {
            Self::No(status) => status.code.as_ref(),
            _ => None,
        }
    }

    /// Of a sign-in: are name or password wrong, as far as the server tells? Not so when the server
    /// says that it cannot check them now, or refuses for another reason.
    pub fn is_wrong_password(&self) -> bool {
        let Self::No(status) = self else {
            return false;
        };
        !matches!(
            status.code,
            Some(Code::Unavailable | Code::Limit | Code::InUse | Code::SignInRefused | Code::NoPerm | Code::Cannot)
        )
    }

    /// From the stream: lost, whatever the system calls it. The cause is named by kind only, since
    /// async-imap's parse errors quote what was parsed.
    pub(super) fn lost(error: &io::Error) -> Self {
        Self::ConnectionLost(error.kind().to_string())
    }
}

/// A server could not be spoken to.
#[derive(Debug, Error)]
pub enum DialError {
    /// No such name, refused, or no route.
    #[error("the server cannot be reached: {0}")]
    Unreachable(#[source] io::Error),
    /// No answer in time.
    #[error("the server did not answer in time")]
    TimedOut,
    /// Its certificate did not verify. Nothing was sent.
    #[error("the server's certificate is not trusted: {0:?}")]
    Certificate(CertificateFault),
    /// TLS failed for another reason than the certificate.
    #[error("TLS failed: {0}")]
    Tls(#[source] io::Error),
    /// It offers no STARTTLS, and it is not on this machine. Nothing was sent.
    #[error("the server offers no encryption")]
    NoEncryption,
    /// It answers, but not with IMAP, or hangs up at once; in its own words if it has any.
    #[error("the server does not let us in: {0}")]
    NotReady(String),
}
