//! Domains of senders: what was registered, what it looks like, and whether it poses as another one.

use unicode_script::{Script, UnicodeScript};
use unicode_security::{GeneralSecurityProfile, MixedScript, RestrictionLevel, RestrictionLevelDetection, skeleton};

/// Longest domain name, in octets (RFC 1035, section 2.3.4).
const DOMAIN_OCTETS: usize = 255;

/// The domain of an address as the DNS spells it: ASCII, in lower case, without a dot at its end. `None` when there is
/// none, or it could not be one.
pub fn of_address(email: &str) -> Option<String> {
    let (_, domain) = email.rsplit_once('@')?;
    let ascii = idna::domain_to_ascii(domain.trim_end_matches('.')).ok()?;
    let is_name =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    (ascii.len() <= DOMAIN_OCTETS && ascii.split('.').all(is_name)).then_some(ascii)
}

/// The part of a domain that somebody registered ("example.co.uk" of "mail.example.co.uk"), by the Public Suffix List;
/// the whole, when it is a suffix itself.
pub fn registrable(domain: &str) -> &str {
    psl::domain_str(domain).unwrap_or(domain)
}

/// Could one take `domain` for `known`, though somebody else registered it? Both as [`of_address`] gives them.
///
/// Either its letters look the same (UTS 39, section 4), or the known one stands before what was registered, as in
/// "bank.example.login.test".
pub fn is_look_alike(domain: &str, known: &str) -> bool {
    let (own, other) = (registrable(domain), registrable(known));
    if own == other || !other.contains('.') {
        return false;
    }
    let before = domain.strip_suffix(own).unwrap_or_default().trim_end_matches('.');
    let stands_before = before == other || before.strip_suffix(other).is_some_and(|rest| rest.ends_with('.'));
    stands_before || look(own) == look(other)
}

/// What a domain looks like, when that is not what it is: a label mixes alphabets as no language does, or consists of
/// foreign letters that all look like those of English. `None` for all honest names.
pub(super) fn disguise(domain: &str) -> Option<String> {
    let (appearance, _) = idna::domain_to_unicode(domain);
    // Under a top level in the same letters nobody expects English: "сосо.рф" is a name.
    let is_english = appearance.rsplit('.').next().is_some_and(str::is_ascii);
    let is_disguised = appearance
        .split('.')
        .filter(|label| !label.is_ascii())
        .any(|label| !is_of_one_language(label) || is_english && poses_as_english(label));
    is_disguised.then_some(appearance)
}

/// One alphabet, or Latin beside those of Japanese, Chinese or Korean (UTS 39, section 5.2).
fn is_of_one_language(label: &str) -> bool {
    label.is_single_script() || label.check_restriction_level(RestrictionLevel::HighlyRestrictive)
}

/// "аррӏе" in Cyrillic, "ɡoogle" with a letter of phonetics; but not "ærø" nor "altın", which are words.
fn poses_as_english(label: &str) -> bool {
    let is_strange = |c: char| match c.script() {
        Script::Latin | Script::Common | Script::Inherited => !c.identifier_allowed(),
        _ => true,
    };
    label.chars().any(is_strange) && look(label).is_ascii()
}

/// The same for all names that look the same in lower case.
fn look(domain: &str) -> String {
    let (unicode, _) = idna::domain_to_unicode(domain);
    // Where a letter looks like one in upper case (0 like O), that one counts as the one in lower case.
    let once = skeleton(&unicode.to_lowercase()).collect::<String>().to_lowercase();
    skeleton(&once).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_of_an_address_is_told_as_the_dns_has_it() {
        for (email, domain) in [
            ("ayu@Surat.Test", Some("surat.test")),
            ("ayu@bücher.example.", Some("xn--bcher-kva.example")),
            ("\"a@b\"@c.example", Some("c.example")),
            ("ayu", None),
            ("ayu@", None),
            ("ayu@a..b", None),
            ("ayu@[192.0.2.1]", None),
            ("ayu@a b", None),
        ] {
            assert_eq!(of_address(email).as_deref(), domain, "{email}");
        }
        assert_eq!(of_address(&format!("a@{}", "a.".repeat(200))), None);
    }

    #[test]
    fn what_was_registered_is_known_by_the_public_suffix_list() {
        assert_eq!(registrable("mail.example.co.uk"), "example.co.uk");
        assert_eq!(registrable("a.b.example.go.id"), "example.go.id");
        assert_eq!(registrable("ayu.github.io"), "ayu.github.io");
        assert_eq!(registrable("co.uk"), "co.uk");
        assert_eq!(registrable("localhost"), "localhost");
    }

    #[test]
    fn a_domain_that_looks_like_a_known_one_is_seen() {
        let ascii = |name: &str| of_address(&format!("a@{name}")).expect("a domain");
        for (posing, known) in [
            ("rnandiri.example", "mandiri.example"),
            ("paypa1.example", "paypal.example"),
            ("g00gle.example", "google.example"),
            ("pаypаl.example", "paypal.example"),
            ("mail.раураӏ.example", "paypal.example"),
            ("paypal.example.login.test", "mail.paypal.example"),
            ("www.paypal.example.login.test", "paypal.example"),
        ] {
            assert!(is_look_alike(&ascii(posing), &ascii(known)), "{posing}");
        }
        for (honest, known) in [
            ("paypal.example", "paypal.example"),
            ("mail.paypal.example", "paypal.example"),
            ("paypal.test", "paypal.example"),
            ("example.com.br", "example.com"),
            ("paypals.example", "paypal.example"),
            ("bücher.example", "bucher.example"),
            ("notpaypal.example.test", "paypal.example"),
        ] {
            assert!(!is_look_alike(&ascii(honest), &ascii(known)), "{honest}");
        }
    }

    #[test]
    fn a_disguise_is_told_from_names_in_other_alphabets() {
        let seen = |name: &str| disguise(&of_address(&format!("a@{name}")).expect("a domain"));
        for posing in ["аррӏе.example", "pаypal.example", "ɡoogle.example", "mail.ехаmple.test"] {
            assert_eq!(seen(posing).as_deref(), Some(posing));
        }
        for honest in [
            "surat.test",
            "bücher.example",
            "ærø.example",
            "altın.example",
            "яндекс.рф",
            "сосо.рф",
            "почта.example",
            "日本語ドメイン.jp",
            "abc日本.jp",
            "한국.kr",
            "مثال.example",
        ] {
            assert_eq!(seen(honest), None, "{honest}");
        }
    }
}
