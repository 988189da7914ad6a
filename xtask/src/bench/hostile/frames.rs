//! Octets that no browser sends: frames made by hand, good and bad (RFC 6455, section 5.2).

use miniz_oxide::deflate::compress_to_vec;
use std::sync::LazyLock;
use surat_protocol::{
    ClientFrame, MailboxName, Request, RequestId,
    frame::{CLIENT_FRAME_LIMIT, encode, renumbered},
};

/// First octets of frames: the last or only one of a message, or not.
pub(super) const BINARY: u8 = 0x82;
/// The same, compressed (RFC 7692, section 6).
pub(super) const COMPRESSED: u8 = 0xC2;
/// Begins a message, with more to come.
pub(super) const BEGINNING: u8 = 0x02;
/// Goes on with a message, with more to come.
pub(super) const MORE: u8 = 0x00;
/// A ping.
pub(super) const PING: u8 = 0x89;

/// What a bomb becomes: 32 times what may be in a message.
const BOMB_OCTETS: usize = CLIENT_FRAME_LIMIT * 32;

/// The beginning of a long request, which has its number in it.
const START_OCTETS: usize = 16;

/// From here on all numbers of requests take equally many octets.
const FIRST_LONG: RequestId = RequestId(1 << 28);

/// A frame as a browser masks it; the mask is zeros, which costs the reader as much as any other.
pub(super) fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    framed(first, 0x80, payload.len() as u64, &[&[0; 4], payload].concat())
}

/// A frame that is not masked, which no browser may send.
pub(super) fn unmasked(payload: &[u8]) -> Vec<u8> {
    framed(BINARY, 0, payload.len() as u64, payload)
}

/// The beginning of a frame that says it is longer than any that may be.
pub(super) fn oversized() -> Vec<u8> {
    framed(BINARY, 0x80, 1 << 40, &[0; 4])
}

/// A request, as the app sends it.
pub(super) fn request(id: u32, request: Request) -> Vec<u8> {
    let id = RequestId(id);
    masked(BINARY, &encode(&ClientFrame::Request { id, request }))
}

/// A small frame that becomes far too large.
pub(super) fn bomb() -> Vec<u8> {
    static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| masked(COMPRESSED, &deflated(&vec![0; BOMB_OCTETS])));
    BOMB.clone()
}

/// A small frame that becomes as large as one may be: a request for a mailbox that is not there, by a name of 2 MB.
pub(super) fn largest(id: u32) -> Vec<u8> {
    /// The beginning, which holds the request's number, and all else, compressed.
    static PARTS: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
        let mailbox = MailboxName("a".repeat(CLIENT_FRAME_LIMIT - 64));
        let request = Request::DeleteMailbox { mailbox };
        let mut start = encode(&ClientFrame::Request {
            id: FIRST_LONG,
            request,
        });
        let rest = start.split_off(START_OCTETS);
        (start, deflated(&rest))
    });
    let (start, rest) = &*PARTS;
    let id = RequestId(FIRST_LONG.0.saturating_add(id));
    let start = renumbered(start, id).unwrap_or_default();
    let length = u16::try_from(start.len()).unwrap_or(u16::MAX);
    // As it is, in a block of its own (RFC 1951, section 3.2.4).
    let stored = [&[0][..], &length.to_le_bytes(), &(!length).to_le_bytes(), &start].concat();
    masked(COMPRESSED, &[&stored[..], rest].concat())
}

/// Compressed as in a message of its own. It ends with a block that says it is the last, which is allowed (RFC 7692,
/// section 7.2.3.4); an octet of zeros stands for what such a message needs after it.
fn deflated(octets: &[u8]) -> Vec<u8> {
    let mut deflated = compress_to_vec(octets, 9);
    deflated.push(0);
    deflated
}

fn framed(first: u8, mask: u8, length: u64, rest: &[u8]) -> Vec<u8> {
    let mut octets = vec![first];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if short < 126 => octets.push(mask | short),
        (_, Ok(medium)) => {
            octets.push(mask | 126);
            octets.extend(medium.to_be_bytes());
        }
        _ => {
            octets.push(mask | 127);
            octets.extend(length.to_be_bytes());
        }
    }
    octets.extend(rest);
    octets
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::inflate::decompress_to_vec;
    use surat_protocol::frame::decode;

    #[test]
    fn lengths_are_written_as_the_rfc_says() {
        assert_eq!(masked(PING, b"a"), [0x89, 0x81, 0, 0, 0, 0, b'a']);
        assert_eq!(unmasked(&[7; 126])[..4], [0x82, 126, 0, 126]);
        assert_eq!(oversized()[..10], [0x82, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn bombs_are_small() {
        assert!(bomb().len() < BOMB_OCTETS / 900);
        assert!(largest(1).len() < CLIENT_FRAME_LIMIT / 900);
    }

    #[test]
    fn the_largest_request_is_one_when_it_is_inflated() {
        let frame = largest(7);
        // Two octets of header, two of length, four of mask.
        let inflated = decompress_to_vec(&frame[8..]).unwrap();

        assert!(inflated.len() > CLIENT_FRAME_LIMIT - 64 && inflated.len() <= CLIENT_FRAME_LIMIT);
        assert!(matches!(
            decode(&inflated),
            Some(ClientFrame::Request { id, request: Request::DeleteMailbox { .. } }) if id.0 == FIRST_LONG.0 + 7
        ));
    }
}
