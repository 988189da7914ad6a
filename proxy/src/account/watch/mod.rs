//! The watching connection: hears what happens in the account, and tells its pages.
//!
//! By NOTIFY it hears of all mailboxes; else it idles on one that is looked at, and asks for the
//! others now and then. When the server is lost it tells so, and keeps trying.

mod look;
mod watched;

use super::{
    actor::Account,
    backoff::Backoff,
    job::{AFTER_OPENING, recover},
    looks::Looks,
    orders::{Order, Orders},
    problem::is_about_link,
    servers::Connection,
};
use crate::imap::{command::watch::WatchEnd, mailbox_name::WireName};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use surat_protocol::{Event, MailboxName, Problem};
use tokio::time::{Instant, sleep, timeout};
use watched::Watched;

/// The first page has its list and a message by then.
const RECOVER_AFTER: Duration = Duration::from_secs(3);
/// A page asks for its list as soon as it is there; if it does not, it is watched all the same.
const FIRST_ORDER_WITHIN: Duration = Duration::from_secs(2);
/// A connection that held for so long was a good one.
const GOOD_AFTER: Duration = Duration::from_secs(10);

/// The watcher itself.
pub(super) struct Watch {
    account: Arc<Account>,
    orders: Arc<Orders>,
    /// Mailboxes that pages show.
    shown: HashMap<MailboxName, Watched>,
    /// The one that was opened last: it is kept open here.
    front: Option<MailboxName>,
    /// There was a connection before this one.
    has_followed: bool,
}

/// Why a connection is no longer followed.
enum End {
    /// The account is no longer active.
    Ended,
    /// The server was lost.
    Lost(Problem),
}

impl Watch {
    /// One that has not begun.
    pub(super) fn new(account: Arc<Account>, orders: Arc<Orders>) -> Self {
        Self {
            account,
            orders,
            shown: HashMap::new(),
            front: None,
            has_followed: false,
        }
    }

    /// Watches until the account is no longer active.
    pub(super) async fn run(mut self) {
        let account = Arc::clone(&self.account);
        tokio::spawn(recover_later(Arc::clone(&account)));
        self.wait_for_first_page().await;
        let mut backoff = Backoff::default();
        let mut is_lost = false;
        while !account.ended().is_cancelled() {
            let problem = match account.servers.open(&account.credentials, account.address.get()).await {
                Ok(connection) => {
                    if std::mem::take(&mut is_lost) {
                        account.tell(&Event::ServerBack);
                    }
                    let since = Instant::now();
                    match Box::pin(self.follow(connection)).await {
                        End::Ended => return,
                        End::Lost(problem) if since.elapsed() > GOOD_AFTER => {
                            backoff = Backoff::default();
                            problem
                        }
                        End::Lost(problem) => problem,
                    }
                }
                Err(Problem::WrongPassword) => return account.tell(&Event::SignedOut(Problem::WrongPassword)),
                Err(problem) => problem,
            };
            tracing::info!(?problem, "An account's watching connection was lost");
            if is_about_link(&problem) && !is_lost {
                is_lost = true;
                account.tell(&Event::ServerLost);
            }
            tokio::select! {
                () = account.ended().cancelled() => return,
                () = sleep(backoff.next()) => {}
            }
        }
    }

    /// What a person waits for goes first. Whatever happens meanwhile is found out afterwards.
    async fn wait_for_first_page(&mut self) {
        let ended = self.account.ended().clone();
        let first = async {
            if let Ok(order) = timeout(FIRST_ORDER_WITHIN, self.orders.next()).await {
                // Nothing is open yet, so all that was touched will be looked at.
                self.take_in(order);
                sleep(AFTER_OPENING).await;
            }
        };
        tokio::select! {
            () = first => {}
            () = ended.cancelled() => {}
        }
    }

    async fn follow(&mut self, mut connection: Connection) -> End {
        self.account.learn(&connection);
        match self.try_follow(&mut connection).await {
            Ok(()) => {
                connection.leave().await;
                End::Ended
            }
            Err(problem) => End::Lost(problem),
        }
    }

