//! The way to the proxy: one WebSocket for questions and events, plain HTTP for sign-in and files.
//!
//! Actions call it; views never do. What comes by itself is handed to the one listener of
//! [`Net::start`].

pub(crate) mod address;
mod backoff;
pub(crate) mod cache;
pub(crate) mod file;
pub(crate) mod http;
mod link;
mod pending;
mod pulse;
mod socket;
pub(crate) mod upload;
pub(crate) mod worker;

use crate::signal::StoredValue;
use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt;
use link::Link;
use pending::Reply;
use std::rc::Rc;
use surat_protocol::{Answer, Event, Problem, Request, RequestId, Server, Welcome};

/// What the link tells by itself.
pub(crate) enum Happening {
    /// The link is up, for the first time or again: list and open what is on screen anew.
    Up(Welcome),
    /// The link is lost; it comes back by itself.
    Down,
    /// The proxy did not let us in.
    Refused(Problem),
    /// The proxy speaks another version of the contract.
    OtherVersion,
    /// Something happened in the account.
    Event(Event),
}

/// The net. A handle: copies are the same net.
#[derive(Clone, Copy)]
pub(crate) struct Net(StoredValue<Rc<Link>>);

impl Net {
    /// A net without a link.
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(Rc::new(Link::default())))
    }

    /// Connects and stays connected until [`Self::stop`].
    pub(crate) fn start(self, tell: impl Fn(Happening) + 'static) {
        self.link().start(tell);
    }

    /// Hangs up and ends all requests with `problem`.
    pub(crate) fn stop(self, problem: &Problem) {
        self.link().stop(problem);
    }

    /// Connects at once if the link is down, and checks it if it is up.
    pub(crate) fn nudge(self) {
        self.link().nudge();
    }

    /// Asks, and returns the last answer. Dropping the future cancels the request: that is for questions.
    pub(crate) async fn ask(self, request: Request) -> Result<Answer, Problem> {
        let mut answers = self.stream(request);
        let mut last = Err(Problem::ConnectionLost(Server::Imap));
        while let Some(answer) = answers.next().await {
            last = answer;
        }
        last
    }

    /// Asks, and returns the answers one by one. Dropping them cancels the request; an order has [`Self::break_off`], of
    /// which the cache hears too.
    pub(crate) fn stream(self, request: Request) -> Answers {
        let (id, replies) = self.link().send(request);
        Answers {
            net: self,
            id,
            replies,
            is_done: false,
        }
    }

    /// Leaves an order at what is done of it. Its answers tell what that is.
    pub(crate) fn break_off(self, id: RequestId) {
        self.link().break_off(id);
    }

    /// What is kept on this device of the answers to a request.
    pub(crate) async fn kept(self, request: Request) -> Vec<Answer> {
        cache::answers(request).await
    }

    /// Carries out what was ordered on earlier pages and never confirmed, one after the other.
    pub(crate) async fn catch_up(self) {
        for (key, frame) in cache::left_behind().await {
            let Some((id, replies)) = self.link().adopt(key, &frame) else {
                continue;
            };
            let mut answers = Answers {
                net: self,
                id,
                replies,
                is_done: false,
            };
            // Whatever is refused is told by what the mailboxes show afterwards.
            while answers.next().await.is_some() {}
        }
    }

    fn link(self) -> Rc<Link> {
        self.0.get_value()
    }
}

/// Answers as they come.
pub(crate) struct Answers {
    net: Net,
    id: RequestId,
    replies: UnboundedReceiver<Reply>,
    is_done: bool,
}

impl Answers {
    /// The request that they answer.
    pub(crate) fn id(&self) -> RequestId {
        self.id
    }

    /// The next answer; `None` after the last. A problem is always the last.
    pub(crate) async fn next(&mut self) -> Option<Result<Answer, Problem>> {
        if self.is_done {
            return None;
        }
        match self.replies.next().await {
            Some((answer, is_last)) => {
                self.is_done = is_last;
                Some(answer)
            }
            None => {
                self.is_done = true;
                None
            }
        }
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        if !self.is_done {
            self.net.link().cancel(self.id);
        }
    }
}
