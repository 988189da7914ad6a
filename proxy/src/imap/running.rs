//! A command on its way: its responses, one by one, and how it ends.

use super::{
    capabilities::Capabilities,
    decode::{Code, Completion, Condition, Response},
    error::Error,
    session::{Event, Session},
};
use std::time::Duration;

/// A command whose responses are pulled one by one.
#[derive(Debug)]
pub struct Running<'a> {
    session: &'a mut Session,
    tag: String,
    patience: Duration,
    completion: Option<Completion>,
}

impl<'a> Running<'a> {
    pub(super) fn new(session: &'a mut Session, tag: String, patience: Duration) -> Self {
        Self {
            session,
            tag,
            patience,
            completion: None,
        }
    }

    /// The next untagged response; `None` when the command ended with OK. Another end is an error.
    pub async fn next(&mut self) -> Result<Option<Response>, Error> {
        if self.completion.is_some() {
            return Ok(None);
        }
        loop {
            match self.session.next_event(self.patience).await? {
                Event::Untagged(response) => return Ok(Some(response)),
                Event::Tagged(completion) if completion.tag == self.tag => {
                    self.session.set_ready();
                    self.session.learn(&completion);
                    self.completion = Some(ok_or_refused(completion)?);
                    return Ok(None);
                }
                Event::Tagged(_) | Event::Continuation => {}
            }
        }
    }

    /// Keeps a response that does not belong to the command, for whoever watches.
    pub fn keep(&mut self, response: Response) {
        self.session.unsolicited.keep(response);
    }

    /// How it ended, once [`next`](Self::next) gave `None`.
    pub fn into_completion(self) -> Option<Completion> {
        self.completion
    }

    /// The command says too much: the session is dead.
    pub(super) fn give_up(&mut self) {
        self.session.give_up();
    }
}

impl Session {
    /// A completion may carry new capabilities.
    fn learn(&mut self, completion: &Completion) {
        if let Some(Code::Capability(words)) = &completion.status.code {
            self.capabilities = Capabilities::from_words(words.iter().map(String::as_str));
        }
    }
}

/// OK, or the error that it is instead.
pub(super) fn ok_or_refused(completion: Completion) -> Result<Completion, Error> {
    match completion.status.condition {
        Condition::No => Err(Error::No(completion.status)),
        Condition::Bad => Err(Error::Bad(completion.status)),
        _ => Ok(completion),
    }
}
