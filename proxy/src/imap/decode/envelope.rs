//! ENVELOPE (RFC 9051, section 7.5.2) as the server sent it: octets, not yet text.
//!
//! `mime::header` makes people's text of it; it alone knows encoded words and charsets.

use super::cursor::{Cursor, Decoded};
use std::borrow::Cow;

/// Address structures of one field that are kept: a message may name a million people, and whoever
/// sends it chooses how many.
const MAX_ADDRESSES: usize = 2_000;

/// An address structure of an ENVELOPE.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawAddress {
    /// Display name, possibly with encoded words.
    pub name: Option<Vec<u8>>,
    /// Local part; with no `host`, the start of a group (its name) or, when `None`, its end.
    pub mailbox: Option<Vec<u8>>,
    /// Domain.
    pub host: Option<Vec<u8>>,
}

/// An ENVELOPE. Lists are empty where the server said NIL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawEnvelope {
    /// The Date field as written.
    pub date: Option<Vec<u8>>,
    /// The Subject field as written.
    pub subject: Option<Vec<u8>>,
    /// From.
    pub from: Vec<RawAddress>,
    /// Sender.
    pub sender: Vec<RawAddress>,
    /// Reply-To.
    pub reply_to: Vec<RawAddress>,
    /// To.
    pub to: Vec<RawAddress>,
    /// Cc.
    pub cc: Vec<RawAddress>,
    /// Bcc.
    pub bcc: Vec<RawAddress>,
    /// In-Reply-To as written.
    pub in_reply_to: Option<Vec<u8>>,
    /// Message-ID as written.
    pub message_id: Option<Vec<u8>>,
}

/// Reads an envelope. Missing fields at its end are taken as NIL.
pub fn envelope(cursor: &mut Cursor<'_>) -> Decoded<RawEnvelope> {
    let mut envelope = RawEnvelope::default();
    let mut index = 0;
    cursor.each(|cursor| {
        match index {
            0 => envelope.date = owned(cursor)?,
            1 => envelope.subject = owned(cursor)?,
            2 => envelope.from = addresses(cursor)?,
            3 => envelope.sender = addresses(cursor)?,
            4 => envelope.reply_to = addresses(cursor)?,
            5 => envelope.to = addresses(cursor)?,
            6 => envelope.cc = addresses(cursor)?,
            7 => envelope.bcc = addresses(cursor)?,
            8 => envelope.in_reply_to = owned(cursor)?,
            9 => envelope.message_id = owned(cursor)?,
            _ => cursor.skip_value()?,
        }
        index += 1;
        Ok(())
    })?;
    Ok(envelope)
}

fn owned(cursor: &mut Cursor<'_>) -> Decoded<Option<Vec<u8>>> {
    Ok(cursor.nstring()?.map(Cow::into_owned))
}

/// NIL or a list; `()` too, and what is neither (a bare `""`, as some gateways send) is nobody.
fn addresses(cursor: &mut Cursor<'_>) -> Decoded<Vec<RawAddress>> {
    let mut addresses = Vec::new();
    if cursor.peek() != Some(b'(') {
        return cursor.nstring().map(|_| addresses);
    }
    cursor.each(|cursor| {
        if addresses.len() < MAX_ADDRESSES {
            addresses.push(address(cursor)?);
            Ok(())
        } else {
            cursor.skip_value()
        }
    })?;
    Ok(addresses)
}

fn address(cursor: &mut Cursor<'_>) -> Decoded<RawAddress> {
    let mut address = RawAddress::default();
    let mut index = 0;
    cursor.each(|cursor| {
        match index {
            0 => address.name = owned(cursor)?,
            // 1 is the source route (RFC 5322, section 4.4), obsolete and never shown.
            2 => address.mailbox = owned(cursor)?,
            3 => address.host = owned(cursor)?,
            _ => cursor.skip_value()?,
        }
        index += 1;
        Ok(())
    })?;
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> RawEnvelope {
        envelope(&mut Cursor::new(text)).unwrap()
    }

    #[test]
    fn of_a_million_people_some_are_kept_and_what_follows_is_read() {
        let people = "(NIL NIL \"a\" \"b\")".repeat(MAX_ADDRESSES * 3);

        let envelope = read(format!("(NIL NIL NIL NIL NIL ({people}) NIL NIL NIL \"<m@x>\")").as_bytes());

        assert_eq!(envelope.to.len(), MAX_ADDRESSES);
        assert_eq!(envelope.message_id.as_deref(), Some(&b"<m@x>"[..]));
    }

    #[test]
    fn an_envelope_is_read_field_by_field() {
        let envelope = read(
            b"(\"Wed, 17 Jul 1996\" {4}\r\nSub\xFC ((\"A \\\"B\\\"\" NIL \"a\" \"x.test\")(NIL NIL \"b\" \"x.test\")) NIL NIL ((NIL NIL \"team\" NIL)(NIL NIL NIL NIL)) NIL NIL \"<p@x>\" \"<m@x>\")",
        );

        assert_eq!(envelope.subject.as_deref(), Some(&b"Sub\xFC"[..]));
        assert_eq!(envelope.from.len(), 2);
        assert_eq!(envelope.from[0].name.as_deref(), Some(&b"A \"B\""[..]));
        assert_eq!(
            (envelope.to[0].host.as_ref(), envelope.to[1].mailbox.as_ref()),
            (None, None)
        );
        assert_eq!(envelope.message_id.as_deref(), Some(&b"<m@x>"[..]));
    }

    #[test]
    fn an_empty_list_or_a_bare_string_is_nobody() {
        let envelope = read(b"(NIL NIL () \"\" NIL () NIL NIL NIL \"<m@x>\")");

        assert!(envelope.from.is_empty() && envelope.sender.is_empty() && envelope.to.is_empty());
        assert_eq!(envelope.message_id.as_deref(), Some(&b"<m@x>"[..]));
    }

    #[test]
    fn missing_fields_are_nil_and_further_ones_are_skipped() {
        assert_eq!(read(b"()"), RawEnvelope::default());
        assert_eq!(
            read(b"(NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL (\"x)\") y)")
                .subject
                .as_deref(),
            Some(&b"s"[..])
        );
    }
}
