//! From a stored draft back to what a person was writing.

use super::{
    header::{fields, message_ids},
    private,
    view::View,
};
use surat_protocol::{Body, Draft, DraftAttachment, Envelope, MessageRef, Origin};

/// Makes a draft of a stored message.
///
/// `envelope` is its ENVELOPE, `header` its header block (References and our private fields),
/// `view` its text and attachments. A draft of another program that is written in HTML is opened
/// as its text.
pub fn reopen(envelope: &Envelope, header: &[u8], view: &View, message: &MessageRef) -> Draft {
    let attachments = view.attachments.iter().map(|attachment| DraftAttachment {
        name: attachment.name.clone(),
        media_type: attachment.media_type.clone(),
        size_octets: attachment.size_octets,
        origin: Origin::Part {
            message: message.clone(),
            section: attachment.section.clone(),
        },
    });
    let mut draft = Draft {
        message_id: envelope.message_id.clone(),
        from_name: envelope.from.first().map(|from| from.name.clone()).unwrap_or_default(),
        to: envelope.to.clone(),
        cc: envelope.cc.clone(),
        bcc: envelope.bcc.clone(),
        subject: envelope.subject.clone(),
        text: text(&view.body),
        in_reply_to: envelope.in_reply_to.first().cloned(),
        references: envelope.references.clone(),
        attachments: attachments.collect(),
        source: None,
    };
    for field in fields(header) {
        if field.name.eq_ignore_ascii_case("References") {
            draft.references = message_ids(field.value);
        } else if private::is_private(field.name) {
            private::read_into(&mut draft, field.name, field.value);
        }
    }
    draft
}

fn text(body: &Body) -> String {
    let text = match body {
        Body::Plain(text) => text.clone(),
        Body::Html { document, .. } => surat_sanitizer::html_to_text(document),
        Body::Empty => String::new(),
    };
    // Transport adds line ends at the end of a part.
    text.trim_end_matches('\n').to_owned()
}
