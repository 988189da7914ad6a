//! When the watching connection looks at everything: all mailboxes, their counts, and what pages show.

use std::time::Duration;
use tokio::time::Instant;

/// Between two looks at all mailboxes, on a server that does not tell of them by itself: about as long as a person
/// waits for a count to follow what was done on the phone.
const POLL: Duration = Duration::from_secs(15);
/// Looks may take this part of the time at most: a server that is slow at them, or has very many mailboxes, is asked
/// less often …
const POLL_PART: u32 = 20;
/// … but not less often than this.
const POLL_LONGEST: Duration = Duration::from_secs(3 * 60);
/// On a server that tells of all by itself: a safety net.
const POLL_NOTIFIED: Duration = Duration::from_secs(10 * 60);
/// After news there is a look even there. Dovecot 2.3.19 loses some: when mailboxes are made or renamed while messages
/// come and go, it tells of one of the mailboxes, and never of the others.
const LOOK_AFTER_NEWS: Duration = Duration::from_secs(8);

/// When everything is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looks {
    /// The next time.
    pub(super) next: Instant,
    /// The server tells of all mailboxes by itself.
    pub(super) is_notified: bool,
    /// The shortest time until the next look: the last one may have taken long.
    pause: Duration,
    /// The next look is followed by another one.
    must_repeat: bool,
}

impl Looks {
    /// On a new connection.
    pub(super) fn begin(is_notified: bool, is_first: bool) -> Self {
        Self {
            next: Instant::now(),
            is_notified,
            pause: Duration::ZERO,
            // The pages ask anew as well when a connection is back, each in its own time.
            must_repeat: !is_first,
        }
    }

    /// The server said something.
    pub(super) fn after_news(&mut self) {
        if self.is_notified {
            self.next = self.next.min(Instant::now() + LOOK_AFTER_NEWS.max(self.pause));
        }
    }

    /// There was a look, and it took so long.
    pub(super) fn after_look(&mut self, took: Duration) {
        let part = took.saturating_mul(POLL_PART).min(POLL_LONGEST);
        self.pause = part;
        let wait = match self.is_notified {
            true if std::mem::take(&mut self.must_repeat) => LOOK_AFTER_NEWS.max(part),
            true => POLL_NOTIFIED,
            false => POLL.max(part),
        };
        self.next = Instant::now() + wait;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(looks: &Looks) -> Duration {
        looks.next.saturating_duration_since(Instant::now())
    }

    fn is_about(is: Duration, wanted: Duration) -> bool {
        is <= wanted && is + Duration::from_secs(1) > wanted
    }

    #[tokio::test]
    async fn a_slow_server_is_looked_at_less_often() {
        let mut looks = Looks::begin(false, false);

        for (took, wanted) in [
            (Duration::from_millis(30), POLL),
            (Duration::from_secs(2), Duration::from_secs(40)),
            (Duration::from_secs(60), POLL_LONGEST),
        ] {
            looks.after_look(took);
            assert!(is_about(wait(&looks), wanted), "{took:?}");
        }
    }

    #[tokio::test]
    async fn news_are_followed_by_a_look_for_what_was_not_told() {
        let mut looks = Looks::begin(true, true);
        looks.after_look(Duration::from_millis(5));
        assert!(is_about(wait(&looks), POLL_NOTIFIED));

        looks.after_news();
        let first = looks.next;
        looks.after_news();

        assert!(is_about(wait(&looks), LOOK_AFTER_NEWS));
        assert_eq!(looks.next, first, "more news do not put it off");
    }

    #[tokio::test]
    async fn a_connection_that_is_back_is_looked_at_once_and_again_when_the_pages_have_asked() {
        let mut looks = Looks::begin(true, false);
        assert_eq!(wait(&looks), Duration::ZERO);

        looks.after_look(Duration::from_millis(5));
        assert!(is_about(wait(&looks), LOOK_AFTER_NEWS));
        looks.after_look(Duration::from_millis(5));
        assert!(is_about(wait(&looks), POLL_NOTIFIED));
    }
}
