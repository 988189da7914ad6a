//! Commands from typed parts. No text from outside becomes syntax: it is quoted, or a literal, here.
//!
//! Each file of `command` builds its lines with this; `session` sends them.

use super::{error::Error, mailbox_name::WireName};
use std::time::Duration;
use surat_protocol::{Flag, Section, UidSet};

/// Longest string that is sent in quotes; longer ones become literals.
const MAX_QUOTED_OCTETS: usize = 1000;

/// Longest sequence set in one command, in octets: servers take lines of 8,000 at least
/// (RFC 7162, section 4), and the rest of the command needs room as well.
const MAX_SET_OCTETS: usize = 7000;

/// How long a server may be silent over a command that touches few messages.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a server may be silent over a command that may touch all messages.
const LONG_PATIENCE: Duration = Duration::from_secs(300);

/// A command, without its tag.
#[derive(Clone, Debug)]
pub struct CommandLine {
    /// Syntax, and the literal that follows it.
    before: Vec<(String, Vec<u8>)>,
    /// Syntax after the last literal.
    syntax: String,
    patience: Duration,
}

impl CommandLine {
    /// Starts with `name`, which may hold further syntax.
    pub fn new(name: &'static str) -> Self {
        Self {
            before: Vec::new(),
            syntax: name.into(),
            patience: PATIENCE,
        }
    }

    /// Lets the server be silent for five minutes instead of one.
    pub fn patient(mut self) -> Self {
        self.patience = LONG_PATIENCE;
        self
    }

    /// How long the server may be silent.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// Syntax, from our own source only.
    pub fn raw(mut self, syntax: &'static str) -> Self {
        self.syntax.push_str(syntax);
        self
    }

    /// A number.
    pub fn number(mut self, number: u64) -> Self {
        self.syntax.push_str(&number.to_string());
        self
    }

    /// A set of UIDs; must not be empty.
    pub fn uids(mut self, uids: &UidSet) -> Self {
        self.syntax.push_str(&uids.to_string());
        self
    }

    /// The number of a part.
    pub fn section(mut self, section: &Section) -> Self {
        self.syntax.push_str(section.as_str());
        self
    }

    /// A mailbox name, in the server's own spelling; one with control characters is an error.
    pub fn mailbox(self, name: &WireName) -> Result<Self, Error> {
        if name.hides_control() {
            return Err(Error::Unsendable);
        }
        self.string(name.as_bytes())
    }

    /// Any string from outside: quoted when it is short and plain, else a literal. NUL is an error,
    /// since no string may hold it (RFC 9051, section 4.3).
    pub fn string(mut self, octets: &[u8]) -> Result<Self, Error> {
        if octets.contains(&0) {
            return Err(Error::Unsendable);
        }
        match quoted(octets) {
            Some(quoted) => self.syntax.push_str(&quoted),
            None => self.before.push((std::mem::take(&mut self.syntax), octets.into())),
        }
        Ok(self)
    }

    /// Flags in parentheses. A keyword that is no atom is an error.
    pub fn flags(mut self, flags: &[Flag]) -> Result<Self, Error> {
        let names: Result<Vec<_>, Error> = flags.iter().map(flag_name).collect();
        self.syntax.push('(');
        self.syntax.push_str(&names?.join(" "));
        self.syntax.push(')');
        Ok(self)
    }

    /// Everything up to the last literal: syntax, and the literal that follows it.
    pub(super) fn before(&self) -> &[(String, Vec<u8>)] {
        &self.before
    }

    /// What follows the last literal: the whole command, when there is none.
    pub(super) fn syntax(&self) -> &str {
        &self.syntax
    }
}

/// Cuts a set into sets that fit into one command each. None for an empty set.
pub fn portions(uids: &UidSet) -> Vec<UidSet> {
    let mut portions = Vec::new();
    let mut ranges = Vec::new();
    let mut octets = 0;
    for &range in uids.ranges() {
        let cost = UidSet::from_ranges([range]).to_string().len() + 1;
        if octets + cost > MAX_SET_OCTETS {
            portions.push(UidSet::from_ranges(ranges.drain(..)));
            octets = 0;
        }
        ranges.push(range);
        octets += cost;
    }
    if !ranges.is_empty() {
        portions.push(UidSet::from_ranges(ranges));
    }
    portions
}

