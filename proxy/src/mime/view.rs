//! From fetched text parts to one document to read.

use super::{
    charset, flowed,
    plan::{Plan, Shown, TextKind},
    transfer,
};
use std::{cell::RefCell, collections::BTreeSet};
use surat_protocol::{Attachment, Body, Damage, Section};
use surat_sanitizer::{Policy, Washed, document, html_to_text, plain_to_html, wash};

/// Octets of text that are shown of a whole message, after decoding.
const BODY_OCTETS: usize = 2 << 20;

/// The octets of a shown part as they came from the server, encoded, possibly cut.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Which part.
    pub section: Section,
    /// `BODY[section]<0.…>`.
    pub octets: Vec<u8>,
}

/// Where the images of a message come from.
#[derive(Clone, Copy)]
pub struct Links<'a> {
    /// The address of a part of this message, for `cid:` images.
    pub part: &'a dyn Fn(&Section) -> String,
    /// The proxy's address of a remote image; `None` blocks it.
    pub remote_image: &'a dyn Fn(&str) -> Option<String>,
}

/// What to read and what to download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// One document.
    pub body: Body,
    /// The plan's attachments, and the embedded images that the document does not show.
    pub attachments: Vec<Attachment>,
    /// What could not be read as it was meant.
    pub damage: Vec<Damage>,
}

/// Makes one document of the parts that [`Plan::shown`] asked for. A part that is missing in
/// `fetched` is left out.
pub fn view(plan: &Plan, fetched: &[Fetched], links: &Links<'_>) -> View {
    let mut damage = plan.damage.clone();
    let used = RefCell::new(BTreeSet::new());
    let texts = texts(plan, fetched, &mut damage);
    let washed = wash_all(texts, plan, links, &used);
    let (spare, best): (Vec<Text>, Vec<Text>) = washed.into_iter().partition(|text| text.is_spare);
    let shown = if best.iter().any(Text::is_visible) { best } else { spare };
    let body = if !shown.iter().any(Text::is_visible) {
        Body::Empty
    } else if shown.iter().any(|text| text.washed.is_some()) {
        html_body(&shown)
    } else {
        Body::Plain(plain_body(&shown))
    };
    let used = used.into_inner();
    let mut attachments = plan.attachments.clone();
    let unseen = plan
        .embedded
        .iter()
        .filter(|embedded| !embedded.is_listed && !used.contains(&embedded.attachment.section));
    attachments.extend(unseen.map(|embedded| embedded.attachment.clone()));
    View {
        body,
        attachments,
        damage,
    }
}

/// A text part as text.
struct Text {
    content: String,
    is_html: bool,
    /// Of HTML, what is left of it.
    washed: Option<Washed>,
    intro: Option<String>,
    is_spare: bool,
}

impl Text {
    /// Is there anything to see: words, or an image?
    fn is_visible(&self) -> bool {
        match &self.washed {
            None => !self.content.trim().is_empty(),
            Some(washed) => {
                washed.html.contains("<img")
                    || washed.html.contains("url(")
                    || washed.html.contains(" background=")
                    || !html_to_text(&washed.html).is_empty()
            }
        }
    }
}

/// Washes every HTML part by itself, so that none can reach into the next.
fn wash_all(mut texts: Vec<Text>, plan: &Plan, links: &Links<'_>, used: &RefCell<BTreeSet<Section>>) -> Vec<Text> {
    let cid = |id: &str| {
        let embedded = plan
            .embedded
            .iter()
            .find(|embedded| embedded.id.eq_ignore_ascii_case(id))?;
        used.borrow_mut().insert(embedded.attachment.section.clone());
        Some((links.part)(&embedded.attachment.section))
    };
    let policy = Policy {
        cid: &cid,
        remote_image: links.remote_image,
    };
    for text in texts.iter_mut().filter(|text| text.is_html) {
        text.washed = Some(wash(&text.content, &policy));
    }
    texts
}

