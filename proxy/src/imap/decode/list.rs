//! LIST (RFC 9051, section 7.3.1) with its extended data, LSUB, and Gmail's old XLIST.

use super::cursor::{Cursor, Decoded};
use crate::imap::mailbox_name::WireName;
use surat_protocol::Role;

/// A mailbox as LIST tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListEntry {
    /// Its name.
    pub name: WireName,
    /// The hierarchy delimiter; `None` = flat.
    pub delimiter: Option<char>,
    /// `\Noselect`: cannot be opened.
    pub is_no_select: bool,
    /// `\NonExistent`: only a name, or only a level of other names.
    pub is_non_existent: bool,
    /// `\Noinferiors`: nothing can be created under it.
    pub is_no_inferiors: bool,
    /// `\HasChildren` or `\HasNoChildren`, if told.
    pub has_children: Option<bool>,
    /// `\Subscribed`.
    pub is_subscribed: bool,
    /// Special use (RFC 6154), if told.
    pub role: Option<Role>,
    /// CHILDINFO: a mailbox under it is subscribed (RFC 5258, section 3.5).
    pub has_subscribed_child: bool,
    /// OLDNAME: it was renamed just now (RFC 9051, section 6.3.9.7).
    pub old_name: Option<WireName>,
}

/// What follows `* LIST`.
pub fn entry(cursor: &mut Cursor<'_>) -> Decoded<ListEntry> {
    cursor.expect_space()?;
    let attributes = cursor.list(|cursor| cursor.atom())?;
    cursor.expect_space()?;
    let delimiter = delimiter(cursor)?;
    cursor.expect_space()?;
    let mut entry = ListEntry {
        name: mailbox(cursor)?,
        delimiter,
        is_no_select: false,
        is_non_existent: false,
        is_no_inferiors: false,
        has_children: None,
        is_subscribed: false,
        role: None,
        has_subscribed_child: false,
        old_name: None,
    };
    for attribute in attributes {
        apply(&mut entry, &String::from_utf8_lossy(attribute).to_ascii_lowercase());
    }
    cursor.skip_spaces();
    if cursor.peek() == Some(b'(') {
        cursor.each(|cursor| extended(cursor, &mut entry))?;
    }
    Ok(entry)
}

/// A mailbox name. One with no quotes may hold what an atom may not: Courier and others are careless.
pub fn mailbox(cursor: &mut Cursor<'_>) -> Decoded<WireName> {
    if matches!(cursor.peek(), Some(b'"' | b'{')) {
        return Ok(WireName::from_server(&cursor.string()?));
    }
    let name = cursor.take_while(|octet| !b" \r\n".contains(&octet));
    if name.is_empty() {
        return cursor.error("a mailbox name");
    }
    Ok(WireName::from_server(name))
}

/// A hierarchy delimiter: one quoted character, or NIL; `""` means NIL too on some servers.
pub fn delimiter(cursor: &mut Cursor<'_>) -> Decoded<Option<char>> {
    let delimiter = cursor.nstring()?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&delimiter).chars().next())
}

fn apply(entry: &mut ListEntry, attribute: &str) {
    match attribute {
        "\\noselect" => entry.is_no_select = true,
        "\\nonexistent" => entry.is_non_existent = true,
        "\\noinferiors" => entry.is_no_inferiors = true,
        "\\haschildren" => entry.has_children = Some(true),
        "\\hasnochildren" => entry.has_children = Some(false),
        "\\subscribed" => entry.is_subscribed = true,
        _ => entry.role = entry.role.or_else(|| role(attribute)),
    }
}

/// RFC 6154; the names after `|` are XLIST's.
fn role(attribute: &str) -> Option<Role> {
    Some(match attribute {
        "\\inbox" => Role::Inbox,
        "\\drafts" => Role::Drafts,
        "\\sent" => Role::Sent,
        "\\archive" => Role::Archive,
        "\\junk" | "\\spam" => Role::Junk,
        "\\trash" => Role::Trash,
        "\\all" | "\\allmail" => Role::All,
        "\\flagged" | "\\starred" => Role::Flagged,
        _ => return None,
    })
}

fn extended(cursor: &mut Cursor<'_>, entry: &mut ListEntry) -> Decoded<()> {
    let name = cursor.astring()?.to_ascii_uppercase();
    cursor.expect_space()?;
    match name.as_slice() {
        b"CHILDINFO" if cursor.peek() == Some(b'(') => {
            let selections = cursor.list(|cursor| cursor.astring())?;
            entry.has_subscribed_child = selections.iter().any(|name| name.eq_ignore_ascii_case(b"SUBSCRIBED"));
        }
        b"OLDNAME" if cursor.peek() == Some(b'(') => {
            let names = cursor.list(|cursor| cursor.astring())?;
            entry.old_name = names.first().map(|name| WireName::from_server(name));
        }
        _ => cursor.skip_value()?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::decode::{Response, response};

    fn read(line: &[u8]) -> ListEntry {
        match response(line) {
            Ok(Response::List(entry)) => *entry,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn attributes_become_claims() {
        let entry = read(b"* LIST (\\HasNoChildren \\Subscribed \\Sent) \"/\" \"Sent &- done\"\r\n");

        assert_eq!(entry.name.as_bytes(), b"Sent &- done");
        assert_eq!((entry.delimiter, entry.role), (Some('/'), Some(Role::Sent)));
        assert!(entry.is_subscribed && entry.has_children == Some(false));
    }

    #[test]
    fn extended_data_are_read_and_the_unknown_is_skipped() {
        let entry = read(
            b"* LIST (\\NonExistent) NIL Foo (\"CHILDINFO\" (\"SUBSCRIBED\") X-NEW (\"a) OLDNAME (b\") OLDNAME ({3}\r\nBar) )\r\n",
        );

        assert!(entry.is_non_existent && entry.has_subscribed_child);
        assert_eq!(entry.old_name, Some(WireName::from_server(b"Bar")));
        assert_eq!(entry.delimiter, None);
    }

    #[test]
    fn names_without_quotes_may_be_odd() {
        assert_eq!(
            read(b"* LSUB () \".\" INBOX.50%*(x)\r\n").name.as_bytes(),
            b"INBOX.50%*(x)"
        );
        assert_eq!(
            read(b"* XLIST (\\AllMail) \"/\" [Gmail]/All \r\n").role,
            Some(Role::All)
        );
        assert_eq!(read(b"* LIST () \"\" inbox\r\n").name, WireName::inbox());
        assert_eq!(read(b"* LIST () \"\\\\\" \"a\\\\b\"\r\n").delimiter, Some('\\'));
    }
}
