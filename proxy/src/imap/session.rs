//! A signed-in connection: sends a command, reads what comes, knows how it ended.
//!
//! NO, BAD and silence are three different errors. Each wait is bounded; a session whose command timed
//! out is dead. Any future may be dropped at any time: the session knows what was in flight, and reads
//! it to its end before the next command. The commands themselves are methods in `command`.

use super::{
    capabilities::Capabilities,
    command_line::CommandLine,
    decode::{Completion, Condition, Response, response},
    error::Error,
    exists::Exists,
    mailbox_name::WireName,
    running::Running,
    unsolicited::Unsolicited,
    wire::Wire,
};
use std::{collections::VecDeque, time::Duration};
use tokio::time::timeout;

/// Time for one write to be taken by the socket.
const WRITE_PATIENCE: Duration = Duration::from_secs(60);

/// Time to read what an abandoned command still sends; longer, and a new connection is quicker.
const DRAIN_PATIENCE: Duration = Duration::from_secs(20);

/// Time for the server to ask for a literal.
const CONTINUATION_PATIENCE: Duration = Duration::from_secs(60);

/// Most responses that may come before the server asks for a literal.
const MAX_EARLY: usize = 10_000;

/// Most octets of responses that one command may collect in memory; see [`Session::run`].
const MAX_COLLECTED_OCTETS: usize = 48 * 1024 * 1024;

/// What keeping a response costs beside its octets.
const RESPONSE_COST_OCTETS: usize = 64;

/// A signed-in connection. `Send`, small when idle, without locks: one owner at a time.
#[derive(Debug)]
pub struct Session {
    wire: Wire,
    state: State,
    /// Read while waiting for `+`, to be told in its turn.
    backlog: VecDeque<Event>,
    pub(super) capabilities: Capabilities,
    pub(super) enabled: Enabled,
    pub(super) selected: Option<WireName>,
    pub(super) exists: Exists,
    pub(super) is_notify_set: bool,
    pub(super) unsolicited: Unsolicited,
}

/// Extensions that were switched on (RFC 5161).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Enabled {
    /// CONDSTORE.
    pub condstore: bool,
    /// QRESYNC: VANISHED instead of EXPUNGE.
    pub qresync: bool,
    /// UTF8=ACCEPT: names are UTF-8.
    pub utf8: bool,
}

/// What is in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Ready,
    /// A command is being written: if it stays so, half of it may have gone.
    Writing,
    /// Written; the completion has not come.
    Waiting(String),
    /// IDLE is written; the server has not granted it.
    AskingToIdle(String),
    /// In IDLE.
    Idling(String),
    Dead,
}

/// What comes in.
#[derive(Debug)]
pub(super) enum Event {
    /// An untagged response.
    Untagged(Response),
    /// `+`.
    Continuation,
    /// The end of a command.
    Tagged(Completion),
}

impl Session {
    pub(super) fn new(wire: Wire, capabilities: Capabilities) -> Self {
        Self {
            wire,
            state: State::Ready,
            backlog: VecDeque::new(),
            capabilities,
            enabled: Enabled::default(),
            selected: None,
            exists: Exists::default(),
            is_notify_set: false,
            unsolicited: Unsolicited::default(),
        }
    }

    /// What the server can do.
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// What was enabled.
    pub fn enabled(&self) -> Enabled {
        self.enabled
    }

    /// The mailbox that is open, in the server's spelling.
    pub fn selected(&self) -> Option<&WireName> {
        self.selected.as_ref()
    }

    /// How many messages the open mailbox has: their sequence numbers until the next command. `None` where the server
    /// has not told it.
    pub fn exists(&self) -> Option<u32> {
        self.exists.told()
    }

    /// Can it be used on? `false` once the connection was lost or a command timed out: drop it then.
    pub fn is_usable(&self) -> bool {
        !matches!(self.state, State::Dead | State::Writing)
    }

