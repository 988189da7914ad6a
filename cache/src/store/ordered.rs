//! What a person has ordered, done to the rows, the order and the counts that are kept.
//!
//! The server tells counts by itself once it has done it. Until then, and that may be long without a network, those that
//! are kept follow from the rows that are kept.

use super::{
    Fault, MAILBOXES, ROWS, key,
    write::{REQUESTS, Writer},
};
use crate::{
    answer,
    change::{Change, Place},
    listing,
    orders::Effect,
};
use surat_protocol::{Counts, Mailbox, MailboxName, Row, UidSet};
use wasm_bindgen::JsValue;

/// Rows that are read at once.
const ROWS_AT_ONCE: u32 = 250;

/// Rows that are read in vain rather than asked for in two questions.
const GAP: u32 = 64;

impl Writer<'_> {
    /// Takes messages out of the order, a run of UIDs at a time; those that are out already count no more.
    pub(super) async fn hide(
        &mut self,
        place: &Place,
        uids: &UidSet,
        to: Option<&MailboxName>,
    ) -> Result<Option<u32>, Fault> {
        let all = self.uids_of(place).await?;
        let here = all.intersection(uids);
        if here.is_empty() {
            return Ok(None);
        }
        if here == all {
            let change = Change::Hidden(place.clone(), here, to.cloned());
            self.reorder(&place.mailbox, &change).await?;
            self.recount(|mailboxes| {
                if let Some(counts) = listing::counts_of(mailboxes, &place.mailbox).map(|counts| *counts) {
                    listing::take_out(mailboxes, &place.mailbox, to, counts);
                }
            })
            .await?;
            return Ok(None);
        }
        for (first, last) in answer::runs(&here, GAP) {
            let mut next = Some(first);
            while let Some(first) = next {
                if self.requests >= REQUESTS {
                    return Ok(Some(first));
                }
                let (rows, end) = self.some_rows(place, first, last).await?;
                next = end.checked_add(1).filter(|next| *next <= last);
                let gone = UidSet::from_ranges([(first, end)]).intersection(&here);
                let is_unseen = |row: &&Row| gone.contains(row.uid) && !row.flags.is_seen();
                let counts = Counts {
                    messages: number(gone.len()),
                    unseen: number(rows.iter().filter(is_unseen).count()),
                };
                let change = Change::Hidden(place.clone(), gone, to.cloned());
                self.reorder(&place.mailbox, &change).await?;
                self.recount(|mailboxes| listing::take_out(mailboxes, &place.mailbox, to, counts))
                    .await?;
            }
        }
        Ok(None)
    }

    /// Changes flags of rows that are kept, a run of UIDs at a time.
    pub(super) async fn change_flags(
        &mut self,
        place: &Place,
        uids: &UidSet,
        effect: &Effect,
        from: u32,
        is_counted: bool,
    ) -> Result<Option<u32>, Fault> {
        let store = self.work.store(ROWS)?;
        let all = self.uids_of(place).await?;
        let uids = all.intersection(uids);
        let is_whole = uids == all && !all.is_empty();
        let seen = effect.seen().filter(|_| is_counted);
        if let Some(is_seen) = seen.filter(|_| is_whole && from == 0) {
            self.recount(|mailboxes| listing::mark_all(mailboxes, &place.mailbox, is_seen))
                .await?;
        }
        for (first, last) in answer::runs(&uids, GAP) {
            let mut next = Some(first.max(from)).filter(|first| *first <= last);
            while let Some(first) = next {
                if self.requests >= REQUESTS {
                    return Ok(Some(first));
                }
                let (rows, end) = self.some_rows(place, first, last).await?;
                next = end.checked_add(1).filter(|next| *next <= last);
                let (mut read, mut unread) = (0, 0);
                for mut row in rows.into_iter().filter(|row| uids.contains(row.uid)) {
                    let was_seen = row.flags.is_seen();
                    effect.apply(&mut row.flags);
                    read += u32::from(!was_seen && row.flags.is_seen());
                    unread += u32::from(was_seen && !row.flags.is_seen());
                    store.put(&key::octets(&row).0, Some(&key::uid(place, row.uid)))?;
                }
                if seen.is_some() && !is_whole && read + unread > 0 {
                    self.recount(|mailboxes| listing::mark(mailboxes, &place.mailbox, read, unread))
                        .await?;
                }
            }
        }
        Ok(None)
    }

    /// The first rows of a run of UIDs, and the UID up to which they are all that are kept.
    async fn some_rows(&mut self, place: &Place, first: u32, last: u32) -> Result<(Vec<Row>, u32), Fault> {
        let span = key::span(place, (first, last))?;
        let asked = self.work.store(ROWS)?.get_all(Some(span.into()), Some(ROWS_AT_ONCE))?;
        let stored = asked.await?;
        let rows: Vec<Row> = stored.iter().filter_map(key::value).collect();
        let is_full = u32::try_from(stored.len()) == Ok(ROWS_AT_ONCE);
        let end = rows.last().map(|row| row.uid.0).filter(|_| is_full);
        self.requests += 1 + rows.len();
        Ok((rows, end.unwrap_or(last)))
    }

    /// Changes the counts that are kept.
    async fn recount(&mut self, act: impl FnOnce(&mut Vec<Mailbox>)) -> Result<(), Fault> {
        let store = self.work.store(MAILBOXES)?;
        let key = JsValue::from(0);
        let kept = store.get(key.clone())?.await?;
        if let Some(mut mailboxes) = kept.as_ref().and_then(key::value) {
            act(&mut mailboxes);
            store.put(&key::octets(&mailboxes).0, Some(&key))?;
        }
        self.requests += 2;
        Ok(())
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
