//! ENVELOPE (RFC 9051, section 7.5.2) as the server sent it: octets, not yet text.
//!
//! `mime::header` makes people's text of it; it alone knows encoded words and charsets.

/// An address structure of an ENVELOPE.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawAddress {
    /// Display name, possibly with encoded words.
    pub name: Option<Vec<u8>>,
    /// Local part; with no `host`, the start of a group (its name) or, when `None`, its end.
    pub mailbox: Option<Vec<u8>>,
    /// Domain.
    pub host: Option<Vec<u8>>,
}

/// An ENVELOPE. Lists are empty where the server said NIL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawEnvelope {
    /// The Date field as written.
    pub date: Option<Vec<u8>>,
    /// The Subject field as written.
    pub subject: Option<Vec<u8>>,
    /// From.
    pub from: Vec<RawAddress>,
    /// Sender.
    pub sender: Vec<RawAddress>,
    /// Reply-To.
    pub reply_to: Vec<RawAddress>,
    /// To.
    pub to: Vec<RawAddress>,
    /// Cc.
    pub cc: Vec<RawAddress>,
    /// Bcc.
    pub bcc: Vec<RawAddress>,
    /// In-Reply-To as written.
    pub in_reply_to: Option<Vec<u8>>,
    /// Message-ID as written.
    pub message_id: Option<Vec<u8>>,
}
