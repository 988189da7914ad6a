//! What async-imap is given of a line that goes on to it: the head, without the text.
//!
//! It needs the tag and the status. Its parser panics on some texts (a response code with text right
//! behind it that is not ASCII), reads long lines again from the start every 4 KiB, and closes the
//! stream on what it does not know. The whole line stays with the sorter, for our decoders.

use bytes::Bytes;
use std::io;

/// Longest tag that is passed on; ours have five octets.
const MAX_TAG_OCTETS: usize = 32;

/// The head of a greeting, a BYE, a tagged line or a continuation, with CRLF.
pub fn head(line: &[u8]) -> io::Result<Bytes> {
    if let Some(text) = line.strip_prefix(b"+") {
        return Ok(continuation(text));
    }
    let mut words = line
        .split(|octet| octet.is_ascii_whitespace())
        .filter(|word| !word.is_empty());
    let tag = words.next().filter(|tag| is_tag(tag)).ok_or_else(not_a_response)?;
    let status = words.next().and_then(known_status).ok_or_else(not_a_response)?;
    Ok([tag, b" ", status, b"\r\n"].concat().into())
}

/// Of a continuation only a SASL challenge matters (base64). Text in its place, as in
/// `+ OK go ahead`, stands for an empty challenge.
fn continuation(text: &[u8]) -> Bytes {
    let text = text.trim_ascii();
    let is_base64 = |octet: &u8| octet.is_ascii_alphanumeric() || b"+/=".contains(octet);
    if text.len().is_multiple_of(4) && !text.is_empty() && text.len() <= 4096 && text.iter().all(is_base64) {
        return [b"+ ", text, b"\r\n"].concat().into();
    }
    Bytes::from_static(b"+\r\n")
}

fn is_tag(tag: &[u8]) -> bool {
    tag == b"*" || (tag.len() <= MAX_TAG_OCTETS && tag.iter().all(u8::is_ascii_alphanumeric))
}

fn known_status(word: &[u8]) -> Option<&'static [u8]> {
    [&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"]
        .into_iter()
        .find(|status| word.eq_ignore_ascii_case(status))
}

fn not_a_response() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "This is not an IMAP response")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(line: &[u8]) -> Option<Vec<u8>> {
        head(line).ok().map(|head| head.to_vec())
    }

    #[test]
    fn async_imap_sees_tag_and_status_only() {
        assert_eq!(
            heads("A0001 OK [READ-ONLY]é\r\n".as_bytes()),
            Some(b"A0001 OK\r\n".to_vec())
        );
        assert_eq!(heads(b"* bye  {3}\r\n"), Some(b"* BYE\r\n".to_vec()));
        assert_eq!(heads(b"A0001 no\r\n"), Some(b"A0001 NO\r\n".to_vec()));
    }

    #[test]
    fn a_challenge_is_kept_and_chatter_is_not() {
        assert_eq!(heads(b"+ YmFy\r\n"), Some(b"+ YmFy\r\n".to_vec()));
        assert_eq!(heads("+ [READ-ONLY]é\r\n".as_bytes()), Some(b"+\r\n".to_vec()));
        assert_eq!(heads(b"+\r\n"), Some(b"+\r\n".to_vec()));
        assert_eq!(heads(b"+idling\r\n"), Some(b"+\r\n".to_vec()));
    }

    #[test]
    fn what_is_no_response_is_an_error() {
        for line in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            b"220 smtp ready\r\n",
            b"A1 MAYBE\r\n",
            b"( OK\r\n",
            b"A1\r\n",
        ] {
            assert_eq!(heads(line), None, "{line:?}");
        }
    }

    #[test]
    fn async_imap_can_read_every_head() {
        for line in [
            "A0001 OK [X]é\r\n",
            "* PREAUTH [READ-ONLY]é\r\n",
            "* BYE\r\n",
            "+ \u{0}\r\n",
            "+ YmFy\r\n",
        ] {
            let head = head(line.as_bytes()).unwrap();
            assert!(imap_proto::Response::parse(&head).is_ok(), "{line:?}");
        }
    }
}
