//! A cursor over one response: small steps with names from the grammar (RFC 9051, section 9).
//!
//! Every decoder is written in terms of it. It is strict about structure and lenient about what
//! servers are known to get wrong; each leniency has its function, and a test with the octets.

use std::borrow::Cow;
use thiserror::Error;

/// Deepest nesting of lists that is followed. Dovecot's own limit for MIME parts is 100 and mail with
/// more than a dozen is not seen in practice; each level costs stack.
pub const MAX_DEPTH: u8 = 64;

/// Where a response is not what it should be. Holds no octets of it: they are mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected {expected} at octet {at}")]
pub struct DecodeError {
    /// What would have been right.
    pub expected: &'static str,
    /// Offset in the response.
    pub at: usize,
}

/// The result of each step.
pub type Decoded<T> = Result<T, DecodeError>;

/// A place in a response.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    input: &'a [u8],
    at: usize,
    depth: u8,
}

impl<'a> Cursor<'a> {
    /// At the start of a response; its final CRLF, if any, is left out.
    pub fn new(response: &'a [u8]) -> Self {
        Self {
            input: response.strip_suffix(b"\r\n").unwrap_or(response),
            at: 0,
            depth: 0,
        }
    }

    /// What has not been read.
    pub fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// The next octet, not yet read.
    pub fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    /// An error at this place.
    pub fn error<T>(&self, expected: &'static str) -> Decoded<T> {
        Err(DecodeError { expected, at: self.at })
    }

    /// Reads on if this octet is next.
    pub fn take(&mut self, octet: u8) -> bool {
        let is_next = self.peek() == Some(octet);
        self.at += usize::from(is_next);
        is_next
    }

    /// This octet must be next.
    pub fn expect(&mut self, octet: u8, expected: &'static str) -> Decoded<()> {
        if self.take(octet) { Ok(()) } else { self.error(expected) }
    }

    /// At least one space. Several are taken as one: some servers double them.
    pub fn expect_space(&mut self) -> Decoded<()> {
        self.expect(b' ', "a space")?;
        self.skip_spaces();
        Ok(())
    }

    /// Any number of spaces.
    pub fn skip_spaces(&mut self) {
        self.take_while(|octet| octet == b' ');
    }

    /// Nothing but spaces may follow; Exchange ends STATUS with one.
    pub fn expect_end(&mut self) -> Decoded<()> {
        self.skip_spaces();
        if self.rest().is_empty() {
            Ok(())
        } else {
            self.error("the end")
        }
    }

    /// The octets that meet a condition.
    pub fn take_while(&mut self, is_wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|&octet| !is_wanted(octet)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// An atom, with `]` and `\` allowed in it: flags and odd names have them.
    pub fn atom(&mut self) -> Decoded<&'a [u8]> {
        let atom = self.take_while(is_atom_octet);
        if atom.is_empty() {
            self.error("an atom")
        } else {
            Ok(atom)
        }
    }

