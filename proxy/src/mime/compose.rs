//! From a draft to the octets of a message, by lettre's builder.

use super::{
    flowed,
    header::{SUBJECT_LIMIT, fields, file_name, one_line},
    private,
};
use crate::submission;
use base64::{Engine, prelude::BASE64_STANDARD};
use lettre::{
    Message,
    message::{
        Attachment, Body, Mailbox, MessageBuilder, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use std::{collections::BTreeSet, time::SystemTime};
use surat_protocol::{Address, Draft, Problem};

/// Longest message id that is taken.
const ID_OCTETS: usize = 250;
/// Ids in References: the first and the last ones are what threading needs.
const REFERENCES: usize = 30;
/// Characters of a display name.
const NAME_LIMIT: usize = 200;
/// Octets in one encoded word: encoded, and behind "Subject: ", they fill a line (RFC 2047, section 2).
const WORD_OCTETS: usize = 39;
/// Recipients of one message. Servers refuse more than some hundreds.
const RECIPIENTS: usize = 1000;

/// Makes the message that is stored: Bcc and what Surat has to remember are in its header.
///
/// `files` are the octets of [`Draft::attachments`], in the same order. Addresses that are still
/// being typed are kept aside in the header; [`recipients`] is what judges them. Fails with
/// [`Problem::BadRequest`] when the message id is none or files are missing, and with
/// [`Problem::BadAddress`] when `from` is no address.
pub fn compose(draft: &Draft, from: &str, files: Vec<Vec<u8>>, date: SystemTime) -> Result<Vec<u8>, Problem> {
    if files.len() != draft.attachments.len() || !is_id(&draft.message_id) {
        return Err(Problem::BadRequest);
    }
    let sender = address(from)?;
    let mut builder = Message::builder()
        .keep_bcc()
        // The stored copy needs no recipients; lettre's own check of them is not wanted.
        .envelope(lettre::address::Envelope::new(None, vec![sender.clone()]).map_err(|_| Problem::BadRequest)?)
        .date(date)
        .from(Mailbox::new(display_name(&draft.from_name), sender));
    builder = header_fields(builder, draft);
    let text = text_part(&draft.text);
    let message = if draft.attachments.is_empty() {
        builder.singlepart(text)
    } else {
        let mut parts = MultiPart::mixed().singlepart(text);
        for (attachment, octets) in draft.attachments.iter().zip(files) {
            parts = parts.singlepart(file_part(&attachment.name, &attachment.media_type, octets));
        }
        builder.multipart(parts)
    };
    // Everything lettre asks for is there: a sender and an envelope.
    Ok(message.map_err(|_| Problem::BadRequest)?.formatted())
}

fn header_fields(mut builder: MessageBuilder, draft: &Draft) -> MessageBuilder {
    for to in draft.to.iter().filter_map(mailbox) {
        builder = builder.to(to);
    }
    for cc in draft.cc.iter().filter_map(mailbox) {
        builder = builder.cc(cc);
    }
    for bcc in draft.bcc.iter().filter_map(mailbox) {
        builder = builder.bcc(bcc);
    }
    builder =
        subject(builder, one_line(&draft.subject, SUBJECT_LIMIT)).message_id(Some(format!("<{}>", draft.message_id)));
    if let Some(id) = draft.in_reply_to.as_deref().filter(|id| is_id(id)) {
        builder = builder.in_reply_to(format!("<{id}>"));
    }
    let references = references(&draft.references);
    if !references.is_empty() {
        builder = builder.references(references);
    }
    for (name, value) in private::fields_of(draft) {
        builder = builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
    }
    builder
}

/// What looks like an encoded word is encoded: whoever reads it would decode it, and see what nobody wrote.
fn subject(builder: MessageBuilder, text: String) -> MessageBuilder {
    if !text.contains("=?") {
        return builder.subject(text);
    }
    let mut words = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.floor_char_boundary(WORD_OCTETS));
        words.push(format!("=?utf-8?b?{}?=", BASE64_STANDARD.encode(word)));
        rest = after;
    }
    let name = HeaderName::new_from_ascii_str("Subject");
    builder.raw_header(HeaderValue::dangerous_new_pre_encoded(name, text, words.join("\r\n ")))
}

/// A display name, if there is one. lettre writes names that look like encoded words as they are.
fn display_name(name: &str) -> Option<String> {
    let name = one_line(name, NAME_LIMIT).replace("=?", "= ?");
    (!name.is_empty()).then_some(name)
}

fn references(ids: &[String]) -> String {
    let ids: Vec<&String> = ids.iter().filter(|id| is_id(id)).collect();
    let skipped = ids.len().saturating_sub(REFERENCES);
    let kept = ids
        .iter()
        .enumerate()
        .filter(|(place, _)| *place == 0 || *place > skipped);
    kept.map(|(_, id)| format!("<{id}>")).collect::<Vec<_>>().join(" ")
}

/// Is it a message id without its brackets? Strict enough that it cannot be anything else.
pub(crate) fn is_id(id: &str) -> bool {
    let has_both_sides = id
        .split_once('@')
        .is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
    has_both_sides && id.len() <= ID_OCTETS && id.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>'))
}

