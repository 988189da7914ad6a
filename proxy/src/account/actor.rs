//! An account: what its pages share, and who is told of what.
//!
//! Nothing here waits while it holds a lock. The connections have one owner each: the pool lends the
//! working one, the watcher keeps the watching one.

use super::{
    correspondents::Correspondents,
    directory::Directory,
    in_turn::InTurn,
    job::{self, Sending, Stale},
    key::AccountKey,
    outbox::Outbox,
    pool::{Connected, Pool, Urgency},
    registry::{Presence, SessionId},
    reply::Reply,
    servers::{Connection, Credentials, LastAddress, Servers},
    shown::Shown,
    sync::{MailboxState, News},
    uploads::Uploads,
    watcher::Watcher,
    wear::Wear,
};
use crate::{
    imap::capabilities::Capabilities,
    pace::{Pace, Speed},
};
use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use surat_protocol::{Event, MailboxName, Problem, Request, RequestId};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// Names one open page of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PageId(pub(super) u64);

/// One account.
pub struct Account {
    /// Its name in maps.
    pub key: AccountKey,
    /// Who it is.
    pub credentials: Credentials,
    /// Where the person is.
    pub address: Arc<LastAddress>,
    /// What all accounts share.
    pub servers: Arc<Servers>,
    /// Uploaded files, of all accounts.
    pub uploads: Arc<Uploads>,
    /// Its mailboxes, as far as they were listed.
    pub directory: Directory,
    /// Whom it has written to.
    pub correspondents: Correspondents,
    /// What is being written and sent.
    pub sending: Sending,
    /// Mailboxes whose counts are to be looked at.
    pub stale: Stale,
    /// Whether its sessions have become slow.
    pub wear: Wear,
    in_turn: Arc<InTurn>,
    pool: Arc<Pool>,
    watcher: Watcher,
    capabilities: OnceLock<Capabilities>,
    pages: Mutex<HashMap<PageId, Page>>,
    next_page: AtomicU64,
    /// Room for requests at work, in octets.
    asked: Arc<Semaphore>,
    /// Room for answers that its pages have not read, in octets.
    unread: Arc<Semaphore>,
    /// Room for frames that have begun to come in and are not whole, in octets.
    begun: Arc<Semaphore>,
    /// How fast its pages ask, all together.
    pace: Mutex<Pace>,
    /// One of its requests stands in the line of those that are in a hurry.
    hurry: Semaphore,
    ended: CancellationToken,
}

/// What all pages of an account may have asked at once, in octets. An order outlives its page, so
/// a limit for each page alone would be none.
const ASKED_OCTETS: usize = 16 << 20;

/// What may have begun to come in on all pages of an account, in octets: eight of the largest frames at once.
const BEGUN_OCTETS: usize = 16 << 20;

/// What all pages of an account may leave unread, in octets; beyond it answers are refused. A page that reads has
/// few answers on their way, and none is larger than 16 MiB.
const UNREAD_OCTETS: usize = 64 << 20;

/// Frames of all pages of an account. One that scrolls as fast as it can asks for rows ten times a second.
const SPEED: Speed = Speed {
    each: Duration::from_millis(20),
    burst: 500,
};

/// An open page.
struct Page {
    session: SessionId,
    outbox: Outbox,
    /// Cancelled when its session was ended.
    signed_out: CancellationToken,
    /// The mailbox it shows.
    shown: Option<Shown>,
}

impl Account {
    /// An account that has just become active. No connection is made before somebody wants one.
    pub fn start(
        servers: &Arc<Servers>,
        uploads: &Arc<Uploads>,
        key: AccountKey,
        credentials: Credentials,
        address: IpAddr,
    ) -> Arc<Self> {
        let ended = CancellationToken::new();
        let address = Arc::new(LastAddress::new(address));
        Arc::new(Self {
            key,
            directory: Directory::default(),
            correspondents: Correspondents::default(),
            sending: Sending::default(),
            stale: Stale::default(),
            wear: Wear::default(),
            in_turn: Arc::default(),
            pool: Pool::new(
                Arc::clone(servers),
                credentials.clone(),
                Arc::clone(&address),
                ended.clone(),
            ),
            watcher: Watcher::default(),
            capabilities: OnceLock::new(),
            pages: Mutex::default(),
            next_page: AtomicU64::new(0),
            asked: Arc::new(Semaphore::new(ASKED_OCTETS)),
            unread: Arc::new(Semaphore::new(UNREAD_OCTETS)),
            begun: Arc::new(Semaphore::new(BEGUN_OCTETS)),
            pace: Mutex::new(Pace::new(Instant::now())),
            hurry: Semaphore::new(1),
            ended,
            credentials,
            address,
            servers: Arc::clone(servers),
            uploads: Arc::clone(uploads),
        })
    }

    /// Do its pages ask more than people do?
    pub fn is_hurried(&self) -> bool {
        let pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        pace.is_hurried(SPEED, Instant::now())
    }

    /// Held by the one of its requests that stands in the line of those that are in a hurry.
    pub fn hurry(&self) -> &Semaphore {
        &self.hurry
    }

    /// A turn with the working connection.
    pub async fn lease(&self, urgency: Urgency) -> Result<Connected, Problem> {
        let connected = self.pool.lease(urgency).await?;
        self.learn(&connected);
        Ok(connected)
    }

    /// A turn with the working connection, made anew when nobody wants it.
    pub async fn renewed(&self) -> Result<Connected, Problem> {
        let connected = self.pool.renewed().await?;
        self.wear.renewed();
        self.learn(&connected);
        Ok(connected)
    }

