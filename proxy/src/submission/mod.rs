//! Submission by SMTP (RFC 6409): one message, one connection, as the account itself.
//!
//! Called when a draft is sent, and by `surat check`. The commands are driven one by one, because
//! a person must hear about every refused recipient, and must know whether anything has gone out.

mod data;
mod fault;
mod link;
mod probe;
mod session;

pub use fault::Fault;
pub use probe::{Probe, Report};

use crate::{endpoint::Endpoint, secret::Secret, tls::TlsSettings};
use lettre::{
    Address,
    transport::smtp::{
        commands::{Data, Mail, Rcpt},
        extension::{MailBodyParameter, MailParameter},
    },
};
use session::Session;
use std::net::IpAddr;
use surat_protocol::{Problem, RefusedRecipient};

/// Where and how to submit. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The server.
    pub endpoint: Endpoint,
    /// Whom to trust.
    pub tls: TlsSettings,
}

/// Who sends: the account's own name and password, as for IMAP.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// User name.
    pub user: String,
    /// Password.
    pub password: Secret,
    /// Where the person sits: told to a server that lets us (XCLIENT), for its log and its limits.
    pub address: Option<IpAddr>,
}

/// What SMTP is told about a message; its header may say something else (Bcc).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// MAIL FROM.
    pub from: Address,
    /// RCPT TO, each once.
    pub to: Vec<Address>,
}

/// Submits a message (CRLF line ends) to all recipients, or to none.
///
/// Any problem but [`Problem::MaybeSent`] means that nothing was sent.
pub async fn send(
    submission: &Submission,
    credentials: &Credentials,
    envelope: &Envelope,
    message: &[u8],
) -> Result<(), Problem> {
    let result = try_send(submission, credentials, envelope, message).await;
    result.map_err(|fault| {
        tracing::info!(cause = fault.cause(), "submission failed");
        fault.into_problem()
    })
}

async fn try_send(
    submission: &Submission,
    credentials: &Credentials,
    envelope: &Envelope,
    message: &[u8],
) -> Result<(), Fault> {
    if envelope.to.is_empty() {
        return Err(Fault::Problem(Problem::NoRecipients));
    }
    let mut session = Session::open(submission).await?;
    if let Some(address) = credentials.address {
        session.introduce(address).await?;
    }
    let parameters = mail_parameters(&session, envelope, message)?;
    session.authenticate(credentials).await?;
    let result = transact(&mut session, envelope, parameters, message).await;
    session.leave().await;
    result
}

async fn transact(
    session: &mut Session,
    envelope: &Envelope,
    parameters: Vec<MailParameter>,
    message: &[u8],
) -> Result<(), Fault> {
    let limit = session.size_limit();
    let reply = session
        .command(Mail::new(Some(envelope.from.clone()), parameters))
        .await?;
    reply.accepted().map_err(|reply| reply.refusal(limit))?;
    name_recipients(session, &envelope.to).await?;
    let reply = session.command(Data).await?;
    if reply.code != 354 {
        return Err(reply.refusal(limit));
    }
    let reply = data::write(session, message).await?;
    reply.accepted().map_err(|reply| reply.refusal(limit))
}

/// Names every recipient, so that all refusals are heard, and fails if there is one.
async fn name_recipients(session: &mut Session, recipients: &[Address]) -> Result<(), Fault> {
    let mut refused = Vec::new();
    for recipient in recipients {
        let reply = session.command(Rcpt::new(recipient.clone(), Vec::new())).await?;
        if reply.code == 421 {
            return Err(reply.refusal(None));
        }
        if let Err(reply) = reply.accepted() {
            refused.push(RefusedRecipient {
                email: recipient.to_string(),
                reason: reply.words(),
            });
        }
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(Fault::Problem(Problem::RecipientsRefused(refused)))
    }
}

/// SIZE, SMTPUTF8 and 8BITMIME as the message needs and the server has them.
fn mail_parameters(session: &Session, envelope: &Envelope, message: &[u8]) -> Result<Vec<MailParameter>, Fault> {
    let mut parameters = Vec::new();
    if let Some(limit) = session.size_limit()
        && limit > 0
        && message.len() as u64 > limit
    {
        return Err(Fault::Problem(Problem::TooLarge { limit_octets: limit }));
    }
    if session.has("SIZE") {
        parameters.push(MailParameter::Size(message.len()));
    }
    let addresses = std::iter::once(&envelope.from).chain(&envelope.to);
    if let Some(address) = addresses.map(Address::to_string).find(|address| !address.is_ascii()) {
        if !session.has("SMTPUTF8") {
            return Err(Fault::Problem(Problem::BadAddress(address)));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !message.is_ascii() {
        if !session.has("8BITMIME") {
            return Err(Fault::Problem(Problem::Unsupported("8BITMIME".into())));
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}
