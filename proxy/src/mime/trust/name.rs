//! Display names that carry an address of somebody else.

use super::{header::one_line, of_address, registrable};
use unicode_normalization::UnicodeNormalization;

/// Characters of an address that are shown: 64 for the local part, 255 for the domain, one between.
const SHOWN: usize = 320;

/// An address in a display name whose domain is not the one that the message came from, as it would be typed.
///
/// Compatibility forms count as what they look like: "budi＠bank．example" is an address.
pub(super) fn other_address(name: &str, domain: &str) -> Option<String> {
    let plain = shown(&name.nfkc().collect::<String>().replace('。', "."));
    let is_between = |c: char| c.is_whitespace() || "<>()[]{}\"'`,;:|/‘’“”«»‹›".contains(c);
    plain.split(is_between).find_map(|word| {
        let named = word.trim_matches(|c: char| !c.is_alphanumeric());
        let (local, _) = named.rsplit_once('@')?;
        let of = of_address(named)?;
        let is_address = !local.is_empty() && is_host(&of) && registrable(&of) != registrable(domain);
        is_address.then(|| named.to_owned())
    })
}

/// Has it a top level that could be one: "user@2.0" is no address, nor is "me@home"?
fn is_host(domain: &str) -> bool {
    let top = domain.rsplit_once('.').map(|(_, top)| top);
    top.is_some_and(|top| top.len() > 1 && top.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// An address, fit to stand in a sentence: nothing in it is invisible or turns the direction of writing.
pub(super) fn shown(text: &str) -> String {
    let is_invisible = |c: &char| {
        matches!(c,
            '\u{200b}'..='\u{200f}' | '\u{61c}' | '\u{34f}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}')
    };
    one_line(&text.chars().filter(|c| !is_invisible(c)).collect::<String>(), SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_somebody_else_is_found_however_it_is_written() {
        for name in [
            "budi@bank.example",
            "\"budi@bank.example\"",
            "Budi (budi@bank.example)",
            "Budi <budi@bank.example>",
            "budi＠bank.example",
            "budi﹫bank．example",
            "budi@bank。example",
            "bu\u{200b}di@ba\u{200d}nk.example",
            "‘budi@bank.example’ via Group",
            "mailto:budi@bank.example.",
            "ｂｕｄｉ@ｂａｎｋ.example",
        ] {
            let found = other_address(name, "evil.test");
            assert_eq!(found.as_deref(), Some("budi@bank.example"), "{name}");
        }
    }

    #[test]
    fn names_with_the_own_domain_or_without_an_address_are_let_pass() {
        for name in [
            "",
            "Budi Santoso",
            "budi@shop.example",
            "noreply@mail.shop.example",
            "Budi @ Work",
            "@budi",
            "me@home",
            "Release user@2.0",
            "C@t & D0g",
        ] {
            assert_eq!(other_address(name, "news.shop.example"), None, "{name}");
        }
    }

    #[test]
    fn what_is_shown_is_on_one_line_bounded_and_turns_nothing_around() {
        assert_eq!(shown("a\u{202e}b\r\nc\u{200f}@d.test\u{2066}"), "ab c@d.test");
        assert!(shown(&"x".repeat(5000)).chars().count() <= SHOWN + 1);
    }
}
