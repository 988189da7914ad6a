//! One message to read: its description, and the text parts that are shown. Nothing else is fetched.

use super::Job;
use crate::{
    account::{directory::Entry, pool::Urgency, problem::InMailbox, servers::Connection},
    imap::command::{fetch::Described, fetch_part::What},
    mime::{
        Fetched, Links, Plan, header, plan,
        plan::{Shown, TextKind, is_hollow},
        transfer::Encoding,
        trust::{Reader, offered, weigh},
        view,
    },
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use surat_protocol::{
    Answer, Damage, Envelope, Message, MessageRef, Problem, Role, Section, Trust,
    http::{PART, query},
};

/// Octets of text that are fetched for one message, encoded; more is not shown anyway.
const TEXT_OCTETS: u32 = 4 << 20;

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
    let email = &job.account.credentials.email;
    let seen = view(
        &plan,
        &fetched,
        &Links {
            part: &|section| part_address(message, section),
            remote_image: &|url| allow_remote_images.then(|| images.address_of(url, email)),
        },
    );
    let references = header::fields(&described.fields).find(|field| field.name.eq_ignore_ascii_case("references"));
    let envelope = header::envelope(
        &described.fetch.envelope.unwrap_or_default(),
        references.as_ref().map(|field| field.value).unwrap_or_default(),
    );
    let trust = weighed(job, &entry, &envelope, &described.fields);
    let list = offered(&described.fields, job.account.servers.authserv_id.as_deref());
    Ok(Answer::Message(Box::new(Message {
        uid: message.uid,
        flags: described.fetch.flags.unwrap_or_default(),
        received: described.fetch.internal_date.unwrap_or(0),
        envelope,
        body: seen.body,
        attachments: seen.attachments,
        damage: seen.damage,
        trust,
        unsubscribe: list.and_then(|list| list.host_str().map(str::to_owned)),
    })))
}

/// What to know of the sender; nothing, where that is oneself.
fn weighed(job: &Job, entry: &Entry, envelope: &Envelope, fields: &[u8]) -> Trust {
    if matches!(entry.mailbox.role, Some(Role::Sent | Role::Drafts)) {
        return Trust::default();
    }
    let reader = Reader {
        email: &job.account.credentials.email,
        authserv_id: job.account.servers.authserv_id.as_deref(),
    };
    weigh(envelope, fields, &reader)
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

/// The text parts of the plan, in its order, until there is enough: all in one command, since each opens the message
/// anew in servers that keep none open.
pub(super) async fn fetch_texts(
    session: &mut Connection,
    plan: &Plan,
    message: &MessageRef,
    has_structure: bool,
) -> Result<Vec<Fetched>, Problem> {
    let wanted = within(TEXT_OCTETS, plan.shown.iter().map(|shown| (&shown.section, cap(shown))));
    let asked: Vec<(Section, u32)> = wanted.iter().filter(|(_, cap)| *cap > 0).cloned().collect();
    let told = match asked.as_slice() {
        [] => Ok(Vec::new()),
        [(section, cap)] if !has_structure => {
            let piece = session.fetch_part(message.uid, &What::Text, *cap).await;
            piece.map(|piece| piece.map(|piece| (section.clone(), piece.octets)).into_iter().collect())
        }
        asked => session.fetch_parts(message.uid, asked).await,
    };
    let mut told = told.in_mailbox(&message.mailbox)?;
    // A part that is in the structure and not in the message is only a little damage.
    let fetched = wanted.into_iter().filter_map(|(section, cap)| {
        let octets = match told.iter_mut().find(|(own, _)| *own == section) {
            Some((_, octets)) => std::mem::take(octets),
            None if cap == 0 => Vec::new(),
            None => return None,
        };
        Some(Fetched { section, octets })
    });
    Ok(fetched.collect())
}

/// How much of a part is fetched.
fn cap(shown: &Shown) -> u32 {
    u32::try_from(shown.fetch_octets()).unwrap_or(u32::MAX)
}

/// The first parts, until they hold so many octets together.
fn within<'a>(room: u32, parts: impl Iterator<Item = (&'a Section, u32)>) -> Vec<(Section, u32)> {
    let mut room = room;
    let mut first = Vec::new();
    for (section, octets) in parts {
        if room == 0 {
            break;
        }
        room = room.saturating_sub(octets);
        first.push((section.clone(), octets));
    }
    first
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_fetched_until_there_is_enough() {
        let sections = ["1", "2", "3", "4"].map(|section| Section::parse(section).expect("a section"));
        let of = |octets: [u32; 4]| {
            let fetched = within(10, sections.iter().zip(octets));
            fetched
                .into_iter()
                .map(|(section, _)| section.as_str().to_owned())
                .collect::<Vec<_>>()
        };

        assert_eq!(of([3, 0, 6, 2]), ["1", "2", "3", "4"]);
        assert_eq!(of([3, 7, 0, 2]), ["1", "2"]);
        assert_eq!(of([11, 1, 1, 1]), ["1"]);
    }
}
