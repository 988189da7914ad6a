//! Storing changes: as many as fit into one transaction that nobody has to wait for.

use super::{BY_UID, Fault, MAIL, MAILBOXES, MESSAGES, ORDERS, ROWS, Store, USES, Work, key};
use crate::{
    backlog::{Portion, Task},
    change::{Change, Opening, Place},
    listing,
    order::{Before, Kept},
};
use idb::ObjectStore;
use js_sys::{Object, Reflect};
use std::collections::BTreeMap;
use surat_protocol::{Flags, MailboxName, Row, Uid, UidSet};
use wasm_bindgen::JsValue;

/// Requests to the database in one transaction: what a question may have to wait for, some milliseconds.
pub(super) const REQUESTS: usize = 200;

/// One transaction's work on changes.
pub(super) struct Writer<'a> {
    pub(super) work: &'a Work,
    now: u64,
    largest_message: u64,
    pub(super) requests: usize,
    octets: u64,
    /// Orders that were read, and whether they changed.
    orders: BTreeMap<MailboxName, (Option<Kept>, bool)>,
}

impl Store {
    /// Stores the first of some tasks, at least a part of one.
    pub(crate) async fn store(&self, tasks: &[Task], now: u64, largest_message: u64) -> Result<Portion, Fault> {
        let write = async |work: &Work| {
            let mut writer = Writer {
                work,
                now,
                largest_message,
                requests: 0,
                octets: 0,
                orders: BTreeMap::new(),
            };
            let mut portion = Portion::default();
            for task in tasks {
                match writer.change(task, &mut portion.more).await? {
                    Some(from) => {
                        portion.next_from = from;
                        break;
                    }
                    None => portion.done += 1,
                }
                // What follows from a change comes before the next one.
                if writer.requests >= REQUESTS || !portion.more.is_empty() {
                    break;
                }
            }
            writer.put_orders()?;
            Ok((portion, writer.octets))
        };
        let (portion, octets) = self.write(&MAIL, write).await?;
        self.written.set(self.written.get() + octets);
        Ok(portion)
    }
}

