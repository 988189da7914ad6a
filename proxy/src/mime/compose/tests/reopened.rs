//! A draft that was stored opens as it was written.

use super::*;
use crate::{
    imap::decode::{
        body_structure::{BodyStructure, Part},
        envelope::{RawAddress, RawEnvelope},
    },
    mime::{Fetched, Links, plan, reopen, view},
};
use surat_protocol::Section;

/// What an IMAP server would tell of a message of one text part and files.
fn reopened(draft: &Draft, files: Vec<Vec<u8>>) -> Draft {
    let octets = composed(draft, files);
    let read = MessageParser::default().parse(&octets).unwrap();
    let mut parts: Vec<(BodyStructure, Vec<u8>)> = read
        .parts
        .iter()
        .filter(|part| !part.is_multipart())
        .map(|part| {
            let kind = part.content_type().unwrap();
            let attributes = kind.attributes().unwrap_or_default();
            let disposition = part.content_disposition().map(|disposition| {
                let attributes = disposition.attributes().unwrap_or_default();
                (
                    disposition.ctype().to_owned(),
                    attributes
                        .iter()
                        .map(|a| (a.name.to_string(), a.value.as_bytes().to_vec()))
                        .collect(),
                )
            });
            let raw = octets[part.raw_body_offset() as usize..part.raw_end_offset() as usize].to_vec();
            let part = Part {
                media_type: kind.ctype().into(),
                subtype: kind.subtype().unwrap_or_default().into(),
                parameters: attributes
                    .iter()
                    .map(|a| (a.name.to_string(), a.value.as_bytes().to_vec()))
                    .collect(),
                encoding: part.content_transfer_encoding().unwrap_or_default().into(),
                octets: raw.len() as u64,
                disposition,
                ..Part::default()
            };
            (BodyStructure::Part(Box::new(part)), raw)
        })
        .collect();
    let fetched = vec![Fetched {
        section: Section::parse("1").unwrap(),
        octets: parts[0].1.clone(),
    }];
    let structure = if parts.len() == 1 {
        parts.remove(0).0
    } else {
        let parts = parts.into_iter().map(|(structure, _)| structure).collect();
        BodyStructure::Multipart {
            subtype: "mixed".into(),
            parts,
            parameters: Vec::new(),
        }
    };
    let links = Links {
        part: &|_| String::new(),
        remote_image: &|_| None,
    };
    let view = view(&plan(&structure), &fetched, &links);
    let raw = RawEnvelope {
        subject: fields(&octets)
            .find(|field| field.name == "Subject")
            .map(|field| field.value.to_vec()),
        message_id: read.message_id().map(|id| format!("<{id}>").into_bytes()),
        in_reply_to: read.in_reply_to().as_text().map(|id| format!("<{id}>").into_bytes()),
        from: raw_addresses(read.from()),
        to: raw_addresses(read.to()),
        cc: raw_addresses(read.cc()),
        bcc: raw_addresses(read.bcc()),
        ..Default::default()
    };
    reopen(&header::envelope(&raw, b""), &octets, &view, &reference("Drafts"))
}

fn raw_addresses(list: Option<&mail_parser::Address<'_>>) -> Vec<RawAddress> {
    let octets = |text: &str| Some(text.as_bytes().to_vec());
    let list = list.map(|list| list.iter().collect::<Vec<_>>()).unwrap_or_default();
    list.iter()
        .map(|address| {
            let (mailbox, host) = address
                .address()
                .and_then(|email| email.split_once('@'))
                .unwrap_or_default();
            RawAddress {
                name: address.name().and_then(octets),
                mailbox: octets(mailbox),
                host: octets(host),
            }
        })
        .collect()
}

#[test]
fn a_stored_draft_opens_as_it_was_written() {
    let draft = draft_with(|draft| {
        draft.source = Some(Source {
            message: reference("Arsip/Größe; 2024"),
            used_as: SourceUse::Reply,
        });
    });

    assert_eq!(reopened(&draft, Vec::new()), draft);
}

#[test]
fn attachments_and_unfinished_addresses_come_back() {
    let mut draft = draft_with(|draft| {
        draft.to.push(to("Half; way", "budi@"));
        draft.cc.push(to("", "no idea"));
        draft.attachments = vec![attachment("März.txt", "text/plain")];
    });

    let reopened = reopened(&draft, vec![b"abc".to_vec()]);

    draft.attachments[0].origin = Origin::Part {
        message: reference("Drafts"),
        section: Section::parse("2").unwrap(),
    };
    draft.attachments[0].size_octets = reopened.attachments[0].size_octets;
    assert_eq!(reopened, draft);
}
