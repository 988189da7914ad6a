//! Files out of messages, as streams: one piece at a time from the server, whatever the size.
//!
//! Each piece is a turn of its own, so that a long download never keeps anybody from reading mail,
//! and one that is given up costs one piece.

use super::find;
use crate::{
    account::{actor::Account, directory::Entry, pool::Urgency, problem::InMailbox},
    imap::{
        command::fetch_part::{PartReader, What},
        decode::body_structure::{BodyStructure, Part},
    },
    mime::{
        header,
        plan::plan,
        transfer::{Decoder, Encoding},
    },
};
use bytes::Bytes;
use futures_util::Stream;
use std::sync::Arc;
use surat_protocol::{MessageRef, Preview, Problem, Section};

/// A file, and its octets as they come.
pub struct File {
    /// A name that is safe to save.
    pub name: String,
    /// Media type in lower case, as the sender said.
    pub media_type: String,
    /// What a browser may show of it.
    pub preview: Preview,
    /// Charset label of a text; empty when none was given.
    pub charset: String,
    /// Its octets.
    pub octets: Octets,
}

/// The octets of a file, decoded.
pub struct Octets {
    account: Arc<Account>,
    entry: Entry,
    message: MessageRef,
    reader: PartReader,
    decoder: Decoder,
    /// Fetched already, to find out whether it is there at all.
    first: Option<Bytes>,
    is_over: bool,
}

/// One part of a message, decoded.
pub async fn part(account: Arc<Account>, message: &MessageRef, section: &Section) -> Result<File, Problem> {
    let entry = find(&account, &message.mailbox).await?;
    let structure = structure(&account, &entry, message).await?;
    let part = part_at(&structure, section).ok_or(Problem::NoSuchPart)?;
    let media_type = format!("{}/{}", part.media_type, part.subtype);
    let charset = header::parameter(&part.parameters, "charset").unwrap_or_default();
    let plan = plan(&structure);
    let listed = plan
        .attachments
        .into_iter()
        .chain(plan.embedded.into_iter().map(|embedded| embedded.attachment));
    let (name, preview) = listed
        .filter(|attachment| attachment.section == *section)
        .map(|attachment| (attachment.name, attachment.preview))
        .next()
        .unwrap_or_else(|| (format!("part-{}", section.as_str()), Preview::None));
    let encoding = Encoding::from_name(&part.encoding);
    let octets = Octets::open(account, entry, message.clone(), What::Part(section.clone()), encoding).await?;
    Ok(File {
        name,
        media_type,
        preview,
        charset,
        octets,
    })
}

/// A whole message as it is stored.
pub async fn source(account: Arc<Account>, message: &MessageRef) -> Result<File, Problem> {
    let entry = find(&account, &message.mailbox).await?;
    let mut session = account.lease(Urgency::Person).await?;
    session
        .open_valid(&entry, message.uid_validity, Some(message.uid))
        .await?;
    let described = session.fetch_message(message.uid).await.in_mailbox(&message.mailbox)?;
    drop(session);
    let envelope = described
        .ok_or(Problem::MessageGone)?
        .fetch
        .envelope
        .unwrap_or_default();
    let subject = header::envelope(&envelope, b"").subject;
    let octets = Octets::open(account, entry, message.clone(), What::Whole, Encoding::Identity).await?;
    Ok(File {
        name: header::file_name(&format!("{subject}.eml")).unwrap_or_else(|| "message.eml".into()),
        media_type: "message/rfc822".into(),
        preview: Preview::None,
        charset: String::new(),
        octets,
    })
}

/// What a message is made of.
pub(super) async fn structure(
    account: &Arc<Account>,
    entry: &Entry,
    message: &MessageRef,
) -> Result<BodyStructure, Problem> {
    let mut session = account.lease(Urgency::Person).await?;
    session
        .open_valid(entry, message.uid_validity, Some(message.uid))
        .await?;
    let described = session.fetch_message(message.uid).await.in_mailbox(&message.mailbox)?;
    described
        .ok_or(Problem::MessageGone)?
        .fetch
        .body_structure
        .ok_or(Problem::NoSuchPart)
}

