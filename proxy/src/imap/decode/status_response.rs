//! OK, NO, BAD, BYE, PREAUTH (RFC 9051, section 7.1), untagged and as the completion of a command.

use super::{
    code::{self, Code},
    cursor::{Cursor, Decoded},
};

/// Longest text that is kept, in characters: it is shown to people at most this long.
const MAX_TEXT_CHARACTERS: usize = 500;

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Done.
    Ok,
    /// Understood and refused.
    No,
    /// Not understood.
    Bad,
    /// Greeting: signed in already.
    PreAuth,
    /// The server hangs up.
    Bye,
}

impl Condition {
    /// By its name in upper case.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "OK" => Self::Ok,
            "NO" => Self::No,
            "BAD" => Self::Bad,
            "PREAUTH" => Self::PreAuth,
            "BYE" => Self::Bye,
            _ => return None,
        })
    }
}

/// A status response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusResponse {
    /// How it stands.
    pub condition: Condition,
    /// Its code, if it has one.
    pub code: Option<Code>,
    /// The server's own words, on one line, at most 500 characters.
    pub text: String,
}

/// A tagged status response: the end of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The command's tag.
    pub tag: String,
    /// How it went.
    pub status: StatusResponse,
}

/// What follows `* OK`.
pub fn untagged(condition: Condition, cursor: &mut Cursor<'_>) -> Decoded<StatusResponse> {
    cursor.skip_spaces();
    let code = if cursor.peek() == Some(b'[') {
        code_or_text(cursor)
    } else {
        None
    };
    cursor.skip_spaces();
    Ok(StatusResponse {
        condition,
        code,
        text: plain_text(cursor.rest()),
    })
}

/// `A0001 OK …`.
pub fn tagged(cursor: &mut Cursor<'_>) -> Decoded<Completion> {
    let tag = String::from_utf8_lossy(cursor.atom()?).into_owned();
    cursor.expect_space()?;
    let Some(condition @ (Condition::Ok | Condition::No | Condition::Bad)) = Condition::of(&cursor.keyword()?) else {
        return cursor.error("OK, NO or BAD");
    };
    Ok(Completion {
        tag,
        status: untagged(condition, cursor)?,
    })
}

/// Text that merely starts with a bracket is text. Gmail, for one, has put text directly behind the
/// closing bracket.
fn code_or_text(cursor: &mut Cursor<'_>) -> Option<Code> {
    let mut ahead = cursor.clone();
    let code = code::code(&mut ahead).ok()?;
    *cursor = ahead;
    Some(code)
}

fn plain_text(octets: &[u8]) -> String {
    // Four octets are the most that a character takes; so long a piece is enough.
    let octets = octets.get(..4 * MAX_TEXT_CHARACTERS).unwrap_or(octets);
    String::from_utf8_lossy(octets)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_TEXT_CHARACTERS)
        .collect::<String>()
        .trim()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::decode::{Response, response};

    fn tagged(line: &str) -> Completion {
        match response(line.as_bytes()) {
            Ok(Response::Tagged(completion)) => completion,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_completion_has_tag_code_and_text() {
        let completion = tagged("A0001 NO [TRYCREATE] Mailbox doesn't exist: x\r\n");

        assert_eq!(completion.tag, "A0001");
        assert_eq!(completion.status.condition, Condition::No);
        assert_eq!(completion.status.code, Some(Code::TryCreate));
        assert_eq!(completion.status.text, "Mailbox doesn't exist: x");
    }

    #[test]
    fn text_may_follow_the_code_directly_or_be_missing() {
        assert_eq!(tagged("A1 OK [READ-ONLY]é\r\n").status.text, "é");
        assert_eq!(tagged("A1 OK\r\n").status.text, "");
        assert_eq!(tagged("A1 ok [unclosed\r\n").status.text, "[unclosed");
    }

    #[test]
    fn text_is_bounded_and_on_one_line() {
        let status = tagged(&format!("A1 BAD a\tb{}\r\n", "ü".repeat(9000))).status;

        assert_eq!(status.text.chars().count(), MAX_TEXT_CHARACTERS);
        assert!(status.text.starts_with("a bü"));
    }

    #[test]
    fn only_ok_no_and_bad_end_a_command() {
        assert!(response(b"A1 BYE x\r\n").is_err());
        assert!(response(b"A1 MAYBE x\r\n").is_err());
    }
}
