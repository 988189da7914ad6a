//! What the proxy tells by itself.

use crate::{
    flag::Flags,
    ids::{MailboxName, Uid, UidValidity},
    mailbox::{Counts, Mailbox},
    message::Row,
    problem::Problem,
    uid_set::UidSet,
};
use serde::{Deserialize, Serialize};

/// What the proxy tells by itself. The client applies each to its store; all may come twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The set of mailboxes changed (created, renamed, deleted, by anybody): replaces all of them.
    Mailboxes(Vec<Mailbox>),
    /// Counts of a mailbox changed.
    Counts {
        /// Which.
        mailbox: MailboxName,
        /// Now.
        counts: Counts,
    },
    /// Messages came into a watched mailbox: add them to its order, and their rows.
    Arrived {
        /// Where.
        mailbox: MailboxName,
        /// Its UIDVALIDITY.
        uid_validity: UidValidity,
        /// Their UIDs; more than there are rows for when many came at once.
        uids: UidSet,
        /// The newest of them, newest first; at most 50.
        rows: Vec<Row>,
    },
    /// Flags of messages in a watched mailbox changed: these are all flags of each.
    Flags {
        /// Where.
        mailbox: MailboxName,
        /// Its UIDVALIDITY.
        uid_validity: UidValidity,
        /// Which, and what they are now.
        changes: Vec<(Uid, Flags)>,
    },
    /// Messages left a watched mailbox.
    Vanished {
        /// Where.
        mailbox: MailboxName,
        /// Its UIDVALIDITY.
        uid_validity: UidValidity,
        /// Which.
        uids: UidSet,
    },
    /// A watched mailbox was made anew or changed too much to tell: open it again.
    Reset {
        /// Which.
        mailbox: MailboxName,
    },
    /// The IMAP server was lost; the proxy keeps trying. Say so quietly.
    ServerLost,
    /// The IMAP server is back; open the mailbox again to catch up.
    ServerBack,
    /// The session was ended elsewhere (sign-out, changed password): go to the sign-in page.
    SignedOut(Problem),
    /// The proxy stops; the socket closes soon. Reconnect as after a lost link.
    Stopping,
}
