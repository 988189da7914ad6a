//! ID (RFC 2971): what the server says it is. For diagnosis only; nothing depends on it.

use super::cursor::{Cursor, Decoded};

/// Most pairs that are kept (RFC 2971, section 3.3, allows 30).
const MAX_PAIRS: usize = 30;

/// What follows `* ID`: names in lower case, values as text; NIL is no pairs.
pub fn id(cursor: &mut Cursor<'_>) -> Decoded<Vec<(String, String)>> {
    cursor.expect_space()?;
    if cursor.take_nil() {
        return Ok(Vec::new());
    }
    let words = cursor.list(|cursor| {
        let word = cursor.nstring()?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&word).into_owned())
    })?;
    let (pairs, _) = words.as_chunks::<2>();
    Ok(pairs
        .iter()
        .take(MAX_PAIRS)
        .map(|[name, value]| (name.to_ascii_lowercase(), value.clone()))
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::imap::decode::{Response, response};

    #[test]
    fn a_server_may_say_who_it_is_or_not() {
        assert_eq!(
            response(b"* ID (\"Name\" \"Dovecot\" \"version\" NIL)\r\n"),
            Ok(Response::Id(vec![
                ("name".into(), "Dovecot".into()),
                ("version".into(), String::new())
            ]))
        );
        assert_eq!(response(b"* ID NIL\r\n"), Ok(Response::Id(Vec::new())));
    }
}
