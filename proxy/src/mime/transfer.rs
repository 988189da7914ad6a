//! Content-Transfer-Encodings undone, piece by piece, so that a part of any size streams through.
//!
//! Tolerant: whatever comes in, something comes out, and [`Decoder::is_damaged`] tells the rest.

/// How a part is encoded (RFC 2045, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// 7bit, 8bit, binary, and anything unknown.
    Identity,
    /// Base64.
    Base64,
    /// Quoted-printable.
    QuotedPrintable,
}

impl Encoding {
    /// The encoding of that name.
    pub fn from_name(name: &str) -> Self {
        let name = name.trim();
        if name.eq_ignore_ascii_case("base64") {
            Self::Base64
        } else if name.eq_ignore_ascii_case("quoted-printable") {
            Self::QuotedPrintable
        } else {
            Self::Identity
        }
    }

    /// About how many octets are left after decoding so many.
    pub fn decoded_size(self, octets: u64) -> u64 {
        match self {
            // Lines of 76 characters and CRLF hold 57 octets.
            Self::Base64 => octets / 78 * 57 + octets % 78 * 3 / 4,
            Self::QuotedPrintable | Self::Identity => octets,
        }
    }
}

/// Undoes one encoding. Holds at most a few octets (quoted-printable: one run of spaces).
#[derive(Debug)]
pub struct Decoder {
    encoding: Encoding,
    is_damaged: bool,
    /// Base64: bits not yet given out, and how many characters they come from.
    bits: u32,
    characters: u8,
    /// Base64: padding has been seen; only padding may follow.
    is_over: bool,
    /// Quoted-printable: what may turn out to be a soft line break, an octet, or trailing space.
    held: Vec<u8>,
}

/// Spaces at a line's end that are held back before they count as text. Lines have 76 characters.
const HELD_OCTETS: usize = 1024;

impl Decoder {
    /// A decoder at the start of a part.
    pub fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            is_damaged: false,
            bits: 0,
            characters: 0,
            is_over: false,
            held: Vec::new(),
        }
    }

    /// Takes the next octets, gives what they decode to.
    pub fn push(&mut self, octets: &[u8]) -> Vec<u8> {
        match self.encoding {
            Encoding::Identity => octets.to_vec(),
            Encoding::Base64 => self.push_base64(octets),
            Encoding::QuotedPrintable => self.push_quoted(octets),
        }
    }

    /// Ends the part; gives what was held back.
    pub fn finish(&mut self) -> Vec<u8> {
        match self.encoding {
            Encoding::Identity => Vec::new(),
            Encoding::Base64 => {
                // One character alone holds no octet; two or three want padding, which many leave out.
                self.is_damaged |= self.characters == 1;
                let mut rest = Vec::new();
                self.take_quantum(&mut rest);
                rest
            }
            Encoding::QuotedPrintable => {
                let held = std::mem::take(&mut self.held);
                let is_text = held.first() == Some(&b'=') && held.len() > 1;
                self.is_damaged |= is_text;
                if is_text { held } else { Vec::new() }
            }
        }
    }

    /// Something in it was not as it should be.
    pub fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    fn push_base64(&mut self, octets: &[u8]) -> Vec<u8> {
        let mut decoded = Vec::with_capacity(octets.len() / 4 * 3 + 3);
        for octet in octets {
            match base64_value(*octet) {
                Some(_) if self.is_over => self.is_damaged = true,
                Some(value) => {
                    self.bits = (self.bits << 6) | u32::from(value);
                    self.characters += 1;
                    if self.characters == 4 {
                        self.take_quantum(&mut decoded);
                    }
                }
                None if *octet == b'=' => {
                    self.is_damaged |= self.characters == 1;
                    self.take_quantum(&mut decoded);
                    self.is_over = true;
                }
                None => self.is_damaged |= !octet.is_ascii_whitespace(),
            }
        }
        decoded
    }

    /// Gives out the octets of up to four characters.
    fn take_quantum(&mut self, decoded: &mut Vec<u8>) {
        let characters = std::mem::take(&mut self.characters);
        let bits = std::mem::take(&mut self.bits) << (6 * (4 - u32::from(characters)));
        let [_, octets @ ..] = bits.to_be_bytes();
        decoded.extend_from_slice(&octets[..usize::from(characters.saturating_sub(1))]);
    }

    fn push_quoted(&mut self, octets: &[u8]) -> Vec<u8> {
        let mut decoded = Vec::with_capacity(octets.len());
        for octet in octets {
            if self.held.first() == Some(&b'=') {
                self.continue_escape(*octet, &mut decoded);
            } else {
                self.take_quoted(*octet, &mut decoded);
            }
        }
        decoded
    }

    /// An octet outside of an escape.
    fn take_quoted(&mut self, octet: u8, decoded: &mut Vec<u8>) {
        match octet {
            b' ' | b'\t' if self.held.len() < HELD_OCTETS => return self.held.push(octet),
            b'\r' => {}
            b'\n' => self.held.clear(),
            _ => {}
        }
        if octet == b'\r' {
            // Spaces before it go only when a line feed follows; a lone one is rare enough to lose them.
            self.held.clear();
        }
        decoded.append(&mut self.held);
        if octet == b'=' {
            self.held.push(octet);
        } else {
            decoded.push(octet);
        }
    }

    /// An octet after "=": two hexadecimal digits, or spaces up to the line's end.
    fn continue_escape(&mut self, octet: u8, decoded: &mut Vec<u8>) {
        self.held.push(octet);
        let done = match self.held.as_slice() {
            [b'=', .., b'\n'] if self.held[1..].iter().all(u8::is_ascii_whitespace) => Some(None),
            [b'=', first, second] if first.is_ascii_hexdigit() => match (hex(*first), hex(*second)) {
                (Some(high), Some(low)) => Some(Some(high << 4 | low)),
                _ => None,
            },
            [b'=', first] if first.is_ascii_hexdigit() => return,
            [b'=', rest @ ..] if rest.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r')) && rest.len() < HELD_OCTETS => {
                return;
            }
            _ => None,
        };
        let held = std::mem::take(&mut self.held);
        match done {
            Some(octet) => decoded.extend(octet),
            None => self.give_up_escape(&held, decoded),
        }
    }

    /// "=" was text after all: gives it out, and reads again what came behind.
    fn give_up_escape(&mut self, held: &[u8], decoded: &mut Vec<u8>) {
        self.is_damaged = true;
        decoded.push(b'=');
        for octet in &held[1..] {
            if self.held.first() == Some(&b'=') {
                self.held.push(*octet);
            } else {
                self.take_quoted(*octet, decoded);
            }
        }
    }
}

