//! Mailbox names: the server's spelling on one side, Unicode on the other.
//!
//! Without UTF8=ACCEPT a server spells in modified UTF-7 (RFC 9051, appendix A.1), with it in UTF-8
//! (RFC 6855). The server's spelling is what goes into commands; Unicode is what people see.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use std::{borrow::Cow, fmt};
use surat_protocol::MailboxName;
use thiserror::Error;

/// Longest name that is made by us, in octets as spelled; servers stop at 255 or so by themselves.
const MAX_OCTETS: usize = 1000;

/// Base64 with `,` in the place of `/`, and no padding. Stray bits at the end are an error, so that
/// each name has one spelling.
const MODIFIED_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::IMAP_MUTF7,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// The same, but lenient: what a server might still make out.
const LENIENT_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::IMAP_MUTF7,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A mailbox name exactly as the server spells it. The only form that enters a command.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WireName(Box<[u8]>);

/// The text cannot be a mailbox name: empty, too long, or with control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("this cannot be a mailbox name")]
pub struct BadName;

impl WireName {
    /// INBOX, which every server spells alike.
    pub fn inbox() -> Self {
        Self(b"INBOX"[..].into())
    }

    /// A name as it stood in a response. INBOX is INBOX in any case (RFC 9051, section 5.1).
    pub fn from_server(octets: &[u8]) -> Self {
        if octets.eq_ignore_ascii_case(b"INBOX") {
            return Self::inbox();
        }
        Self(octets.into())
    }

    /// Spells a name that a person wrote. `is_utf8`: UTF8=ACCEPT is enabled.
    ///
    /// Only for mailboxes to be created: an existing one is addressed by the spelling that was listed.
    pub fn from_unicode(name: &str, is_utf8: bool) -> Result<Self, BadName> {
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(BadName);
        }
        let octets = if is_utf8 {
            name.as_bytes().into()
        } else {
            encode(name).into_bytes()
        };
        if octets.len() > MAX_OCTETS {
            return Err(BadName);
        }
        Ok(Self::from_server(&octets))
    }

    /// The name as people read it. A spelling that is not the one of any text is shown as it stands,
    /// so that two mailboxes never look like one: stray octets become private-use characters.
    pub fn to_unicode(&self, is_utf8: bool) -> MailboxName {
        let is_spelling_of = |text: &String| encode(text).as_bytes() == &*self.0 && !text.contains(char::is_control);
        if !is_utf8 && let Some(text) = decode(&self.0).filter(is_spelling_of) {
            return MailboxName(text);
        }
        MailboxName(lossless(&self.0).into_owned())
    }

    /// The name in the spelling in which it is listed. Dovecot 2.3.19 spells names in UTF-8 where it notifies
    /// (`* STATUS {8}` and `Büro 23`), and in modified UTF-7 elsewhere.
    pub fn respelled(self, is_utf8: bool) -> Self {
        if is_utf8 || self.0.is_ascii() {
            return self;
        }
        match str::from_utf8(&self.0) {
            Ok(text) => Self(encode(text).into_bytes().into()),
            Err(_) => self,
        }
    }

    /// Does it hold a control character, plainly or in modified UTF-7? Such a name is listed, but goes into no
    /// command: when there is no such mailbox (any more), Dovecot 2.3.19 repeats the name decoded, line ends and
    /// all, and whoever chose the name of a shared mailbox would have made up the server's next response.
    pub(super) fn hides_control(&self) -> bool {
        let is_control = |unit: u16| unit < 0x20 || (0x7f..0xa0).contains(&unit);
        let shifted = self.0.split(|&octet| octet == b'&').skip(1);
        let hidden = shifted.filter_map(|rest| rest.split(|&octet| octet == b'-').next());
        self.0.iter().any(|&octet| is_control(octet.into()) && octet < 0x80)
            || hidden
                .filter_map(|shift| LENIENT_BASE64.decode(shift).ok())
                .any(|octets| {
                    let (pairs, _) = octets.as_chunks::<2>();
                    pairs.iter().any(|&pair| is_control(u16::from_be_bytes(pair)))
                })
    }

    /// The server's spelling.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for WireName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WireName({:?})", String::from_utf8_lossy(&self.0))
    }
}

/// UTF-8 as it is; an octet that is not UTF-8 as U+F700 plus its value.
fn lossless(octets: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = str::from_utf8(octets) {
        return text.into();
    }
    let mut text = String::with_capacity(octets.len());
    for chunk in octets.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(
            chunk
                .invalid()
                .iter()
                .filter_map(|&octet| char::from_u32(0xF700 + u32::from(octet))),
        );
    }
    text.into()
}

/// Unicode → modified UTF-7.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_plain = |c: char| matches!(c, ' '..='~');
        let run = rest.find(|c| is_plain(c) != is_plain(first)).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(run);
        if is_plain(first) {
            out.push_str(&head.replace('&', "&-"));
        } else {
            let units: Vec<u8> = head.encode_utf16().flat_map(u16::to_be_bytes).collect();
            out.push('&');
            MODIFIED_BASE64.encode_string(units, &mut out);
            out.push('-');
        }
        rest = tail;
    }
    out
}

