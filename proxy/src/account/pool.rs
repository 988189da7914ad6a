//! The working connection of an account, lent to one job at a time: the most urgent first.
//!
//! A job takes it for one bounded turn and gives it back, so that a person never waits behind
//! 50,000 messages being moved. It is dialled when somebody wants it and closed when nobody does.

use super::servers::{Connection, Credentials, LastAddress, Servers};
use std::{
    collections::VecDeque,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use surat_protocol::Problem;
use tokio::{
    sync::oneshot,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

/// Unused for so long, the connection is closed: an idle account costs one connection, not two.
const KEPT_IDLE: Duration = Duration::from_secs(30);
/// A job that waits longer for its turn is told so.
const TURN_WITHIN: Duration = Duration::from_secs(60);

/// How urgent a turn is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// A person waits for it.
    Person,
    /// A person will look at it soon: rows beyond the screen, a stream.
    Ahead,
    /// Perhaps a person will look at it: the next message, the one under the pointer.
    Guess,
    /// Long work in many turns.
    Bulk,
}

/// One working connection, and who waits for it.
pub(super) struct Pool {
    servers: Arc<Servers>,
    credentials: Credentials,
    address: Arc<LastAddress>,
    state: Mutex<State>,
    ended: CancellationToken,
}

#[derive(Default)]
struct State {
    idle: Option<(Connection, Instant)>,
    is_lent: bool,
    /// One line for each urgency.
    waiting: [VecDeque<oneshot::Sender<Result<Lease, Problem>>>; 4],
    /// A task is there that closes the connection when it has been idle for long.
    is_watched: bool,
}

/// What the idle connection is in for.
enum Idle {
    /// Look again then.
    Until(Instant),
    /// Close it; there may be none.
    Over(Option<Box<Connection>>),
}

/// The connection, for one turn. Dropped, it goes to the next in line.
pub(super) struct Lease {
    pool: Arc<Pool>,
    connection: Option<Connection>,
}

impl Pool {
    /// An account's pool; nothing is dialled yet.
    pub(super) fn new(
        servers: Arc<Servers>,
        credentials: Credentials,
        address: Arc<LastAddress>,
        ended: CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            servers,
            credentials,
            address,
            state: Mutex::default(),
            ended,
        })
    }

    /// A turn with the connection, dialled if there is none.
    pub(super) async fn lease(self: &Arc<Self>, urgency: Urgency) -> Result<Connected, Problem> {
        self.turn(urgency).await?.connect().await
    }

    /// A turn with a new connection, when nobody else wants the one that there was. That one is left first: a server
    /// counts them.
    pub(super) async fn renewed(self: &Arc<Self>) -> Result<Connected, Problem> {
        let mut lease = self.turn(Urgency::Guess).await?;
        if let Some(worn) = lease.connection.take() {
            worn.leave().await;
        }
        lease.connect().await
    }

    async fn turn(self: &Arc<Self>, urgency: Urgency) -> Result<Lease, Problem> {
        match self.take_or_wait(urgency) {
            Ok(lease) => Ok(lease),
            Err(waiting) => match timeout(TURN_WITHIN, waiting).await {
                Ok(Ok(lease)) => lease,
                // The pool is gone, or nobody gave the connection back in time.
                Ok(Err(_)) => Err(Problem::NotSignedIn),
                Err(_) => Err(Problem::TimedOut),
            },
        }
    }

    /// Gives the pool a connection that was made elsewhere: the one of the sign-in.
    pub(super) fn offer(self: &Arc<Self>, connection: Connection) {
        let mut state = self.lock();
        if !state.is_lent && state.idle.is_none() {
            self.keep(&mut state, connection);
        }
    }

    fn take_or_wait(self: &Arc<Self>, urgency: Urgency) -> Result<Lease, oneshot::Receiver<Result<Lease, Problem>>> {
        let mut state = self.lock();
        if state.is_lent {
            let (sender, receiver) = oneshot::channel();
            state.waiting[urgency as usize].push_back(sender);
            return Err(receiver);
        }
        state.is_lent = true;
        let connection = state.idle.take().map(|(connection, _)| connection);
        Ok(Lease {
            pool: Arc::clone(self),
            connection,
        })
    }

    /// The next in line gets the connection; a line whose waiter has gone is passed over.
    fn give_back(self: &Arc<Self>, connection: Option<Connection>) {
        let connection = connection.filter(|connection| connection.is_usable());
        let mut state = self.lock();
        let next = loop {
            match state.waiting.iter_mut().find_map(VecDeque::pop_front) {
                Some(next) if next.is_closed() => {}
                next => break next,
            }
        };
        match next {
            Some(next) => {
                drop(state);
                // If the waiter leaves in this moment, the lease comes back here by its drop.
                let _ = next.send(Ok(Lease {
                    pool: Arc::clone(self),
                    connection,
                }));
            }
            None => {
                state.is_lent = false;
                if let Some(connection) = connection.filter(|_| !self.ended.is_cancelled()) {
                    self.keep(&mut state, connection);
                }
            }
        }
    }

    /// The server is out of reach: who waits now need not find out one after the other.
    fn fail_waiting(&self, problem: &Problem) {
        let waiting: Vec<_> = self.lock().waiting.iter_mut().flat_map(std::mem::take).collect();
        for waiter in waiting {
            let _ = waiter.send(Err(problem.clone()));
        }
    }

    fn keep(self: &Arc<Self>, state: &mut State, connection: Connection) {
        state.idle = Some((connection, Instant::now()));
        if !std::mem::replace(&mut state.is_watched, true) {
            tokio::spawn(Arc::clone(self).close_when_idle());
        }
    }

    async fn close_when_idle(self: Arc<Self>) {
        let mut look_at = Instant::now() + KEPT_IDLE;
        loop {
            tokio::select! {
                () = sleep_until(look_at) => {}
                () = self.ended.cancelled() => {}
            }
            match self.look() {
                Idle::Until(later) => look_at = later,
                Idle::Over(connection) => {
                    if let Some(connection) = connection {
                        connection.leave().await;
                    }
                    return;
                }
            }
        }
    }

    /// Takes out the connection if it has been idle for long, or the account has ended.
    fn look(&self) -> Idle {
        let is_ended = self.ended.is_cancelled();
        let mut state = self.lock();
        match &state.idle {
            Some((_, since)) if since.elapsed() < KEPT_IDLE && !is_ended => return Idle::Until(*since + KEPT_IDLE),
            None if state.is_lent && !is_ended => return Idle::Until(Instant::now() + KEPT_IDLE),
            _ => {}
        }
        state.is_watched = false;
        Idle::Over(state.idle.take().map(|(connection, _)| Box::new(connection)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    async fn connect(mut self) -> Result<Connected, Problem> {
        if let Some(connection) = self.connection.take() {
            return Ok(Connected {
                connection: Some(connection),
                lease: self,
            });
        }
        let Pool {
            servers,
            credentials,
            address,
            ..
        } = &*self.pool;
        match servers.open(credentials, address.get()).await {
            Ok(connection) => Ok(Connected {
                connection: Some(connection),
                lease: self,
            }),
            Err(problem) => {
                self.pool.fail_waiting(&problem);
                Err(problem)
            }
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.pool.give_back(self.connection.take());
    }
}

/// A turn with a connection that is there.
pub struct Connected {
    /// `None` only while it is being dropped.
    connection: Option<Connection>,
    lease: Lease,
}

impl Deref for Connected {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("it is taken only by drop")
    }
}

impl DerefMut for Connected {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("it is taken only by drop")
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.lease.connection = self.connection.take();
    }
}
