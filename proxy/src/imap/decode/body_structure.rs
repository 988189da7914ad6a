//! BODYSTRUCTURE (RFC 9051, section 7.5.2) as a tree.

use super::envelope::RawEnvelope;

/// Parameters of a media type or a disposition, names in lower case, values as written.
pub type Parameters = Vec<(String, Vec<u8>)>;

/// A body structure: a part, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyStructure {
    /// `multipart/…`; may have no parts at all when the message is damaged.
    Multipart {
        /// Subtype in lower case: "alternative".
        subtype: String,
        /// The parts; their sections are their places, counted from 1.
        parts: Vec<BodyStructure>,
        /// Parameters of the media type, if the server told.
        parameters: Parameters,
    },
    /// Anything else.
    Part(Box<Part>),
}

/// A part that is not a multipart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Media type in lower case: "text".
    pub media_type: String,
    /// Subtype in lower case: "plain".
    pub subtype: String,
    /// Parameters of the media type.
    pub parameters: Parameters,
    /// Content-ID as written.
    pub id: Option<Vec<u8>>,
    /// Content-Description as written.
    pub description: Option<Vec<u8>>,
    /// Content-Transfer-Encoding in lower case: "base64".
    pub encoding: String,
    /// Size as encoded, in octets.
    pub octets: u64,
    /// Disposition in lower case ("attachment") and its parameters.
    pub disposition: Option<(String, Parameters)>,
    /// Of `message/rfc822` and `message/global`: the message inside.
    pub message: Option<(RawEnvelope, BodyStructure)>,
}
