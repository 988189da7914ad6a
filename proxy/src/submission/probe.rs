//! A look at the submission server for `surat check`.

use super::{Submission, session::Session};
use crate::mime::header::one_line;
use lettre::transport::smtp::commands::Noop;
use std::time::{Duration, Instant};
use surat_protocol::Problem;

/// What a submission server says about itself before anyone signs in.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its greeting, on one line.
    pub greeting: String,
    /// Its extensions, as EHLO lists them: "SIZE 52428800".
    pub extensions: Vec<String>,
    /// Its certificate (DER), when the link is encrypted; it has been verified.
    pub certificate: Option<Vec<u8>>,
    /// From a command to its reply.
    pub round_trip: Duration,
}

/// Connects, encrypts, says EHLO and NOOP, and leaves.
pub async fn probe(submission: &Submission) -> Result<Report, Problem> {
    let mut session = Session::open(submission).await.map_err(super::Fault::into_problem)?;
    let start = Instant::now();
    session.command(Noop).await.map_err(super::Fault::into_problem)?;
    let round_trip = start.elapsed();
    let report = Report {
        greeting: one_line(&session.greeting, 500),
        extensions: session.extensions.iter().map(|line| one_line(line, 500)).collect(),
        certificate: session.certificate.clone(),
        round_trip,
    };
    session.leave().await;
    Ok(report)
}
