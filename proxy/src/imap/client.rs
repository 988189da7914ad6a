//! A connection that nobody has signed in on: greeting, capabilities, STARTTLS, sign-in.

use super::{
    capabilities::Capabilities,
    command_line::CommandLine,
    decode::{Code, Condition, Response, StatusResponse, response},
    error::{DialError, Error},
    session::{Session, within},
    socket::BoxedSocket,
    sorter::Sorter,
    wire::Wire,
};
use crate::secret::Secret;
use async_imap::Authenticator;
use std::{net::IpAddr, time::Duration};
use tokio::io;
use zeroize::Zeroizing;

/// Time for the greeting, and for each command before sign-in.
const PATIENCE: Duration = Duration::from_secs(15);

/// Time for a sign-in: servers let wrong passwords wait, Dovecot up to 15 seconds each.
const SIGN_IN_PATIENCE: Duration = Duration::from_secs(60);

/// Longest name or password that is sent.
const MAX_CREDENTIAL_OCTETS: usize = 4096;

type Inner = async_imap::Client<Sorter<BoxedSocket>>;

/// A connection before sign-in.
#[derive(Debug)]
pub struct Client {
    inner: Inner,
    capabilities: Capabilities,
}

impl Client {
    /// Reads the greeting, and the capabilities if it does not tell them.
    pub(super) async fn greet(sorter: Sorter<BoxedSocket>) -> Result<Self, DialError> {
        let mut inner = Inner::new(sorter);
        let read = within(PATIENCE, inner.read_response())
            .await
            .map_err(|_| DialError::TimedOut)?;
        read.map_err(|error| DialError::NotReady(error.kind().to_string()))?;
        let greeting = greeting(&mut inner)?;
        match greeting.code {
            Some(Code::Capability(words)) => Ok(Self {
                inner,
                capabilities: Capabilities::from_words(words.iter().map(String::as_str)),
            }),
            _ => Self::with_capabilities_read(inner).await,
        }
    }

    /// After STARTTLS: no greeting, and the capabilities are asked for anew (RFC 9051, section 6.2.1).
    pub(super) async fn resume(sorter: Sorter<BoxedSocket>) -> Result<Self, DialError> {
        Self::with_capabilities_read(Inner::new(sorter)).await
    }

    async fn with_capabilities_read(mut inner: Inner) -> Result<Self, DialError> {
        check_ok(&mut inner, "CAPABILITY").await?;
        let mut capabilities = Capabilities::default();
        while let Some(line) = inner.get_mut().pop() {
            if let Ok(Response::Capability(words)) = response(&line) {
                capabilities = Capabilities::from_words(words.iter().map(String::as_str));
            }
        }
        Ok(Self { inner, capabilities })
    }

    /// What the server can do before sign-in.
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Asks for STARTTLS and gives the bare socket for the handshake. Whatever the server sent behind
    /// its OK is dropped: it is not encrypted, so anybody may have sent it.
    pub(super) async fn start_tls(mut self) -> Result<BoxedSocket, DialError> {
        check_ok(&mut self.inner, "STARTTLS").await?;
        Ok(self.inner.into_inner().into_socket())
    }

    /// Signs in. `client_address` is told to the server as where the person sits (ID's
    /// `x-originating-ip`, which Dovecot logs and limits by, if it trusts this proxy).
    pub async fn sign_in(
        mut self,
        name: &str,
        password: &Secret,
        client_address: Option<IpAddr>,
    ) -> Result<Session, Error> {
        let is_sendable = |text: &str| text.len() <= MAX_CREDENTIAL_OCTETS && !text.contains('\0');
        if !is_sendable(name) || !is_sendable(password.reveal()) {
            return Err(Error::Unsendable);
        }
        if let Some(address) = client_address.filter(|_| self.capabilities.id) {
            self.identify(address).await?;
        }
        let Self { inner, capabilities } = self;
        let signing_in = authenticate(inner, &capabilities, name, password);
        let sorter = within(SIGN_IN_PATIENCE, signing_in).await??;
        let mut session = Session::new(Wire::after_sign_in(sorter), capabilities);
        session.begin().await?;
        Ok(session)
    }

