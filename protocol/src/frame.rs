//! Frames of the WebSocket: one postcard value per binary message.
//!
//! The client speaks first ([`ClientFrame::Hello`]); the server answers [`ServerFrame::Welcome`],
//! or [`ServerFrame::Refused`] and closes. After that, each request gets one or more answers with
//! its id, of which exactly the last has `is_last`; events come whenever something happened.

use crate::{
    draft::{Draft, DraftAttachment, SendStage},
    flag::{Flag, Flags},
    ids::{MailboxName, MessageRef, RequestId, Uid, UidValidity},
    mailbox::{Counts, Glance, Known, Mailbox, Opened},
    message::{Message, Row},
    problem::Problem,
    search::{Scope, Term},
    uid_set::UidSet,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Version of this contract. A mismatch makes the app reload itself.
pub const VERSION: u16 = 2;

/// Largest frame a client may send, in octets: a draft's text is the largest thing in one.
pub const CLIENT_FRAME_LIMIT: usize = 2 << 20;

/// Largest frame the server sends, in octets.
pub const SERVER_FRAME_LIMIT: usize = 16 << 20;

/// From the app to the proxy.
#[cfg_attr(
    target_pointer_width = "64",
    expect(
        clippy::large_enum_variant,
        reason = "one frame lives at a time; a box would only hide its contents"
    )
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientFrame {
    /// The first frame. Its shape never changes, so that every version can read it.
    Hello {
        /// [`VERSION`] of the app.
        version: u16,
    },
    /// A question or an order.
    Request {
        /// Chosen by the client; not reused on this socket.
        id: RequestId,
        /// What is wanted.
        request: Request,
    },
    /// The answer is no longer wanted. The request ends with [`Problem::Cancelled`] or its answer.
    Cancel {
        /// Which request.
        id: RequestId,
    },
}

/// From the proxy to the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerFrame {
    /// The session is good.
    Welcome(Welcome),
    /// No session, or another version; the socket closes after it.
    Refused(Refusal),
    /// An answer to a request.
    Answer {
        /// The request's id.
        id: RequestId,
        /// The answer. A problem is always the last one.
        answer: Result<Answer, Problem>,
        /// No more answers come for this id.
        is_last: bool,
    },
    /// Something happened.
    Event(Event),
}

/// Why a socket is not let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The app is of another version than the proxy: reload.
    OtherVersion,
    /// There is a reason a person can act on; mostly [`Problem::NotSignedIn`].
    Problem(Problem),
}

/// What a client learns when it is let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The account's mail address.
    pub email: String,
    /// Largest message that may be sent, in octets.
    pub message_limit_octets: u64,
    /// Capabilities that the IMAP server lacks and a person will notice ("MOVE", "NOTIFY").
    pub missing_capabilities: Vec<String>,
}