    /// Runs a command to its end. OK gives all untagged responses that came with it, in order, and the
    /// completion; anything else is an error.
    pub async fn run(&mut self, line: &CommandLine) -> Result<(Vec<Response>, Completion), Error> {
        let mut running = self.start(line).await?;
        let mut responses = Vec::new();
        let mut octets = 0;
        while let Some(response) = running.next().await? {
            octets += RESPONSE_COST_OCTETS + weight(&response);
            if octets > MAX_COLLECTED_OCTETS {
                running.give_up();
                return Err(Error::TooLong);
            }
            responses.push(response);
        }
        let completion = running
            .into_completion()
            .ok_or(Error::Incomplete("how the command ended"))?;
        Ok((responses, completion))
    }

    /// Sends a command; its responses are then pulled one by one. The result may be dropped early: what
    /// still comes is read and thrown away before the next command.
    pub async fn start(&mut self, line: &CommandLine) -> Result<Running<'_>, Error> {
        let tag = self.send(line).await?;
        Ok(Running::new(self, tag, line.patience()))
    }

    /// Writes a command with its literals. Ends early, without error, when the server completes the
    /// command instead of asking for a literal: the completion is then in the backlog.
    pub(super) async fn send(&mut self, line: &CommandLine) -> Result<String, Error> {
        self.settle().await?;
        let literals = line.before().iter().map(|(_, literal)| literal);
        let mut segments = self.segments(line).into_iter();
        let first = segments.next().unwrap_or_default();
        let tag = self.wire.next_tag();
        self.write(format!("{tag} {first}\r\n").as_bytes()).await?;
        self.state = State::Waiting(tag.clone());
        for (literal, segment) in literals.zip(segments) {
            if !self.capabilities.may_send_at_once(literal.len()) && !self.await_continuation(&tag).await? {
                break;
            }
            self.write(&[literal, segment.as_bytes(), b"\r\n"].concat()).await?;
            self.state = State::Waiting(tag.clone());
        }
        Ok(tag)
    }

    /// The syntax before, between and after the literals, with the announcements of these.
    fn segments(&self, line: &CommandLine) -> Vec<String> {
        let announced = line
            .before()
            .iter()
            .map(|(syntax, literal)| format!("{syntax}{}", self.literal_head(literal.len())));
        announced.chain([line.syntax().to_owned()]).collect()
    }

    fn literal_head(&self, octets: usize) -> String {
        let plus = if self.capabilities.may_send_at_once(octets) {
            "+"
        } else {
            ""
        };
        format!("{{{octets}{plus}}}")
    }

    /// Waits for `+`. `false`: the command was completed instead. What else comes is told later.
    pub(super) async fn await_continuation(&mut self, tag: &str) -> Result<bool, Error> {
        loop {
            match self.fresh_event(CONTINUATION_PATIENCE).await? {
                Event::Continuation => return Ok(true),
                Event::Tagged(completion) if completion.tag == tag => {
                    self.backlog.push_back(Event::Tagged(completion));
                    return Ok(false);
                }
                Event::Tagged(_) => {}
                untagged @ Event::Untagged(_) => self.backlog.push_back(untagged),
            }
            if self.backlog.len() > MAX_EARLY {
                self.give_up();
                return Err(Error::TooLong);
            }
        }
    }

    /// Writes octets as they are and flushes. While it runs, the session counts as half-written.
    pub(super) async fn write(&mut self, octets: &[u8]) -> Result<(), Error> {
        self.state = State::Writing;
        let written = within(WRITE_PATIENCE, self.wire.write(octets)).await;
        self.or_dead(written.and_then(|written| written.map_err(|error| Error::lost(&error))))
    }

    /// The next thing that comes, in order. Safe to drop: nothing is lost by it.
    pub(super) async fn next_event(&mut self, patience: Duration) -> Result<Event, Error> {
        match self.backlog.pop_front() {
            Some(event) if self.is_usable() => Ok(event),
            _ => self.fresh_event(patience).await,
        }
    }

    /// The next thing off the wire, past what waits in the backlog.
    async fn fresh_event(&mut self, patience: Duration) -> Result<Event, Error> {
        if !self.is_usable() {
            return Err(Error::ConnectionLost("it was given up earlier".into()));
        }
        let event = within(patience, self.read_event()).await.flatten();
        self.or_dead(event)
    }

    async fn read_event(&mut self) -> Result<Event, Error> {
        loop {
            let line = self.wire.response().await.map_err(|error| Error::lost(&error))?;
            let Some(line) = line else {
                return Err(Error::ConnectionLost("the server hung up".into()));
            };
            match response(&line) {
                Ok(Response::Tagged(completion)) => return Ok(Event::Tagged(completion)),
                Ok(Response::Continuation) => return Ok(Event::Continuation),
                Ok(Response::Status(status)) if status.condition == Condition::Bye => {
                    return Err(Error::ConnectionLost(status.text));
                }
                Ok(response) => {
                    self.exists.hear(&response);
                    return Ok(Event::Untagged(response));
                }
                // One response that makes no sense is no reason to give up the connection; a
                // completion that makes none is, and the silence after it will tell.
                Err(error) => tracing::debug!(%error, octets = line.len(), "A response made no sense"),
            }
        }
    }

    /// Brings the session to where a command may be sent: reads to the end what was abandoned.
    pub(super) async fn settle(&mut self) -> Result<(), Error> {
        match self.state.clone() {
            State::Ready => return Ok(()),
            State::Dead | State::Writing => {
                self.state = State::Dead;
                return Err(Error::ConnectionLost("it was given up earlier".into()));
            }
            State::Waiting(tag) => self.drain(&tag).await?,
            State::AskingToIdle(tag) => {
                if self.await_continuation(&tag).await? {
                    self.end_idle(&tag).await?;
                } else {
                    self.drain(&tag).await?;
                }
            }
            State::Idling(tag) => self.end_idle(&tag).await?,
        }
        Ok(())
    }

    async fn end_idle(&mut self, tag: &str) -> Result<(), Error> {
        self.write(b"DONE\r\n").await?;
        self.set_waiting(tag);
        self.drain(tag).await
    }

    async fn drain(&mut self, tag: &str) -> Result<(), Error> {
        let drained = within(DRAIN_PATIENCE, async {
            loop {
                match self.next_event(DRAIN_PATIENCE).await? {
                    Event::Tagged(completion) if completion.tag == tag => return Ok(()),
                    Event::Untagged(response) => self.unsolicited.keep(response),
                    Event::Tagged(_) | Event::Continuation => {}
                }
            }
        })
        .await
        .flatten();
        self.or_dead(drained)?;
        self.state = State::Ready;
        Ok(())
    }

    /// IDLE has been sent.
    pub(super) fn set_asking_to_idle(&mut self, tag: &str) {
        self.state = State::AskingToIdle(tag.to_owned());
    }

    /// IDLE has been granted.
    pub(super) fn set_idling(&mut self, tag: String) {
        self.state = State::Idling(tag);
    }

    /// A command was written by hand, and its completion is awaited.
    pub(super) fn set_waiting(&mut self, tag: &str) {
        self.state = State::Waiting(tag.to_owned());
    }

    /// The completion of a command that was written by hand has come.
    pub(super) fn set_ready(&mut self) {
        self.state = State::Ready;
    }

    /// A completion came out of turn: if it is that of the IDLE in flight, that is over.
    pub(super) fn note_end(&mut self, tag: &str) {
        if self.state == State::Idling(tag.to_owned()) {
            self.state = State::Ready;
        }
    }

    /// Half of something was sent: the session is dead.
    pub(super) fn give_up(&mut self) {
        self.state = State::Dead;
    }

    fn or_dead<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if result.is_err() {
            self.state = State::Dead;
        }
        result
    }
}

pub(super) async fn within<T>(patience: Duration, future: impl Future<Output = T>) -> Result<T, Error> {
    timeout(patience, future).await.map_err(|_| Error::TimedOut)
}

/// The octets of a response that can be large.
fn weight(response: &Response) -> usize {
    match response {
        Response::Fetch(fetch) => {
            let sections = fetch.sections.iter().filter_map(|section| section.octets.as_ref());
            1000 + sections.map(Vec::len).sum::<usize>()
        }
        Response::List(_) | Response::MailboxStatus(_) => 300,
        _ => 0,
    }
}
