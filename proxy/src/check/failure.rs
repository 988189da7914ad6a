//! Why a server cannot be used: what was found, the cause in the system's words, and what to do.

use crate::{
    endpoint::{Encryption, Endpoint, Service},
    imap::{DialError, Error},
    submission::Fault,
};
use std::io;
use surat_protocol::{CertificateFault, Problem};

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The name of the host leads nowhere.
    NoSuchHost(String),
    /// The host is there, and nobody listens.
    NotListening,
    /// No answer in time.
    Silent,
    /// The connection could not be made, or was lost.
    Broken(String),
    /// TLS was not to be had, for another reason than the certificate.
    NoTls(String),
    /// It speaks something else, or lets nobody in.
    NotReady(String),
    /// The certificate is not accepted.
    Certificate(CertificateFault),
    /// STARTTLS is required and not offered.
    NoEncryption,
    /// Name or password are wrong.
    WrongPassword,
    /// It lacks something that is needed.
    Lacks(String),
    /// It refused, in its own words.
    Refused(String),
}

impl Failure {
    /// What is wrong, and the remedy.
    pub(super) fn words(&self, endpoint: &Endpoint) -> (String, String) {
        let Endpoint { host, port, .. } = endpoint;
        let url = url_setting(endpoint);
        let starttls = endpoint.encryption == Encryption::StartTls;
        let other = other_scheme(endpoint);
        match self {
            Self::NoSuchHost(cause) => (
                format!("The name {host} has no address: {cause}."),
                format!("Check the name in {url}, and whether this machine can look up names."),
            ),
            Self::NotListening => (
                format!("Nobody listens on port {port} of {host}."),
                format!("Start the server, or write the port that it listens on in {url}."),
            ),
            Self::Silent if starttls => (
                format!("{host} says nothing on port {port}."),
                format!("Check the port and the firewall. If the port begins with TLS at once, write {other}."),
            ),
            Self::Silent => (
                format!("{host} does not answer on port {port}."),
                "Check the port, whether the server runs, and the firewall.".into(),
            ),
            Self::Broken(cause) => (
                format!("The connection to {host}, port {port}, failed: {cause}."),
                "Check the network between; the server's own log may say why it hung up.".into(),
            ),
            Self::NoTls(cause) if starttls => (
                format!("Encryption failed after STARTTLS: {cause}."),
                "The server's own log says why; it must have TLS 1.2 or 1.3.".into(),
            ),
            Self::NoTls(cause) => (
                format!("No TLS is spoken on port {port}: {cause}."),
                format!("If the port begins in clear and has STARTTLS, write {other}; else write the port for TLS."),
            ),
            Self::NotReady(words) => (
                format!(
                    "Port {port} of {host} is not ready for {}: {words}.",
                    protocol(endpoint)
                ),
                format!("Check the port in {url}; if it is right, the server's own log says why."),
            ),
            Self::Certificate(fault) => certificate(*fault, endpoint),
            Self::NoEncryption => (
                "The server offers no STARTTLS, so nothing was sent.".into(),
                "Switch STARTTLS on, or use the port that begins with TLS: imaps:// or smtps://.".into(),
            ),
            Self::WrongPassword => (
                "The server did not accept this name and password.".into(),
                "Try again; the name is mostly the whole mail address.".into(),
            ),
            Self::Lacks(capability) => (
                format!("The server lacks {capability}, which is needed."),
                "Switch it on in the server's configuration.".into(),
            ),
            Self::Refused(words) => (
                format!("The server refused: {words}"),
                "The server's own log may say more.".into(),
            ),
        }
    }
}

fn certificate(fault: CertificateFault, endpoint: &Endpoint) -> (String, String) {
    let Endpoint { host, port, .. } = endpoint;
    let (what, remedy) = match fault {
        CertificateFault::UnknownIssuer => (
            "The certificate is signed by nobody whom this machine trusts".to_owned(),
            "Have the server send the whole chain of a public authority, or name your own authority with ca-file."
                .into(),
        ),
        CertificateFault::WrongName => (
            format!("The certificate was made for another name than {host}"),
            format!(
                "Write one of its names in {}, or have one made for {host}.",
                url_setting(endpoint)
            ),
        ),
        CertificateFault::Expired => (
            "The certificate has expired, or is not valid yet".to_owned(),
            "Renew the certificate on the server; check the clocks.".into(),
        ),
        CertificateFault::Other => (
            "The certificate was not accepted".to_owned(),
            format!("Look at it with: openssl s_client -connect {host}:{port} -showcerts"),
        ),
    };
    (format!("{what}, so nothing was sent."), remedy)
}

