//! From a body structure to what is fetched, what is shown, and what can be downloaded.

use super::{header, transfer::Encoding};
use crate::imap::decode::{
    body_structure::{BodyStructure, Part},
    envelope::RawEnvelope,
};
use surat_protocol::{Attachment, Damage, Section};
use text::{is_attached, is_file, is_shown, needs_spare, readability, text_kind};

mod attachment;
mod text;

/// Multiparts and messages inside each other that are looked into. Real mail stays below 20.
const DEPTH_LIMIT: usize = 50;
/// Text parts that are shown one after the other.
const SHOWN_LIMIT: usize = 50;
/// Attachments that are listed.
const ATTACHMENT_LIMIT: usize = 1000;
/// Octets of one text part that are fetched and shown, before its encoding is undone.
const PART_OCTETS: u64 = 1 << 20;

/// What to fetch and show of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Text parts in reading order. Fetch `BODY.PEEK[section]<0.fetch_octets>` of each.
    pub shown: Vec<Shown>,
    /// What can be downloaded.
    pub attachments: Vec<Attachment>,
    /// Images that the text may refer to by Content-ID; those that it does not are attachments.
    pub embedded: Vec<Embedded>,
    /// What is wrong with the structure.
    pub damage: Vec<Damage>,
}

/// A text part to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Where it is.
    pub section: Section,
    /// How to read it.
    pub kind: TextKind,
    /// The charset's label; empty when none is given.
    pub charset: String,
    /// How it is encoded for transfer.
    pub encoding: Encoding,
    /// Its size as encoded, in octets.
    pub octets: u64,
    /// A line above it, when it comes from a message inside the message: who, what, when.
    pub intro: Option<String>,
    /// An alternative that is shown only when the better one turns out to hold nothing.
    pub is_spare: bool,
}

impl Shown {
    /// How many octets of it to fetch, from the first.
    pub fn fetch_octets(&self) -> u64 {
        self.octets.min(PART_OCTETS)
    }
}

/// How to read a text part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// Lines as they are.
    Plain,
    /// format=flowed (RFC 3676).
    Flowed {
        /// DelSp=yes.
        delete_space: bool,
    },
    /// HTML.
    Html,
}

/// An image inside the message that its HTML may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedded {
    /// Content-ID without brackets.
    pub id: String,
    /// The part, as an attachment.
    pub attachment: Attachment,
    /// Sent as an attachment as well: listed whether the text shows it or not.
    pub is_listed: bool,
}

/// Makes the plan for a message.
pub fn plan(structure: &BodyStructure) -> Plan {
    let mut plan = Plan::default();
    let mut walk = Walk {
        plan: &mut plan,
        unnamed: 0,
        is_spare: false,
        nested: Vec::new(),
    };
    walk.structure(structure, &Path::default(), Place::default());
    walk.open_nested();
    plan
}

/// Whether the row of a message gets a paper clip: something besides its text, its own images and
/// its signatures.
pub fn has_attachment(structure: &BodyStructure) -> bool {
    plan(structure)
        .attachments
        .iter()
        .any(|attachment| !attachment::is_machinery(&attachment.media_type))
}

/// A multipart of which the server found no part: a lost boundary, mostly. What it holds can only be
/// read as it stands.
pub fn is_hollow(structure: &BodyStructure) -> bool {
    fn is_empty(structure: &BodyStructure, depth: usize) -> bool {
        match structure {
            BodyStructure::Part(part) => part.octets == 0,
            BodyStructure::Multipart { parts, .. } => {
                depth < DEPTH_LIMIT && parts.iter().all(|part| is_empty(part, depth + 1))
            }
        }
    }
    matches!(structure, BodyStructure::Multipart { .. }) && is_empty(structure, 0)
}

/// Place of a part: the numbers of its section.
#[derive(Clone, Debug, Default)]
struct Path(Vec<usize>);

impl Path {
    fn child(&self, number: usize) -> Self {
        let mut numbers = self.0.clone();
        numbers.push(number);
        Self(numbers)
    }

    /// `None` when it is deeper than a section may be.
    fn section(&self) -> Option<Section> {
        let numbers: Vec<String> = self.0.iter().map(usize::to_string).collect();
        Section::parse(&numbers.join("."))
    }

    fn depth(&self) -> usize {
        self.0.len()
    }
}

/// What the multiparts above say about a part.
#[derive(Clone, Copy, Default)]
struct Place {
    /// It is a part beside the root of a multipart/related.
    is_related: bool,
    /// It is not the first part of its multipart.
    is_later: bool,
}

/// Goes through a structure and fills a plan.
struct Walk<'a> {
    plan: &'a mut Plan,
    /// Attachments without a name so far, to number them.
    unnamed: usize,
    /// Parts that are met now are spare ones.
    is_spare: bool,
    /// Messages inside, to be opened if there is nothing else to read.
    nested: Vec<(&'a (RawEnvelope, BodyStructure), Path)>,
}

impl<'a> Walk<'a> {
    /// A message or a message inside: its root part has number 1, a root multipart no number.
    fn structure(&mut self, structure: &'a BodyStructure, path: &Path, place: Place) {
        match structure {
            BodyStructure::Multipart { .. } => self.node(structure, path, place),
            BodyStructure::Part(_) => self.node(structure, &path.child(1), place),
        }
    }

    fn node(&mut self, structure: &'a BodyStructure, path: &Path, place: Place) {
        match structure {
            BodyStructure::Part(part) => self.part(part, path, place),
            BodyStructure::Multipart { .. } if path.depth() >= DEPTH_LIMIT => self.broken(),
            BodyStructure::Multipart { parts, .. } if parts.is_empty() => self.broken(),
            BodyStructure::Multipart { subtype, parts, .. } => match subtype.as_str() {
                "alternative" => self.alternative(parts, path, place),
                "related" => self.related(structure, parts, path, place),
                _ => self.in_order(parts, path, place),
            },
        }
    }

