//! A look at the submission server for `surat check`.

use super::{Credentials, Fault, Submission, session::Session};
use crate::mime::header::one_line;
use lettre::transport::smtp::commands::Noop;
use std::time::{Duration, Instant};

/// What a submission server says about itself before anyone signs in.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its greeting, on one line.
    pub greeting: String,
    /// Its extensions, as EHLO lists them: "SIZE 52428800".
    pub extensions: Vec<String>,
    /// The largest message it takes, in octets, if it says so.
    pub size_limit_octets: Option<u64>,
    /// From a command to its reply.
    pub round_trip: Duration,
}

impl Report {
    /// Does the server offer it?
    pub fn offers(&self, extension: &str) -> bool {
        let names = self.extensions.iter().filter_map(|line| line.split(' ').next());
        names.into_iter().any(|name| name.eq_ignore_ascii_case(extension))
    }
}

/// A server that was connected to, and has said what it is.
pub struct Probe {
    session: Session,
    /// What it said.
    pub report: Report,
}

impl Probe {
    /// Connects, encrypts, says EHLO and NOOP.
    pub async fn open(submission: &Submission) -> Result<Self, Fault> {
        let mut session = Session::open(submission).await?;
        let start = Instant::now();
        session.command(Noop).await?;
        let round_trip = start.elapsed();
        let report = Report {
            greeting: one_line(&session.greeting, 500),
            extensions: session.extensions.iter().map(|line| one_line(line, 500)).collect(),
            size_limit_octets: session.size_limit().filter(|&octets| octets > 0),
            round_trip,
        };
        Ok(Self { session, report })
    }

    /// Signs in as for sending, and sends nothing.
    pub async fn sign_in(&mut self, credentials: &Credentials) -> Result<(), Fault> {
        self.session.authenticate(credentials).await
    }

    /// Says goodbye.
    pub async fn leave(self) {
        self.session.leave().await;
    }
}