/// The text as format=flowed, so that it fills any width at the reader's.
fn text_part(text: &str) -> SinglePart {
    let unix = text.replace("\r\n", "\n").replace(['\r', '\0'], "\n");
    // CRLF at once: lettre inserts each CR by itself, which takes hours for a long text.
    let body = Body::new(flowed::flow(&unix).replace('\n', "\r\n"));
    SinglePart::builder().content_type(flowed_type()).body(body)
}

fn flowed_type() -> ContentType {
    ContentType::parse("text/plain; charset=utf-8; format=flowed").unwrap_or(ContentType::TEXT_PLAIN)
}

fn file_part(name: &str, media_type: &str, octets: Vec<u8>) -> SinglePart {
    let name = file_name(name).unwrap_or_else(|| "attachment".into());
    let octet_stream = || ContentType::parse("application/octet-stream").unwrap_or(ContentType::TEXT_PLAIN);
    let is_message = media_type.eq_ignore_ascii_case("message/rfc822");
    // RFC 2046, section 5.2.1: a message inside is never encoded. One that cannot go as it is goes as a file.
    if is_message && is_plain(&octets) {
        let kind = ContentType::parse("message/rfc822").unwrap_or_else(|_| octet_stream());
        let body = Body::dangerous_pre_encoded(octets, ContentTransferEncoding::SevenBit);
        return Attachment::new(name).body(body, kind);
    }
    let is_container = media_type.to_ascii_lowercase().starts_with("multipart/") || is_message;
    let kind = media_type_of(media_type)
        .filter(|_| !is_container)
        .unwrap_or_else(octet_stream);
    Attachment::new(name).body(octets, kind)
}

/// Only what is a plain "type/subtype".
fn media_type_of(text: &str) -> Option<ContentType> {
    let is_token = |part: &str| {
        !part.is_empty()
            && part.len() <= 100
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    let (kind, subtype) = text.split_once('/')?;
    (is_token(kind) && is_token(subtype))
        .then(|| ContentType::parse(text).ok())
        .flatten()
}

/// 7bit in the sense of RFC 2045: ASCII, CRLF, short lines, no NUL.
fn is_plain(octets: &[u8]) -> bool {
    let is_line = |line: &[u8]| line.len() <= 998 && !line.contains(&b'\r') && !line.contains(&0);
    octets.is_ascii()
        && octets
            .split(|b| *b == b'\n')
            .all(|line| is_line(line.strip_suffix(b"\r").unwrap_or(line)))
        && octets.iter().filter(|b| **b == b'\n').count() == octets.windows(2).filter(|pair| pair == b"\r\n").count()
}

/// The mailbox of a recipient, if its address can be sent to.
fn mailbox(given: &Address) -> Option<Mailbox> {
    Some(Mailbox::new(display_name(&given.name), address(&given.email).ok()?))
}

/// An address that can be sent to, by form. A domain in another script becomes its ASCII form. What looks like an
/// encoded word is none: RFC 2047 keeps them out of addresses, and yet there are readers that decode them there.
pub(super) fn address(email: &str) -> Result<lettre::Address, Problem> {
    let bad = || Problem::BadAddress(one_line(email, 300));
    let email = email.trim();
    let (local, domain) = email.rsplit_once('@').ok_or_else(bad)?;
    let is_odd =
        |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | ':' | '"' | '(' | ')');
    if local.len() > 64 || local.contains(is_odd) || local.contains('@') || email.contains("=?") || email.len() > 320 {
        return Err(bad());
    }
    let domain = if domain.starts_with('[') {
        domain.to_owned()
    } else {
        idna::domain_to_ascii(domain).map_err(|_| bad())?
    };
    lettre::Address::new(local, domain).map_err(|_| bad())
}

/// What SMTP is told: every recipient once. Fails with the first address that cannot be sent to.
pub fn recipients(draft: &Draft, from: &str) -> Result<submission::Envelope, Problem> {
    let mut to = Vec::new();
    let mut seen = BTreeSet::new();
    for recipient in draft.to.iter().chain(&draft.cc).chain(&draft.bcc) {
        let address = address(&recipient.email)?;
        if seen.insert(address.to_string()) {
            to.push(address);
        }
    }
    match to.len() {
        0 => Err(Problem::NoRecipients),
        1..=RECIPIENTS => Ok(submission::Envelope {
            from: address(from)?,
            to,
        }),
        _ => Err(Problem::BadRequest),
    }
}

/// The message as it is transmitted: the stored one without Bcc and without our private fields.
pub fn transmitted(stored: &[u8]) -> Vec<u8> {
    let end = stored
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .map_or(stored.len(), |at| at + 2);
    let (header, rest) = stored.split_at(end);
    let mut message = Vec::with_capacity(stored.len());
    for field in fields(header) {
        if !field.name.eq_ignore_ascii_case("Bcc") && !private::is_private(field.name) {
            message.extend_from_slice(field.whole);
        }
    }
    message.extend_from_slice(rest);
    message
}

#[cfg(test)]
mod tests;
