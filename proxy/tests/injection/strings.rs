//! Strings that try to become something else, made anew from a seed: the same on every machine.

/// The seed; a failing test prints it with the string, and another one can be given by `SURAT_SEED`.
const SEED: u64 = 4;

/// What strings are put together from: line ends, quotes, literals, wildcards, other encodings of the
/// same, other people's syntax, disguises, and harmless text between them.
const PIECES: [&str; 84] = [
    "\r\n",
    "\r",
    "\n",
    "\0",
    "\r\n\r\n",
    "\n.\n",
    "\r\n.\r\n",
    "\r.\r",
    "\n.\r\n",
    "\r\0\n",
    "\"",
    "\\",
    "\\\"",
    "\"\"",
    "'",
    "`",
    "{5+}",
    "{5}",
    "{5+}\r\n",
    "{5}\r\nhello",
    "{0}\r\n",
    "~{3+}\r\nabc",
    "{4294967296}",
    "{-1}",
    "{99999999999999999999+}\r\n",
    "%",
    "*",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    ",",
    ";",
    ":",
    "@",
    " ",
    "  ",
    "\t",
    "A1 LOGOUT",
    "\r\nA1 DELETE INBOX\r\n",
    "\" NIL) A2 DELETE \"INBOX",
    ") UID 1 (",
    "* BYE\r\n",
    "\\Seen",
    "\\Deleted",
    "]> (",
    "OR ALL",
    "CHARSET UTF-7",
    "&AA0ACg-",
    "&ACI-",
    "&-",
    "&",
    "&2D0-",
    "&U,BTFw",
    "+AA0ACg-",
    "\r\nBcc: evil@evil.test",
    "\nTo: evil@evil.test\n\n",
    "\r\nX-Evil: yes",
    "\r\n\tX-Evil: folded",
    "\r\nRCPT TO:<evil@evil.test>\r\n",
    "\r\n.\r\nMAIL FROM:<evil@evil.test>\r\n",
    "DATA\r\n",
    "evil@evil.test",
    "budi@surat.test>, <evil@evil.test",
    "> ORCPT=rfc822;evil@evil.test",
    "=?utf-8?b?DQpCY2M6IGV2aWxAZXZpbC50ZXN0?=",
    "=?utf-8?q?=0D=0ABcc:_evil@evil.test?=",
    "%0d%0aBcc:%20evil@evil.test",
    "\u{202e}",
    "\u{2066}",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\u{b}",
    "\u{7f}",
    "\u{e000}",
    "\u{f70d}\u{f70a}",
    "嘊",
    "\u{ff20}",
    "é",
    "日本語",
    "💌",
];

/// Octets that are no UTF-8: lone surrogates, overlong line ends, others. For names as a server may spell them.
const OCTETS: [&[u8]; 7] = [
    b"\xed\xa0\x8d",
    b"\xed\xb0\x8a",
    b"\xc0\x8d\xc0\x8a",
    b"\xe0\x80\x8d",
    b"\xff",
    b"\x80",
    b"\xe2\x28",
];

/// How many strings to try: as many as `SURAT_STRINGS` says, for a long run, or the usual number.
pub fn count(usual: usize) -> usize {
    std::env::var("SURAT_STRINGS").map_or(usual, |count| count.parse().expect("SURAT_STRINGS is a number"))
}

/// SplitMix64, by Sebastiano Vigna, in the public domain.
pub struct Strings(u64);

impl Strings {
    /// The strings of one purpose.
    pub fn new(purpose: u64) -> Self {
        let seed = std::env::var("SURAT_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed: u64 = seed.unwrap_or(SEED);
        eprintln!("SURAT_SEED={seed}");
        Self(seed << 32 | purpose)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((bits ^ (bits >> 31)) % limit as u64).unwrap()
    }

    /// The next string.
    pub fn text(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..=self.below(6) {
            match self.below(10) {
                0..7 => text.push_str(PIECES[self.below(PIECES.len())]),
                7 => text.extend(char::from_u32(u32::try_from(self.below(0x11_0000)).unwrap())),
                8 => text.extend(char::from_u32(u32::try_from(self.below(128)).unwrap())),
                _ => text.push_str(&"word "[..1 + self.below(5)]),
            }
        }
        if self.below(200) == 0 {
            text = text.repeat(1 + self.below(400));
        }
        text
    }

    /// The same, at times with octets that are no text.
    pub fn octets(&mut self) -> Vec<u8> {
        let mut octets = self.text().into_bytes();
        if self.below(3) == 0 {
            octets.extend(OCTETS[self.below(OCTETS.len())]);
            octets.extend(self.text().bytes());
        }
        octets
    }
}
