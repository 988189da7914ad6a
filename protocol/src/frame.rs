//! Frames of the WebSocket: one postcard value per binary message.
//!
//! The client speaks first ([`ClientFrame::Hello`]); the server answers [`ServerFrame::Welcome`],
//! or [`ServerFrame::Refused`] and closes. After that, each request gets one or more answers with
//! its id, of which exactly the last has `is_last`; events come whenever something happened.

use crate::{answer::Answer, event::Event, ids::RequestId, problem::Problem, request::Request};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Version of this contract. A mismatch makes the app reload itself.
pub const VERSION: u16 = 6;

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
    use crate::ids::MailboxName;

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
