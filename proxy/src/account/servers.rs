//! The mail servers of this installation, and the way to a session: bounded, and not all at once.

use super::{directory::Entry, problem::InMailbox};
use crate::{
    config::Config,
    endpoint::Endpoint,
    image_address::ImageSigner,
    imap::{Session, command::select::Selected, dial::dial},
    secret::Secret,
    submission::Submission,
    tls::TlsSettings,
    web::Web,
};
use std::{
    net::IpAddr,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use surat_protocol::{Problem, Uid, UidValidity};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Sign-ins under way at once: after a restart of the mail server everybody comes back together.
const DIALLING: usize = 16;
/// How long one waits for one's turn to dial.
const DIAL_TURN_WITHIN: Duration = Duration::from_secs(30);
/// A server that is left need not say goodbye for long.
const LEAVE_WITHIN: Duration = Duration::from_secs(2);

/// Name and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// Mail address and IMAP user name.
    pub email: String,
    /// Password.
    pub password: Secret,
}

/// Where the person was when an account was last used: the address of a browser. Connections are dialled in its name.
pub struct LastAddress(Mutex<IpAddr>);

impl LastAddress {
    /// Seen there first.
    pub fn new(address: IpAddr) -> Self {
        Self(Mutex::new(address))
    }

    /// Seen there now.
    pub fn set(&self, address: IpAddr) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = address;
    }

    /// Where it was.
    pub fn get(&self) -> IpAddr {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything that accounts share.
pub struct Servers {
    /// The IMAP server.
    pub imap: Endpoint,
    /// Whom to trust.
    pub tls: TlsSettings,
    /// The submission server.
    pub submission: Submission,
    /// Largest message, in octets.
    pub message_limit_octets: u64,
    /// Whose Authentication-Results are believed; `None` = nobody's.
    pub authserv_id: Option<String>,
    /// Signs addresses of remote images.
    pub images: ImageSigner,
    /// Where mailing lists are told that somebody leaves.
    pub web: Web,
    /// Room for connections, over all accounts.
    connections: Arc<Semaphore>,
    dialling: Semaphore,
}

/// A signed-in session that counts against the limit of connections, and remembers what it opened.
pub struct Connection {
    session: Session,
    opened: Option<Selected>,
    /// The open mailbox was brought up to date when UIDs below this were known: they can be asked for.
    up_to: Uid,
    _room: OwnedSemaphorePermit,
}

impl Servers {
    /// The servers that the configuration names.
    pub fn new(config: &Config, tls: TlsSettings, images: ImageSigner, web: Web) -> Self {
        Self {
            imap: config.imap.clone(),
            submission: Submission {
                endpoint: config.smtp.clone(),
                tls: tls.clone(),
            },
            tls,
            message_limit_octets: config.message_limit_octets,
            authserv_id: config.authserv_id.clone(),
            images,
            web,
            connections: Arc::new(Semaphore::new(config.connection_limit)),
            dialling: Semaphore::new(DIALLING),
        }
    }

    /// Dials and signs in. The server is told that the person sits at `address`.
    pub async fn open(&self, credentials: &Credentials, address: IpAddr) -> Result<Connection, Problem> {
        let room = Arc::clone(&self.connections).try_acquire_owned().map_err(|_| {
            tracing::warn!("connection-limit is reached; an account waits for a connection");
            Problem::Busy
        })?;
        let turn = timeout(DIAL_TURN_WITHIN, self.dialling.acquire()).await;
        let _turn = turn.map_err(|_| Problem::Busy)?.map_err(|_| Problem::Busy)?;
        // Boxed: whoever waits for a connection now and then would hold room for dialling all the time.
        let session = Box::pin(self.sign_in(credentials, address)).await?;
        Ok(Connection {
            session,
            opened: None,
            up_to: Uid(0),
            _room: room,
        })
    }

    async fn sign_in(&self, credentials: &Credentials, address: IpAddr) -> Result<Session, Problem> {
        let Credentials { email, password } = credentials;
        let client = dial(&self.imap, &self.tls).await?;
        client.sign_in(email, password, Some(address)).await.map_err(|error| {
            if error.is_wrong_password() {
                Problem::WrongPassword
            } else {
                error.into()
            }
        })
    }
}

impl Connection {
    /// Opens a mailbox, unless it is open already.
    pub async fn open(&mut self, entry: &Entry) -> Result<&Selected, Problem> {
        let is_open = self.session.selected() == Some(&entry.wire);
        match self.opened.take().filter(|_| is_open) {
            Some(selected) => Ok(self.opened.insert(selected)),
            None => self.open_anew(entry).await,
        }
    }

    /// Opens a mailbox even if it is open: to learn its state of this moment.
    pub async fn open_anew(&mut self, entry: &Entry) -> Result<&Selected, Problem> {
        self.opened = None;
        let selected = self.session.select(&entry.wire).await.in_mailbox(&entry.mailbox.name)?;
        self.up_to = selected.uid_next.unwrap_or(Uid(0));
        Ok(self.opened.insert(selected))
    }

    /// Opens a mailbox, or brings it up to date if it is open already: nothing told afterwards is older
    /// than this moment.
    pub async fn open_now(&mut self, entry: &Entry) -> Result<&Selected, Problem> {
        let is_open = self.session.selected() == Some(&entry.wire);
        let Some(selected) = self.opened.take().filter(|_| is_open) else {
            return self.open_anew(entry).await;
        };
        self.session.noop().await.in_mailbox(&entry.mailbox.name)?;
        // The watching connection tells of it; here it would only take room.
        self.session.take_unsolicited();
        Ok(self.opened.insert(selected))
    }

    /// Opens a mailbox in which UIDs up to `newest` were learned under this UIDVALIDITY; elsewhere they mean nothing.
    ///
    /// Another connection may have told of `newest`: this one then hears of it first, since a server passes over
    /// UIDs that it has not told of here, and says OK (RFC 9051, sections 5.2 and 6.4.9).
    pub async fn open_valid(
        &mut self,
        entry: &Entry,
        validity: UidValidity,
        newest: Option<Uid>,
    ) -> Result<(), Problem> {
        let selected = self.open(entry).await?;
        if selected.uid_validity != validity {
            return Err(Problem::MailboxChanged(entry.mailbox.name.clone()));
        }
        if let Some(newest) = newest.filter(|newest| *newest >= self.up_to) {
            self.noop().await.in_mailbox(&entry.mailbox.name)?;
            self.up_to = Uid(newest.0.saturating_add(1));
        }
        Ok(())
    }

    /// Says goodbye; whether the server hears it makes no difference.
    pub async fn leave(self) {
        if let Err(error) = timeout(LEAVE_WITHIN, self.session.logout()).await {
            tracing::debug!(%error, "The mail server did not say goodbye in time");
        }
    }
}

impl Deref for Connection {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}