impl Writer<'_> {
    /// Does a change; gives the UID to go on from when it is not done yet.
    async fn change(&mut self, task: &Task, more: &mut Vec<Change>) -> Result<Option<u32>, Fault> {
        match &*task.change {
            change @ (Change::Listing(_) | Change::Counts(..)) => self.list(change, more).await?,
            Change::Opened(opening) => self.open(opening, more).await?,
            Change::Arrived(place, _) => self.reorder(&place.mailbox, &task.change).await?,
            Change::OrderDoubted(mailbox) => self.reorder(mailbox, &task.change).await?,
            Change::Left(place, uids) => {
                if task.from == 0 {
                    self.reorder(&place.mailbox, &task.change).await?;
                }
                return self.delete(&BY_UID, place, uids, task.from);
            }
            Change::RowsDoubted(place, uids) => return self.delete(&[ROWS], place, uids, task.from),
            Change::Forgotten(mailbox) => {
                self.reorder(mailbox, &task.change).await?;
                for name in BY_UID {
                    self.work.store(name)?.delete(key::all(mailbox)?)?;
                }
            }
            Change::Rows(place, rows) => self.put_rows(place, rows).await?,
            Change::FlagsTold(place, told) => self.tell_flags(place, told).await?,
            Change::Hidden(place, uids, to) => return self.hide(place, uids, to.as_ref()).await,
            Change::FlagsOrdered(place, uids, effect) => {
                return self.change_flags(place, uids, effect, task.from, true).await;
            }
            Change::FlagsChanged(place, uids, effect) => {
                return self.change_flags(place, uids, effect, task.from, false).await;
            }
            Change::Message(message, images, body) => {
                let (value, octets) = key::octets(&(*images, &**body));
                if octets <= self.largest_message {
                    let key = key::message(message);
                    self.work.store(MESSAGES)?.put(&value, Some(&key))?;
                    self.put_use(&key, octets)?;
                    self.count(octets);
                }
            }
            Change::Used(message) => {
                let key = key::message(message);
                let used = self.work.store(USES)?.get(key.clone())?.await?;
                if let Some(octets) = used.as_ref().and_then(octets_of) {
                    self.put_use(&key, octets)?;
                }
            }
        }
        Ok(None)
    }

    fn count(&mut self, octets: u64) {
        self.requests += 1;
        self.octets += octets;
    }

    /// The order of a mailbox, read once.
    pub(super) async fn kept(&mut self, mailbox: &MailboxName) -> Result<&mut (Option<Kept>, bool), Fault> {
        if !self.orders.contains_key(mailbox) {
            let kept = self.work.kept(mailbox).await?;
            self.requests += 1;
            self.orders.insert(mailbox.clone(), (kept, false));
        }
        Ok(self.orders.entry(mailbox.clone()).or_default())
    }

    pub(super) async fn reorder(&mut self, mailbox: &MailboxName, change: &Change) -> Result<(), Fault> {
        let now = self.now;
        let (kept, is_changed) = self.kept(mailbox).await?;
        let before = kept.take();
        *kept = Kept::apply(before.clone(), change, now);
        *is_changed |= *kept != before;
        Ok(())
    }

    fn put_orders(&mut self) -> Result<(), Fault> {
        let store = self.work.store(ORDERS)?;
        for (mailbox, (kept, is_changed)) in &self.orders {
            let key = key::mailbox(mailbox);
            match kept {
                _ if !is_changed => {}
                Some(kept) => drop(store.put(&key::octets(kept).0, Some(&key))?),
                None => drop(store.delete(key)?),
            }
        }
        Ok(())
    }

    async fn list(&mut self, change: &Change, more: &mut Vec<Change>) -> Result<(), Fault> {
        let store = self.work.store(MAILBOXES)?;
        let key = JsValue::from(0);
        let kept = store.get(key.clone())?.await?.as_ref().and_then(key::value);
        if let Some(mailboxes) = listing::apply(kept, change) {
            store.put(&key::octets(&mailboxes).0, Some(&key))?;
        }
        if let Change::Listing(told) = change {
            let kept = self.work.store(ORDERS)?.get_all_keys(None, None)?.await?;
            let gone = listing::gone(told, kept.iter().filter_map(key::name_of));
            more.extend(gone.into_iter().map(Change::Forgotten));
        }
        self.requests += 3;
        Ok(())
    }

    async fn open(&mut self, opening: &Opening, more: &mut Vec<Change>) -> Result<(), Fault> {
        let (now, place) = (self.now, opening.place());
        let (kept, is_changed) = self.kept(&place.mailbox).await?;
        let old = kept.as_ref().map(|kept| kept.uids.clone()).unwrap_or_default();
        let (after, before) = Kept::open(kept.take(), opening, now);
        let gone = after.as_ref().map(|after| old.difference(&after.uids));
        *kept = after;
        *is_changed = true;
        match before {
            Before::Kept | Before::Stale => {
                // Messages that a person is taking out may come back.
                let gone = gone.unwrap_or_default().difference(&opening.leaving);
                if !gone.is_empty() {
                    more.push(Change::Left(place.clone(), gone));
                }
                if before == Before::Stale {
                    self.work.store(ROWS)?.delete(key::place(&place)?)?;
                }
            }
            Before::Void => {
                self.work.store(ROWS)?.delete(key::all(&place.mailbox)?)?;
                for other in key::others(&place)? {
                    for name in [MESSAGES, USES] {
                        self.work.store(name)?.delete(other.clone())?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Deletes what is kept of some UIDs.
    fn delete(&mut self, names: &[&str], place: &Place, uids: &UidSet, from: u32) -> Result<Option<u32>, Fault> {
        let stores = names.iter().map(|name| self.work.store(name));
        let stores = stores.collect::<Result<Vec<ObjectStore>, Fault>>()?;
        let left = uids.ranges().iter().filter(|range| range.1 >= from);
        for range in left {
            if self.requests >= REQUESTS {
                return Ok(Some(range.0));
            }
            for store in &stores {
                store.delete(key::span(place, *range)?)?;
            }
            self.requests += stores.len();
        }
        Ok(None)
    }

    async fn put_rows(&mut self, place: &Place, rows: &[Row]) -> Result<(), Fault> {
        let store = self.work.store(ROWS)?;
        let uids = self.uids_of(place).await?;
        for row in rows.iter().filter(|row| uids.contains(row.uid)) {
            let (value, octets) = key::octets(row);
            store.put(&value, Some(&key::uid(place, row.uid)))?;
            self.count(octets);
        }
        Ok(())
    }

    /// The UIDs that rows are kept of; none where the mailbox was never opened, or is another one now.
    pub(super) async fn uids_of(&mut self, place: &Place) -> Result<UidSet, Fault> {
        let (kept, _) = self.kept(&place.mailbox).await?;
        let here = kept.as_ref().filter(|kept| kept.is_at(place));
        Ok(here.map(|kept| kept.uids.clone()).unwrap_or_default())
    }

    async fn tell_flags(&mut self, place: &Place, told: &[(Uid, Flags)]) -> Result<(), Fault> {
        let store = self.work.store(ROWS)?;
        let asked = told.iter().map(|(uid, flags)| {
            let stored = store.get(key::uid(place, *uid))?.into_future();
            Ok((stored, flags))
        });
        for (stored, flags) in asked.collect::<Result<Vec<_>, Fault>>()? {
            let row = stored.await?.as_ref().and_then(key::value::<Row>);
            if let Some(mut row) = row.filter(|row| row.flags != *flags) {
                row.flags = flags.clone();
                store.put(&key::octets(&row).0, Some(&key::uid(place, row.uid)))?;
            }
        }
        self.requests += told.len();
        Ok(())
    }

    fn put_use(&self, key: &JsValue, octets: u64) -> Result<(), Fault> {
        let used = Object::new();
        set(&used, "used_at", self.now);
        set(&used, "octets", octets);
        self.work.store(USES)?.put(&used, Some(key))?;
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "neither times nor sizes come near 2^53")]
fn set(object: &Object, name: &str, number: u64) {
    // Fails for frozen objects only.
    let _ = Reflect::set(object, &name.into(), &(number as f64).into());
}

/// The octets of a message, from what is noted of its use.
pub(super) fn octets_of(used: &JsValue) -> Option<u64> {
    let octets = Reflect::get(used, &"octets".into()).ok()?.as_f64()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a length that was stored"
    )]
    let octets = octets as u64;
    Some(octets)
}
