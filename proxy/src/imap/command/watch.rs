//! Waiting for the server to say something: in IDLE (RFC 2177), else by NOTIFY alone, else by NOOP now
//! and then. NOTIFY says what is told, IDLE that we listen: Dovecot 2.3.19 under NOTIFY without IDLE
//! forgets news of the open mailbox that come within a second of news of another, until the next command.

use crate::imap::{
    command_line::CommandLine,
    decode::{Code, Response},
    error::Error,
    session::{Event, Session},
    unsolicited::tells_of_change,
};
use std::{pin::pin, time::Duration};
use tokio::time::{Instant, sleep_until, timeout};

/// After so long a silence IDLE is sent again, or a NOOP under NOTIFY alone: a NAT may have forgotten the
/// connection, and only writing to it brings that to light.
const REFRESH: Duration = Duration::from_secs(4 * 60);

/// Between two NOOPs on a server with neither NOTIFY nor IDLE.
const POLL: Duration = Duration::from_secs(30);

/// News that come within this time of one another are told together.
const GATHER: Duration = Duration::from_millis(5);

/// Most news that are told at once.
const MAX_GATHERED: usize = 1000;

/// Longer than any wait here.
const FOREVER: Duration = Duration::from_secs(3600);

/// Why watching ended.
#[derive(Clone, Debug, PartialEq)]
pub enum WatchEnd {
    /// The server said something: EXISTS, EXPUNGE, VANISHED, FETCH, LIST, STATUS, or a status response
    /// with NOTIFICATIONOVERFLOW.
    News(Vec<Response>),
    /// The caller wanted the connection back.
    Stopped,
    /// The time is up, and nothing was said.
    Deadline,
}

enum Woken {
    Told,
    Stopped,
    Deadline,
    Refresh,
}

impl Session {
    /// What the server said between the answers to other commands.
    pub fn take_unsolicited(&mut self) -> Vec<Response> {
        self.unsolicited.take()
    }

    /// Waits until the server says something, `stop` is ready, or `deadline` has come. The session can
    /// then be used at once. Ends with [`Error::ConnectionLost`] when the server is gone.
    ///
    /// Dropping the future is fine: IDLE is then ended before the next command.
    pub async fn watch(&mut self, deadline: Instant, stop: impl Future<Output = ()>) -> Result<WatchEnd, Error> {
        let mut stop = pin!(stop);
        loop {
            let kept = self.unsolicited.take();
            if !kept.is_empty() {
                return Ok(WatchEnd::News(kept));
            }
            let woken = if self.capabilities().idle {
                self.idle(deadline, stop.as_mut()).await?
            } else {
                self.settle().await?;
                let refresh = if self.is_notify_set { REFRESH } else { POLL };
                self.wait(refresh, deadline, stop.as_mut()).await?
            };
            match woken {
                Woken::Told => {}
                Woken::Stopped => return Ok(WatchEnd::Stopped),
                Woken::Deadline => return Ok(WatchEnd::Deadline),
                Woken::Refresh if !self.capabilities().idle => self.noop().await?,
                Woken::Refresh => {}
            }
        }
    }

    /// One IDLE. A server that refuses it is not asked again.
    async fn idle(&mut self, deadline: Instant, stop: impl Future<Output = ()>) -> Result<Woken, Error> {
        let tag = self.send(&CommandLine::new("IDLE")).await?;
        self.set_asking_to_idle(&tag);
        if !self.await_continuation(&tag).await? {
            self.set_waiting(&tag);
            self.settle().await?;
            self.capabilities.idle = false;
            return Ok(Woken::Refresh);
        }
        self.set_idling(tag);
        let woken = self.wait(REFRESH, deadline, stop).await?;
        self.settle().await?;
        Ok(woken)
    }

    async fn wait(
        &mut self,
        refresh: Duration,
        deadline: Instant,
        stop: impl Future<Output = ()>,
    ) -> Result<Woken, Error> {
        let refresh = Instant::now() + refresh;
        tokio::select! {
            biased;
            event = self.next_news() => {
                let event = event?;
                self.gather(event).await?;
                Ok(Woken::Told)
            }
            () = stop => Ok(Woken::Stopped),
            () = sleep_until(deadline) => Ok(Woken::Deadline),
            () = sleep_until(refresh) => Ok(Woken::Refresh),
        }
    }

    /// What is worth ending a wait for. Words that only keep the connection alive are not: ending and beginning
    /// IDLE at each of them is most of what thousands of idle accounts would do.
    async fn next_news(&mut self) -> Result<Event, Error> {
        loop {
            match self.next_event(FOREVER).await? {
                Event::Untagged(response) if !tells_of_change(&response) => {}
                event => return Ok(event),
            }
        }
    }

    /// Hears the first response and what comes along with it. Each is kept at once, since this future
    /// too may be dropped.
    async fn gather(&mut self, first: Event) -> Result<(), Error> {
        let mut next = Some(first);
        let mut count = 0;
        while let Some(event) = next {
            match event {
                Event::Untagged(response) => self.hear(response),
                // The server ends IDLE by itself, or speaks out of turn: the wait is over, and what
                // follows finds out.
                Event::Tagged(completion) => self.note_end(&completion.tag),
                Event::Continuation => {}
            }
            count += 1;
            if count >= MAX_GATHERED {
                break;
            }
            next = match timeout(GATHER, self.next_event(FOREVER)).await {
                Ok(event) => Some(event?),
                Err(_) => None,
            };
        }
        Ok(())
    }

    fn hear(&mut self, response: Response) {
        if let Response::Status(status) = &response
            && status.code == Some(Code::NotificationOverflow)
        {
            // The server has stopped notifying (RFC 5465, section 5.8).
            self.is_notify_set = false;
        }
        self.unsolicited.keep(response);
    }
}