    /// What is awaited here in boxes is gone when it is done: an account that is idle, as nearly all are, holds
    /// the room for waiting alone.
    async fn try_follow(&mut self, connection: &mut Connection) -> Result<(), Problem> {
        let namespaces = Box::pin(connection.namespace()).await?;
        let is_notified = Box::pin(connection.notify(&namespaces)).await?;
        // What happened before this connection was there, or before the server was asked to notify.
        let is_first = !std::mem::replace(&mut self.has_followed, true);
        let mut looks = Looks::begin(is_notified, is_first);
        loop {
            while let Some(order) = self.orders.take() {
                if matches!(order, Order::Doubt) {
                    looks.after_news();
                }
                let touched = self.take_in(order);
                Box::pin(self.look_at(touched, connection, looks.is_notified)).await?;
            }
            Box::pin(self.bring_to_front(connection)).await?;
            let ended = self.account.ended().clone();
            let mut order = None;
            let stop = async {
                tokio::select! {
                    next = self.orders.next() => order = Some(next),
                    () = ended.cancelled() => {}
                }
            };
            let watched = connection.watch(looks.next, stop).await;
            // Before anything may fail: an order that was taken is not given again on the next connection.
            if matches!(order, Some(Order::Doubt)) {
                looks.after_news();
            }
            let touched = order.map(|order| self.take_in(order)).unwrap_or_default();
            let watched = watched?;
            if ended.is_cancelled() {
                return Ok(());
            }
            Box::pin(self.look_at(touched, connection, looks.is_notified)).await?;
            match watched {
                WatchEnd::Stopped => {}
                WatchEnd::News(news) => {
                    looks.after_news();
                    if Box::pin(self.hear(news, connection)).await? {
                        looks.is_notified = Box::pin(connection.notify(&namespaces)).await?;
                        looks.next = Instant::now();
                    }
                }
                WatchEnd::Deadline => {
                    let began = Instant::now();
                    Box::pin(self.poll(connection)).await?;
                    looks.after_look(began.elapsed());
                }
            }
        }
    }

    /// Notes what is to be watched. Gives the mailboxes that are to be looked at.
    fn take_in(&mut self, order: Order) -> HashSet<WireName> {
        let mut touched = HashSet::new();
        match order {
            Order::Adopt(page, state) => {
                let name = state.entry.mailbox.name.clone();
                self.front = Some(name.clone());
                self.shown.entry(name).or_default().adopt(page, *state);
            }
            Order::LookAgain | Order::Doubt => {}
            Order::Touched(wires) => touched = wires,
        }
        let watched = self.account.watched();
        self.shown.retain(|name, _| watched.contains(name));
        touched
    }

    /// Looks at mailboxes in which something was done, unless the server tells of all by itself. Even at the open one:
    /// Courier in IDLE looks once a minute.
    async fn look_at(
        &mut self,
        touched: HashSet<WireName>,
        connection: &mut Connection,
        is_notified: bool,
    ) -> Result<(), Problem> {
        if is_notified {
            return Ok(());
        }
        for wire in touched {
            self.sync_wire(&wire, connection).await?;
        }
        Ok(())
    }

    /// Looks at what was opened since the last look, and keeps open what was opened last and is still shown.
    async fn bring_to_front(&mut self, connection: &mut Connection) -> Result<(), Problem> {
        if !self.front.as_ref().is_some_and(|front| self.shown.contains_key(front)) {
            self.front = self.shown.keys().next().cloned();
        }
        let Some(front) = self.front.clone() else { return Ok(()) };
        let mut behind: Vec<MailboxName> = self
            .shown
            .iter()
            .filter(|(name, watched)| **name != front && watched.is_behind())
            .map(|(name, _)| name.clone())
            .collect();
        let is_ready = self.shown.get(&front).is_some_and(|watched| {
            !watched.is_behind() && connection.selected().is_some_and(|wire| watched.is_called(wire))
        });
        if is_ready && behind.is_empty() {
            return Ok(());
        }
        tokio::select! {
            () = self.account.ended().cancelled() => return Ok(()),
            () = sleep(AFTER_OPENING) => {}
        }
        behind.push(front);
        self.sync_each(behind, connection).await
    }
}

/// Looks once for what was sent and not filed, when the first page has what it wants to show.
async fn recover_later(account: Arc<Account>) {
    tokio::select! {
        () = account.ended().cancelled() => return,
        () = sleep(RECOVER_AFTER) => {}
    }
    if let Err(problem) = recover(&account).await {
        tracing::debug!(?problem, "Drafts could not be looked through");
    }
}
