//! One message to read: its description, and the text parts that are shown. Nothing else is fetched.

use super::Job;
use crate::{
    account::{directory::Entry, pool::Urgency, problem::InMailbox, servers::Connection},
    imap::command::{
        fetch::Described,
        fetch_part::{Piece, What},
    },
    mime::{
        Fetched, Links, Plan, header, plan,
        plan::{Shown, TextKind, is_hollow},
        transfer::Encoding,
        view,
    },
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use surat_protocol::{
    Answer, Damage, Message, MessageRef, Problem, Section, Uid,
    http::{PART, query},
};

/// Octets of text that are fetched for one message, encoded; more is not shown anyway.
const TEXT_OCTETS: usize = 4 << 20;

pub(super) async fn message(
    job: &Job,
    message: &MessageRef,
    allow_remote_images: bool,
    urgency: Urgency,
) -> Result<Answer, Problem> {
    let entry = job.find(&message.mailbox).await?;
    let mut session = job.account.lease(urgency).await?;
    let described = describe(&mut session, &entry, message).await?;
    let structure = described.fetch.body_structure.as_ref();
    let structure = structure.filter(|structure| !is_hollow(structure));
    let plan = match structure {
        Some(structure) => plan(structure),
        None => without_structure(described.fetch.size_octets.unwrap_or(0)),
    };
    let fetched = fetch_texts(&mut session, &plan, message, structure.is_some()).await?;
    drop(session);
    let images = &job.account.servers.images;
    let seen = view(
        &plan,
        &fetched,
        &Links {
            part: &|section| part_address(message, section),
            remote_image: &|url| allow_remote_images.then(|| images.address_of(url)),
        },
    );
    let references = header::fields(&described.fields).find(|field| field.name.eq_ignore_ascii_case("references"));
    let envelope = described.fetch.envelope.unwrap_or_default();
    Ok(Answer::Message(Box::new(Message {
        uid: message.uid,
        flags: described.fetch.flags.unwrap_or_default(),
        received: described.fetch.internal_date.unwrap_or(0),
        size_octets: described.fetch.size_octets.unwrap_or(0),
        envelope: header::envelope(
            &envelope,
            references.as_ref().map(|field| field.value).unwrap_or_default(),
        ),
        body: seen.body,
        attachments: seen.attachments,
        damage: seen.damage,
    })))
}

/// What the server says of a message.
pub(super) async fn describe(
    session: &mut Connection,
    entry: &Entry,
    message: &MessageRef,
) -> Result<Described, Problem> {
    session
        .open_valid(entry, message.uid_validity, Some(message.uid))
        .await?;
    session
        .fetch_message(message.uid)
        .await
        .in_mailbox(&message.mailbox)?
        .ok_or(Problem::MessageGone)
}

/// The text parts of the plan, in its order, until there is enough.
pub(super) async fn fetch_texts(
    session: &mut Connection,
    plan: &Plan,
    message: &MessageRef,
    has_structure: bool,
) -> Result<Vec<Fetched>, Problem> {
    let mut fetched: Vec<Fetched> = Vec::new();
    let mut room = TEXT_OCTETS;
    for shown in &plan.shown {
        if room == 0 {
            break;
        }
        let what = if has_structure {
            What::Part(shown.section.clone())
        } else {
            What::Text
        };
        let cap = u32::try_from(shown.fetch_octets()).unwrap_or(u32::MAX);
        let piece = fetch(session, message.uid, &what, cap)
            .await
            .in_mailbox(&message.mailbox)?;
        // A part that is in the structure and not in the message is only a little damage.
        if let Some(piece) = piece {
            room = room.saturating_sub(piece.octets.len());
            fetched.push(Fetched {
                section: shown.section.clone(),
                octets: piece.octets,
            });
        }
    }
    Ok(fetched)
}

async fn fetch(session: &mut Connection, uid: Uid, what: &What, cap: u32) -> Result<Option<Piece>, crate::imap::Error> {
    match cap {
        0 => Ok(Some(Piece {
            octets: Vec::new(),
            is_last: true,
        })),
        _ => session.fetch_part(uid, what, cap).await,
    }
}

/// A message whose structure the server could not make out is shown as the text that it is.
fn without_structure(size_octets: u64) -> Plan {
    let shown = Section::parse("1").map(|section| Shown {
        section,
        kind: TextKind::Plain,
        charset: String::new(),
        encoding: Encoding::Identity,
        octets: size_octets,
        intro: None,
        is_spare: false,
    });
    Plan {
        shown: shown.into_iter().collect(),
        damage: vec![Damage::Structure],
        ..Plan::default()
    }
}

/// The address of a part, to be shown in place.
fn part_address(message: &MessageRef, section: &Section) -> String {
    format!(
        "{PART}?{}={}&{}={}&{}={}&{}={}&{}=1",
        query::MAILBOX,
        utf8_percent_encode(message.mailbox.as_str(), NON_ALPHANUMERIC),
        query::VALIDITY,
        message.uid_validity.0,
        query::UID,
        message.uid.0,
        query::SECTION,
        section.as_str(),
        query::INLINE,
    )
}
