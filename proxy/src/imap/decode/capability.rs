//! CAPABILITY and ENABLED (RFC 9051, sections 7.2.1 and 7.2.2): a row of words.

use super::cursor::{Cursor, Decoded};

/// The words in upper case. Doubled and trailing spaces are let through, and so is a list without
/// IMAP4rev1: some servers send either.
pub fn words(cursor: &mut Cursor<'_>) -> Decoded<Vec<String>> {
    let mut words = Vec::new();
    loop {
        cursor.skip_spaces();
        if matches!(cursor.peek(), None | Some(b']')) {
            return Ok(words);
        }
        let word = cursor.take_while(|octet| octet > b' ' && octet != b']');
        if word.is_empty() {
            return cursor.error("a capability");
        }
        words.push(String::from_utf8_lossy(word).to_ascii_uppercase());
    }
}

#[cfg(test)]
mod tests {
    use crate::imap::decode::{Response, response};

    fn words(line: &str) -> Vec<String> {
        match response(line.as_bytes()) {
            Ok(Response::Capability(words) | Response::Enabled(words)) => words,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn doubled_spaces_and_a_missing_revision_are_let_through() {
        assert_eq!(words("* CAPABILITY  Idle  AUTH=PLAIN \r\n"), ["IDLE", "AUTH=PLAIN"]);
        assert_eq!(words("* ENABLED\r\n"), [""; 0]);
        assert_eq!(words("* ENABLED QRESYNC\r\n"), ["QRESYNC"]);
    }
}
