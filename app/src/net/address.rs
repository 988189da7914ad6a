//! Addresses of what HTTP serves: parts and sources of messages. Pure.

use crate::route::percent;
use surat_protocol::{
    MessageRef, Section,
    http::{PART, SOURCE, query},
};

/// Where a part of a message is downloaded; `inline` when the browser is to show it.
pub(crate) fn part(message: &MessageRef, section: &Section, inline: bool) -> String {
    let mut address = of_message(PART, message);
    put(&mut address, query::SECTION, section.as_str());
    if inline {
        put(&mut address, query::INLINE, "1");
    }
    address
}

/// Where the whole message is, as it is stored; `inline` to read it as text, else it is downloaded.
pub(crate) fn source(message: &MessageRef, inline: bool) -> String {
    let mut address = of_message(SOURCE, message);
    if inline {
        put(&mut address, query::INLINE, "1");
    }
    address
}

fn of_message(path: &str, message: &MessageRef) -> String {
    let mut address = String::from(path);
    address.push('?');
    put(&mut address, query::MAILBOX, message.mailbox.as_str());
    put(&mut address, query::VALIDITY, &message.uid_validity.0.to_string());
    put(&mut address, query::UID, &message.uid.0.to_string());
    address
}

/// Adds one `name=value` to a query.
pub(super) fn put(address: &mut String, name: &str, value: &str) {
    if !address.ends_with('?') {
        address.push('&');
    }
    address.push_str(name);
    address.push('=');
    percent::encode_into(address, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use surat_protocol::{MailboxName, Uid, UidValidity};

    #[test]
    fn names_cannot_break_out_of_their_value() {
        let message = MessageRef {
            mailbox: MailboxName("A&uid=1#/ü".into()),
            uid_validity: UidValidity(3),
            uid: Uid(7),
        };
        let section = Section::parse("1.2").expect("digits and dots");

        assert_eq!(
            part(&message, &section, true),
            "/api/part?mailbox=A%26uid%3D1%23%2F%C3%BC&validity=3&uid=7&section=1.2&inline=1"
        );
        assert_eq!(
            source(&message, false),
            "/api/source?mailbox=A%26uid%3D1%23%2F%C3%BC&validity=3&uid=7"
        );
    }
}
