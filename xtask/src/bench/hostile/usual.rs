//! What a person does meanwhile: opens the inbox, scrolls, reads, stars; and opens another page now and then.

use super::super::{
    client::{Page, Proxy},
    times::Times,
};
use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use std::{
    future::Future,
    time::{Duration, Instant},
};
use surat_protocol::{Answer, Contents, Flag, MailboxName, MessageRef, Request, Uid, UidSet, UidValidity};
use tokio::time::{sleep, timeout};

/// Between two requests.
const THINKS_FOR: Duration = Duration::from_millis(50);
/// A person who waits so long loads the page again.
const GIVES_UP_AFTER: Duration = Duration::from_secs(10);
/// Rows that come with a mailbox, and that scrolling asks for.
const ROWS: u16 = 32;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    Open,
    Rows,
    Message,
    Flag,
    /// Another page: TLS, the upgrade, the folders and the inbox.
    Page,
}

impl Step {
    pub(super) const ALL: [Self; 5] = [Self::Open, Self::Rows, Self::Message, Self::Flag, Self::Page];

    /// As it stands in the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Open => "open mailbox",
            Self::Rows => "rows",
            Self::Message => "message",
            Self::Flag => "flag",
            Self::Page => "another page",
        }
    }
}

/// A person with a page.
pub(super) struct Person {
    proxy: Proxy,
    cookie: String,
    page: Page,
    /// Of the newest message, counted on from there.
    turn: usize,
}

/// How long each step took, in ms.
#[derive(Debug, Default)]
pub(super) struct Taken {
    steps: Vec<(Step, f64)>,
    /// Why steps failed; the time until then is among the others.
    pub(super) failed: Vec<String>,
}

impl Person {
    /// Signs in.
    pub(super) async fn new(proxy: Proxy, email: &str) -> Result<Self> {
        let cookie = proxy.sign_in(email).await?;
        let page = proxy.enter(&cookie).await?;
        Ok(Self {
            proxy,
            cookie,
            page,
            turn: 0,
        })
    }

    /// Does what it does, for so long.
    pub(super) async fn live(&mut self, how_long: Duration) -> Result<Taken> {
        let (began, mut taken) = (Instant::now(), Taken::default());
        while began.elapsed() < how_long {
            if self.round(&mut taken).await.is_err() {
                // What one does then: load the page again.
                let again = self.proxy.enter(&self.cookie);
                self.page = timeout(GIVES_UP_AFTER * 6, again)
                    .await
                    .context("The proxy does not let one in")??;
            }
        }
        Ok(taken)
    }

    async fn round(&mut self, taken: &mut Taken) -> Result<()> {
        let mailbox = MailboxName::inbox();
        let opening = Request::OpenMailbox {
            mailbox: mailbox.clone(),
            first_rows: ROWS,
            known: None,
        };
        let (uid_validity, uids) = opened(&taken.time(Step::Open, self.page.ask(opening)).await?)?;
        let scrolled = uids.newest(self.turn % uids.len(), ROWS.into());
        let rows = Request::FetchRows {
            mailbox: mailbox.clone(),
            uid_validity,
            uids: scrolled,
        };
        let rows = taken.time(Step::Rows, self.page.ask(rows)).await?;
        ensure!(has_rows(&rows), "there are no rows");
        let uid = uids.nth_newest(self.turn % uids.len()).context("There is no message")?;
        let message = Request::FetchMessage {
            message: MessageRef {
                mailbox,
                uid_validity,
                uid,
            },
            allow_remote_images: false,
            is_ahead: false,
        };
        taken.time(Step::Message, self.page.ask(message)).await?;
        let flag = self.starring(uid_validity, uid);
        taken.time(Step::Flag, self.page.ask(flag)).await?;
        let entering = self.proxy.enter(&self.cookie);
        // It is closed again: a page that is left.
        taken.time(Step::Page, entering).await?;
        self.turn += 7;
        Ok(())
    }

    /// Sets a star, or takes it away again.
    fn starring(&self, uid_validity: UidValidity, uid: Uid) -> Request {
        let star = vec![Flag::Flagged];
        let (add, remove) = if self.turn.is_multiple_of(2) {
            (star, Vec::new())
        } else {
            (Vec::new(), star)
        };
        Request::StoreFlags {
            mailbox: MailboxName::inbox(),
            uid_validity,
            uids: UidSet::one(uid),
            add,
            remove,
        }
    }
}

impl Taken {
    async fn time<T>(&mut self, step: Step, doing: impl Future<Output = Result<T>>) -> Result<T> {
        let began = Instant::now();
        let done = timeout(GIVES_UP_AFTER, doing).await.context("It takes too long");
        self.steps.push((step, began.elapsed().as_secs_f64() * 1_000.0));
        let done = done.and_then(|done| done);
        if let Err(error) = &done {
            self.failed.push(format!("{}: {error:#}", step.name()));
        }
        sleep(THINKS_FOR).await;
        done
    }

    /// Of one step, or of all requests over the page that was open before.
    pub(super) fn times(&self, of: Option<Step>) -> Times {
        let is_meant = |step: Step| of.map_or(step != Step::Page, |of| of == step);
        let times: Vec<f64> = self
            .steps
            .iter()
            .filter(|(step, _)| is_meant(*step))
            .map(|(_, ms)| *ms)
            .collect();
        Times::of(&times)
    }
}

fn opened(answers: &[Answer]) -> Result<(UidValidity, UidSet)> {
    for answer in answers {
        if let Answer::Opened(opened) = answer
            && let Contents::Whole(uids) = &opened.contents
        {
            ensure!(!uids.is_empty(), "the inbox is empty");
            return Ok((opened.uid_validity, uids.clone()));
        }
    }
    bail!("the inbox was not opened")
}

fn has_rows(answers: &[Answer]) -> bool {
    answers
        .iter()
        .any(|answer| matches!(answer, Answer::Rows(rows) if !rows.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_steps_are_those_over_the_open_page() {
        let taken = Taken {
            steps: vec![(Step::Rows, 1.0), (Step::Flag, 3.0), (Step::Page, 50.0)],
            failed: Vec::new(),
        };

        assert_eq!(taken.times(None).p95_ms, 3.0);
        assert_eq!(taken.times(Some(Step::Page)).median_ms, 50.0);
    }
}