    /// Takes over the connection of a sign-in.
    pub fn accept(&self, connection: Connection) {
        self.learn(&connection);
        self.pool.offer(connection);
    }

    /// What the server can do, once a connection was made.
    pub fn capabilities(&self) -> Option<&Capabilities> {
        self.capabilities.get()
    }

    /// Keeps what a new connection says of the server.
    pub fn learn(&self, connection: &Connection) {
        self.capabilities.get_or_init(|| connection.capabilities().clone());
    }

    /// Capabilities that a person will miss. Dials when nothing is known yet.
    pub async fn missing_capabilities(&self) -> Result<Vec<String>, Problem> {
        if self.capabilities.get().is_none() {
            self.lease(Urgency::Person).await?;
        }
        let missing = self.capabilities.get().map(Capabilities::missing).unwrap_or_default();
        Ok(missing.into_iter().map(str::to_owned).collect())
    }

    /// Tells every page.
    pub fn tell(&self, event: &Event) {
        for page in self.pages().values() {
            page.outbox.tell(event);
        }
    }

    /// Tells the pages that show this mailbox what happened in it, unless they know.
    pub fn tell_watchers(&self, mailbox: &MailboxName, news: &News) {
        for page in self.pages().values() {
            let Some(shown) = page.shown.as_ref().filter(|shown| shown.mailbox == *mailbox) else {
                continue;
            };
            let events = news.events.iter();
            for event in events.filter(|event| shown.must_hear(event, news.as_of)) {
                page.outbox.tell(event);
            }
        }
    }

    /// How many pages are open.
    pub fn page_count(&self) -> usize {
        self.pages().len()
    }

    /// The mailboxes that some page shows.
    pub fn watched(&self) -> HashSet<MailboxName> {
        shown(&self.pages())
    }

    /// From now on this page shows that mailbox, which it knows in this state.
    pub fn watch(&self, page: PageId, state: MailboxState) {
        let mut pages = self.pages();
        if let Some(showing) = pages.get_mut(&page) {
            showing.shown = Some(Shown::of(&state));
            self.watcher.adopt(page, state, &shown(&pages));
        }
    }

    /// The watcher, to be told of what jobs find out.
    pub fn watcher(&self) -> &Watcher {
        &self.watcher
    }

    /// Ends a session, or all: each of its pages is told, and may ask nothing more.
    pub fn sign_out(&self, session: Option<SessionId>) {
        let is_ended = |page: &&Page| session.is_none_or(|session| page.session == session);
        for page in self.pages().values().filter(is_ended) {
            page.outbox.tell(&Event::SignedOut(Problem::NotSignedIn));
            page.signed_out.cancel();
        }
    }

    /// Cancelled when the account is no longer active.
    pub fn ended(&self) -> &CancellationToken {
        &self.ended
    }

    /// Ends it: its connections are closed.
    pub fn end(&self) {
        self.ended.cancel();
    }

    fn pages(&self) -> MutexGuard<'_, HashMap<PageId, Page>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A page's place in its account. Dropped when its socket closes.
pub struct Member {
    presence: Presence,
    page: PageId,
    outbox: Outbox,
    signed_out: CancellationToken,
}

impl Member {
    /// Joins; the first page of an account starts its watching.
    pub fn join(presence: Presence, session: SessionId, outbox: Outbox) -> Self {
        let page = PageId(presence.next_page.fetch_add(1, Ordering::Relaxed));
        let signed_out = CancellationToken::new();
        presence.pages().insert(
            page,
            Page {
                session,
                outbox: outbox.clone(),
                signed_out: signed_out.clone(),
                shown: None,
            },
        );
        presence.watcher.start(&presence);
        Self {
            presence,
            page,
            outbox,
            signed_out,
        }
    }

    /// The way to this page.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Cancelled when the session of this page was ended.
    pub fn signed_out(&self) -> &CancellationToken {
        &self.signed_out
    }

    /// A frame was heard: how long to rest before the next one.
    pub fn rest_after_frame(&self) -> Option<Duration> {
        let mut pace = self.presence.pace.lock().unwrap_or_else(PoisonError::into_inner);
        pace.step(1, SPEED, Instant::now())
    }

    /// Where the account's pages take room for frames that are on their way, in octets.
    pub fn begun(&self) -> &Arc<Semaphore> {
        &self.presence.begun
    }

    /// Room for a request of this size, if the account has not asked too much already.
    pub fn room_for(&self, octets: usize) -> Option<OwnedSemaphorePermit> {
        let octets = u32::try_from(octets).ok()?;
        Arc::clone(&self.presence.asked).try_acquire_many_owned(octets).ok()
    }

    /// The way of the answers to request `id` of this page. The request holds `room` to its end.
    pub fn reply(&self, id: RequestId, cancelled: CancellationToken, room: OwnedSemaphorePermit) -> Reply {
        Reply::new(
            id,
            self.outbox.clone(),
            cancelled,
            room,
            Arc::clone(&self.presence.unread),
        )
    }

    /// Takes on a request. It is answered through `reply`, whenever that may be.
    pub fn ask(&self, request: Request, reply: Reply) {
        let turn = self.presence.in_turn.take_place(&request);
        let job = job::run(Arc::clone(&self.presence), self.page, request, reply, turn);
        self.presence.accounts().jobs().spawn(job);
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.presence.pages().remove(&self.page);
        self.presence.watcher.look_again();
    }
}

fn shown(pages: &HashMap<PageId, Page>) -> HashSet<MailboxName> {
    let shown = pages.values().filter_map(|page| page.shown.as_ref());
    shown.map(|shown| shown.mailbox.clone()).collect()
}