    fn broken(&mut self) {
        if !self.plan.damage.contains(&Damage::Structure) {
            self.plan.damage.push(Damage::Structure);
        }
    }

    /// multipart/mixed, report, signed, encrypted, and any other: one after the other.
    fn in_order(&mut self, parts: &'a [BodyStructure], path: &Path, place: Place) {
        for (index, part) in parts.iter().enumerate() {
            let place = Place {
                is_later: place.is_later || index > 0,
                ..place
            };
            self.node(part, &path.child(index + 1), place);
        }
    }

    /// multipart/alternative: of those that can be read, the best; the others only if they hold files.
    fn alternative(&mut self, parts: &'a [BodyStructure], path: &Path, place: Place) {
        let best = parts
            .iter()
            .enumerate()
            .max_by_key(|(index, part)| (readability(part, 0), *index));
        let best = best.map(|(index, _)| index);
        for (index, part) in parts.iter().enumerate() {
            let is_text = matches!(part, BodyStructure::Part(part) if part.media_type == "text" && !is_file(part));
            let is_calendar = matches!(part, BodyStructure::Part(part) if part.subtype == "calendar");
            if Some(index) == best || is_calendar {
                self.node(part, &path.child(index + 1), place);
            } else if is_text && !self.is_spare && best.is_some_and(|best| needs_spare(&parts[best])) {
                self.is_spare = true;
                self.node(part, &path.child(index + 1), place);
                self.is_spare = false;
            } else if !is_text {
                self.files_of(part, &path.child(index + 1));
            }
        }
    }

    /// An alternative that is not shown may still hold files (a PDF beside the HTML).
    fn files_of(&mut self, structure: &'a BodyStructure, path: &Path) {
        match structure {
            BodyStructure::Part(part) if part.media_type == "text" && !is_file(part) => {}
            BodyStructure::Part(part) => self.attach(part, path, Place::default()),
            BodyStructure::Multipart { parts, .. } if path.depth() < DEPTH_LIMIT => {
                for (index, part) in parts.iter().enumerate() {
                    self.files_of(part, &path.child(index + 1));
                }
            }
            BodyStructure::Multipart { .. } => self.broken(),
        }
    }

    /// multipart/related (RFC 2387): the root named by `start`, else the first part.
    fn related(&mut self, structure: &BodyStructure, parts: &'a [BodyStructure], path: &Path, place: Place) {
        let start = match structure {
            BodyStructure::Multipart { parameters, .. } => header::parameter(parameters, "start"),
            BodyStructure::Part(_) => None,
        };
        let is_start = |part: &BodyStructure| match (part, &start) {
            (BodyStructure::Part(part), Some(start)) => attachment::content_id(part).as_deref() == Some(bare_id(start)),
            _ => false,
        };
        let is_text = |part: &BodyStructure| readability(part, path.depth()) > 0;
        let root = parts
            .iter()
            .position(is_start)
            .or_else(|| parts.iter().position(is_text))
            .unwrap_or(0);
        for (index, part) in parts.iter().enumerate() {
            let place = if index == root {
                place
            } else {
                Place {
                    is_related: true,
                    is_later: true,
                }
            };
            self.node(part, &path.child(index + 1), place);
        }
    }

    fn part(&mut self, part: &'a Part, path: &Path, place: Place) {
        match text_kind(part) {
            Some(kind) if is_shown(part, place) && self.plan.shown.len() < SHOWN_LIMIT => self.show(part, kind, path),
            _ => {
                self.nested
                    .extend(part.message.as_ref().map(|message| (message, path.clone())));
                self.attach(part, path, place);
            }
        }
    }

    fn show(&mut self, part: &Part, kind: TextKind, path: &Path) {
        let Some(section) = path.section() else {
            return self.broken();
        };
        self.plan.shown.push(Shown {
            section,
            kind,
            charset: header::parameter(&part.parameters, "charset").unwrap_or_default(),
            encoding: Encoding::from_name(&part.encoding),
            octets: part.octets,
            intro: None,
            is_spare: self.is_spare,
        });
    }

    fn attach(&mut self, part: &Part, path: &Path, place: Place) {
        let Some(section) = path.section() else {
            return self.broken();
        };
        if self.plan.attachments.len() + self.plan.embedded.len() >= ATTACHMENT_LIMIT {
            return;
        }
        let attachment = attachment::describe(part, section, &mut self.unnamed);
        let id = attachment::content_id(part).filter(|_| part.media_type == "image");
        let is_listed = id.is_none() || is_attached(part) && !place.is_related;
        if is_listed {
            self.plan.attachments.push(attachment.clone());
        }
        self.plan.embedded.extend(id.map(|id| Embedded {
            id,
            attachment,
            is_listed,
        }));
    }

    /// When there is no text but messages inside (a forward, a bounce), their text is the text.
    fn open_nested(&mut self) {
        for _ in 0..DEPTH_LIMIT {
            if !self.plan.shown.is_empty() || self.nested.is_empty() {
                return;
            }
            for ((envelope, structure), path) in std::mem::take(&mut self.nested) {
                let from = self.plan.shown.len();
                self.structure(structure, &path, Place::default());
                if let Some(first) = self.plan.shown.get_mut(from) {
                    first.intro = Some(attachment::intro(envelope));
                }
            }
        }
    }
}

fn bare_id(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

#[cfg(test)]
mod tests;
