//! Address structures of an ENVELOPE become addresses (RFC 9051, section 7.5.2).

use super::word::text;
use crate::imap::decode::envelope::RawAddress;
use surat_protocol::Address;

/// Characters of a display name that are kept.
const NAME_LIMIT: usize = 256;
/// Characters of an address that are kept: 64 for the local part, 255 for the domain, one between.
const EMAIL_LIMIT: usize = 320;
/// Addresses of one field that are kept.
const COUNT_LIMIT: usize = 1000;

/// Addresses of one field, decoded. A group stands as its members; an empty one ("undisclosed
/// recipients:;") as an address with just that name.
pub fn addresses(raw: &[RawAddress]) -> Vec<Address> {
    let mut list = Vec::new();
    let mut group: Option<(String, usize)> = None;
    for address in raw {
        match (&address.mailbox, &address.host) {
            (Some(name), None) => group = Some((display_name(name), list.len())),
            (None, None) => list.extend(end_of_group(group.take(), list.len())),
            _ => list.push(single(address)),
        }
        if list.len() >= COUNT_LIMIT {
            return list;
        }
    }
    list.extend(end_of_group(group, list.len()));
    list
}

/// What a group leaves behind: nothing, unless it had no members.
fn end_of_group(group: Option<(String, usize)>, length: usize) -> Option<Address> {
    let (name, start) = group?;
    (start == length && !name.is_empty()).then_some(Address {
        name,
        email: String::new(),
    })
}

fn single(address: &RawAddress) -> Address {
    let part = |octets: &Option<Vec<u8>>| text(octets.as_deref().unwrap_or_default(), EMAIL_LIMIT);
    let (mailbox, host) = (part(&address.mailbox), part(&address.host));
    let name = display_name(address.name.as_deref().unwrap_or_default());
    // Dovecot writes MISSING_DOMAIN and MISSING_MAILBOX where the message has none.
    let email = match (mailbox.as_str(), host.as_str()) {
        ("", "") | ("MISSING_MAILBOX", "MISSING_DOMAIN") => String::new(),
        (_, "" | "MISSING_DOMAIN") => mailbox,
        ("MISSING_MAILBOX", _) => format!("@{host}"),
        _ => format!("{mailbox}@{host}"),
    };
    Address {
        name,
        email: shortened(email),
    }
}

fn shortened(mut email: String) -> String {
    if let Some((end, _)) = email.char_indices().nth(EMAIL_LIMIT) {
        email.truncate(end);
    }
    email
}

/// A display name without the quotes that some programs encode along with it.
fn display_name(raw: &[u8]) -> String {
    let name = text(raw, NAME_LIMIT);
    let unquoted = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match unquoted {
        Some(inner) => inner.replace("\\\"", "\""),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(name: Option<&str>, mailbox: Option<&str>, host: Option<&str>) -> RawAddress {
        let octets = |text: Option<&str>| text.map(|t| t.as_bytes().to_vec());
        RawAddress {
            name: octets(name),
            mailbox: octets(mailbox),
            host: octets(host),
        }
    }

    fn address(name: &str, email: &str) -> Address {
        Address {
            name: name.into(),
            email: email.into(),
        }
    }

    #[test]
    fn names_are_decoded_and_lose_their_quotes() {
        let list = addresses(&[
            raw(Some("=?utf-8?q?Ay=C3=BA?="), Some("ayu"), Some("surat.test")),
            raw(Some("=?utf-8?q?=22Budi=2C_S.=22?="), Some("budi"), Some("surat.test")),
            raw(None, Some("tedi"), Some("surat.test")),
        ]);

        assert_eq!(
            list,
            [
                address("Ayú", "ayu@surat.test"),
                address("Budi, S.", "budi@surat.test"),
                address("", "tedi@surat.test")
            ]
        );
    }

    #[test]
    fn a_group_stands_as_its_members() {
        let list = addresses(&[
            raw(None, Some("friends"), None),
            raw(None, Some("a"), Some("b.c")),
            raw(None, None, None),
            raw(None, Some("undisclosed-recipients"), None),
            raw(None, None, None),
        ]);

        assert_eq!(list, [address("", "a@b.c"), address("undisclosed-recipients", "")]);
    }

    #[test]
    fn parts_that_are_missing_are_left_out() {
        let list = addresses(&[
            raw(Some("x"), Some("MISSING_MAILBOX"), Some("MISSING_DOMAIN")),
            raw(None, Some("root"), Some("MISSING_DOMAIN")),
            raw(None, None, Some("a.b")),
        ]);

        assert_eq!(list[0], address("x", ""));
        assert_eq!(list[1].email, "root");
        assert_eq!(list[2].email, "@a.b");
    }
}