/// The six bits of a base64 character (RFC 4648, section 4).
pub(super) fn base64_value(octet: u8) -> Option<u8> {
    match octet {
        b'A'..=b'Z' => Some(octet - b'A'),
        b'a'..=b'z' => Some(octet - b'a' + 26),
        b'0'..=b'9' => Some(octet - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

fn hex(octet: u8) -> Option<u8> {
    char::from(octet)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// Decodes octets at once; also tells whether they were damaged.
pub fn decode(encoding: Encoding, octets: &[u8]) -> (Vec<u8>, bool) {
    let mut decoder = Decoder::new(encoding);
    let mut decoded = decoder.push(octets);
    decoded.extend(decoder.finish());
    (decoded, decoder.is_damaged())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> (String, bool) {
        let (octets, damaged) = decode(Encoding::QuotedPrintable, text.as_bytes());
        (String::from_utf8_lossy(&octets).into_owned(), damaged)
    }

    fn base64(text: &str) -> (String, bool) {
        let (octets, damaged) = decode(Encoding::Base64, text.as_bytes());
        (String::from_utf8_lossy(&octets).into_owned(), damaged)
    }

    #[test]
    fn sound_quoted_printable_is_decoded() {
        assert_eq!(
            quoted("caf=C3=A9 =3d=\r\n1\r\nend  \r\n"),
            ("café =1\r\nend\r\n".into(), false)
        );
        assert_eq!(quoted("a= \t\r\nb=\nc"), ("abc".into(), false));
        assert_eq!(quoted("cut="), ("cut".into(), false));
    }

    #[test]
    fn damaged_quoted_printable_is_kept_as_text_and_told() {
        assert_eq!(quoted("a=ZZ b"), ("a=ZZ b".into(), true));
        assert_eq!(quoted("1=2==3D"), ("1=2==".into(), true));
        assert_eq!(quoted("a=4"), ("a=4".into(), true));
        assert_eq!(quoted("= x"), ("= x".into(), true));
    }

    #[test]
    fn sound_base64_is_decoded() {
        assert_eq!(base64("SGVs\r\nbG8="), ("Hello".into(), false));
        assert_eq!(base64("SGVsbG8"), ("Hello".into(), false));
        assert_eq!(base64(""), (String::new(), false));
    }

    #[test]
    fn damaged_base64_gives_what_is_there_and_is_told() {
        assert_eq!(base64("SGV*sbG8="), ("Hello".into(), true));
        assert_eq!(base64("SGVsbG8=\r\n-- \r\nlist footer"), ("Hello".into(), true));
        assert_eq!(base64("SGVsb"), ("Hel".into(), true));
    }

    #[test]
    fn pieces_decode_to_the_same_as_the_whole() {
        let inputs = [
            "a=C3=A9 =\r\n \t\r\nx =ZZ==3D= q\r\n",
            "SGVsbG8g\r\nV29ybGQhISE=\r\nrest",
            "=E",
            "A",
            "=  ",
            "==\r\r\n=\r",
        ];
        for encoding in [Encoding::Base64, Encoding::QuotedPrintable, Encoding::Identity] {
            for input in inputs {
                let whole = decode(encoding, input.as_bytes());
                let mut decoder = Decoder::new(encoding);
                let mut pieces: Vec<u8> = input.bytes().flat_map(|b| decoder.push(&[b])).collect();
                pieces.extend(decoder.finish());
                assert_eq!((pieces, decoder.is_damaged()), whole, "{encoding:?} {input:?}");
            }
        }
    }

    #[test]
    fn nothing_is_held_without_bound() {
        let mut decoder = Decoder::new(Encoding::QuotedPrintable);

        decoder.push(&vec![b' '; 1 << 20]);
        decoder.push(b"=");
        decoder.push(&vec![b' '; 1 << 20]);

        assert!(decoder.held.len() <= HELD_OCTETS + 1);
    }
}
