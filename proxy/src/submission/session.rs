//! Dialling, encryption, EHLO and authentication: from an address to a server that knows us.

use super::{
    Credentials, Submission,
    fault::Fault,
    link::{Link, Reply, Stream},
};
use crate::{endpoint::Encryption, tls::certificate_fault};
use lettre::transport::smtp::{
    authentication::{Credentials as SmtpCredentials, Mechanism},
    commands::{Auth, Ehlo, Quit, Starttls},
    extension::ClientId,
};
use rustls::pki_types::ServerName;
use std::{fmt::Display, io, net::IpAddr, time::Duration};
use surat_protocol::Problem;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// TCP and TLS are there within this, or the server counts as unreachable.
const DIAL_TIME: Duration = Duration::from_secs(20);
/// The greeting comes within this.
const GREETING_TIME: Duration = Duration::from_secs(30);
/// The reply to QUIT is waited for no longer.
const LEAVE_TIME: Duration = Duration::from_secs(2);

/// A connection that has said EHLO, encrypted as it must be.
pub(super) struct Session {
    link: Link<Box<dyn Stream>>,
    /// Lines of the last EHLO reply but the first: "SIZE 1000", "AUTH PLAIN LOGIN".
    pub(super) extensions: Vec<String>,
    /// The text of the greeting.
    pub(super) greeting: String,
}

impl Session {
    /// Dials, encrypts, says EHLO.
    pub(super) async fn open(submission: &Submission) -> Result<Self, Fault> {
        let endpoint = &submission.endpoint;
        let tcp = within_dial_time(TcpStream::connect((endpoint.host.as_str(), endpoint.port)))
            .await?
            .map_err(Fault::Unreachable)?;
        // Small commands and replies alternate; waiting to fill packets only costs time.
        tcp.set_nodelay(true).map_err(Fault::Unreachable)?;
        match endpoint.encryption {
            Encryption::Implicit => {
                let stream = encrypt(submission, tcp).await?;
                let mut link = Link::new(Box::new(stream) as Box<dyn Stream>);
                let greeting = greeting(&mut link).await?;
                Self::hello(link, greeting).await
            }
            Encryption::StartTls => Self::start_tls(submission, tcp).await,
        }
    }

    /// STARTTLS (RFC 3207). In clear, nothing is said but EHLO and STARTTLS itself.
    async fn start_tls(submission: &Submission, tcp: TcpStream) -> Result<Self, Fault> {
        let mut link = Link::new(tcp);
        let greeting = greeting(&mut link).await?;
        let extensions = hello(&mut link).await?;
        if !has(&extensions, "STARTTLS") {
            if !submission.endpoint.is_loopback() {
                return Err(Fault::NoEncryption("STARTTLS is not offered"));
            }
            let link = Link::new(Box::new(link.into_bare()?) as Box<dyn Stream>);
            return Ok(Self {
                link,
                extensions,
                greeting,
            });
        }
        let reply = link.command(Starttls).await?;
        if reply.code != 220 {
            return Err(Fault::NoEncryption("STARTTLS was refused"));
        }
        let stream = encrypt(submission, link.into_bare()?).await?;
        Self::hello(Link::new(Box::new(stream)), greeting).await
    }

    async fn hello(mut link: Link<Box<dyn Stream>>, greeting: String) -> Result<Self, Fault> {
        let extensions = hello(&mut link).await?;
        Ok(Self {
            link,
            extensions,
            greeting,
        })
    }

    /// Tells the server where the person sits, if it lets us: XCLIENT, which Postfix and Dovecot offer to hosts that they
    /// are told to believe. The session begins anew after it. A server may refuse; that is no reason not to send.
    pub(super) async fn introduce(&mut self, address: IpAddr) -> Result<(), Fault> {
        let offered = find(&self.extensions, "XCLIENT").unwrap_or_default();
        let takes = |name: &str| offered.split_ascii_whitespace().skip(1).any(|word| word == name);
        if !takes("ADDR") {
            return Ok(());
        }
        let name = if takes("NAME") { "NAME=[UNAVAILABLE] " } else { "" };
        let prefix = if address.is_ipv6() { "IPV6:" } else { "" };
        let reply = self
            .command(format!("XCLIENT {name}ADDR={prefix}{address}\r\n"))
            .await?;
        match reply.code {
            220 => self.extensions = hello(&mut self.link).await?,
            421 => return Err(reply.refusal(None)),
            code => tracing::info!(code, "The submission server was not to be told the browser's address"),
        }
        Ok(())
    }

    /// Does the server offer it?
    pub(super) fn has(&self, extension: &str) -> bool {
        has(&self.extensions, extension)
    }