    /// A word of ASCII in upper case, as servers write it: the name of a response, an item, an attribute.
    pub fn keyword(&mut self) -> Decoded<Cow<'a, str>> {
        let word = self.take_while(|octet| octet.is_ascii_alphanumeric() || b"-._=+/$".contains(&octet));
        if word.is_empty() {
            return self.error("a word");
        }
        match str::from_utf8(word) {
            Ok(word) if !word.bytes().any(|octet| octet.is_ascii_lowercase()) => Ok(Cow::Borrowed(word)),
            _ => Ok(Cow::Owned(String::from_utf8_lossy(word).to_ascii_uppercase())),
        }
    }

    /// A number of at most 64 bits.
    pub fn number64(&mut self) -> Decoded<u64> {
        let start = self.at;
        let digits = self.take_while(|octet| octet.is_ascii_digit());
        match str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()) {
            Some(number) => Ok(number),
            None => Err(DecodeError {
                expected: "a number",
                at: start,
            }),
        }
    }

    /// A number of at most 32 bits.
    pub fn number(&mut self) -> Decoded<u32> {
        let start = self.at;
        u32::try_from(self.number64()?).map_err(|_| DecodeError {
            expected: "a number of 32 bits",
            at: start,
        })
    }

    /// NIL, if it is next.
    pub fn take_nil(&mut self) -> bool {
        let mut ahead = self.clone();
        let is_nil = ahead.atom().is_ok_and(|atom| atom.eq_ignore_ascii_case(b"NIL"));
        if is_nil {
            *self = ahead;
        }
        is_nil
    }

    /// A quoted string or a literal.
    pub fn string(&mut self) -> Decoded<Cow<'a, [u8]>> {
        match self.peek() {
            Some(b'"') => self.quoted(),
            Some(b'{' | b'~') => self.literal().map(Cow::Borrowed),
            _ => self.error("a string"),
        }
    }

    /// A string or NIL.
    pub fn nstring(&mut self) -> Decoded<Option<Cow<'a, [u8]>>> {
        if self.take_nil() {
            Ok(None)
        } else {
            self.string().map(Some)
        }
    }

    /// A string or an atom.
    pub fn astring(&mut self) -> Decoded<Cow<'a, [u8]>> {
        match self.peek() {
            Some(b'"' | b'{') => self.string(),
            _ => self.atom().map(Cow::Borrowed),
        }
    }

    /// A literal: `{n}`, `{n+}` or `~{n}`, CRLF, and n octets.
    pub fn literal(&mut self) -> Decoded<&'a [u8]> {
        self.take(b'~');
        self.expect(b'{', "a literal")?;
        let octets = self.number64()?;
        self.take(b'+');
        self.expect(b'}', "the end of a literal's length")?;
        self.expect(b'\r', "CRLF")?;
        self.expect(b'\n', "CRLF")?;
        let octets = usize::try_from(octets).unwrap_or(usize::MAX);
        let Some(content) = self.rest().get(..octets) else {
            return self.error("the octets of a literal");
        };
        self.at += octets;
        Ok(content)
    }

    /// A parenthesised list, each element read by `element`; any spaces between them, or none.
    pub fn list<T>(&mut self, mut element: impl FnMut(&mut Self) -> Decoded<T>) -> Decoded<Vec<T>> {
        let mut elements = Vec::new();
        self.each(|cursor| {
            elements.push(element(cursor)?);
            Ok(())
        })?;
        Ok(elements)
    }

    /// As [`list`](Self::list), without collecting.
    pub fn each(&mut self, mut element: impl FnMut(&mut Self) -> Decoded<()>) -> Decoded<()> {
        self.expect(b'(', "a list")?;
        self.deeper(|cursor| {
            loop {
                cursor.skip_spaces();
                if cursor.take(b')') {
                    return Ok(());
                }
                let before = cursor.at;
                element(cursor)?;
                if cursor.at == before {
                    return cursor.error("an element of a list");
                }
            }
        })
    }

    /// Reads something nested; an error beyond [`MAX_DEPTH`].
    pub fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Decoded<T>) -> Decoded<T> {
        if self.depth >= MAX_DEPTH {
            return self.error("less nesting");
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Steps over one value of any form: a string, a list with all that is in it, or an atom with
    /// what is attached to it. Quotes and literals are understood, so that text cannot end a list.
    pub fn skip_value(&mut self) -> Decoded<()> {
        let mut open_lists = 0usize;
        loop {
            match self.peek() {
                Some(b'(') => {
                    self.at += 1;
                    open_lists += 1;
                }
                Some(b')') if open_lists > 0 => {
                    self.at += 1;
                    open_lists -= 1;
                }
                Some(b' ') if open_lists > 0 => self.skip_spaces(),
                Some(b'"') => drop(self.quoted()?),
                Some(b'{' | b'~') if self.literal_ahead() => drop(self.literal()?),
                _ => drop(self.loose_atom()?),
            }
            if open_lists == 0 {
                return Ok(());
            }
        }
    }

    /// An atom that may hold anything but what separates values.
    fn loose_atom(&mut self) -> Decoded<&'a [u8]> {
        let atom = self.take_while(|octet| !b" ()\"\r\n".contains(&octet));
        if atom.is_empty() {
            self.error("a value")
        } else {
            Ok(atom)
        }
    }

    fn literal_ahead(&self) -> bool {
        let rest = self.rest();
        rest.strip_prefix(b"~").unwrap_or(rest).first() == Some(&b'{')
    }

    /// A quoted string. Octets above 127 are let through (half the servers send them), and so is a
    /// backslash before what needs none (Exchange's `"foo\bar"`), which then stands for itself.
    fn quoted(&mut self) -> Decoded<Cow<'a, [u8]>> {
        self.expect(b'"', "a quoted string")?;
        let plain = self.take_while(|octet| !b"\"\\\r\n".contains(&octet));
        if self.take(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_vec();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some(escaped @ (b'"' | b'\\')) => {
                            self.at += 1;
                            text.push(escaped);
                        }
                        _ => text.push(b'\\'),
                    }
                }
                Some(octet) if octet != b'\r' && octet != b'\n' => {
                    self.at += 1;
                    text.push(octet);
                }
                _ => return self.error("the end of a quoted string"),
            }
        }
    }
}

