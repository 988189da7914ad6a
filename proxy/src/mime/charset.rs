//! Octets in a charset become text. `encoding_rs` does the work; here are its edges.

use super::transfer::base64_value;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use surat_protocol::Damage;

/// Text, and what was wrong with the octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// What could be read.
    pub text: String,
    /// Unknown charset, or octets that mean nothing in it.
    pub damage: Option<Damage>,
}

/// Reads `octets` in the charset called `label`. No label, or one that claims less than 8 bits,
/// means UTF-8 when it is that, else Windows-1252: what such mail holds in truth.
pub fn decode(label: &str, octets: &[u8]) -> Decoded {
    let label = label.trim().trim_matches(['"', '\'']);
    if is_vague(label) {
        return Decoded {
            text: guess(octets),
            damage: None,
        };
    }
    if matches!(
        label.to_ascii_lowercase().as_str(),
        "utf-7" | "unicode-1-1-utf-7" | "utf7" | "x-utf-7"
    ) {
        return decode_utf_7(octets);
    }
    let Some(encoding) = Encoding::for_label_no_replacement(label.as_bytes()) else {
        let label = super::header::one_line(label, 40);
        return Decoded {
            text: guess(octets),
            damage: Some(Damage::Charset(label)),
        };
    };
    let (text, _, had_errors) = encoding.decode(octets);
    Decoded {
        text: text.into_owned(),
        damage: had_errors.then_some(Damage::Text),
    }
}

/// Labels that say nothing about the upper half.
fn is_vague(label: &str) -> bool {
    const VAGUE: [&str; 8] = [
        "",
        "us-ascii",
        "ascii",
        "ansi_x3.4-1968",
        "unknown-8bit",
        "x-unknown",
        "default",
        "default_charset",
    ];
    VAGUE.iter().any(|vague| label.eq_ignore_ascii_case(vague))
}

/// UTF-8 when the octets are that, else Windows-1252, in which everything means something.
pub fn guess(octets: &[u8]) -> String {
    match UTF_8.decode_without_bom_handling_and_without_replacement(octets) {
        Some(text) => text.into_owned(),
        // A text cut at a size limit may end inside a character.
        None if is_cut_utf_8(octets) => String::from_utf8_lossy(octets).trim_end_matches('\u{fffd}').to_owned(),
        None => WINDOWS_1252.decode_without_bom_handling(octets).0.into_owned(),
    }
}

fn is_cut_utf_8(octets: &[u8]) -> bool {
    std::str::from_utf8(octets).is_err_and(|error| error.error_len().is_none() && error.valid_up_to() > 0)
}

/// UTF-7 (RFC 2152), which `encoding_rs` leaves out as the web does.
fn decode_utf_7(octets: &[u8]) -> Decoded {
    let mut text = String::with_capacity(octets.len());
    let mut is_damaged = false;
    let mut rest = octets;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'+' {
            is_damaged |= !first.is_ascii();
            text.push(if first.is_ascii() {
                char::from(first)
            } else {
                char::REPLACEMENT_CHARACTER
            });
            continue;
        }
        let length = rest.iter().take_while(|b| base64_value(**b).is_some()).count();
        let (shifted, after) = rest.split_at(length);
        rest = after.strip_prefix(b"-").unwrap_or(after);
        if shifted.is_empty() {
            text.push('+');
        } else {
            is_damaged |= !push_utf_16(shifted, &mut text);
        }
    }
    Decoded {
        text,
        damage: is_damaged.then_some(Damage::Text),
    }
}

/// Appends a base64 run of UTF-16 units; false when it holds something else.
fn push_utf_16(shifted: &[u8], text: &mut String) -> bool {
    let (mut bits, mut held, mut units) = (0_u32, 0_u32, Vec::new());
    for value in shifted.iter().filter_map(|b| base64_value(*b)) {
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 16 {
            held -= 16;
            // The mask leaves 16 bits.
            units.push(u16::try_from((bits >> held) & 0xffff).unwrap_or_default());
            bits &= (1 << held) - 1;
        }
    }
    let mut is_sound = true;
    for unit in char::decode_utf16(units) {
        is_sound &= unit.is_ok();
        text.push(unit.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    is_sound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_charsets_are_read_whole() {
        let cases: [(&str, &[u8], &str); 6] = [
            ("utf-8", "Grüße".as_bytes(), "Grüße"),
            ("ISO-8859-1", b"Gr\xfc\xdfe", "Grüße"),
            ("koi8-r", b"\xf0\xd2\xc9", "При"),
            ("iso-2022-jp", b"\x1b$B$3\x1b(B", "こ"),
            ("\"windows-1252\"", b"\x80", "€"),
            ("utf-7", b"Hi Mom -+Jjo--! 1 +- 1", "Hi Mom -☺-! 1 + 1"),
        ];
        for (label, octets, wanted) in cases {
            assert_eq!(
                decode(label, octets),
                Decoded {
                    text: wanted.into(),
                    damage: None
                },
                "{label}"
            );
        }
    }

    #[test]
    fn an_unknown_charset_is_told() {
        let decoded = decode("x-martian", "é".as_bytes());

        assert_eq!(
            decoded,
            Decoded {
                text: "é".into(),
                damage: Some(Damage::Charset("x-martian".into()))
            }
        );
    }

    #[test]
    fn octets_that_mean_nothing_are_told() {
        assert_eq!(decode("utf-8", b"a\xffb").damage, Some(Damage::Text));
        assert_eq!(decode("utf-7", b"+2AA-").damage, Some(Damage::Text));
    }

    #[test]
    fn a_missing_charset_is_guessed() {
        assert_eq!(decode("", b"Gr\xfc\xdfe").text, "Grüße");
        assert_eq!(decode("us-ascii", "Grüße".as_bytes()).text, "Grüße");
        assert_eq!(decode("", &"Grüße€".as_bytes()[..8]).text, "Grüße");
    }
}