fn texts(plan: &Plan, fetched: &[Fetched], damage: &mut Vec<Damage>) -> Vec<Text> {
    let mut room = BODY_OCTETS;
    let mut texts = Vec::new();
    let (mut shown_octets, mut total_octets, mut is_cut) = (0_u64, 0_u64, false);
    for shown in &plan.shown {
        let Some(part) = fetched.iter().find(|fetched| fetched.section == shown.section) else {
            continue;
        };
        let mut text = read(shown, &part.octets, damage);
        let is_short = text.content.len() > room;
        text.content.truncate(text.content.floor_char_boundary(room));
        room -= text.content.len();
        shown_octets += text.content.len() as u64;
        total_octets += shown.octets.max(text.content.len() as u64);
        is_cut |=
            is_short || (part.octets.len() as u64) < shown.octets && part.octets.len() as u64 >= shown.fetch_octets();
        texts.push(text);
    }
    if is_cut {
        damage.push(Damage::Cut {
            shown_octets,
            total_octets,
        });
    }
    texts
}

/// Undoes the transfer encoding, the charset and format=flowed.
fn read(shown: &Shown, octets: &[u8], damage: &mut Vec<Damage>) -> Text {
    let is_whole = octets.len() as u64 >= shown.octets;
    let (decoded, is_damaged) = transfer::decode(shown.encoding, octets);
    // What is cut by us ends anywhere; that is no damage of the message.
    if is_damaged && is_whole {
        note(damage, Damage::Encoding);
    }
    let label = match (shown.kind, shown.charset.as_str()) {
        (TextKind::Html, "") => html_charset(&decoded).unwrap_or_default(),
        (_, label) => label.to_owned(),
    };
    let text = charset::decode(&label, &decoded);
    if let Some(found) = text.damage
        && (is_whole || found != Damage::Text)
    {
        note(damage, found);
    }
    let lines = unix_lines(&text.text);
    Text {
        content: match shown.kind {
            TextKind::Flowed { delete_space } => flowed::unflow(&lines, delete_space),
            TextKind::Plain | TextKind::Html => lines,
        },
        is_html: shown.kind == TextKind::Html,
        washed: None,
        is_spare: shown.is_spare,
        intro: shown.intro.clone(),
    }
}

fn note(damage: &mut Vec<Damage>, found: Damage) {
    if !damage.contains(&found) {
        damage.push(found);
    }
}

/// The charset that an HTML part without one names in a `meta` at its start.
fn html_charset(octets: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(octets.get(..1024).unwrap_or(octets)).to_ascii_lowercase();
    let (_, rest) = start.split_once("<meta")?;
    let (_, rest) = rest.split_once("charset=")?;
    let label: String = rest
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_.:".contains(*c))
        .take(40)
        .collect();
    (!label.is_empty()).then_some(label)
}

/// LF line ends, no NUL.
fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace(['\r', '\0'], "\n")
}

fn plain_body(texts: &[Text]) -> String {
    let pieces = texts.iter().map(|text| match &text.intro {
        Some(intro) => format!("{intro}\n\n{}", text.content),
        None => text.content.clone(),
    });
    pieces.collect::<Vec<_>>().join("\n\n")
}

/// One document, the parts below each other.
fn html_body(texts: &[Text]) -> Body {
    let mut whole = Washed::default();
    for text in texts {
        if let Some(intro) = &text.intro {
            whole.append(&plain_to_html(intro));
        }
        match &text.washed {
            Some(washed) => whole.append(washed),
            None => whole.append(&plain_to_html(&text.content)),
        }
    }
    Body::Html {
        document: document(&whole),
        blocked_images: whole.blocked_images,
        blocked_trackers: whole.blocked_trackers,
        removed_active: whole.removed_active,
        has_own_colours: whole.has_own_colours,
    }
}

#[cfg(test)]
mod tests;