fn is_atom_octet(octet: u8) -> bool {
    octet > b' ' && octet != 0x7F && !b"(){\"".contains(&octet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_quoted_and_as_literals() {
        let mut cursor = Cursor::new(b"\"a\\\"b\\\\\" {3}\r\nx\"y ~{1}\r\n\0 NIL \"\"");

        for expected in [&b"a\"b\\"[..], b"x\"y", b"\0"] {
            assert_eq!(cursor.nstring().unwrap().as_deref(), Some(expected));
            cursor.expect_space().unwrap();
        }
        assert_eq!(cursor.nstring(), Ok(None));
        cursor.expect_space().unwrap();
        assert_eq!(cursor.nstring().unwrap().as_deref(), Some(&b""[..]));
        assert_eq!(cursor.expect_end(), Ok(()));
    }

    #[test]
    fn a_backslash_that_escapes_nothing_stands_for_itself() {
        assert_eq!(Cursor::new(br#""foo\bar""#).string().unwrap().as_ref(), br"foo\bar");
    }

    #[test]
    fn skipping_understands_quotes_and_literals() {
        let mut cursor = Cursor::new(b"(\"a) UID 999 (\" (x {3}\r\n))) y)) UID 7");

        cursor.skip_value().unwrap();

        assert_eq!(cursor.rest(), b" UID 7");
    }

    #[test]
    fn skipping_needs_no_stack() {
        let deep = [vec![b'('; 1_000_000], vec![b')'; 1_000_000]].concat();

        assert_eq!(Cursor::new(&deep).skip_value(), Ok(()));
        assert!(Cursor::new(&deep[..1_500_000]).skip_value().is_err());
    }

    #[test]
    fn nesting_is_followed_to_its_limit_only() {
        fn nested(cursor: &mut Cursor<'_>) -> Decoded<()> {
            cursor.list(nested).map(|_| ())
        }
        let of_depth = |depth: usize| [vec![b'('; depth], vec![b')'; depth]].concat();

        assert!(nested(&mut Cursor::new(&of_depth(64))).is_ok());
        assert_eq!(
            nested(&mut Cursor::new(&of_depth(65))).unwrap_err().expected,
            "less nesting"
        );
    }

    #[test]
    fn a_literal_that_is_cut_short_is_an_error() {
        for cut in [
            &b"{5}\r\nabc"[..],
            b"{5}",
            b"{99999999999999999999}\r\n",
            b"\"abc",
            b"\"abc\\",
            b"{5+\r\n",
        ] {
            assert!(Cursor::new(cut).string().is_err(), "{cut:?}");
        }
    }
}
