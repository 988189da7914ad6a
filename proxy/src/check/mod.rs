//! `surat check`: looks at both mail servers as `surat serve` would, and says what it finds in words
//! that whoever runs them can act on.

mod certificate;
mod consequence;
mod failure;

use crate::{
    config::Config,
    endpoint::{Encryption, Endpoint},
    imap::{capabilities::Capabilities, dial::dial},
    secret::Secret,
    submission::{Credentials, Probe, Report, Submission},
    tls::{Shown, TlsSettings},
};
use failure::Failure;
use std::{
    io::{self, Write},
    time::{Duration, Instant, SystemTime},
};

/// Name and password to look with after sign-in.
pub struct User {
    /// Mail address.
    pub email: String,
    /// Password.
    pub password: Secret,
}

/// Checks both servers and writes what it finds to `out`. Gives the number of servers that cannot be used.
pub async fn check(config: &Config, user: Option<&User>, out: &mut impl Write) -> anyhow::Result<usize> {
    let mut failed = 0;
    // Settings of its own for each: a resumed session of the one would hide the certificate of the other.
    let (tls, shown) = TlsSettings::noting(config.ca_file.as_deref())?;
    writeln!(out, "IMAP        {}", config.imap)?;
    if let Err(failure) = imap(config, &tls, &shown, user, out).await? {
        failed += 1;
        tell(&config.imap, &failure, &shown, out)?;
    }
    let (tls, shown) = TlsSettings::noting(config.ca_file.as_deref())?;
    writeln!(out, "\nSubmission  {}", config.smtp)?;
    if let Err(failure) = smtp(config, tls, &shown, user, out).await? {
        failed += 1;
        tell(&config.smtp, &failure, &shown, out)?;
    }
    match (failed, user) {
        (0, Some(_)) => writeln!(out, "\nBoth servers can be used.")?,
        (0, None) => writeln!(
            out,
            "\nBoth servers answer. What they offer to people shows after sign-in: add --user with a mail address."
        )?,
        _ => {}
    }
    Ok(failed)
}

/// The outer error is that of writing.
type Checked = io::Result<Result<(), Failure>>;

async fn imap(config: &Config, tls: &TlsSettings, shown: &Shown, user: Option<&User>, out: &mut impl Write) -> Checked {
    let start = Instant::now();
    let client = match dial(&config.imap, tls).await {
        Ok(client) => client,
        Err(error) => return Ok(Err(error.into())),
    };
    connected(start.elapsed(), out)?;
    encryption(&config.imap, shown, out)?;
    let Some(User { email, password }) = user else {
        return Ok(Ok(()));
    };
    let mut session = match client.sign_in(email, password, None).await {
        Ok(session) => session,
        Err(error) => return Ok(Err(error.into())),
    };
    writeln!(out, "  Signed in   as {email}")?;
    let start = Instant::now();
    if let Err(error) = session.noop().await {
        return Ok(Err(error.into()));
    }
    round_trip(start.elapsed(), out)?;
    capabilities(session.capabilities(), out)?;
    session.logout().await;
    Ok(Ok(()))
}

fn capabilities(capabilities: &Capabilities, out: &mut impl Write) -> io::Result<()> {
    let (offered, missing) = (capabilities.offered(), capabilities.missing());
    if !offered.is_empty() {
        writeln!(out, "  Offers      {}", offered.join(", "))?;
    }
    if missing.is_empty() {
        writeln!(out, "  Lacks       nothing that anybody would notice")?;
    }
    missing
        .into_iter()
        .try_for_each(|name| writeln!(out, "  Lacks       {name}: {}", consequence::of(name)))
}

async fn smtp(config: &Config, tls: TlsSettings, shown: &Shown, user: Option<&User>, out: &mut impl Write) -> Checked {
    let endpoint = config.smtp.clone();
    let start = Instant::now();
    let mut probe = match Probe::open(&Submission { endpoint, tls }).await {
        Ok(probe) => probe,
        Err(fault) => return Ok(Err(fault.into())),
    };
    connected(start.elapsed().saturating_sub(probe.report.round_trip), out)?;
    encryption(&config.smtp, shown, out)?;
    extensions(&probe.report, config.message_limit_octets, out)?;
    if let Some(User { email, password }) = user.filter(|_| probe.report.offers("AUTH")) {
        let credentials = Credentials {
            user: email.clone(),
            password: password.clone(),
            address: None,
        };
        if let Err(fault) = probe.sign_in(&credentials).await {
            return Ok(Err(fault.into()));
        }
        writeln!(out, "  Signed in   as {email}")?;
    }
    probe.leave().await;
    Ok(Ok(()))
}

fn extensions(report: &Report, message_limit_octets: u64, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  Greeting    {}", report.greeting)?;
    round_trip(report.round_trip, out)?;
    writeln!(out, "  Offers      {}", report.extensions.join(", "))?;
    let missing = consequence::SUBMISSION.iter().filter(|(name, _)| !report.offers(name));
    for (name, cost) in missing {
        writeln!(out, "  Lacks       {name}: {cost}")?;
    }
    match report.size_limit_octets {
        Some(octets) if octets < message_limit_octets => writeln!(
            out,
            "  Lacks       room: it takes {octets} octets, and message-limit is {message_limit_octets}; people hear it only when they send"
        ),
        _ => Ok(()),
    }
}

fn connected(time: Duration, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  Connected   in {} ms", time.as_millis())
}

fn round_trip(time: Duration, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  Round trip  {:.1} ms", time.as_secs_f64() * 1000.0)
}

fn encryption(endpoint: &Endpoint, shown: &Shown, out: &mut impl Write) -> io::Result<()> {
    if shown.certificate().is_none() {
        return writeln!(out, "  Encryption  none; only because it is on this machine");
    }
    let kind = match endpoint.encryption {
        Encryption::Implicit => "TLS",
        Encryption::StartTls => "STARTTLS",
    };
    writeln!(out, "  Encryption  {kind}, the certificate is trusted")?;
    certificate(shown, out)
}

fn certificate(shown: &Shown, out: &mut impl Write) -> io::Result<()> {
    let lines = shown
        .certificate()
        .map(|der| certificate::describe(&der, SystemTime::now()));
    lines
        .into_iter()
        .flatten()
        .try_for_each(|line| writeln!(out, "  Certificate {line}"))
}

fn tell(endpoint: &Endpoint, failure: &Failure, shown: &Shown, out: &mut impl Write) -> io::Result<()> {
    let (what, remedy) = failure.words(endpoint);
    writeln!(out, "  FAILED      {what}")?;
    // A certificate that was accepted has been described already.
    if matches!(failure, Failure::Certificate(_)) {
        certificate(shown, out)?;
    }
    writeln!(out, "  Remedy      {remedy}")
}