    async fn identify(&mut self, address: IpAddr) -> Result<(), Error> {
        let command = format!(r#"ID ("name" "Surat" "x-originating-ip" "{address}")"#);
        let told = within(PATIENCE, self.inner.run_command_and_check_ok(&command, None)).await?;
        match told {
            // A server may refuse to be told; that is no reason not to sign in.
            Ok(()) | Err(async_imap::error::Error::No(_) | async_imap::error::Error::Bad(_)) => Ok(()),
            Err(error) => Err(lost(&error)),
        }
    }
}

impl Session {
    /// What comes first on each session: capabilities, ID, ENABLE.
    async fn begin(&mut self) -> Result<(), Error> {
        self.capability().await?;
        if self.capabilities().id {
            self.id().await?;
        }
        self.enable().await
    }

    async fn id(&mut self) -> Result<(), Error> {
        let line = CommandLine::new(concat!(
            r#"ID ("name" "Surat" "version" ""#,
            env!("CARGO_PKG_VERSION"),
            r#"")"#
        ));
        match self.run(&line).await {
            Ok(_) | Err(Error::No(_) | Error::Bad(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// AUTHENTICATE PLAIN where it is offered, since it carries any text; else LOGIN, where allowed. LOGIN
/// is async-imap's: quoted, with octets above 127 as they are, which RFC 9051 allows in quotes.
async fn authenticate(
    inner: Inner,
    capabilities: &Capabilities,
    name: &str,
    password: &Secret,
) -> Result<Sorter<BoxedSocket>, Error> {
    let result = if capabilities.auth_plain {
        inner.authenticate("PLAIN", Plain::new(name, password)).await
    } else if capabilities.login_disabled {
        return Err(Error::Unsupported("AUTH=PLAIN"));
    } else {
        inner.login(name, password.reveal()).await
    };
    match result {
        // It read the completion and no octet more; what follows is still with the sorter.
        Ok(mut session) => Ok(std::mem::replace(session.as_mut(), Sorter::new(Box::new(io::empty())))),
        Err((error, mut inner)) => Err(sign_in_error(&error, &mut inner)),
    }
}

/// async-imap has the refusal as debug text; the sorter still has the line.
fn sign_in_error(error: &async_imap::error::Error, inner: &mut Inner) -> Error {
    use async_imap::error::Error as E;
    let completion = inner.get_mut().take_handed_on().map(|line| response(&line));
    match (error, completion) {
        (E::No(_), Some(Ok(Response::Tagged(completion)))) => Error::No(completion.status),
        (E::Bad(_), Some(Ok(Response::Tagged(completion)))) => Error::Bad(completion.status),
        (E::Validate(_), _) => Error::Unsendable,
        (_, Some(Ok(Response::Status(status)))) if status.condition == Condition::Bye => {
            Error::ConnectionLost(status.text)
        }
        _ => lost(error),
    }
}

/// SASL PLAIN (RFC 4616): no authorisation identity, the name, the password.
struct Plain(Zeroizing<Vec<u8>>);

impl Plain {
    fn new(name: &str, password: &Secret) -> Self {
        Self(Zeroizing::new(
            [b"\0", name.as_bytes(), b"\0", password.reveal().as_bytes()].concat(),
        ))
    }
}

impl Authenticator for Plain {
    type Response = Zeroizing<Vec<u8>>;

    /// The whole answer to the first challenge, nothing to a second one.
    fn process(&mut self, _challenge: &[u8]) -> Self::Response {
        std::mem::take(&mut self.0)
    }
}

fn greeting(inner: &mut Inner) -> Result<StatusResponse, DialError> {
    let line = inner.get_mut().take_handed_on().unwrap_or_default();
    match response(&line) {
        Ok(Response::Status(status)) => match status.condition {
            Condition::Ok => Ok(status),
            // Signed in as somebody already (RFC 9051, section 7.1.4): not as who asks for it.
            Condition::PreAuth => Err(DialError::NotReady("PREAUTH".into())),
            _ => Err(DialError::NotReady(status.text)),
        },
        _ => Err(DialError::NotReady("this is not an IMAP server".into())),
    }
}

async fn check_ok(inner: &mut Inner, command: &str) -> Result<(), DialError> {
    within(PATIENCE, inner.run_command_and_check_ok(command, None))
        .await
        .map_err(|_| DialError::TimedOut)?
        .map_err(|error| DialError::NotReady(lost(&error).to_string()))
}

fn lost(error: &async_imap::error::Error) -> Error {
    match error {
        async_imap::error::Error::Io(error) => Error::lost(error),
        _ => Error::ConnectionLost("the stream ended".into()),
    }
}
