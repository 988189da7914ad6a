//! What the proxy answers.

use crate::{
    draft::{Draft, DraftAttachment, SendStage},
    ids::{MailboxName, MessageRef, UidValidity},
    mailbox::{Glance, Mailbox, Opened},
    message::{Caution, Message, Row},
    uid_set::UidSet,
};
use serde::{Deserialize, Serialize};

/// What the proxy answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// It is done.
    Done,
    /// So much of a long order is done.
    Progress {
        /// Messages done.
        done: u32,
        /// Messages in all.
        total: u32,
    },
    /// All mailboxes, in no particular order; counts may follow as [`crate::Event::Counts`].
    Mailboxes(Vec<Mailbox>),
    /// The top of the mailbox that is being opened.
    Glance(Glance),
    /// The mailbox is open.
    Opened(Opened),
    /// Rows, newest first.
    Rows(Vec<Row>),
    /// A message to read.
    Message(Box<Message>),
    /// Header fields, name and decoded value.
    Headers(Vec<(String, String)>),
    /// Moved or copied.
    Moved {
        /// Where they are now, if the server told (COPYUID, RFC 4315): what undo needs.
        to: Option<(UidValidity, UidSet)>,
    },
    /// Found in one mailbox.
    Hits {
        /// Where.
        mailbox: MailboxName,
        /// Its UIDVALIDITY.
        uid_validity: UidValidity,
        /// The newest of them, newest first; at most 200.
        rows: Vec<Row>,
        /// How many were found with this answer; several answers about one mailbox add up.
        total: u32,
    },
    /// The draft is stored.
    DraftSaved {
        /// Where.
        message: MessageRef,
        /// Its attachments, each now a part of the stored draft.
        attachments: Vec<DraftAttachment>,
    },
    /// A stored draft.
    Draft(Box<Draft>),
    /// Sending has come to this stage.
    Sending(SendStage),
    /// The server took it, for every recipient.
    Sent {
        /// False when the copy could not be filed in Sent; the message itself has gone.
        is_filed: bool,
    },
    /// What the account's own mail says of a sender: [`Caution::LookAlike`], [`Caution::FirstContact`], or nothing. Nothing
    /// as well where it could not be found out in time.
    Weighed(Option<Caution>),
}
