//! Writing: the typed draft, its attachments as references, and how sending went.

use crate::{
    ids::{MessageRef, Section, UploadId},
    message::Address,
};
use serde::{Deserialize, Serialize};

/// What a person is writing. The proxy makes MIME of it; the browser never does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Message-ID without brackets, fixed by the browser when writing begins: the key that makes
    /// sending happen once.
    pub message_id: String,
    /// The sender's display name; the address is always the account's own.
    pub from_name: String,
    /// To.
    pub to: Vec<Address>,
    /// Cc.
    pub cc: Vec<Address>,
    /// Bcc: kept in the draft and in the sent copy, never transmitted.
    pub bcc: Vec<Address>,
    /// Subject.
    pub subject: String,
    /// Plain text, LF line ends.
    pub text: String,
    /// Message-ID of what is answered, without brackets.
    pub in_reply_to: Option<String>,
    /// References for threading, oldest first, without brackets.
    pub references: Vec<String>,
    /// Files, by reference.
    pub attachments: Vec<DraftAttachment>,
    /// What it answers or forwards, to be marked when it is sent.
    pub source: Option<Source>,
}

/// The message a draft came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Which.
    pub message: MessageRef,
    /// Why.
    pub used_as: SourceUse,
}

/// What a draft does with its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SourceUse {
    /// Answers it: sets `\Answered`.
    Reply,
    /// Forwards it: sets `$Forwarded`.
    Forward,
}

/// A file in a draft, by reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftAttachment {
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Size in octets, decoded.
    pub size_octets: u64,
    /// Where its octets are.
    pub origin: Origin,
}

/// Where the octets of an attachment are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// Uploaded to this node, not yet in a stored draft.
    Upload(UploadId),
    /// A part of a stored message: of the draft's last version, or of what is forwarded.
    Part {
        /// The message.
        message: MessageRef,
        /// The part.
        section: Section,
    },
}

/// How far sending has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SendStage {
    /// The draft is being stored.
    Saving,
    /// The mail server is being given the message.
    Submitting,
    /// The copy is being filed in Sent.
    Filing,
}

/// A recipient that the mail server did not take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRecipient {
    /// The address.
    pub email: String,
    /// The server's own words; show as text.
    pub reason: String,
}
