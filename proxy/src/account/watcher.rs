//! The way to what watches an account: what jobs and pages tell it.

use super::{
    actor::{Account, PageId},
    directory::Entry,
    orders::Orders,
    sync::MailboxState,
    watch::Watch,
};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use surat_protocol::MailboxName;

/// The way to the watcher.
#[derive(Default)]
pub struct Watcher {
    /// Gone when the watcher has ended.
    orders: Mutex<Weak<Orders>>,
}

impl Watcher {
    /// Starts it, unless it runs.
    pub fn start(&self, account: &Arc<Account>) {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if orders.strong_count() > 0 {
            return;
        }
        let own = Arc::new(Orders::default());
        *orders = Arc::downgrade(&own);
        tokio::spawn(Watch::new(Arc::clone(account), own).run());
    }

    /// Watches a mailbox from the state on that this page knows, beside the others that pages show.
    pub fn adopt(&self, page: PageId, state: MailboxState, shown: &HashSet<MailboxName>) {
        self.tell(|orders| orders.adopt(page, state, shown));
    }

    /// Something was done in these mailboxes.
    pub fn touched(&self, entries: &[Entry]) {
        self.tell(|orders| orders.touched(entries.iter().map(|entry| entry.wire.clone())));
    }

    /// Pages came or went.
    pub fn look_again(&self) {
        self.tell(Orders::look_again);
    }

    /// Another connection listed other mailboxes than were known: this one shall look as well. For a while after a
    /// mailbox was renamed, a session of Dovecot 2.3.19 that is older than that lists the old names.
    pub fn doubt(&self) {
        self.tell(Orders::doubt);
    }

    /// A watcher that has ended has no page to tell.
    fn tell(&self, tell: impl FnOnce(&Orders)) {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
        if let Some(orders) = orders {
            tell(&orders);
        }
    }
}
