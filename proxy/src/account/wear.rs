//! Sessions that have become slow where a new one is not.
//!
//! A session of Dovecot 2.3 that had a Maildir open before it changed reads the list of its files at every SELECT of it
//! from then on: 60 ms at 100,000 messages, where a new session takes 2 ms. No server says that of itself, so it is tried,
//! and seldom again where it did not help.

use crate::imap::mailbox_name::WireName;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// A SELECT is slow that takes so much longer than the account's fastest one: a person notices.
const SLOW: Duration = Duration::from_millis(25);
/// At least so long from one new session to the next.
const PAUSE: Duration = Duration::from_secs(10);
/// And where the last one did not help.
const LONG_PAUSE: Duration = Duration::from_secs(30 * 60);

/// How long it takes to open the mailboxes of an account.
#[derive(Default)]
pub struct Wear(Mutex<State>);

#[derive(Default)]
struct State {
    /// Of any mailbox: the way to the server and back.
    fastest: Option<Duration>,
    /// The mailbox that was slowest, and how slow it was.
    slowest: Option<(WireName, Duration)>,
    /// The session is new since then: the next SELECT tells whether that helps.
    is_tried: bool,
    rests_until: Option<Instant>,
}

impl Wear {
    /// A mailbox was opened by SELECT, which took so long.
    pub fn note(&self, mailbox: &WireName, took: Duration, now: Instant) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fastest = state.fastest.map_or(took, |fastest| fastest.min(took));
        state.fastest = Some(fastest);
        let is_tried = state.is_tried;
        match &mut state.slowest {
            Some((slowest, before)) if slowest == mailbox && is_tried => {
                let has_helped = took < *before / 2;
                state.is_tried = false;
                if !has_helped {
                    state.rests_until = Some(now + LONG_PAUSE);
                }
            }
            Some((_, before)) if took <= *before => {}
            slowest if took > fastest + SLOW => *slowest = Some((mailbox.clone(), took)),
            _ => {}
        }
    }

    /// The session is new.
    pub fn renewed(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_tried = true;
    }

    /// Shall the session be replaced that has just left this mailbox? If so, that is not said again for a while.
    pub fn is_due(&self, left: &WireName, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_slow = state.slowest.as_ref().is_some_and(|(slowest, _)| slowest == left);
        let is_due = is_slow && state.rests_until.is_none_or(|until| now >= until);
        if is_due {
            state.rests_until = Some(now + PAUSE);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> WireName {
        WireName::from_server(name.as_bytes())
    }

    /// The inbox was opened fast, then slowly.
    fn worn(now: Instant) -> (Wear, WireName) {
        let (wear, inbox) = (Wear::default(), named("INBOX"));
        for (mailbox, milliseconds) in [(&inbox, 30), (&named("Archive"), 1), (&inbox, 60)] {
            wear.note(mailbox, Duration::from_millis(milliseconds), now);
        }
        (wear, inbox)
    }

    #[test]
    fn a_session_that_leaves_the_slow_mailbox_is_replaced_but_not_all_the_time() {
        let now = Instant::now();
        let (wear, inbox) = worn(now);

        assert!(!wear.is_due(&named("Archive"), now));
        assert!(wear.is_due(&inbox, now));
        wear.renewed();
        wear.note(&inbox, Duration::from_millis(2), now);
        assert!(!wear.is_due(&inbox, now + PAUSE / 2));
        assert!(wear.is_due(&inbox, now + PAUSE));
    }

    #[test]
    fn where_a_new_session_is_as_slow_it_is_seldom_tried_again() {
        let now = Instant::now();
        let (wear, inbox) = worn(now);

        assert!(wear.is_due(&inbox, now));
        wear.renewed();
        wear.note(&inbox, Duration::from_millis(55), now);

        assert!(!wear.is_due(&inbox, now + PAUSE * 2));
        assert!(wear.is_due(&inbox, now + LONG_PAUSE));
    }

    #[test]
    fn who_comes_back_before_the_session_is_replaced_proves_nothing() {
        let now = Instant::now();
        let (wear, inbox) = worn(now);

        assert!(wear.is_due(&inbox, now));
        wear.note(&inbox, Duration::from_millis(55), now);

        assert!(wear.is_due(&inbox, now + PAUSE));
    }

    #[test]
    fn a_server_that_is_far_away_is_not_slow() {
        let (now, inbox) = (Instant::now(), named("INBOX"));
        let wear = Wear::default();
        for milliseconds in [180, 185, 190, 200] {
            wear.note(&inbox, Duration::from_millis(milliseconds), now);
            wear.note(&named("Archive"), Duration::from_millis(180), now);
        }

        assert!(!wear.is_due(&inbox, now));
    }
}
