//! Identifiers, each in a type of its own, so that a UID never meets a row number.

use serde::{Deserialize, Serialize};

/// A message's unique identifier in its mailbox (RFC 9051, section 2.3.1.1). Never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Uid(pub u32);

/// The UIDVALIDITY of a mailbox (RFC 9051, section 2.3.1.1): UIDs mean something only beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UidValidity(pub u32);

/// A modification sequence (RFC 7162, section 3.1). 63 bits on the wire; 0 = the mailbox keeps none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModSeq(pub u64);

/// A mailbox's full name as people read it: Unicode, with the hierarchy delimiter of its server.
///
/// It is a key, not a command part: the proxy looks it up among the names that the server listed
/// and uses the server's own spelling, so a name can never become syntax.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MailboxName(pub String);

impl MailboxName {
    /// The one mailbox that every account has (RFC 9051, section 5.1).
    pub fn inbox() -> Self {
        Self("INBOX".into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A section number of a body part (RFC 9051, section 6.4.5): "1", "2.1". Digits and dots only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Section(String);

impl Section {
    /// Takes a section number; `None` unless it is `nz-number *("." nz-number)` of at most 200 characters.
    pub fn parse(text: &str) -> Option<Self> {
        let is_number = |part: &str| {
            !part.is_empty() && part.len() <= 9 && !part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit())
        };
        (text.len() <= 200 && text.split('.').all(is_number)).then(|| Self(text.into()))
    }

    /// The section as it stands in `BODY[…]`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names a request of this socket; the client counts up. Answers carry it, so late ones are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestId(pub u32);

/// Names a file that was uploaded to this node and is not yet part of a stored draft.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UploadId(pub String);

/// One message, for good: mailbox, UIDVALIDITY and UID together (RFC 9051, section 2.3.1.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MessageRef {
    /// The mailbox that holds it.
    pub mailbox: MailboxName,
    /// The UIDVALIDITY under which `uid` was learned.
    pub uid_validity: UidValidity,
    /// Its UID.
    pub uid: Uid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_numbers_and_dots() {
        assert!(Section::parse("1").is_some());
        assert!(Section::parse("2.10.3").is_some());
        for bad in ["", ".", "1.", "0", "1.01", "1]", "TEXT", "1 2", "1\r\n", "9999999999"] {
            assert!(Section::parse(bad).is_none(), "{bad:?}");
        }
    }
}
