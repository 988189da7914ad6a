//! Feeds octets to sorter and decoders in tests: each response must become a value or an error, without
//! a panic and without end. (`examples/feed_responses.rs` does so with a recorded corpus.)

use super::{decode::response, sorter::Sorter};
use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
};
use tokio::io::{AsyncRead, ReadBuf};

/// What became of some octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Responses that have a value.
    pub(super) values: usize,
    /// Responses that are an error, and an end in the middle of one.
    pub(super) errors: usize,
    /// Neither, for longer than there are octets: a hang.
    pub(super) is_hanging: bool,
}

/// Feeds octets as a server would send them after its greeting, until they end.
pub(super) fn check(octets: &[u8]) -> Outcome {
    let mut sorter = Sorter::after_greeting(octets);
    let mut outcome = Outcome::default();
    // Each poll reads something, gives something, or ends: a response is at least three octets.
    for _ in 0..2 * octets.len() + 16 {
        let mut room = [0; 512];
        let mut buffer = ReadBuf::new(&mut room);
        let polled = Pin::new(&mut sorter).poll_read(&mut Context::from_waker(Waker::noop()), &mut buffer);
        let is_at_end = matches!(polled, Poll::Ready(Ok(()))) && buffer.filled().is_empty();
        let lines = std::iter::from_fn(|| sorter.pop().or_else(|| sorter.take_handed_on()));
        for line in lines {
            match response(&line) {
                Ok(_) => outcome.values += 1,
                Err(_) => outcome.errors += 1,
            }
        }
        if matches!(polled, Poll::Ready(Err(_))) {
            outcome.errors += 1;
            return outcome;
        }
        if is_at_end {
            return outcome;
        }
    }
    outcome.is_hanging = true;
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_every_kind_come_to_an_end() {
        for (sample, values, errors) in [
            (&b""[..], 0, 0),
            (b"\r\n\r\n* 1 EXISTS\r\n", 1, 0),
            (b"* 1 FETCH (UID 7 BODY[] {5}\r\nab", 0, 1),
            (b"* 1 FETCH (UID x)\r\nA1 OK\r\n", 1, 1),
            (b"+ go on\r\n* BYE\r\n", 2, 0),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n", 0, 1),
            (b"* 1 FETCH (BODY[] {99999999999}\r\n", 0, 1),
            (b"\xFF\xFE\0\n", 0, 1),
        ] {
            let expected = Outcome {
                values,
                errors,
                is_hanging: false,
            };
            assert_eq!(check(sample), expected, "{sample:?}");
        }
    }
}
