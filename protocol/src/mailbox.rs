//! Mailboxes: their names, roles, rights and counts, and what opening one tells.

use crate::{
    flag::Flags,
    ids::{MailboxName, ModSeq, Uid, UidValidity},
    message::Row,
    uid_set::UidSet,
};
use serde::{Deserialize, Serialize};

/// One mailbox of the account, as the folder tree shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// Full name; the key of everything.
    pub name: MailboxName,
    /// The hierarchy delimiter of its namespace; `None` = flat.
    pub delimiter: Option<char>,
    /// Which namespace it stands in (RFC 2342).
    pub namespace: NamespaceKind,
    /// The namespace's prefix, to be left out where the name is shown ("Shared/").
    pub prefix: String,
    /// Its special use, if it has one.
    pub role: Option<Role>,
    /// Can be opened? (`\Noselect` and `\NonExistent` cannot.)
    pub is_selectable: bool,
    /// What this account may do in it.
    pub rights: Rights,
    /// Counts, when known; `None` = not known yet, which is not the same as empty.
    pub counts: Option<Counts>,
}

/// Whose mailbox it is (RFC 2342).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NamespaceKind {
    /// The account's own.
    Personal,
    /// Another user's, shared with this account.
    OtherUsers,
    /// Shared by all.
    Shared,
}

/// Special use of a mailbox (RFC 6154), and INBOX.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// INBOX.
    Inbox,
    /// `\Drafts`.
    Drafts,
    /// `\Sent`.
    Sent,
    /// `\Archive`.
    Archive,
    /// `\Junk`.
    Junk,
    /// `\Trash`.
    Trash,
    /// `\All`.
    All,
    /// `\Flagged`.
    Flagged,
}

/// Counts of a mailbox (STATUS, RFC 9051, section 6.3.11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// MESSAGES.
    pub messages: u32,
    /// UNSEEN: messages without `\Seen`.
    pub unseen: u32,
}

/// Rights on a mailbox (RFC 4314, section 2.1), as a set of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights(u16);

impl Rights {
    const LETTERS: &'static [u8] = b"lrswipkxtea";

    /// Everything: one's own mailbox on a server without ACL.
    pub const ALL: Self = Self((1 << Self::LETTERS.len()) - 1);

    /// Reads the letters of a MYRIGHTS response. The obsolete `c` and `d` (RFC 4314, section 2.1.1)
    /// stand for `kx` and `xte`; unknown letters are left out.
    pub fn parse(letters: &str) -> Self {
        let mut bits = 0;
        for letter in letters.bytes() {
            let meant: &[u8] = match letter {
                b'c' => b"kx",
                b'd' => b"xte",
                _ => std::slice::from_ref(&letter),
            };
            for right in meant {
                if let Some(bit) = Self::LETTERS.iter().position(|l| l == right) {
                    bits |= 1 << bit;
                }
            }
        }
        Self(bits)
    }

    /// Has the right with this letter?
    pub fn has(self, letter: char) -> bool {
        Self::LETTERS
            .iter()
            .position(|&l| char::from(l) == letter)
            .is_some_and(|bit| self.0 & (1 << bit) != 0)
    }

    /// `r`: open it and read messages.
    pub fn may_read(self) -> bool {
        self.has('r')
    }

    /// `s`: set and clear `\Seen`.
    pub fn may_mark_seen(self) -> bool {
        self.has('s')
    }

    /// `w`: set and clear other flags and keywords.
    pub fn may_write_flags(self) -> bool {
        self.has('w')
    }

    /// `i`: put messages into it.
    pub fn may_insert(self) -> bool {
        self.has('i')
    }

    /// `t` and `e`: take messages out of it (move, delete).
    pub fn may_remove_messages(self) -> bool {
        self.has('t') && self.has('e')
    }

    /// `k`: create mailboxes under it.
    pub fn may_create(self) -> bool {
        self.has('k')
    }

    /// `x`: delete or rename the mailbox itself.
    pub fn may_delete_mailbox(self) -> bool {
        self.has('x')
    }
}

/// What a client has kept of a mailbox: opening it again tells only what is new since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The UIDVALIDITY under which it was learned.
    pub uid_validity: UidValidity,
    /// [`Opened::highest_modseq`] of then; 0 when the mailbox kept none.
    pub highest_modseq: ModSeq,
    /// Every UID that was in it, as of then or later.
    pub uids: UidSet,
}

/// The top of a mailbox, told before its order is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glance {
    /// The mailbox.
    pub mailbox: MailboxName,
    /// Its UIDVALIDITY.
    pub uid_validity: UidValidity,
    /// EXISTS: messages in it.
    pub messages: u32,
    /// The newest of them, newest first, without a gap.
    pub rows: Vec<Row>,
}

/// What opening a mailbox tells (SELECT and what follows): its order, without a single row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The mailbox.
    pub mailbox: MailboxName,
    /// Its UIDVALIDITY; when it differs from what was kept, everything kept is void.
    pub uid_validity: UidValidity,
    /// The next UID.
    pub uid_next: Uid,
    /// HIGHESTMODSEQ, or an earlier one since which everything is told; 0 when the mailbox keeps none.
    pub highest_modseq: ModSeq,
    /// Which messages are in it.
    pub contents: Contents,
    /// Opened without the right to change anything (READ-ONLY)?
    pub is_read_only: bool,
    /// May keywords be stored (PERMANENTFLAGS has `\*`)?
    pub may_store_keywords: bool,
}

/// The messages of a mailbox. Newest first is descending UID: arrival order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Contents {
    /// Every UID in it. Of what was kept, flags may have changed.
    Whole(UidSet),
    /// What is new since [`Known`]; all else is as it was (QRESYNC or CONDSTORE, RFC 7162).
    Since {
        /// Messages that left.
        vanished: UidSet,
        /// Messages that came.
        arrived: UidSet,
        /// Messages whose flags changed, and what they are now.
        flags: Vec<(Uid, Flags)>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn obsolete_rights_mean_their_successors() {
        let rights = Rights::parse("lrcd9");

        assert!(rights.may_read() && rights.may_create() && rights.may_remove_messages());
        assert!(!rights.may_insert() && !rights.has('9'));
        assert_eq!(Rights::parse("lrswipkxtea"), Rights::ALL);
    }
}
