//! Answers to questions, from what is stored and what is not stored yet.

use super::{Fault, MAILBOXES, MESSAGES, ORDERS, ROWS, Store, Work, key};
use crate::{
    answer::{self, Question, View},
    change::{Change, Images, Place},
    listing,
    order::Kept,
};
use std::rc::Rc;
use surat_protocol::{Answer, MailboxName, Message, MessageRef, Row, UidSet};
use wasm_bindgen::JsValue;

/// Rows that are read in vain rather than asked for in two questions.
const GAP: u32 = 16;

impl Store {
    /// Answers a question; with nothing when nothing is kept. `unstored` are the changes that no transaction has begun to
    /// store.
    pub(crate) async fn answer(
        &self,
        question: &Question,
        unstored: &[Rc<Change>],
        now: u64,
    ) -> Result<Vec<Answer>, Fault> {
        match question {
            Question::Listing => self.listing(unstored).await,
            Question::Open(mailbox, rows) => {
                let newest = |kept: &Kept| kept.uids.newest(0, *rows);
                let view = self.view(mailbox, newest, unstored, now).await?;
                Ok(view.open(mailbox.clone(), *rows))
            }
            Question::Rows(place, uids) => {
                let asked = |kept: &Kept| {
                    let here = kept.is_at(place).then(|| kept.uids.intersection(uids));
                    here.unwrap_or_default()
                };
                let view = self.view(&place.mailbox, asked, unstored, now).await?;
                let is_here = view.kept.as_ref().is_some_and(|kept| kept.is_at(place));
                Ok(view.rows(uids).filter(|_| is_here).into_iter().collect())
            }
            Question::Message(message, allow_remote_images) => {
                let read = self.message(message, *allow_remote_images, unstored, now).await?;
                Ok(read.into_iter().collect())
            }
        }
    }

    async fn listing(&self, unstored: &[Rc<Change>]) -> Result<Vec<Answer>, Fault> {
        let stored = self
            .read(&[MAILBOXES])?
            .store(MAILBOXES)?
            .get(JsValue::from(0))?
            .await?;
        let stored = stored.as_ref().and_then(key::value);
        let listing = unstored
            .iter()
            .fold(stored, |kept, change| listing::apply(kept, change));
        Ok(listing.map(Answer::Mailboxes).into_iter().collect())
    }

    /// A mailbox, with the rows that `choose` says.
    async fn view(
        &self,
        mailbox: &MailboxName,
        choose: impl Fn(&Kept) -> UidSet,
        unstored: &[Rc<Change>],
        now: u64,
    ) -> Result<View, Fault> {
        let work = self.read(&[ORDERS, ROWS])?;
        let kept = work.kept(mailbox).await?;
        let mut view = View::default();
        if let Some(kept) = &kept {
            let place = Place {
                mailbox: mailbox.clone(),
                uid_validity: kept.uid_validity,
            };
            for row in work.rows(&place, &choose(kept)).await? {
                view.rows.insert(row.uid, row);
            }
        }
        view.kept = kept;
        for change in unstored.iter().filter(|change| change.mailbox() == Some(mailbox)) {
            view.apply(change, now);
        }
        Ok(view)
    }

    async fn message(
        &self,
        message: &MessageRef,
        allow_remote_images: bool,
        unstored: &[Rc<Change>],
        now: u64,
    ) -> Result<Option<Answer>, Fault> {
        let place = Place::of(message);
        let work = self.read(&[ORDERS, ROWS, MESSAGES])?;
        // One after the other: a request whose answer comes before it is waited for is never answered.
        let stored = work.store(MESSAGES)?.get(key::message(message))?.await?;
        let row = work.store(ROWS)?.get(key::message(message))?.await?;
        let kept = work.kept(&message.mailbox).await?;
        let row = row.as_ref().and_then(key::value::<Row>);
        let mut read: Option<(Images, Message)> = stored.as_ref().and_then(key::value);
        let mut view = View {
            kept,
            rows: row.into_iter().map(|row| (row.uid, row)).collect(),
        };
        for change in unstored {
            if let Change::Message(told, images, body) = &**change
                && told == message
            {
                read = Some((*images, Message::clone(body)));
            }
            if change.mailbox() == Some(&message.mailbox) {
                view.apply(change, now);
            }
        }
        // A message that has left its mailbox is not read any more.
        let has_left = |kept: &Kept| kept.is_at(&place) && !kept.uids.contains(message.uid);
        if view.kept.as_ref().is_some_and(has_left) {
            return Ok(None);
        }
        let flags = view.rows.remove(&message.uid).map(|row| row.flags);
        let read = read.filter(|(images, _)| answer::fits(*images, allow_remote_images));
        Ok(read.map(|(_, message)| answer::message(message, flags)))
    }
}

impl Work {
    /// What is kept of a mailbox.
    pub(super) async fn kept(&self, mailbox: &MailboxName) -> Result<Option<Kept>, Fault> {
        let stored = self.store(ORDERS)?.get(key::mailbox(mailbox))?.await?;
        Ok(stored.as_ref().and_then(key::value))
    }

    /// The rows of these UIDs that are kept, and maybe some between them.
    async fn rows(&self, place: &Place, uids: &UidSet) -> Result<Vec<Row>, Fault> {
        let store = self.store(ROWS)?;
        let runs = answer::runs(uids, GAP);
        let spans = runs.into_iter().map(|run| Ok(key::span(place, run)?.into()));
        let spans = spans.collect::<Result<Vec<idb::Query>, Fault>>()?;
        let asked = spans
            .into_iter()
            .map(|span| Ok(store.get_all(Some(span), None)?.into_future()));
        let mut rows = Vec::new();
        for stored in asked.collect::<Result<Vec<_>, Fault>>()? {
            rows.extend(stored.await?.iter().filter_map(key::value::<Row>));
        }
        Ok(rows)
    }
}
