//! Message flags (RFC 9051, section 2.3.2): system flags and keywords.

use serde::{Deserialize, Serialize};

/// One flag of a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Flag {
    /// `\Seen`: read.
    Seen,
    /// `\Answered`.
    Answered,
    /// `\Flagged`: the star.
    Flagged,
    /// `\Deleted`: to be expunged.
    Deleted,
    /// `\Draft`.
    Draft,
    /// Any keyword, as `$Forwarded` or `$Junk` (RFC 9051, section 2.3.2; RFC 5788).
    Keyword(String),
}

impl Flag {
    /// `$Forwarded`: the message has been forwarded.
    pub fn forwarded() -> Self {
        Self::Keyword("$Forwarded".into())
    }

    /// `$Junk`: the person says it is junk.
    pub fn junk() -> Self {
        Self::Keyword("$Junk".into())
    }

    /// `$NotJunk`: the person says it is not.
    pub fn not_junk() -> Self {
        Self::Keyword("$NotJunk".into())
    }
}

/// The flags of a message, each once. Keywords compare without regard to case, as IMAP has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags(Vec<Flag>);

impl Flags {
    /// Is this flag set?
    pub fn contains(&self, flag: &Flag) -> bool {
        self.0.iter().any(|own| is_same(own, flag))
    }

    /// Sets a flag; setting it twice changes nothing.
    pub fn insert(&mut self, flag: Flag) {
        if !self.contains(&flag)
            && let Err(at) = self.0.binary_search(&flag)
        {
            self.0.insert(at, flag);
        }
    }

    /// Takes a flag away; does nothing if it is not set.
    pub fn remove(&mut self, flag: &Flag) {
        self.0.retain(|own| !is_same(own, flag));
    }

    /// All flags, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &Flag> {
        self.0.iter()
    }

    /// `\Seen`.
    pub fn is_seen(&self) -> bool {
        self.contains(&Flag::Seen)
    }

    /// `\Flagged`.
    pub fn is_flagged(&self) -> bool {
        self.contains(&Flag::Flagged)
    }
}

impl FromIterator<Flag> for Flags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        let mut all = Self::default();
        for flag in flags {
            all.insert(flag);
        }
        all
    }
}

fn is_same(a: &Flag, b: &Flag) -> bool {
    match (a, b) {
        (Flag::Keyword(a), Flag::Keyword(b)) => a.eq_ignore_ascii_case(b),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_the_same_in_any_case() {
        let mut flags: Flags = [Flag::Keyword("$forwarded".into()), Flag::Seen].into_iter().collect();

        flags.insert(Flag::forwarded());
        assert_eq!(flags.iter().count(), 2);

        flags.remove(&Flag::forwarded());
        assert!(flags.is_seen() && !flags.contains(&Flag::forwarded()));
    }
}