/// Modified UTF-7 → Unicode; `None` when it is not modified UTF-7.
fn decode(octets: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(octets.len());
    let mut rest = octets;
    while let Some((&first, tail)) = rest.split_first() {
        match first {
            b'&' => {
                let end = tail.iter().position(|&octet| octet == b'-')?;
                let (shifted, after) = tail.split_at(end);
                out.push_str(&unshift(shifted)?);
                rest = after.get(1..)?;
            }
            b' '..=b'~' => {
                out.push(char::from(first));
                rest = tail;
            }
            _ => return None,
        }
    }
    Some(out)
}

fn unshift(shifted: &[u8]) -> Option<String> {
    if shifted.is_empty() {
        return Some("&".into());
    }
    let octets = MODIFIED_BASE64.decode(shifted).ok()?;
    let (pairs, []) = octets.as_chunks::<2>() else {
        return None;
    };
    char::decode_utf16(pairs.iter().copied().map(u16::from_be_bytes))
        .collect::<Result<_, _>>()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_told_in_the_wrong_spelling_is_the_one_that_is_listed() {
        let listed = WireName::from_server(b"B&APw-ro 23");

        assert_eq!(WireName::from_server("Büro 23".as_bytes()).respelled(false), listed);
        assert_eq!(listed.clone().respelled(false), listed);
        let utf8 = WireName::from_server("Büro 23".as_bytes());
        assert_eq!(utf8.clone().respelled(true), utf8);
    }
    use proptest::prelude::*;

    fn unicode(wire: &str) -> String {
        WireName::from_server(wire.as_bytes()).to_unicode(false).0
    }

    fn wire(name: &str) -> String {
        String::from_utf8(WireName::from_unicode(name, false).unwrap().as_bytes().into()).unwrap()
    }

    #[test]
    fn names_are_read_and_spelled_as_the_rfc_shows() {
        for (spelled, name) in [
            ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"),
            ("Lost &- found", "Lost & found"),
            ("Entw&APw-rfe", "Entwürfe"),
            ("&2D3cjA-", "💌"),
        ] {
            assert_eq!(unicode(spelled), name);
            assert_eq!(wire(name), spelled);
        }
    }

    #[test]
    fn a_spelling_of_no_text_stays_as_it_stands() {
        for odd in [
            "a & b",
            "&AGE-",
            "&U,BTFw",
            "Jalan/Bücher",
            "&ZeVnLIqe-&U,BTFw-",
            "&2D0-",
            "&AA-",
            "a&AA0ACg-",
        ] {
            assert_eq!(unicode(odd), odd);
        }
    }

    #[test]
    fn control_characters_are_found_in_each_spelling() {
        for (name, hides) in [
            ("a\r\nb", true),
            ("a\x7f", true),
            ("&AA0ACg-", true),
            ("Arsip/&AOkACg-", true),
            ("x&AAo", true),
            ("&AAp-", true),
            ("&AIU-", true),
            ("&AOk-", false),
            ("a & b", false),
            ("Bücher", false),
            ("&-AAo-", false),
        ] {
            assert_eq!(
                WireName::from_server(name.as_bytes()).hides_control(),
                hides,
                "{name:?}"
            );
        }
    }

    #[test]
    fn octets_that_are_no_text_stay_apart() {
        let names = [&b"a\xFF"[..], b"a\xFE", b"a"].map(|octets| WireName::from_server(octets).to_unicode(true));

        assert_eq!(names[0].as_str(), "a\u{F7FF}");
        assert_ne!(names[0], names[1]);
        assert_ne!(names[0], names[2]);
    }

    #[test]
    fn inbox_is_inbox_in_any_case() {
        assert_eq!(unicode("iNbOx"), "INBOX");
        assert_eq!(WireName::from_unicode("inbox", true), Ok(WireName::inbox()));
    }

    #[test]
    fn a_name_with_a_line_end_or_nul_is_refused() {
        for bad in ["", "a\r\nA1 DELETE INBOX", "a\0", "\u{85}"] {
            assert_eq!(WireName::from_unicode(bad, true), Err(BadName));
        }
        assert_eq!(WireName::from_unicode(&"x".repeat(1001), false), Err(BadName));
    }

    proptest! {
        #[test]
        fn what_is_spelled_is_read_again(name in "[^\\p{Cc}]{1,40}") {
            prop_assume!(!name.eq_ignore_ascii_case("inbox"));
            prop_assert_eq!(unicode(&wire(&name)), name);
        }

        #[test]
        fn any_octets_are_kept_exactly(octets in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assume!(!octets.eq_ignore_ascii_case(b"inbox"));
            let name = WireName::from_server(&octets);
            let _ = name.to_unicode(false);
            prop_assert_eq!(name.as_bytes(), &octets[..]);
        }
    }
}
