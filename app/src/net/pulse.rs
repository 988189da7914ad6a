//! Is the link still alive? A pure judgement, made every few seconds by [`super::link`].
//!
//! A TCP connection that died without a word looks like one where nothing happens. So after some
//! silence the app asks; without an answer the link counts as dead.

/// Silence after which an idle link is asked, in milliseconds. NATs forget after one minute or more.
const IDLE_MS: f64 = 25_000.0;

/// Silence after which the link is asked while a person waits for an answer, in milliseconds.
const WAITING_MS: f64 = 6_000.0;

/// Time for the answer to a ping, or for a connection to come up, in milliseconds.
const PATIENCE_MS: f64 = 8_000.0;

/// What is known about the link. Times are milliseconds of one clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pulse {
    /// The last time anything was heard, or when the connection was begun.
    pub(super) heard: f64,
    /// When a ping went out that has not been answered.
    pub(super) pinged: Option<f64>,
    /// Is the link up, rather than coming up?
    pub(super) is_up: bool,
    /// Is anybody waiting for an answer?
    pub(super) is_awaited: bool,
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing.
    Rest,
    /// Send a ping.
    Ping,
    /// Give this connection up and make another.
    GiveUp,
}

impl Pulse {
    /// What to do at the time `now`.
    pub(super) fn step(self, now: f64) -> Step {
        let silence = now - self.heard;
        if !self.is_up {
            return if silence > PATIENCE_MS {
                Step::GiveUp
            } else {
                Step::Rest
            };
        }
        match self.pinged {
            Some(pinged) if now - pinged > PATIENCE_MS => Step::GiveUp,
            Some(_) => Step::Rest,
            None if silence > if self.is_awaited { WAITING_MS } else { IDLE_MS } => Step::Ping,
            None => Step::Rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Pulse = Pulse {
        heard: 1_000.0,
        pinged: None,
        is_up: true,
        is_awaited: false,
    };

    #[test]
    fn an_idle_link_is_asked_after_a_while_and_sooner_when_someone_waits() {
        assert_eq!(QUIET.step(20_000.0), Step::Rest);
        assert_eq!(QUIET.step(27_000.0), Step::Ping);
        let awaited = Pulse {
            is_awaited: true,
            ..QUIET
        };
        assert_eq!(awaited.step(8_000.0), Step::Ping);
    }

    #[test]
    fn a_link_that_answers_no_ping_is_given_up() {
        let asked = Pulse {
            pinged: Some(27_000.0),
            ..QUIET
        };

        assert_eq!(asked.step(30_000.0), Step::Rest);
        assert_eq!(asked.step(36_000.0), Step::GiveUp);
    }

    #[test]
    fn a_connection_that_does_not_come_up_is_given_up() {
        let coming = Pulse { is_up: false, ..QUIET };

        assert_eq!(coming.step(5_000.0), Step::Rest);
        assert_eq!(coming.step(9_500.0), Step::GiveUp);
    }
}
