//! Which parts are text, how they are read, and which of several is the best.

use super::{DEPTH_LIMIT, Place, TextKind, attachment};
use crate::{
    imap::decode::body_structure::{BodyStructure, Part},
    mime::header,
};

/// HTML below this size may be empty but for its tags.
const SPARE_OCTETS: u64 = 4096;

/// May HTML this short hold nothing? Apple Mail sends such beside the real text when files are in between.
pub(super) fn needs_spare(structure: &BodyStructure) -> bool {
    fn html_octets(structure: &BodyStructure, depth: usize) -> u64 {
        match structure {
            BodyStructure::Part(part) if text_kind(part) == Some(TextKind::Html) => part.octets,
            BodyStructure::Multipart { parts, .. } if depth < DEPTH_LIMIT => {
                parts.iter().map(|part| html_octets(part, depth + 1)).sum()
            }
            _ => 0,
        }
    }
    (1..SPARE_OCTETS).contains(&html_octets(structure, 0))
}

/// How well a part can be read: 0 not at all, 1 text of some kind, 2 plain, 3 HTML.
pub(super) fn readability(structure: &BodyStructure, depth: usize) -> u8 {
    match structure {
        BodyStructure::Part(part) => match (text_kind(part), part.subtype.as_str()) {
            (None, _) => 0,
            _ if part.octets == 0 => 0,
            (Some(TextKind::Html), _) => 3,
            (Some(_), "plain") => 2,
            (Some(_), _) => 1,
        },
        BodyStructure::Multipart { .. } if depth >= DEPTH_LIMIT => 0,
        BodyStructure::Multipart { parts, .. } => {
            parts.iter().map(|part| readability(part, depth + 1)).max().unwrap_or(0)
        }
    }
}

/// How to read a part as text, if people can. Calendars, cards, tables and code are files; a text
/// of unknown kind is plain text (RFC 2046, section 4.1.4).
pub(super) fn text_kind(part: &Part) -> Option<TextKind> {
    match (part.media_type.as_str(), part.subtype.as_str()) {
        ("text", "html") => Some(TextKind::Html),
        ("text", subtype) if is_machine_text(subtype) => None,
        ("text", _) => Some(plain_kind(part)),
        // RFC 3464, RFC 8098, RFC 5965: machine-readable, and still the only thing that says why.
        ("message", "delivery-status" | "disposition-notification" | "feedback-report" | "global-delivery-status") => {
            Some(TextKind::Plain)
        }
        _ => None,
    }
}

fn is_machine_text(subtype: &str) -> bool {
    matches!(
        subtype,
        "calendar"
            | "vcard"
            | "x-vcard"
            | "directory"
            | "csv"
            | "tab-separated-values"
            | "xml"
            | "css"
            | "javascript"
            | "rtf"
            | "x-amp-html"
            | "watch-html"
            | "x-patch"
            | "x-diff"
            | "x-log"
    )
}

fn plain_kind(part: &Part) -> TextKind {
    let is = |name: &str, wanted: &str| {
        header::parameter(&part.parameters, name).is_some_and(|value| value.trim().eq_ignore_ascii_case(wanted))
    };
    if is("format", "flowed") {
        TextKind::Flowed {
            delete_space: is("delsp", "yes"),
        }
    } else {
        TextKind::Plain
    }
}

pub(super) fn is_attached(part: &Part) -> bool {
    part.disposition.as_ref().is_some_and(|(kind, _)| kind != "inline")
}

/// Has a file name.
pub(super) fn is_file(part: &Part) -> bool {
    is_attached(part) || attachment::file_name(part).is_some()
}

/// Shown in the text, not as a file: not an attachment, and named only when it is the first text.
pub(super) fn is_shown(part: &Part, place: Place) -> bool {
    !is_attached(part) && !place.is_related && (!place.is_later || attachment::file_name(part).is_none())
}
