//! A part as something to download: name, type, size, and what may be previewed.

use crate::{
    imap::decode::{body_structure::Part, envelope::RawEnvelope},
    mime::{
        header::{self, addresses, one_line},
        transfer::Encoding,
    },
};
use surat_protocol::{Attachment, Preview, Section};

/// Describes a part as an attachment; `unnamed` counts those that had no name of their own.
pub(super) fn describe(part: &Part, section: Section, unnamed: &mut usize) -> Attachment {
    let media_type = media_type(part);
    let name = file_name(part).or_else(|| subject_name(part)).unwrap_or_else(|| {
        *unnamed += 1;
        format!("part-{unnamed}.{}", extension(&media_type))
    });
    Attachment {
        section,
        size_octets: Encoding::from_name(&part.encoding).decoded_size(part.octets),
        preview: preview(&media_type),
        name,
        media_type,
    }
}

/// The name that the sender gave it.
pub(super) fn file_name(part: &Part) -> Option<String> {
    let disposition = part
        .disposition
        .as_ref()
        .and_then(|(_, parameters)| header::parameter(parameters, "filename"));
    let name = disposition.or_else(|| header::parameter(&part.parameters, "name"))?;
    header::file_name(&name)
}

/// A message inside is named after its subject.
fn subject_name(part: &Part) -> Option<String> {
    let (envelope, _) = part.message.as_ref()?;
    let subject = header::text(envelope.subject.as_deref()?, 80).replace(['/', '\\'], "-");
    header::file_name(&subject).map(|name| format!("{name}.eml"))
}

/// "type/subtype"; whatever is no media type is octets.
fn media_type(part: &Part) -> String {
    let is_token = |text: &str| {
        !text.is_empty()
            && text.len() <= 100
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    if is_token(&part.media_type) && is_token(&part.subtype) {
        format!("{}/{}", part.media_type, part.subtype).to_ascii_lowercase()
    } else {
        "application/octet-stream".into()
    }
}

/// What the browser can show of it without risk: nothing that can hold a script.
fn preview(media_type: &str) -> Preview {
    match media_type {
        "image/png" | "image/jpeg" | "image/jpg" | "image/gif" | "image/webp" | "image/avif" | "image/bmp" => {
            Preview::Image
        }
        "application/pdf" => Preview::Pdf,
        "text/plain" | "text/csv" | "text/markdown" | "text/calendar" | "text/vcard" | "text/x-vcard"
        | "text/x-log" | "text/x-diff" | "text/x-patch" | "application/json" => Preview::Text,
        _ => Preview::None,
    }
}

fn extension(media_type: &str) -> &'static str {
    match media_type {
        "text/plain" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "text/vcard" | "text/x-vcard" => "vcf",
        "text/csv" => "csv",
        "image/png" => "png",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/svg+xml" => "svg",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "application/pgp-signature" | "application/pgp-encrypted" => "asc",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "p7s",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "p7m",
        "message/rfc822" | "message/global" => "eml",
        _ => "bin",
    }
}

/// Types that programs attach, not people.
pub(super) fn is_machinery(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/pgp-signature"
            | "application/pgp-encrypted"
            | "application/pgp-keys"
            | "application/pkcs7-signature"
            | "application/x-pkcs7-signature"
    )
}

/// Content-ID without its brackets.
pub(super) fn content_id(part: &Part) -> Option<String> {
    let id = String::from_utf8_lossy(part.id.as_deref()?);
    let id = super::bare_id(&id);
    (!id.is_empty() && id.len() <= 998).then(|| id.to_owned())
}

/// A line that says where an inner message comes from.
pub(super) fn intro(envelope: &RawEnvelope) -> String {
    let from: Vec<String> = addresses(&envelope.from)
        .into_iter()
        .take(3)
        .map(|address| {
            if address.name.is_empty() {
                address.email
            } else {
                address.name
            }
        })
        .collect();
    let date = one_line(
        &String::from_utf8_lossy(envelope.date.as_deref().unwrap_or_default()),
        60,
    );
    let subject = header::text(envelope.subject.as_deref().unwrap_or_default(), 200);
    let pieces = [from.join(", "), subject, date];
    pieces
        .iter()
        .filter(|piece| !piece.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(" · ")
}
