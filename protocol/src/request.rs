//! What the app can ask, and what it gets for each question and order.

use crate::{
    draft::Draft,
    flag::Flag,
    ids::{MailboxName, MessageRef, UidValidity},
    mailbox::Known,
    search::{Scope, Term},
    uid_set::UidSet,
};
use serde::{Deserialize, Serialize};

/// What the app can ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// All mailboxes: [`crate::Answer::Mailboxes`].
    ListMailboxes,
    /// Opens a mailbox and watches it from now on instead of this socket's earlier one.
    ///
    /// [`crate::Answer::Opened`] says what is in it. Where that is only what is new since `known`,
    /// [`crate::Answer::Rows`] of what arrived may follow; where it is everything, [`crate::Answer::Glance`] or
    /// [`crate::Answer::Rows`] has the newest rows, before it or after.
    OpenMailbox {
        /// Which.
        mailbox: MailboxName,
        /// How many rows come along; at most 200.
        first_rows: u16,
        /// What is known of it.
        known: Option<Known>,
    },
    /// Rows of these UIDs: [`crate::Answer::Rows`], one or more; UIDs that are gone are left out. At most 1,000.
    FetchRows {
        /// Where.
        mailbox: MailboxName,
        /// UIDVALIDITY under which the UIDs were learned.
        uid_validity: UidValidity,
        /// Which.
        uids: UidSet,
    },
    /// One message to read: [`crate::Answer::Message`]. Does not set `\Seen`.
    FetchMessage {
        /// Which.
        message: MessageRef,
        /// Let remote images through (by the proxy)?
        allow_remote_images: bool,
        /// Nobody has asked for it yet: it comes after everything that a person waits for.
        is_ahead: bool,
    },
    /// All header fields, decoded, in order: [`crate::Answer::Headers`].
    FetchHeaders {
        /// Which.
        message: MessageRef,
    },
    /// Sets and clears flags: [`crate::Answer::Done`].
    StoreFlags {
        /// Where.
        mailbox: MailboxName,
        /// UIDVALIDITY.
        uid_validity: UidValidity,
        /// Which messages.
        uids: UidSet,
        /// Flags to set.
        add: Vec<Flag>,
        /// Flags to clear.
        remove: Vec<Flag>,
    },
    /// Moves messages: [`crate::Answer::Progress`] when long, then [`crate::Answer::Moved`]. When a part was moved before it
    /// was cancelled, or failed, that answer tells of the part, and the problem follows.
    Move {
        /// From where.
        mailbox: MailboxName,
        /// UIDVALIDITY.
        uid_validity: UidValidity,
        /// Which messages.
        uids: UidSet,
        /// To where.
        to: MailboxName,
    },
    /// Copies messages: as [`Request::Move`].
    Copy {
        /// From where.
        mailbox: MailboxName,
        /// UIDVALIDITY.
        uid_validity: UidValidity,
        /// Which messages.
        uids: UidSet,
        /// To where.
        to: MailboxName,
    },
    /// Deletes messages for good (`\Deleted` and UID EXPUNGE of just these): [`crate::Answer::Done`].
    Expunge {
        /// Where.
        mailbox: MailboxName,
        /// UIDVALIDITY.
        uid_validity: UidValidity,
        /// Which messages.
        uids: UidSet,
    },
    /// Deletes every message in a mailbox for good: [`crate::Answer::Done`].
    EmptyMailbox {
        /// Which.
        mailbox: MailboxName,
    },
    /// Creates a mailbox: [`crate::Answer::Done`], and [`crate::Event::Mailboxes`].
    CreateMailbox {
        /// Under which; `None` = at the top of the personal namespace.
        parent: Option<MailboxName>,
        /// The last level of its name; may not hold the delimiter.
        name: String,
    },
    /// Renames a mailbox in its place: [`crate::Answer::Done`], and [`crate::Event::Mailboxes`].
    RenameMailbox {
        /// Which.
        mailbox: MailboxName,
        /// The new last level of its name.
        name: String,
    },
    /// Deletes a mailbox with its messages: [`crate::Answer::Done`], and [`crate::Event::Mailboxes`].
    DeleteMailbox {
        /// Which.
        mailbox: MailboxName,
    },
    /// Searches: any number of [`crate::Answer::Hits`], then [`crate::Answer::Done`].
    Search {
        /// Where.
        scope: Scope,
        /// All must hold; at least one, at most 20.
        terms: Vec<Term>,
    },
    /// Stores a draft in Drafts, then removes the version it replaces: [`crate::Answer::DraftSaved`].
    SaveDraft {
        /// What.
        draft: Draft,
        /// The stored version that this one follows.
        replaces: Option<MessageRef>,
    },
    /// Opens a stored draft for writing: [`crate::Answer::Draft`].
    OpenDraft {
        /// Which.
        message: MessageRef,
    },
    /// Sends: [`crate::Answer::Sending`] at each stage and [`crate::Answer::DraftSaved`] once it is stored, then
    /// [`crate::Answer::Sent`]. Asked twice with the same Message-ID, it sends once.
    Send {
        /// What.
        draft: Draft,
        /// The stored version that this one follows.
        replaces: Option<MessageRef>,
    },
    /// Is the link alive? [`crate::Answer::Done`] at once, by the proxy itself; no server is asked.
    Ping,
    /// What the account's own mail says of the sender of a message: [`crate::Answer::Weighed`]. To be asked when the message
    /// is on screen, since it may take seconds; what a person asks for meanwhile goes before it.
    WeighSender {
        /// Which message: what came before it counts, and what was sent.
        message: MessageRef,
        /// The address of its sender.
        email: String,
    },
    /// Leaves the mailing list that a message came from, with one click (RFC 8058), as
    /// [`crate::Message::unsubscribe`] offers it: [`crate::Answer::Done`].
    Unsubscribe {
        /// A message of the list.
        message: MessageRef,
    },
}

impl Request {
    /// The messages that an order names: flags to store, or messages to move, copy or expunge. `None` for all else.
    pub fn ordered(&self) -> Option<(&MailboxName, UidValidity, &UidSet)> {
        match self {
            Self::StoreFlags {
                mailbox,
                uid_validity,
                uids,
                ..
            }
            | Self::Move {
                mailbox,
                uid_validity,
                uids,
                ..
            }
            | Self::Copy {
                mailbox,
                uid_validity,
                uids,
                ..
            }
            | Self::Expunge {
                mailbox,
                uid_validity,
                uids,
            } => Some((mailbox, *uid_validity, uids)),
            _ => None,
        }
    }
}
