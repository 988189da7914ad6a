//! Addresses as people type and paste them: "Ayu <ayu@surat.test>, budi@surat.test". Pure.

use crate::{
    i18n::case::{is_of_word, lower},
    text::find,
};
use surat_protocol::Address;

/// Longest parts of an address, in octets (RFC 5321, section 4.5.3.1).
const LOCAL_LIMIT: usize = 64;
const DOMAIN_LIMIT: usize = 255;

/// Reads a list of addresses, separated by commas, semicolons or line ends. Names may be quoted.
/// What is no address is kept as one with that text, so that it can be shown and corrected.
pub(crate) fn parse_list(text: &str) -> Vec<Address> {
    split(text)
        .into_iter()
        .map(parse)
        .filter(|a| !a.email.is_empty())
        .collect()
}

/// Takes the complete and valid addresses off the start of what is being typed, and leaves the
/// rest to be typed on: only what a separator follows is complete.
pub(crate) fn take_complete(text: &str) -> (Vec<Address>, String) {
    let mut pieces = split(text);
    let rest = pieces.pop().unwrap_or_default();
    let mut complete = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let address = parse(piece);
        if !is_valid(&address.email) {
            // An error stays where it is being typed, with everything after it.
            let typed = [pieces.get(at..).unwrap_or_default().join(","), rest.to_owned()].join(",");
            return (complete, typed);
        }
        complete.push(address);
    }
    (complete, rest.trim_start().to_owned())
}

/// May this be sent to, by form alone? The server has the last word.
pub(crate) fn is_valid(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else {
        return false;
    };
    let is_domain = domain == "localhost"
        || is_literal(domain)
        || (find(domain, ".").is_some() && domain.len() <= DOMAIN_LIMIT && domain.split('.').all(is_label));
    !local.is_empty() && local.len() <= LOCAL_LIMIT && local.split('.').all(is_atom) && is_domain
}

/// Are these the same mailbox, as far as one can tell without asking its server?
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    lower(one.trim()) == lower(other.trim())
}

/// Addresses as they are typed, with commas between: what [`parse_list`] reads.
pub(crate) fn write_list(addresses: &[Address]) -> String {
    addresses.iter().map(write).collect::<Vec<_>>().join(", ")
}

/// An address as it is typed: "Name <local@domain>", the name quoted where it must be.
pub(crate) fn write(address: &Address) -> String {
    let Address { name, email } = address;
    if name.is_empty() {
        return email.clone();
    }
    if name.contains([',', ';', '"', '<', '>', '@', '(', ')']) {
        let name = name.replace('\\', "\\\\").replace('"', "\\\"");
        return format!("\"{name}\" <{email}>");
    }
    format!("{name} <{email}>")
}

/// Splits at separators that stand outside of quotes and angle brackets.
fn split(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut is_quoted, mut is_escaped, mut is_in_brackets) = (0, false, false, false);
    for (at, letter) in text.char_indices() {
        let was_escaped = std::mem::take(&mut is_escaped);
        match letter {
            '\\' if is_quoted && !was_escaped => is_escaped = true,
            '"' if !was_escaped => is_quoted = !is_quoted,
            '<' if !is_quoted => is_in_brackets = true,
            '>' if !is_quoted => is_in_brackets = false,
            ',' | ';' | '\n' if letter == '\n' || !(is_quoted || is_in_brackets) => {
                pieces.extend(text.get(start..at));
                start = at + 1;
                is_quoted = false;
                is_in_brackets = false;
            }
            _ => {}
        }
    }
    pieces.extend(text.get(start..));
    pieces
}

fn parse(piece: &str) -> Address {
    let piece = piece.trim();
    let bracketed = piece
        .rsplit_once('<')
        .and_then(|(name, rest)| Some((name, rest.strip_suffix('>')?)));
    match bracketed {
        Some((name, email)) => Address {
            name: unquote(name.trim()),
            email: bare(email),
        },
        None => Address {
            name: String::new(),
            email: bare(piece),
        },
    }
}

fn bare(email: &str) -> String {
    let email = email.trim();
    email.strip_prefix("mailto:").unwrap_or(email).to_owned()
}

fn unquote(name: &str) -> String {
    let Some(inner) = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return name.to_owned();
    };
    let mut text = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        text.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    text
}

/// What may stand in an atom beside letters and digits.
const SPECIAL: [char; 19] = [
    '!', '#', '$', '%', '&', '\'', '*', '+', '-', '/', '=', '?', '^', '_', '`', '{', '|', '}', '~',
];

/// `atext` (RFC 5322, section 3.2.3), and whatever is beyond ASCII (RFC 6532, section 3.2).
fn is_atom(atom: &str) -> bool {
    let is_atext = |c: char| is_of_word(c) || SPECIAL.contains(&c);
    !atom.is_empty() && atom.chars().all(is_atext)
}

fn is_label(label: &str) -> bool {
    let is_letter = |c: char| is_of_word(c) || c == '-';
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(is_letter)
}

/// `[192.0.2.1]`, `[IPv6:2001:db8::1]` (RFC 5321, section 4.1.3).
fn is_literal(domain: &str) -> bool {
    let inner = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| {
        inner.len() >= 3
            && inner.len() <= 60
            && inner
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse_list(text).into_iter().map(|a| (a.name, a.email)).collect()
    }

    fn pair(name: &str, email: &str) -> (String, String) {
        (name.into(), email.into())
    }

    #[test]
    fn a_pasted_list_becomes_its_addresses() {
        let text = "Ayu Lestari <ayu@surat.test>, \"Santoso, Budi\" <budi@surat.test>;\ncitra@surat.test,,";

        let expected = [
            pair("Ayu Lestari", "ayu@surat.test"),
            pair("Santoso, Budi", "budi@surat.test"),
            pair("", "citra@surat.test"),
        ];
        assert_eq!(pairs(text), expected);
    }

    #[test]
    fn what_is_no_address_is_kept_to_be_corrected() {
        assert_eq!(pairs("bukan alamat"), [pair("", "bukan alamat")]);
        assert_eq!(pairs("\"open, <a@b.c"), [pair("", "\"open, <a@b.c")]);
        assert_eq!(pairs(" , ;\n"), []);
    }

    #[test]
    fn an_address_is_complete_once_a_separator_follows() {
        let (complete, rest) = take_complete("a@b.test, c@d");
        assert_eq!(complete.len(), 1);
        assert_eq!(rest, "c@d");

        assert_eq!(take_complete("a@b.test").0, []);
        assert_eq!(take_complete("oops, a@b.test,"), (vec![], "oops, a@b.test,".to_owned()));
        assert_eq!(take_complete("\"Last, First").1, "\"Last, First");
    }

    #[test]
    fn the_form_of_an_address_is_checked() {
        for good in [
            "a@b.c",
            "ayu+x@surat.test",
            "o'neil@sub.example.org",
            "用户@例子.广告",
            "x@[192.0.2.1]",
            "root@localhost",
        ] {
            assert!(is_valid(good), "{good}");
        }
        for bad in [
            "",
            "@",
            "a@",
            "@b.c",
            "a b@c.d",
            "a@b",
            "a@b..c",
            "a@-b.c",
            "a..b@c.d",
            "a@b.c>",
            "a@b@c d",
            "a\r\n@b.c",
            "<a@b.c",
        ] {
            assert!(!is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for name in ["", "Ayu", "Santoso, Budi", "A \"B\" \\ C", "x@y"] {
            let address = Address {
                name: name.into(),
                email: "a@b.test".into(),
            };

            assert_eq!(parse_list(&write(&address)), [address]);
        }
    }
}