/// The part with this section (RFC 9051, section 6.4.5.1).
pub(super) fn part_at<'a>(structure: &'a BodyStructure, section: &Section) -> Option<&'a Part> {
    let mut here = structure;
    let mut numbers = section
        .as_str()
        .split('.')
        .map(|number| number.parse::<usize>().ok())
        .peekable();
    while let Some(number) = numbers.next() {
        here = match here {
            BodyStructure::Multipart { parts, .. } => parts.get(number?.checked_sub(1)?)?,
            // A message that is not a multipart has one part, which is 1.
            BodyStructure::Part(_) if number? == 1 => here,
            BodyStructure::Part(_) => return None,
        };
        // What comes behind the number of a message inside the message, is in it.
        if let (BodyStructure::Part(part), Some(_)) = (here, numbers.peek()) {
            here = &part.message.as_ref()?.1;
        }
    }
    match here {
        BodyStructure::Part(part) => Some(part),
        BodyStructure::Multipart { .. } => None,
    }
}

impl Octets {
    pub(super) async fn open(
        account: Arc<Account>,
        entry: Entry,
        message: MessageRef,
        what: What,
        encoding: Encoding,
    ) -> Result<Self, Problem> {
        let mut octets = Self {
            account,
            reader: PartReader::new(message.uid, what),
            entry,
            message,
            decoder: Decoder::new(encoding),
            first: None,
            is_over: false,
        };
        octets.first = octets.next().await?;
        Ok(octets)
    }

    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        while !self.is_over {
            let piece = self.fetch().await?;
            self.is_over = piece.is_none();
            let decoded = match piece {
                Some(piece) => self.decoder.push(&piece),
                None => self.decoder.finish(),
            };
            if !decoded.is_empty() {
                return Ok(Some(decoded.into()));
            }
        }
        Ok(None)
    }

    async fn fetch(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let mut session = self.account.lease(Urgency::Ahead).await?;
        session
            .open_valid(&self.entry, self.message.uid_validity, Some(self.message.uid))
            .await?;
        match self.reader.next(&mut session).await {
            Err(crate::imap::Error::Incomplete(_)) => Err(Problem::NoSuchPart),
            result => result.in_mailbox(&self.message.mailbox),
        }
    }

    /// As a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, Problem>> + Send {
        futures_util::stream::try_unfold(self, async |mut octets| {
            let piece = octets.next().await?;
            Ok(piece.map(|piece| (piece, octets)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(subtype: &str) -> BodyStructure {
        BodyStructure::Part(Box::new(Part {
            media_type: "text".into(),
            subtype: subtype.into(),
            ..Part::default()
        }))
    }

    fn multipart(parts: Vec<BodyStructure>) -> BodyStructure {
        BodyStructure::Multipart {
            subtype: "mixed".into(),
            parts,
            parameters: Vec::new(),
        }
    }

    fn message(inner: BodyStructure) -> BodyStructure {
        let part = Part {
            media_type: "message".into(),
            subtype: "rfc822".into(),
            message: Some((Default::default(), inner)),
            ..Part::default()
        };
        BodyStructure::Part(Box::new(part))
    }

    fn subtype(structure: &BodyStructure, section: &str) -> Option<String> {
        part_at(structure, &Section::parse(section).expect("a section")).map(|part| part.subtype.clone())
    }

    #[test]
    fn sections_count_through_messages_inside() {
        let whole = multipart(vec![
            leaf("a"),
            message(multipart(vec![leaf("b"), leaf("c")])),
            message(leaf("d")),
        ]);

        assert_eq!(subtype(&whole, "1").as_deref(), Some("a"));
        assert_eq!(subtype(&whole, "2").as_deref(), Some("rfc822"));
        assert_eq!(subtype(&whole, "2.2").as_deref(), Some("c"));
        assert_eq!(subtype(&whole, "3.1").as_deref(), Some("d"));
        for missing in ["4", "1.1", "2.3", "3.2", "2.1.1"] {
            assert_eq!(subtype(&whole, missing), None, "{missing}");
        }
    }

    #[test]
    fn a_message_of_one_part_has_part_1() {
        assert_eq!(subtype(&leaf("plain"), "1").as_deref(), Some("plain"));
        assert_eq!(subtype(&leaf("plain"), "2"), None);
    }
}