    /// The largest message it takes (RFC 1870); `Some(0)` means that it does not say.
    pub(super) fn size_limit(&self) -> Option<u64> {
        let line = find(&self.extensions, "SIZE")?;
        Some(
            line.split_ascii_whitespace()
                .nth(1)
                .and_then(|number| number.parse().ok())
                .unwrap_or(0),
        )
    }

    /// AUTH PLAIN, or LOGIN where that is all there is. A server that offers neither on an open
    /// session is left to decide by itself whom it relays for.
    pub(super) async fn authenticate(&mut self, credentials: &Credentials) -> Result<(), Fault> {
        let offered = |name: &str| {
            let line = find(&self.extensions, "AUTH").unwrap_or_default();
            line.split_ascii_whitespace()
                .skip(1)
                .any(|word| word.eq_ignore_ascii_case(name))
        };
        let mechanism = if offered("PLAIN") {
            Mechanism::Plain
        } else if offered("LOGIN") {
            Mechanism::Login
        } else if self.has("AUTH") {
            return Err(Fault::Problem(Problem::Unsupported("AUTH PLAIN".into())));
        } else {
            return Ok(());
        };
        let given = SmtpCredentials::new(credentials.user.clone(), credentials.password.reveal().to_owned());
        let reply = self.answer_challenges(mechanism, &given).await?;
        match reply.code {
            200..=299 => Ok(()),
            // RFC 4954, section 6.
            535 => Err(Fault::Problem(Problem::WrongPassword)),
            _ => Err(Fault::Problem(Problem::SubmissionRefused(reply.words()))),
        }
    }

    async fn answer_challenges(&mut self, mechanism: Mechanism, given: &SmtpCredentials) -> Result<Reply, Fault> {
        let broken = |_| Fault::Garbled("an authentication challenge that makes no sense");
        let command = Auth::new(mechanism, given.clone(), None).map_err(broken)?;
        let mut reply = self.command(command).await?;
        // LOGIN asks twice.
        for _ in 0..2 {
            if reply.code != 334 {
                break;
            }
            let challenge = format!("334 {}\r\n", reply.lines.join(""));
            let challenge = challenge.parse().map_err(broken)?;
            let answer = Auth::new_from_response(mechanism, given.clone(), &challenge).map_err(broken)?;
            reply = self.command(answer).await?;
        }
        Ok(reply)
    }

    /// Sends a command and waits for its reply.
    pub(super) async fn command(&mut self, command: impl Display) -> Result<Reply, Fault> {
        self.link.command(command).await
    }

    /// Says QUIT and waits a little for the farewell: all that matters has been said before.
    pub(super) async fn leave(mut self) {
        let farewell = timeout(LEAVE_TIME, self.command(Quit)).await;
        tracing::debug!(heard = matches!(farewell, Ok(Ok(_))), "left the submission server");
    }

    /// The link itself, for the message.
    pub(super) fn link(&mut self) -> &mut Link<Box<dyn Stream>> {
        &mut self.link
    }
}

async fn within_dial_time<T>(dial: impl Future<Output = T>) -> Result<T, Fault> {
    timeout(DIAL_TIME, dial)
        .await
        .map_err(|_| Fault::Unreachable(io::ErrorKind::TimedOut.into()))
}

async fn encrypt(submission: &Submission, tcp: TcpStream) -> Result<TlsStream<TcpStream>, Fault> {
    let host = submission.endpoint.host.clone();
    let name = ServerName::try_from(host).map_err(|error| Fault::Unreachable(io::Error::other(error)))?;
    let connector = TlsConnector::from(submission.tls.config());
    within_dial_time(connector.connect(name, tcp))
        .await?
        .map_err(|error| match certificate_fault(&error) {
            Some(fault) => Fault::Certificate(fault),
            None => Fault::Tls(error),
        })
}

async fn greeting<S: Stream>(link: &mut Link<S>) -> Result<String, Fault> {
    let reply = link.reply(GREETING_TIME).await?;
    if reply.code != 220 {
        return Err(reply.refusal(None));
    }
    Ok(reply.lines.join(" "))
}

/// EHLO. The name is an address literal that says nothing about this machine (RFC 5321, section
/// 4.1.4, allows it where there is no meaningful name; submission servers do not look at it).
async fn hello<S: Stream>(link: &mut Link<S>) -> Result<Vec<String>, Fault> {
    let reply = link.command(Ehlo::new(ClientId::default())).await?;
    if reply.code != 250 {
        return Err(reply.refusal(None));
    }
    Ok(reply.lines.into_iter().skip(1).collect())
}

fn find<'a>(extensions: &'a [String], name: &str) -> Option<&'a str> {
    let is_it = |line: &&String| {
        line.split_ascii_whitespace()
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case(name))
    };
    extensions.iter().find(is_it).map(String::as_str)
}

fn has(extensions: &[String], name: &str) -> bool {
    find(extensions, name).is_some()
}
