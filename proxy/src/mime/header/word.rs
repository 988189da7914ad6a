//! Encoded words (RFC 2047), with the damage that real mail has.

use super::{clean::is_plain_line, one_line};
use crate::mime::{
    charset,
    transfer::{Encoding, decode},
};

/// Octets of a field that are looked at; more is no header but an attack.
const FIELD_OCTETS: usize = 64 << 10;

/// Octets in which a word must end. RFC 2047 says 75; some programs never cut at all.
const WORD_OCTETS: usize = 4 << 10;

/// Unstructured text of a field as people read it: encoded words decoded, raw 8-bit read as UTF-8
/// or Windows-1252, on one line of at most `limit` characters.
pub fn text(raw: &[u8], limit: usize) -> String {
    if raw.len() <= limit && is_plain_line(raw) && find(raw, 0, b"=?").is_none() {
        return String::from_utf8_lossy(raw).into_owned();
    }
    decoded_line(raw, limit)
}

fn decoded_line(raw: &[u8], limit: usize) -> String {
    one_line(&decode_words(raw), limit)
}

/// Decodes every encoded word in `raw`. White space between two of them is theirs to drop, and
/// neighbours of one charset are joined first, since some programs cut characters in the middle.
pub(super) fn decode_words(raw: &[u8]) -> String {
    let raw = raw.get(..FIELD_OCTETS).unwrap_or(raw);
    let mut decoded = String::with_capacity(raw.len());
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut plain_from = 0;
    let mut at = 0;
    while let Some(found) = find(raw, at, b"=?") {
        let Some(word) = Word::parse(&raw[found..]) else {
            at = found + 2;
            continue;
        };
        let between = &raw[plain_from..found];
        let is_gap = pending.is_some() && between.iter().all(u8::is_ascii_whitespace);
        if !is_gap {
            flush(&mut pending, &mut decoded);
            decoded.push_str(&charset::guess(between));
        }
        match &mut pending {
            Some((charset, octets)) if charset.eq_ignore_ascii_case(&word.charset) => octets.extend(&word.octets),
            _ => {
                flush(&mut pending, &mut decoded);
                pending = Some((word.charset, word.octets));
            }
        }
        at = found + word.length;
        plain_from = at;
    }
    flush(&mut pending, &mut decoded);
    decoded.push_str(&charset::guess(&raw[plain_from..]));
    decoded
}

fn flush(pending: &mut Option<(String, Vec<u8>)>, decoded: &mut String) {
    if let Some((label, octets)) = pending.take() {
        decoded.push_str(&charset::decode(&label, &octets).text);
    }
}

fn find(raw: &[u8], from: usize, needle: &[u8; 2]) -> Option<usize> {
    let rest = raw.get(from..)?;
    rest.windows(2).position(|pair| pair == needle).map(|at| from + at)
}

/// One `=?charset?encoding?text?=`.
struct Word {
    charset: String,
    octets: Vec<u8>,
    /// Octets that it took.
    length: usize,
}

impl Word {
    /// Reads the word that starts here. Spaces inside are let pass in Q, as many programs leave them.
    fn parse(raw: &[u8]) -> Option<Self> {
        let mut pieces = raw.get(2..)?.splitn(3, |b| *b == b'?');
        let (charset, encoding, rest) = (pieces.next()?, pieces.next()?, pieces.next()?);
        if charset.is_empty() || charset.len() > 64 || !charset.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        // A lone "?" inside is let pass when the end still follows.
        let end = find(rest.get(..WORD_OCTETS).unwrap_or(rest), 0, b"?=")?;
        let text = &rest[..end];
        if text.contains(&b'\n') {
            return None;
        }
        let octets = match encoding {
            b"B" | b"b" => decode(Encoding::Base64, text).0,
            b"Q" | b"q" => decode_q(text),
            _ => return None,
        };
        // RFC 2231, section 5: "charset*language".
        let charset = charset.split(|b| *b == b'*').next()?;
        Some(Self {
            charset: String::from_utf8_lossy(charset).into_owned(),
            octets,
            length: 2 + charset_length(raw)? + encoding.len() + 1 + end + 2,
        })
    }
}

/// Octets of the charset and its question mark.
fn charset_length(raw: &[u8]) -> Option<usize> {
    Some(raw.get(2..)?.iter().position(|b| *b == b'?')? + 1)
}

/// The "Q" encoding (RFC 2047, section 4.2): `_` is a space, `=XX` an octet.
fn decode_q(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text.iter().map(|b| if *b == b'_' { b' ' } else { *b }).collect();
    let mut octets = decode(Encoding::QuotedPrintable, &spaced).0;
    // Quoted-printable drops white space at the end of a line; here it is text.
    let trailing = spaced.iter().rev().take_while(|b| **b == b' ').count();
    octets.extend(std::iter::repeat_n(b' ', trailing));
    octets
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(raw: &str) -> String {
        text(raw.as_bytes(), 1000)
    }

    proptest! {
        #[test]
        fn what_is_taken_as_it_stands_is_what_decoding_gives(raw in "[ -~]{0,40}") {
            prop_assert_eq!(text(raw.as_bytes(), 30), decoded_line(raw.as_bytes(), 30));
        }
    }

    #[test]
    fn words_are_decoded_in_both_encodings() {
        assert_eq!(read("=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?="), "Keld Jørn Simonsen");
        assert_eq!(read("=?utf-8?b?w4Rwc2U=?= rest"), "Äpse rest");
        assert_eq!(read("=?utf-8*en?Q?a_b?="), "a b");
    }

    #[test]
    fn white_space_between_words_is_dropped_and_elsewhere_kept() {
        assert_eq!(read("=?utf-8?q?a?=\r\n =?utf-8?q?b?= c =?utf-8?q?d?="), "ab c d");
        assert_eq!(read("=?utf-8?q?a_?= =?iso-8859-1?q?b?="), "a b");
    }

    #[test]
    fn a_character_cut_between_two_words_is_whole_again() {
        assert_eq!(read("=?utf-8?B?w6Q=?= =?utf-8?B?4pw=?= =?utf-8?B?kw==?="), "ä✓");
    }

    #[test]
    fn broken_words_stay_as_they_are() {
        for raw in [
            "=?utf-8?q?abc",
            "=?utf-8?x?abc?=",
            "=??q?abc?=",
            "=?",
            "=?utf-8?q",
            "a =?= b",
        ] {
            assert_eq!(read(raw), raw);
        }
    }

    #[test]
    fn raw_octets_are_utf_8_or_windows_1252() {
        assert_eq!(read("Grüße"), "Grüße");
        assert_eq!(text(b"Gr\xfc\xdfe", 100), "Grüße");
    }

    #[test]
    fn an_unknown_charset_is_read_as_well_as_can_be() {
        assert_eq!(read("=?x-nothing?q?caf=C3=A9?="), "café");
    }

    #[test]
    fn a_decoded_word_cannot_make_a_new_line() {
        assert_eq!(read("=?utf-8?q?a=0D=0ABcc:_b?="), "a Bcc: b");
    }
}