/// What the app can ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// All mailboxes: [`Answer::Mailboxes`].
    ListMailboxes,
    /// Opens a mailbox and watches it from now on instead of this socket's earlier one.
    ///
    /// [`Answer::Opened`] says what is in it. Where that is only what is new since `known`,
    /// [`Answer::Rows`] of what arrived may follow; where it is everything, [`Answer::Glance`] or
    /// [`Answer::Rows`] has the newest rows, before it or after.
    OpenMailbox {
        /// Which.
        mailbox: MailboxName,
        /// How many rows come along; at most 200.
        first_rows: u16,
        /// What is known of it.
        known: Option<Known>,
    },
    /// Rows of these UIDs: [`Answer::Rows`], one or more; UIDs that are gone are left out. At most 1,000.
    FetchRows {
        /// Where.
        mailbox: MailboxName,
        /// UIDVALIDITY under which the UIDs were learned.
        uid_validity: UidValidity,
        /// Which.
        uids: UidSet,
    },
    /// One message to read: [`Answer::Message`]. Does not set `\Seen`.
    FetchMessage {
        /// Which.
        message: MessageRef,
        /// Let remote images through (by the proxy)?
        allow_remote_images: bool,
        /// Nobody has asked for it yet: it comes after everything that a person waits for.
        is_ahead: bool,
    },
    /// All header fields, decoded, in order: [`Answer::Headers`].
    FetchHeaders {
        /// Which.
        message: MessageRef,
    },
    /// Sets and clears flags: [`Answer::Done`].
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
    /// Moves messages: [`Answer::Progress`] when long, then [`Answer::Moved`].
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
    /// Deletes messages for good (`\Deleted` and UID EXPUNGE of just these): [`Answer::Done`].
    Expunge {
        /// Where.
        mailbox: MailboxName,
        /// UIDVALIDITY.
        uid_validity: UidValidity,
        /// Which messages.
        uids: UidSet,
    },
    /// Deletes every message in a mailbox for good: [`Answer::Done`].
    EmptyMailbox {
        /// Which.
        mailbox: MailboxName,
    },
    /// Creates a mailbox: [`Answer::Done`], and [`Event::Mailboxes`].
    CreateMailbox {
        /// Under which; `None` = at the top of the personal namespace.
        parent: Option<MailboxName>,
        /// The last level of its name; may not hold the delimiter.
        name: String,
    },
    /// Renames a mailbox in its place: [`Answer::Done`], and [`Event::Mailboxes`].
    RenameMailbox {
        /// Which.
        mailbox: MailboxName,
        /// The new last level of its name.
        name: String,
    },
    /// Deletes a mailbox with its messages: [`Answer::Done`], and [`Event::Mailboxes`].
    DeleteMailbox {
        /// Which.
        mailbox: MailboxName,
    },
    /// Searches: any number of [`Answer::Hits`], then [`Answer::Done`].
    Search {
        /// Where.
        scope: Scope,
        /// All must hold; at least one, at most 20.
        terms: Vec<Term>,
    },
    /// Stores a draft in Drafts, then removes the version it replaces: [`Answer::DraftSaved`].
    SaveDraft {
        /// What.
        draft: Draft,
        /// The stored version that this one follows.
        replaces: Option<MessageRef>,
    },
    /// Opens a stored draft for writing: [`Answer::Draft`].
    OpenDraft {
        /// Which.
        message: MessageRef,
    },
    /// Sends: [`Answer::Sending`] at each stage and [`Answer::DraftSaved`] once it is stored, then
    /// [`Answer::Sent`]. Asked twice with the same Message-ID, it sends once.
    Send {
        /// What.
        draft: Draft,
        /// The stored version that this one follows.
        replaces: Option<MessageRef>,
    },
    /// Is the link alive? [`Answer::Done`] at once, by the proxy itself; no server is asked.
    Ping,
}

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
    /// All mailboxes, in no particular order; counts may follow as [`Event::Counts`].
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
}

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

/// A value as one frame.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    // postcard fails only on types it cannot express (unsized sequences, full buffers); ours are none.
    postcard::to_allocvec(value).unwrap_or_default()
}

/// An encoded [`ClientFrame::Request`] under another id: what one page has asked, another may ask again.
/// `None` when it is something else.
pub fn renumbered(frame: &[u8], id: RequestId) -> Option<Vec<u8>> {
    let head = |id| encode(&ClientFrame::Cancel { id });
    // Both variants begin with their number and the id, and a cancellation has nothing after them.
    let (kind, rest) = frame.split_first()?;
    let (_, request) = postcard::take_from_bytes::<RequestId>(rest).ok()?;
    let mut renumbered = head(id);
    *renumbered.first_mut()? = *kind;
    renumbered.extend_from_slice(request);
    (*kind == REQUEST).then_some(renumbered)
}

/// The number of [`ClientFrame::Request`] among the variants.
const REQUEST: u8 = 1;

/// A frame as a value; `None` when it is not one, or has octets left over.
pub fn decode<T: DeserializeOwned>(frame: &[u8]) -> Option<T> {
    match postcard::take_from_bytes(frame) {
        Ok((value, [])) => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_can_be_asked_again_under_another_id() {
        let request = Request::DeleteMailbox {
            mailbox: MailboxName::inbox(),
        };
        let frame = |id| ClientFrame::Request {
            id: RequestId(id),
            request: request.clone(),
        };

        for (old, new) in [(1, 70_000), (70_000, 1), (u32::MAX, 200)] {
            let renumbered = renumbered(&encode(&frame(old)), RequestId(new));
            assert_eq!(renumbered.as_deref().and_then(decode), Some(frame(new)));
        }
        for other in [
            ClientFrame::Hello { version: 2 },
            ClientFrame::Cancel { id: RequestId(3) },
        ] {
            assert_eq!(renumbered(&encode(&other), RequestId(1)), None);
        }
        assert_eq!(renumbered(&[], RequestId(1)), None);
    }
}
