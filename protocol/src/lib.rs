//! The contract between the app and the proxy: every type that crosses the socket, and nothing else.
//!
//! No I/O happens here. The wire form is postcard in binary WebSocket frames (see [`frame`]); each
//! type has a snapshot test, so that a change of the wire is always a visible change of a file,
//! and comes with a new [`frame::VERSION`].

pub mod answer;
pub mod draft;
pub mod event;
pub mod flag;
pub mod frame;
pub mod http;
pub mod ids;
pub mod mailbox;
pub mod message;
pub mod problem;
pub mod request;
pub mod search;
pub mod uid_set;

pub use answer::Answer;
pub use draft::{Draft, DraftAttachment, Origin, RefusedRecipient, SendStage, Source, SourceUse};
pub use event::Event;
pub use flag::{Flag, Flags};
pub use frame::{ClientFrame, Refusal, ServerFrame, Welcome};
pub use ids::{MailboxName, MessageRef, ModSeq, RequestId, Section, Uid, UidValidity, UploadId};
pub use mailbox::{Contents, Counts, Glance, Known, Mailbox, NamespaceKind, Opened, Rights, Role};
pub use message::{
    Address, Attachment, Body, Caution, Checks, Damage, Envelope, Message, Outcome, Preview, Row, Trust, frame_policy,
};
pub use problem::{CertificateFault, Problem, Server};
pub use request::Request;
pub use search::{Scope, Term, TermField};
pub use uid_set::UidSet;
