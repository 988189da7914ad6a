//! The accounts that are active on this node: found or started, shared by tabs and devices, and
//! ended a minute after the last of them has left.

use super::{
    actor::{Account, Member},
    job,
    key::AccountKey,
    outbox::Outbox,
    servers::{Credentials, Servers},
    uploads::Uploads,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    net::IpAddr,
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use surat_protocol::{Problem, Welcome};
use tokio::time::{Instant, sleep};
use tokio_util::task::TaskTracker;

/// A reload or a lost link comes back sooner, and finds everything as it was.
const LINGER: Duration = Duration::from_secs(60);

/// Pages of one account that may be open at once.
const PAGES: usize = 100;

/// Names one sign-in, for ending it. Random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SessionId([u8; 16]);

impl SessionId {
    /// A name that nobody has.
    pub fn random() -> Self {
        let mut id = [0; 16];
        getrandom::fill(&mut id).expect("the system gives random octets");
        Self(id)
    }

    /// The name as it was kept.
    pub fn from_octets(octets: [u8; 16]) -> Self {
        Self(octets)
    }

    /// The name, to be kept.
    pub fn octets(&self) -> &[u8; 16] {
        &self.0
    }
}

/// All accounts of this node.
pub struct Accounts {
    servers: Arc<Servers>,
    uploads: Arc<Uploads>,
    active: Mutex<HashMap<AccountKey, Active>>,
    /// Requests at work: a stop waits for them.
    jobs: TaskTracker,
    this: Weak<Self>,
}

struct Active {
    account: Arc<Account>,
    /// Sockets and requests that use it now.
    users: usize,
    idle_since: Instant,
}

/// Holds an account active while it is used.
pub struct Presence {
    account: Arc<Account>,
    key: AccountKey,
    accounts: Arc<Accounts>,
}

impl Accounts {
    /// No accounts yet.
    pub fn new(servers: Servers) -> Arc<Self> {
        let uploads = Arc::new(Uploads::new(servers.message_limit_octets));
        Arc::new_cyclic(|this| Self {
            servers: Arc::new(servers),
            uploads,
            active: Mutex::default(),
            jobs: TaskTracker::new(),
            this: this.clone(),
        })
    }

    /// Files that were uploaded.
    pub fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    /// Requests at work.
    pub fn jobs(&self) -> &TaskTracker {
        &self.jobs
    }

    /// Signs in for real, from this address. The session is kept: the page that follows will want it.
    pub async fn sign_in(&self, credentials: &Credentials, address: IpAddr) -> Result<(), Problem> {
        let connection = self.servers.open(credentials, address).await?;
        let presence = self.enter(credentials, address);
        presence.accept(connection);
        tokio::spawn(async move {
            if let Err(problem) = job::warm(&presence).await {
                tracing::debug!(?problem, "The inbox could not be opened ahead");
            }
        });
        Ok(())
    }

    /// Uses an account for one request by HTTP from this address.
    pub fn visit(&self, credentials: &Credentials, address: IpAddr) -> Presence {
        self.enter(credentials, address)
    }

    /// Joins a page, opened at this address, to its account.
    pub async fn join(
        &self,
        credentials: &Credentials,
        address: IpAddr,
        session: SessionId,
        outbox: Outbox,
    ) -> Result<(Member, Welcome), Problem> {
        let presence = self.enter(credentials, address);
        if presence.page_count() >= PAGES {
            return Err(Problem::Busy);
        }
        let missing_capabilities = presence.missing_capabilities().await.map_err(|problem| match problem {
            // The password was changed since it was sealed into the cookie.
            Problem::WrongPassword => Problem::NotSignedIn,
            other => other,
        })?;
        let welcome = Welcome {
            email: credentials.email.clone(),
            message_limit_octets: self.servers.message_limit_octets,
            missing_capabilities,
        };
        Ok((Member::join(presence, session, outbox), welcome))
    }

    /// Ends a session: its pages are told, wherever they are open.
    pub fn sign_out(&self, credentials: &Credentials, session: SessionId) {
        let account = self
            .lock()
            .get(&AccountKey::of(credentials))
            .map(|active| Arc::clone(&active.account));
        if let Some(account) = account {
            account.sign_out(Some(session));
        }
    }

    /// Ends all sessions of an address, with whatever password they were begun.
    pub fn sign_out_everywhere(&self, email: &str) {
        let is_of = |active: &&Active| active.account.credentials.email.to_lowercase() == email.to_lowercase();
        let all = self.lock();
        for active in all.values().filter(is_of) {
            active.account.sign_out(None);
        }
    }

    fn enter(&self, credentials: &Credentials, address: IpAddr) -> Presence {
        let key = AccountKey::of(credentials);
        let mut all = self.lock();
        let active = all.entry(key.clone()).or_insert_with(|| Active {
            account: Account::start(&self.servers, &self.uploads, key.clone(), credentials.clone(), address),
            users: 0,
            idle_since: Instant::now(),
        });
        active.users += 1;
        active.account.address.set(address);
        let account = Arc::clone(&active.account);
        let accounts = self.this.upgrade().expect("whoever calls this holds it");
        Presence { account, key, accounts }
    }

    fn leave(self: &Arc<Self>, key: &AccountKey) {
        if let Some(active) = self.lock().get_mut(key) {
            active.users = active.users.saturating_sub(1);
            active.idle_since = Instant::now();
            if active.users > 0 {
                return;
            }
        }
        let (accounts, key) = (Arc::downgrade(self), key.clone());
        // Without a runtime the process is ending, and everything with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                sleep(LINGER).await;
                if let Some(accounts) = accounts.upgrade() {
                    accounts.end_if_idle(&key);
                }
            });
        }
    }

    fn end_if_idle(&self, key: &AccountKey) {
        let mut all = self.lock();
        let is_idle = |active: &Active| active.users == 0 && active.idle_since.elapsed() >= LINGER;
        if all.get(key).is_some_and(is_idle)
            && let Some(active) = all.remove(key)
        {
            active.account.end();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountKey, Active>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Presence {
    /// All accounts.
    pub(super) fn accounts(&self) -> &Accounts {
        &self.accounts
    }
}

impl Deref for Presence {
    type Target = Arc<Account>;

    fn deref(&self) -> &Arc<Account> {
        &self.account
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.accounts.leave(&self.key);
    }
}
