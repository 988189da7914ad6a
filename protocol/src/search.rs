//! What a search asks for. The app parses the box; the proxy builds SEARCH keys from typed terms.

use crate::ids::MailboxName;
use serde::{Deserialize, Serialize};

/// Where to search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// One mailbox.
    Mailbox(MailboxName),
    /// Every mailbox that can be opened, except Junk and Trash.
    All,
}

/// One condition; a message must meet all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Where to look.
    pub field: TermField,
    /// What for; ignored by the fields that need no text.
    pub text: String,
}

/// Where a term looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TermField {
    /// Sender, recipient, subject or text.
    Anywhere,
    /// From.
    From,
    /// To or Cc.
    To,
    /// Subject.
    Subject,
    /// Text of the body.
    Body,
    /// Messages not yet read.
    Unread,
    /// Messages with a star.
    Starred,
}
