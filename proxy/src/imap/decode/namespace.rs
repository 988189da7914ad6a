//! NAMESPACE (RFC 2342; RFC 9051, section 7.3.5).

use super::{
    cursor::{Cursor, Decoded},
    list,
};
use crate::imap::mailbox_name::WireName;

/// One namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// What the names in it start with; may be empty.
    pub prefix: WireName,
    /// The hierarchy delimiter; `None` = flat.
    pub delimiter: Option<char>,
}

/// The namespaces of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespaces {
    /// The account's own.
    pub personal: Vec<Namespace>,
    /// Of other users.
    pub other_users: Vec<Namespace>,
    /// Of all.
    pub shared: Vec<Namespace>,
}

/// What follows `* NAMESPACE`.
pub fn namespaces(cursor: &mut Cursor<'_>) -> Decoded<Namespaces> {
    cursor.expect_space()?;
    let personal = group(cursor)?;
    cursor.expect_space()?;
    let other_users = group(cursor)?;
    cursor.expect_space()?;
    let shared = group(cursor)?;
    Ok(Namespaces {
        personal,
        other_users,
        shared,
    })
}

fn group(cursor: &mut Cursor<'_>) -> Decoded<Vec<Namespace>> {
    if cursor.take_nil() {
        return Ok(Vec::new());
    }
    cursor.list(namespace)
}

fn namespace(cursor: &mut Cursor<'_>) -> Decoded<Namespace> {
    let mut parts = Vec::new();
    let mut index = 0;
    cursor.each(|cursor| {
        match index {
            0 => parts.push((WireName::from_server(&cursor.nstring()?.unwrap_or_default()), None)),
            1 => {
                let delimiter = list::delimiter(cursor)?;
                parts.iter_mut().for_each(|part| part.1 = delimiter);
            }
            _ => cursor.skip_value()?,
        }
        index += 1;
        Ok(())
    })?;
    match parts.pop() {
        Some((prefix, delimiter)) => Ok(Namespace { prefix, delimiter }),
        None => cursor.error("a namespace prefix"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::decode::{Response, response};

    fn read(line: &[u8]) -> Namespaces {
        match response(line) {
            Ok(Response::Namespace(namespaces)) => *namespaces,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_group_may_be_missing_or_many() {
        let namespaces =
            read(b"* NAMESPACE ((\"\" \"/\")) NIL ((\"#shared/\" \"/\" \"X-P\" (\"a\" \"b\"))(\"#ftp/\" NIL))\r\n");

        assert_eq!(namespaces.personal.len(), 1);
        assert!(namespaces.other_users.is_empty());
        assert_eq!(namespaces.shared[0].prefix.as_bytes(), b"#shared/");
        assert_eq!(namespaces.shared[1].delimiter, None);
    }
}
