//! What can go wrong in a submission, and what a person is told about it.

use super::link::Reply;
use std::io;
use surat_protocol::{CertificateFault, Problem, Server};

/// A failed submission.
#[derive(Debug)]
pub enum Fault {
    /// The server could not be reached.
    Unreachable(io::Error),
    /// TLS failed for another reason than the certificate.
    Tls(io::Error),
    /// Its certificate was not accepted.
    Certificate(CertificateFault),
    /// It has no encryption where that is required, or broke it off.
    NoEncryption(&'static str),
    /// The link was lost before the end of the message.
    Lost(io::Error),
    /// The link was lost after the end of the message.
    LostAfterData(io::Error),
    /// A reply did not come in time.
    TimedOut,
    /// It speaks something else than SMTP.
    Garbled(&'static str),
    /// A refusal, or what was found wrong on our side.
    Problem(Problem),
}

impl Fault {
    /// For the log: never mail, addresses, or the server's words.
    pub(super) fn cause(&self) -> String {
        match self {
            Self::Unreachable(error) | Self::Tls(error) | Self::Lost(error) | Self::LostAfterData(error) => {
                error.to_string()
            }
            Self::Certificate(fault) => format!("certificate: {fault:?}"),
            Self::NoEncryption(reason) | Self::Garbled(reason) => (*reason).to_owned(),
            Self::TimedOut => "no reply in time".into(),
            Self::Problem(_) => "refused".into(),
        }
    }

    /// For the person.
    pub(super) fn into_problem(self) -> Problem {
        let server = Server::Submission;
        match self {
            Self::Unreachable(_) | Self::Tls(_) | Self::Garbled(_) => Problem::Unreachable(server),
            Self::Certificate(reason) => Problem::Certificate { server, reason },
            Self::NoEncryption(_) => Problem::NoEncryption(server),
            Self::Lost(_) => Problem::ConnectionLost(server),
            Self::LostAfterData(_) => Problem::MaybeSent,
            Self::TimedOut => Problem::TimedOut,
            Self::Problem(problem) => problem,
        }
    }
}

impl Reply {
    /// This reply as the refusal of the message as a whole.
    pub(super) fn refusal(self, limit: Option<u64>) -> Fault {
        // RFC 1870, section 6; RFC 3463, X.3.4 "Message too big for system".
        let is_size = self.code == 552 || self.lines.iter().any(|line| line.starts_with("5.3.4"));
        Fault::Problem(match limit {
            Some(limit_octets) if is_size && limit_octets > 0 => Problem::TooLarge { limit_octets },
            _ => Problem::SubmissionRefused(self.words()),
        })
    }
}
