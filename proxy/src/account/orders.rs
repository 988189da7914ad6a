//! What the watcher is told by the jobs, put together while it does not listen.
//!
//! A watcher may be busy or without a server for long, while pages go on opening mailboxes; what waits
//! for it is bounded by what they show, not by what they did.

use super::{actor::PageId, sync::MailboxState};
use crate::imap::mailbox_name::WireName;
use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};
use surat_protocol::MailboxName;
use tokio::sync::Notify;

/// Something to know or to do.
pub(super) enum Order {
    /// A page shows this mailbox, and knows it in this state.
    Adopt(PageId, Box<MailboxState>),
    /// Something was done in these mailboxes on another connection.
    Touched(HashSet<WireName>),
    /// Pages came or went.
    LookAgain,
    /// Another connection listed other mailboxes than were known.
    Doubt,
}

/// Orders that wait, for one watcher.
#[derive(Default)]
pub(super) struct Orders {
    waiting: Mutex<VecDeque<Order>>,
    wake: Notify,
}

impl Orders {
    /// A page shows a mailbox from this state on, and all pages show these; what waits for others is dropped.
    pub(super) fn adopt(&self, page: PageId, state: MailboxState, shown: &HashSet<MailboxName>) {
        let mut waiting = self.lock();
        waiting.retain(|order| match order {
            Order::Adopt(other, earlier) => *other != page && shown.contains(&earlier.entry.mailbox.name),
            _ => true,
        });
        waiting.push_back(Order::Adopt(page, Box::new(state)));
        self.wake.notify_one();
    }

    /// Something was done in these mailboxes.
    pub(super) fn touched(&self, wires: impl IntoIterator<Item = WireName>) {
        let mut waiting = self.lock();
        let mut all: HashSet<WireName> = wires.into_iter().collect();
        waiting.retain_mut(|order| match order {
            Order::Touched(earlier) => {
                all.extend(earlier.drain());
                false
            }
            _ => true,
        });
        // Behind what is to be adopted: a state may be older than what was done.
        waiting.push_back(Order::Touched(all));
        self.wake.notify_one();
    }

    /// Pages came or went.
    pub(super) fn look_again(&self) {
        self.once(Order::LookAgain, |order| matches!(order, Order::LookAgain));
    }

    /// Other mailboxes were listed than were known.
    pub(super) fn doubt(&self) {
        self.once(Order::Doubt, |order| matches!(order, Order::Doubt));
    }

    /// The next one, if one waits.
    pub(super) fn take(&self) -> Option<Order> {
        self.lock().pop_front()
    }

    /// The next one. For one listener; safe to drop.
    pub(super) async fn next(&self) -> Order {
        loop {
            if let Some(order) = self.take() {
                return order;
            }
            self.wake.notified().await;
        }
    }

    fn once(&self, order: Order, is_it: impl Fn(&Order) -> bool) {
        let mut waiting = self.lock();
        if !waiting.iter().any(is_it) {
            waiting.push_back(order);
            self.wake.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Order>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::directory::Entry;
    use surat_protocol::{Contents, Mailbox, ModSeq, NamespaceKind, Opened, Rights, Uid, UidSet, UidValidity};

    fn state(name: &str, validity: u32, modseq: u64) -> MailboxState {
        let entry = Entry {
            mailbox: Mailbox {
                name: MailboxName(name.into()),
                delimiter: Some('/'),
                namespace: NamespaceKind::Personal,
                prefix: String::new(),
                role: None,
                is_selectable: true,
                rights: Rights::ALL,
                counts: None,
            },
            wire: wire(name),
            is_promised: false,
        };
        let opened = Opened {
            mailbox: entry.mailbox.name.clone(),
            uid_validity: UidValidity(validity),
            uid_next: Uid(1),
            highest_modseq: ModSeq(modseq),
            contents: Contents::Whole(UidSet::new()),
            is_read_only: false,
            may_store_keywords: true,
        };
        MailboxState::of(&entry, &opened, UidSet::new())
    }

    fn wire(name: &str) -> WireName {
        WireName::from_server(name.as_bytes())
    }

    fn shown(names: &[&str]) -> HashSet<MailboxName> {
        names.iter().map(|name| MailboxName((*name).into())).collect()
    }

    fn adopted(orders: &Orders) -> Vec<MailboxState> {
        let all = std::iter::from_fn(|| orders.take());
        all.filter_map(|order| match order {
            Order::Adopt(_, state) => Some(*state),
            _ => None,
        })
        .collect()
    }

    #[test]
    fn a_page_that_opens_mailbox_after_mailbox_leaves_one_order() {
        let orders = Orders::default();

        for number in 0..1000 {
            let name = format!("m{number}");
            orders.adopt(PageId(1), state(&name, 1, 1), &shown(&[&name]));
            orders.touched([wire("INBOX")]);
            orders.look_again();
            orders.doubt();
        }

        assert_eq!(orders.lock().len(), 4);
        assert_eq!(adopted(&orders)[0].entry.wire, wire("m999"));
    }

    #[test]
    fn the_last_state_of_each_page_stays() {
        let orders = Orders::default();
        let both = shown(&["a", "b"]);

        orders.adopt(PageId(1), state("a", 1, 5), &both);
        orders.adopt(PageId(2), state("b", 1, 6), &both);
        orders.adopt(PageId(3), state("a", 1, 7), &both);
        orders.adopt(PageId(1), state("a", 1, 8), &both);

        let states = adopted(&orders);
        let told: Vec<_> = states
            .iter()
            .map(|state| (state.entry.wire.clone(), state.highest_modseq()))
            .collect();
        assert_eq!(
            told,
            [(wire("b"), ModSeq(6)), (wire("a"), ModSeq(7)), (wire("a"), ModSeq(8))]
        );
    }

    #[test]
    fn what_was_done_is_looked_at_after_what_is_adopted() {
        let orders = Orders::default();

        orders.touched([wire("a")]);
        orders.adopt(PageId(1), state("b", 1, 1), &shown(&["b"]));
        orders.touched([wire("b")]);

        assert!(matches!(orders.take(), Some(Order::Adopt(..))));
        assert!(matches!(orders.take(), Some(Order::Touched(wires)) if wires.len() == 2));
        assert!(orders.take().is_none());
    }

    #[tokio::test]
    async fn an_order_wakes_whoever_waits() {
        let orders = std::sync::Arc::new(Orders::default());
        let waiting = tokio::spawn({
            let orders = std::sync::Arc::clone(&orders);
            async move { matches!(orders.next().await, Order::LookAgain) }
        });
        tokio::task::yield_now().await;

        orders.look_again();

        assert!(waiting.await.expect("it ends"));
    }
}
