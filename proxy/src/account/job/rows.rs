//! Rows of the list: who, what, when, and the first words.

use super::{Job, first_words};
use crate::{
    account::{pool::Urgency, problem::InMailbox},
    imap::{
        Error, Session,
        decode::{Fetch, envelope::RawAddress},
    },
    mime::{header, plan, plan::Shown},
};
use std::collections::BTreeMap;
use surat_protocol::{Answer, MailboxName, Problem, Row, UidSet, UidValidity};

/// Rows that one request may ask for.
const REQUEST_LIMIT: usize = 1000;
/// Rows of one turn, and of one answer.
const PORTION: usize = 100;
/// Recipients that a row shows.
const RECIPIENTS: usize = 20;
/// Characters of a subject that a row shows.
const SUBJECT: usize = 300;
/// Characters of the first words: no list is wide enough for more, and they are half of what a row takes on the wire.
const PREVIEW: usize = 120;

pub(super) async fn rows(
    job: &Job,
    mailbox: &MailboxName,
    validity: UidValidity,
    uids: &UidSet,
) -> Result<Answer, Problem> {
    if uids.len() > REQUEST_LIMIT {
        return Err(Problem::BadRequest);
    }
    let entry = job.find(mailbox).await?;
    let mut portions = portions(uids, PORTION).peekable();
    while let Some(portion) = portions.next() {
        let mut session = job.account.lease(Urgency::Ahead).await?;
        session.open_valid(&entry, validity, portion.last()).await?;
        let rows = fetch_rows(&mut session, &portion).await.in_mailbox(mailbox)?;
        drop(session);
        if portions.peek().is_none() {
            return Ok(Answer::Rows(rows));
        }
        job.answer(Answer::Rows(rows)).await?;
    }
    Ok(Answer::Rows(Vec::new()))
}

/// Rows of these messages, newest first; those that are gone are left out.
pub(in crate::account) async fn fetch_rows(session: &mut Session, uids: &UidSet) -> Result<Vec<Row>, Error> {
    if uids.is_empty() {
        return Ok(Vec::new());
    }
    let needs_words = !session.capabilities().preview;
    let fetched = session
        .fetch_rows(uids, |fetch| Fetched::of(fetch, needs_words))
        .await?;
    rows_of(session, fetched).await
}

/// Rows of the newest messages of a mailbox that the command before has opened.
pub(super) async fn fetch_newest_rows(session: &mut Session, exists: u32, count: u32) -> Result<Vec<Row>, Error> {
    let needs_words = !session.capabilities().preview;
    let make = |fetch| Fetched::of(fetch, needs_words);
    let fetched = session.fetch_newest_rows(exists, count, make).await?;
    rows_of(session, fetched).await
}

async fn rows_of(session: &mut Session, fetched: Vec<Option<Fetched>>) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::with_capacity(fetched.len());
    let mut texts = BTreeMap::new();
    for Fetched { row, text } in fetched.into_iter().flatten() {
        texts.extend(text.map(|text| (row.uid, text)));
        rows.push(row);
    }
    first_words::add(session, &texts, &mut rows).await?;
    rows.sort_by_key(|row| std::cmp::Reverse(row.uid));
    rows.dedup_by_key(|row| row.uid);
    Ok(rows)
}

/// What a row needs of a message, whatever its size.
struct Fetched {
    row: Row,
    /// Where its first words are, if the server does not tell them.
    text: Option<Shown>,
}

impl Fetched {
    fn of(fetch: Fetch, needs_words: bool) -> Option<Self> {
        let structure = fetch.body_structure.as_ref();
        let envelope = fetch.envelope.unwrap_or_default();
        let people = |raw: &[RawAddress]| {
            let mut list = header::addresses(raw);
            list.truncate(RECIPIENTS);
            list
        };
        Some(Self {
            text: structure
                .filter(|_| needs_words)
                .and_then(|structure| plan(structure).shown.into_iter().next()),
            row: Row {
                uid: fetch.uid?,
                received: fetch.internal_date.unwrap_or(0),
                from: people(&envelope.from),
                to: people(&envelope.to),
                subject: header::text(envelope.subject.as_deref().unwrap_or_default(), SUBJECT),
                preview: fetch.preview.as_deref().map(preview).unwrap_or_default(),
                has_attachment: structure.is_some_and(plan::has_attachment),
                flags: fetch.flags.unwrap_or_default(),
            },
        })
    }
}

/// Any text on one line, as long as a row shows.
pub(super) fn one_line(text: &str) -> String {
    header::one_line(text, PREVIEW)
}

/// The server's own preview is UTF-8 (RFC 8970, section 3.1).
fn preview(octets: &[u8]) -> String {
    one_line(&String::from_utf8_lossy(octets))
}

/// A set in portions of at most `count` messages, the newest first.
pub(super) fn portions(uids: &UidSet, count: usize) -> impl Iterator<Item = UidSet> + use<> {
    let mut left = uids.clone();
    std::iter::from_fn(move || {
        let portion = left.newest(0, count);
        left = left.difference(&portion);
        (!portion.is_empty()).then_some(portion)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_are_newest_first_and_lose_nothing() {
        let uids = UidSet::from_ranges([(1, 5), (10, 12)]);

        let portions: Vec<String> = portions(&uids, 3).map(|portion| portion.to_string()).collect();

        assert_eq!(portions, ["10:12", "3:5", "1:2"]);
    }
}