/// The quoted form, if a string may have one: printable ASCII (RFC 9051, section 9, QUOTED-CHAR).
fn quoted(octets: &[u8]) -> Option<String> {
    let is_plain = octets.iter().all(|octet| matches!(octet, b' '..=b'~'));
    if octets.len() > MAX_QUOTED_OCTETS || !is_plain {
        return None;
    }
    let mut quoted = String::with_capacity(octets.len() + 2);
    quoted.push('"');
    for &octet in octets {
        if matches!(octet, b'"' | b'\\') {
            quoted.push('\\');
        }
        quoted.push(char::from(octet));
    }
    quoted.push('"');
    Some(quoted)
}

fn flag_name(flag: &Flag) -> Result<String, Error> {
    Ok(match flag {
        Flag::Seen => "\\Seen".into(),
        Flag::Answered => "\\Answered".into(),
        Flag::Flagged => "\\Flagged".into(),
        Flag::Deleted => "\\Deleted".into(),
        Flag::Draft => "\\Draft".into(),
        Flag::Keyword(name) if is_keyword(name) => name.clone(),
        Flag::Keyword(_) => return Err(Error::Unsendable),
    })
}

/// `flag-keyword` is an atom (RFC 9051, section 9); 100 characters are more than servers store.
fn is_keyword(name: &str) -> bool {
    let is_atom_character = |c: char| c.is_ascii_graphic() && !"(){%*\"\\]".contains(c);
    (1..=100).contains(&name.len()) && name.chars().all(is_atom_character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::decode::cursor::Cursor;
    use proptest::prelude::*;

    #[test]
    fn plain_strings_are_quoted_and_others_are_literals() {
        let line = CommandLine::new("X ").string(b"a \"b\\\"").unwrap();
        assert_eq!(line.syntax, "X \"a \\\"b\\\\\\\"\"");
        for octets in ["ü", "a\r\nA2 DELETE INBOX", "\t", &"x".repeat(1001)] {
            let line = CommandLine::new("X ").string(octets.as_bytes()).unwrap().raw(" Y");
            assert_eq!(
                (line.before, line.syntax.as_str()),
                (vec![("X ".into(), octets.into())], " Y")
            );
        }
        assert!(matches!(CommandLine::new("").string(b"a\0"), Err(Error::Unsendable)));
    }

    #[test]
    fn a_keyword_cannot_become_syntax() {
        for bad in [
            "",
            "a b",
            "a)",
            "a\r\n",
            "\\Seen",
            "ü",
            "a]",
            "{3}",
            "\"",
            "*",
            &"x".repeat(101),
        ] {
            assert!(
                CommandLine::new("").flags(&[Flag::Keyword(bad.into())]).is_err(),
                "{bad:?}"
            );
        }
        let line = CommandLine::new("").flags(&[Flag::Seen, Flag::forwarded()]).unwrap();
        assert_eq!(line.syntax, "(\\Seen $Forwarded)");
    }

    #[test]
    fn long_sets_are_cut_and_nothing_is_lost() {
        let uids = UidSet::from_ranges((1..100_000).map(|n| (n * 3, n * 3)));

        let portions = portions(&uids);

        assert!(
            portions.len() > 50
                && portions
                    .iter()
                    .all(|portion| portion.to_string().len() <= MAX_SET_OCTETS)
        );
        assert_eq!(
            portions.iter().fold(UidSet::new(), |all, portion| all.union(portion)),
            uids
        );
        assert!(super::portions(&UidSet::new()).is_empty());
    }

    proptest! {
        #[test]
        fn any_string_is_read_back_as_itself(octets in proptest::collection::vec(1u8.., 0..60)) {
            let line = CommandLine::new("").string(&octets).unwrap();
            let mut wire = Vec::new();
            for (syntax, literal) in &line.before {
                wire.extend(format!("{syntax}{{{}}}\r\n", literal.len()).bytes());
                wire.extend(literal);
            }
            wire.extend(line.syntax.bytes());

            let mut cursor = Cursor::new(&wire);

            // Cursor::new leaves out a final CRLF, which here would belong to a literal.
            prop_assume!(!octets.ends_with(b"\r\n"));
            let read_back = cursor.string().map(|read| read.into_owned());
            prop_assert_eq!(read_back.as_deref(), Ok(&octets[..]));
            prop_assert_eq!(cursor.rest(), b"");
        }
    }
}
