//! `surat check`: looks at both mail servers as `surat serve` would, and says what it finds in words
//! that whoever runs them can act on.

mod certificate;
mod consequence;

use crate::{
    config::Config,
    endpoint::{Encryption, Endpoint},
    imap::{capabilities::Capabilities, dial::dial},
    secret::Secret,
    submission::{self, Submission},
    tls::TlsSettings,
};
use std::{
    io::{self, Write},
    time::Instant,
};
use surat_protocol::{CertificateFault, Problem};

/// Name and password to look with after sign-in.
pub struct User {
    /// Mail address.
    pub email: String,
    /// Password.
    pub password: Secret,
}

/// Checks both servers and writes what it finds to `out`. Gives the number of servers that cannot be used.
pub async fn check(config: &Config, user: Option<&User>, out: &mut impl Write) -> anyhow::Result<usize> {
    let tls = TlsSettings::new(config.ca_file.as_deref())?;
    let mut failed = 0;
    writeln!(out, "IMAP        {}", config.imap)?;
    if let Err(problem) = imap(config, &tls, user, out).await? {
        failed += 1;
        tell(&config.imap, &problem, out)?;
    }
    writeln!(out, "\nSubmission  {}", config.smtp)?;
    if let Err(problem) = smtp(config, &tls, out).await? {
        failed += 1;
        tell(&config.smtp, &problem, out)?;
    }
    Ok(failed)
}

type Checked = io::Result<Result<(), Problem>>;

async fn imap(config: &Config, tls: &TlsSettings, user: Option<&User>, out: &mut impl Write) -> Checked {
    let start = Instant::now();
    let client = match dial(&config.imap, tls).await {
        Ok(client) => client,
        Err(error) => return Ok(Err(error.into())),
    };
    writeln!(out, "  Connected   in {} ms", start.elapsed().as_millis())?;
    encryption(&config.imap, client.certificate().map(AsRef::as_ref), out)?;
    let Some(user) = user else {
        writeln!(
            out,
            "  Lacks       what a server offers shows after sign-in; use --user"
        )?;
        return Ok(Ok(()));
    };
    let mut session = match client.sign_in(&user.email, &user.password, None).await {
        Ok(session) => session,
        Err(error) if error.is_wrong_password() => return Ok(Err(Problem::WrongPassword)),
        Err(error) => return Ok(Err(error.into())),
    };
    writeln!(out, "  Signed in   as {}", user.email)?;
    let start = Instant::now();
    if let Err(error) = session.noop().await {
        return Ok(Err(error.into()));
    }
    writeln!(out, "  Round trip  {:.1} ms", start.elapsed().as_secs_f64() * 1000.0)?;
    capabilities(session.capabilities(), out)?;
    session.logout().await;
    Ok(Ok(()))
}

fn capabilities(offered: &Capabilities, out: &mut impl Write) -> io::Result<()> {
    let missing = offered.missing();
    if missing.is_empty() {
        return writeln!(out, "  Lacks       nothing that anybody would notice");
    }
    for name in missing {
        writeln!(out, "  Lacks       {name}: {}", consequence::of(name))?;
    }
    Ok(())
}

async fn smtp(config: &Config, tls: &TlsSettings, out: &mut impl Write) -> Checked {
    let submission = Submission {
        endpoint: config.smtp.clone(),
        tls: tls.clone(),
    };
    let report = match submission::probe(&submission).await {
        Ok(report) => report,
        Err(problem) => return Ok(Err(problem)),
    };
    writeln!(out, "  Greeting    {}", report.greeting)?;
    encryption(&config.smtp, report.certificate.as_deref(), out)?;
    writeln!(out, "  Round trip  {:.1} ms", report.round_trip.as_secs_f64() * 1000.0)?;
    writeln!(out, "  Offers      {}", report.extensions.join(", "))?;
    for (name, cost) in consequence::SUBMISSION {
        let is_offered = report.extensions.iter().any(|line| {
            line.split(' ')
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case(name))
        });
        if !is_offered {
            writeln!(out, "  Lacks       {name}: {cost}")?;
        }
    }
    Ok(Ok(()))
}

fn encryption(endpoint: &Endpoint, certificate: Option<&[u8]>, out: &mut impl Write) -> io::Result<()> {
    match certificate {
        None => writeln!(out, "  Encryption  none; only because it is on this machine"),
        Some(der) => {
            let kind = if endpoint.encryption == Encryption::Implicit {
                "TLS"
            } else {
                "STARTTLS"
            };
            writeln!(out, "  Encryption  {kind}, the certificate is trusted")?;
            certificate::describe(der)
                .into_iter()
                .try_for_each(|line| writeln!(out, "  Certificate {line}"))
        }
    }
}

fn tell(endpoint: &Endpoint, problem: &Problem, out: &mut impl Write) -> io::Result<()> {
    let (what, remedy) = words(endpoint, problem);
    writeln!(out, "  FAILED      {what}")?;
    writeln!(out, "  Remedy      {remedy}")
}

fn words(endpoint: &Endpoint, problem: &Problem) -> (String, String) {
    let Endpoint { host, port, .. } = endpoint;
    let (what, remedy) = match problem {
        Problem::Unreachable(_) | Problem::TimedOut | Problem::ConnectionLost(_) => (
            format!("{host} does not answer on port {port}, or not as it should."),
            "Check name and port, whether the server runs, and the firewall; with imaps:// and smtps:// the port speaks TLS at once.".into(),
        ),
        Problem::Certificate { reason: CertificateFault::UnknownIssuer, .. } => (
            "The certificate is signed by nobody whom this machine trusts. Nothing was sent.".into(),
            "Give the server the whole chain of a public authority, or name your own authority with ca-file.".into(),
        ),
        Problem::Certificate { reason: CertificateFault::WrongName, .. } => (
            format!("The certificate was made for another name than {host}. Nothing was sent."),
            "Use the name that is in the certificate, or have one made for this name.".into(),
        ),
        Problem::Certificate { reason: CertificateFault::Expired, .. } => (
            "The certificate has expired, or is not valid yet. Nothing was sent.".into(),
            "Renew the certificate on the server; check the clocks.".into(),
        ),
        Problem::Certificate { reason: CertificateFault::Other, .. } => (
            "The certificate was not accepted. Nothing was sent.".into(),
            "Look at it with: openssl s_client -connect host:port".into(),
        ),
        Problem::NoEncryption(_) => (
            "The server offers no STARTTLS. Nothing was sent.".into(),
            "Switch STARTTLS on, or use imaps:// or smtps:// with the port that speaks TLS.".into(),
        ),
        Problem::WrongPassword => {
            ("The server did not accept this name and password.".into(), "Try again; the name is mostly the whole mail address.".into())
        }
        Problem::Unsupported(capability) => {
            (format!("The server lacks {capability}, which is needed."), "Switch it on in the server's configuration.".into())
        }
        _ => ("The server refused.".into(), "Its own log says why.".into()),
    };
    (what, remedy)
}