/// The setting that names the server.
fn url_setting(endpoint: &Endpoint) -> &'static str {
    match endpoint.service {
        Service::Imap => "imap-url",
        Service::Submission => "smtp-url",
    }
}

fn protocol(endpoint: &Endpoint) -> &'static str {
    match endpoint.service {
        Service::Imap => "IMAP",
        Service::Submission => "SMTP",
    }
}

/// The same server and port, encrypted the other way.
fn other_scheme(endpoint: &Endpoint) -> Endpoint {
    Endpoint {
        encryption: match endpoint.encryption {
            Encryption::Implicit => Encryption::StartTls,
            Encryption::StartTls => Encryption::Implicit,
        },
        ..endpoint.clone()
    }
}

impl From<&io::Error> for Failure {
    fn from(error: &io::Error) -> Self {
        let text = error.to_string();
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::NotListening,
            io::ErrorKind::TimedOut => Self::Silent,
            // The standard library has no kind for a resolver's failure, only these words.
            _ => match text.strip_prefix("failed to lookup address information: ") {
                Some(cause) => Self::NoSuchHost(cause.to_owned()),
                None => Self::Broken(text),
            },
        }
    }
}

impl From<DialError> for Failure {
    fn from(error: DialError) -> Self {
        match error {
            DialError::Unreachable(error) => Self::from(&error),
            DialError::TimedOut => Self::Silent,
            DialError::Certificate(fault) => Self::Certificate(fault),
            DialError::Tls(error) => Self::NoTls(error.to_string()),
            DialError::NoEncryption => Self::NoEncryption,
            DialError::NotReady(words) => Self::NotReady(words),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if error.is_wrong_password() {
            return Self::WrongPassword;
        }
        match error {
            Error::No(status) | Error::Bad(status) => Self::Refused(status.text),
            Error::TimedOut => Self::Silent,
            Error::ConnectionLost(words) => Self::Broken(words),
            Error::Unsupported(capability) => Self::Lacks(capability.into()),
            error => Self::Refused(error.to_string()),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unreachable(error) | Fault::Lost(error) | Fault::LostAfterData(error) => Self::from(&error),
            Fault::Tls(error) => Self::NoTls(error.to_string()),
            Fault::Certificate(fault) => Self::Certificate(fault),
            Fault::NoEncryption(_) => Self::NoEncryption,
            Fault::TimedOut => Self::Silent,
            Fault::Garbled(words) => Self::NotReady(words.into()),
            Fault::Problem(Problem::WrongPassword) => Self::WrongPassword,
            Fault::Problem(Problem::Unsupported(capability)) => Self::Lacks(capability),
            Fault::Problem(Problem::SubmissionRefused(words)) => Self::Refused(words),
            Fault::Problem(other) => Self::Refused(format!("{other:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_becomes_what_to_do() {
        let of = |kind: io::ErrorKind| Failure::from(&io::Error::from(kind));
        assert_eq!(of(io::ErrorKind::ConnectionRefused), Failure::NotListening);
        assert_eq!(of(io::ErrorKind::TimedOut), Failure::Silent);
        let unknown = io::Error::other("failed to lookup address information: Name or service not known");
        let endpoint: Endpoint = "imaps://mail.example.org".parse().expect("good");

        let (what, remedy) = Failure::from(&unknown).words(&endpoint);

        assert_eq!(
            what,
            "The name mail.example.org has no address: Name or service not known."
        );
        assert!(remedy.contains("imap-url"), "{remedy}");
    }

    #[test]
    fn the_other_scheme_is_written_out() {
        let endpoint: Endpoint = "smtp://mail.example.org:465".parse().expect("good");

        let (_, remedy) = Failure::Silent.words(&endpoint);

        assert!(remedy.ends_with("write smtps://mail.example.org:465."), "{remedy}");
    }
}
