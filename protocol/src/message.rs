//! Messages: the row of a list, the envelope, and what the reading pane shows.

use crate::{
    flag::Flags,
    ids::{Section, Uid},
};
use serde::{Deserialize, Serialize};

/// A mail address with its display name, decoded (RFC 5322, section 3.4).
///
/// Everything in it was written by a stranger: show it as text, never as markup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Display name; empty when there is none.
    pub name: String,
    /// `local@domain`; may be empty or malformed when the message was.
    pub email: String,
}

/// One row of the message list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its UID in the mailbox that the answer or event names.
    pub uid: Uid,
    /// Its flags.
    pub flags: Flags,
    /// INTERNALDATE, seconds since 1970 UTC; 0 when the server gave none.
    pub received: i64,
    /// From.
    pub from: Vec<Address>,
    /// To; what Sent and Drafts show instead of From. At most 20 are sent.
    pub to: Vec<Address>,
    /// Subject, decoded, on one line.
    pub subject: String,
    /// The first words of the text, on one line; empty when there are none.
    pub preview: String,
    /// Has a part that a person would call an attachment.
    pub has_attachment: bool,
}

/// The header fields that every view needs (ENVELOPE, RFC 9051, section 7.5.2), decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Date field, seconds since 1970 UTC; `None` when missing or not a date.
    pub date: Option<i64>,
    /// Subject on one line.
    pub subject: String,
    /// From.
    pub from: Vec<Address>,
    /// Reply-To; empty when the field is missing or says the same as From.
    pub reply_to: Vec<Address>,
    /// To.
    pub to: Vec<Address>,
    /// Cc.
    pub cc: Vec<Address>,
    /// Bcc; only one's own drafts and sent copies have it.
    pub bcc: Vec<Address>,
    /// Message-ID without its angle brackets; empty when missing.
    pub message_id: String,
    /// In-Reply-To, ids without brackets.
    pub in_reply_to: Vec<String>,
    /// References, oldest first, ids without brackets.
    pub references: Vec<String>,
}

/// A message, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its UID.
    pub uid: Uid,
    /// Its flags.
    pub flags: Flags,
    /// INTERNALDATE, seconds since 1970 UTC.
    pub received: i64,
    /// Who, what, when.
    pub envelope: Envelope,
    /// What to read.
    pub body: Body,
    /// What else is in it. Never fetched before someone asks.
    pub attachments: Vec<Attachment>,
    /// What could not be read as it was meant; empty for a sound message.
    pub damage: Vec<Damage>,
    /// What is known of its sender.
    pub trust: Trust,
    /// The host that is told when the reader leaves the mailing list with one click; `None` when that is not offered, or
    /// cannot be believed.
    pub unsubscribe: Option<String>,
}

/// What a reader should know before believing a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// What the account's own mail server found out; `None` when it says nothing, or nobody knows its name.
    pub checks: Option<Checks>,
    /// The one most serious reason to look twice; most messages have none.
    pub caution: Option<Caution>,
}

/// What a mail server found out about a message when it came in (RFC 8601).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks {
    /// Was the sending host allowed to send for the envelope's sender (RFC 7208)?
    pub spf: Outcome,
    /// Is there a good signature (RFC 6376)?
    pub dkim: Outcome,
    /// Does one of both belong to the domain in From (RFC 7489)?
    pub dmarc: Outcome,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Outcome {
    /// There was nothing to check.
    #[default]
    Missing,
    /// Neither good nor bad, or the check itself failed.
    Unsure,
    /// Bad.
    Fail,
    /// Good.
    Pass,
}

/// A reason to look twice at a sender, the most serious first.
///
/// Domains are ASCII, as in the DNS; addresses were written by a stranger, but have no characters that are invisible or
/// turn the direction of writing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Caution {
    /// The own mail server denies that it comes from this domain (DMARC).
    Unconfirmed {
        /// Domain of From.
        domain: String,
    },
    /// The sender's domain can be mistaken for a known one.
    LookAlike {
        /// Domain of From.
        domain: String,
        /// The known one.
        like: String,
    },
    /// The sender's domain is written in letters that pose as others.
    Disguised {
        /// Domain of From.
        domain: String,
        /// What it looks like.
        appearance: String,
    },
    /// The display name carries the address of another domain.
    OtherName {
        /// The address in the name.
        named: String,
        /// The address that it came from.
        email: String,
    },
    /// Answers go to another domain.
    ReplyElsewhere {
        /// The first address of Reply-To.
        email: String,
    },
    /// The account has never had to do with this address; a note rather than a warning.
    FirstContact,
}

/// Content-Security-Policy of the frame that shows [`Body::Html`]: loads images of these sources and of `data:` addresses,
/// applies the styles inside, and nothing else.
///
/// The sources are those of parts and of remote images. Where the app's address is not known it is `'self'`, which is the
/// app's origin: a `srcdoc` frame with `allow-same-origin` has that of its parent.
pub fn frame_policy(images: &str) -> String {
    [
        "default-src 'none'; img-src ",
        images,
        " data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-src 'none'; object-src 'none'; \
         script-src 'none'",
    ]
    .concat()
}

/// The readable part of a message: one document, whatever the structure was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// Plain text with LF line ends; format=flowed is already joined (RFC 3676).
    Plain(String),
    /// HTML that went through the sanitiser; belongs into the sandboxed frame and nowhere else.
    Html {
        /// A complete document with its own Content-Security-Policy.
        document: String,
        /// Remote images that were left out; 0 when they were allowed or there are none.
        blocked_images: u32,
        /// Remote images of one pixel, which only tell the sender that the message was read: always left out.
        blocked_trackers: u32,
        /// Scripts, forms, plug-ins and pages in the page that were left out.
        removed_active: u32,
        /// Brings colours of its own, so that a dark ground would spoil it.
        has_own_colours: bool,
    },
    /// Nothing to read: no text part, or an empty one.
    Empty,
}

/// A part that can be downloaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Where it is in the message.
    pub section: Section,
    /// A file name that is safe to show and to save: no path, no control characters; never empty.
    pub name: String,
    /// Media type in lower case, "image/png".
    pub media_type: String,
    /// Size after decoding, in octets; an estimate from the encoded size.
    pub size_octets: u64,
    /// What the browser can show of it without risk.
    pub preview: Preview,
}

/// How an attachment may be previewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preview {
    /// Not at all; download it.
    None,
    /// As an image (png, jpeg, gif, webp, avif, bmp; never SVG).
    Image,
    /// By the browser's own PDF viewer.
    Pdf,
    /// As plain text.
    Text,
}

/// Something in the message that could not be read as it was meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Damage {
    /// The server could not make out the structure; the text is shown as it stands.
    Structure,
    /// The charset is unknown; it was read as Windows-1252 or UTF-8. Holds the label.
    Charset(String),
    /// Octets that mean nothing in the charset were replaced.
    Text,
    /// Base64 or quoted-printable breaks off or has foreign characters.
    Encoding,
    /// Too long to show whole: the first part is shown, the source has all of it.
    Cut {
        /// Octets shown.
        shown_octets: u64,
        /// Octets in all.
        total_octets: u64,
    },
}
