//! Keeping within the budget: looks how much there is, and deletes what was not used for longest.

use super::{BY_UID, Fault, MESSAGES, ORDERS, ROWS, Store, USES, Work, key, write::octets_of};
use crate::{
    budget::{self, ROW_OCTETS},
    order::Kept,
};
use surat_protocol::MailboxName;
use wasm_bindgen::JsValue;

/// Messages that are deleted in one transaction.
const AT_ONCE: usize = 250;

/// All that is kept, what goes first at the start.
struct Holdings {
    /// Keys and octets of messages.
    messages: Vec<(JsValue, u64)>,
    /// Mailboxes and octets of their rows.
    mailboxes: Vec<(MailboxName, u64)>,
}

impl Store {
    /// Has so much been written that it is time to look?
    pub(crate) fn is_sweep_due(&self, limit: u64) -> bool {
        self.written.get() >= budget::look_after(limit)
    }

    /// Deletes what is too much. Without a limit, half of what there is: the disk is full.
    pub(crate) async fn sweep(&self, limit: Option<u64>) -> Result<(), Fault> {
        self.written.set(0);
        let holdings = self.holdings().await?;
        let octets = |list: &[(_, u64)]| list.iter().map(|(_, octets)| *octets).collect::<Vec<u64>>();
        let messages = octets(&holdings.messages);
        let mailboxes: Vec<u64> = holdings.mailboxes.iter().map(|(_, octets)| *octets).collect();
        let all: u64 = messages.iter().chain(&mailboxes).sum();
        let out = budget::choose(limit.unwrap_or(all / 2), &messages, &mailboxes);
        let keys: Vec<JsValue> = holdings
            .messages
            .into_iter()
            .take(out.messages)
            .map(|(key, _)| key)
            .collect();
        for keys in keys.chunks(AT_ONCE) {
            let delete = async |work: &Work| {
                let (messages, uses) = (work.store(MESSAGES)?, work.store(USES)?);
                for key in keys {
                    messages.delete(key.clone())?;
                    uses.delete(key.clone())?;
                }
                Ok(())
            };
            self.write(&BY_UID, delete).await?;
        }
        for (mailbox, _) in holdings.mailboxes.iter().take(out.mailboxes) {
            let delete = async |work: &Work| {
                work.store(ROWS)?.delete(key::all(mailbox)?)?;
                Ok(())
            };
            self.write(&BY_UID, delete).await?;
        }
        Ok(())
    }

    async fn holdings(&self) -> Result<Holdings, Fault> {
        let work = self.read(&[ORDERS, ROWS, USES])?;
        let used = work.store(USES)?.index("used_at")?;
        let (keys, uses) = (used.get_all_keys(None, None)?, used.get_all(None, None)?);
        let (keys, uses) = (keys.into_future(), uses.into_future());
        let orders = work.store(ORDERS)?;
        let (names, orders) = (orders.get_all_keys(None, None)?, orders.get_all(None, None)?);
        let (names, orders) = (names.into_future(), orders.into_future());
        let (keys, uses) = (keys.await?, uses.await?);
        let (names, orders) = (names.await?, orders.await?);
        let octets = uses.iter().map(|used| octets_of(used).unwrap_or(0));
        let messages = keys.into_iter().zip(octets).collect();
        let rows = work.store(ROWS)?;
        let mut mailboxes = Vec::new();
        for (name, kept) in names.iter().zip(&orders) {
            let Some(name) = key::name_of(name) else { continue };
            let count = rows.count(Some(key::all(&name)?.into()))?.await?;
            let opened_at = key::value::<Kept>(kept).map_or(0, |kept| kept.opened_at);
            mailboxes.push((opened_at, name, u64::from(count) * ROW_OCTETS));
        }
        mailboxes.sort_by_key(|(opened_at, ..)| *opened_at);
        Ok(Holdings {
            messages,
            mailboxes: mailboxes.into_iter().map(|(_, name, octets)| (name, octets)).collect(),
        })
    }
}
