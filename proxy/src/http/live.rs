//! The socket: one WebSocket per page, everything but files goes through it.
//!
//! Knows frames, not mail: it greets, hands requests to the account, and carries answers and events
//! back. Whatever is odd in a frame closes the socket with a code; it harms nobody else.

use super::{
    Site,
    client::{Client, Place},
    cookie::Session,
    socket::{Close, Fault, Message, Socket},
    upgrade::{self, Accepted, Stream},
};
use crate::account::{Member, Outgoing, Outlet, outbox};
use axum::{
    Extension,
    extract::{Request, State},
    http::header,
    response::Response,
};
use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use surat_protocol::{
    Answer, ClientFrame, Event, Problem, Refusal, RequestId, ServerFrame,
    frame::{self, CLIENT_FRAME_LIMIT},
};
use tokio::time::{MissedTickBehavior, interval, sleep_until, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

/// Requests that one page may have open.
const IN_FLIGHT: usize = 64;
/// The app says Hello as soon as the socket is open.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// NATs and reverse proxies forget a silent connection, many after 60 seconds.
const PING_EVERY: Duration = Duration::from_secs(25);
/// Without a sign of life for three pings the page is gone.
const SILENT_FOR: Duration = Duration::from_secs(80);
/// What is in flight when the proxy stops may take so long; below the proxy's own limit.
const FINISH_WITHIN: Duration = Duration::from_secs(8);
/// A stranger can only say Hello.
const STRANGER_OCTETS: usize = 128;

/// How a socket is closed: RFC 6455, section 7.4.1.
const UNSUPPORTED: Close = Close(1003, "binary frames only");
const NOT_A_FRAME: Close = Close(1007, "not a frame of this version");
const TOO_SLOW: Close = Close(1008, "reads too slowly");
const SIGNED_OUT: Close = Close(1008, "signed out");
const GREETED: Close = Close(1008, "greeted already");
const ID_IN_USE: Close = Close(1008, "a request id is in use already");
const UNREADABLE: Close = Close(1009, "a frame that cannot be read");
const STOPPING: Close = Close(1012, "the proxy stops");

/// GET /api/live. A page without a session is let in just far enough to be told so.
pub(super) async fn open(
    State(site): State<Arc<Site>>,
    Extension(client): Extension<Client>,
    session: Option<Extension<Session>>,
    mut request: Request,
) -> Response {
    let renewed = session.as_ref().and_then(|Extension(session)| session.renewed());
    let Some(Accepted {
        mut answer,
        stream,
        deflate,
    }) = upgrade::accept(&mut request)
    else {
        return upgrade::refusal();
    };
    // Every page that is opened comes by here.
    if let Some(cookie) = renewed.and_then(|session| site.sealer.set_cookie(&session, client.is_https)) {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    let held = (site.sockets.token(), request.extensions().get::<Place>().cloned());
    tokio::spawn(async move {
        let _held = held;
        match stream.await {
            Ok(stream) => {
                let session = session.map(|Extension(session)| session);
                let limit = match session {
                    Some(_) => CLIENT_FRAME_LIMIT,
                    None => STRANGER_OCTETS,
                };
                serve(&site, Socket::new(stream, limit, deflate), client.address, session).await;
            }
            Err(error) => tracing::debug!(%error, "A socket was not opened"),
        }
    });
    answer
}

/// Each step is in a box of its own, which is gone when the step is done: what a page holds all day is
/// what waiting needs, and not the room for dialling a server.
async fn serve(site: &Arc<Site>, mut socket: Socket<Stream>, address: IpAddr, session: Option<Session>) {
    if let Some((member, outlet)) = Box::pin(greet(site, &mut socket, address, session)).await {
        socket.limit_together(Arc::clone(member.begun()));
        let live = Live {
            socket,
            member,
            outlet,
            in_flight: HashMap::new(),
            last_sign: Instant::now(),
            rests_until: None,
        };
        live.run(&site.stop).await;
    }
}

/// Hello, and Welcome or Refused.
async fn greet(
    site: &Site,
    socket: &mut Socket<Stream>,
    address: IpAddr,
    session: Option<Session>,
) -> Option<(Member, Outlet)> {
    let hello = timeout(HELLO_WITHIN, socket.receive()).await.ok()??.ok()?;
    let version = match hello {
        Message::Binary(octets) => match frame::decode(&octets) {
            Some(ClientFrame::Hello { version }) => version,
            _ => return close(socket, Close(1007, "not a Hello")).await,
        },
        _ => return close(socket, UNSUPPORTED).await,
    };
    if version != frame::VERSION {
        return refuse(socket, Refusal::OtherVersion).await;
    }
    let Some(session) = session else {
        return refuse(socket, Refusal::Problem(Problem::NotSignedIn)).await;
    };
    let (outbox, outlet) = outbox();
    let joining = site.accounts.join(&session.credentials, address, session.id, outbox);
    match joining.await {
        // Ended between the opening of this socket and now. Later, it is found among the pages.
        Ok(_) if site.ended.contains(&session) => refuse(socket, Refusal::Problem(Problem::NotSignedIn)).await,
        Err(problem) => refuse(socket, Refusal::Problem(problem)).await,
        Ok((member, welcome)) => {
            let welcome = frame::encode(&ServerFrame::Welcome(welcome));
            socket.send(&welcome).await.ok().map(|()| (member, outlet))
        }
    }
}

async fn refuse<T>(socket: &mut Socket<Stream>, refusal: Refusal) -> Option<T> {
    let octets = frame::encode(&ServerFrame::Refused(refusal));
    // If it is not heard, nobody is there.
    let _ = socket.send(&octets).await;
    close(socket, Close(1000, "refused")).await
}

async fn close<T>(socket: &mut Socket<Stream>, close: Close) -> Option<T> {
    let _ = socket.close(close).await;
    None
}

/// Ends then, or never.
async fn until(end: Option<tokio::time::Instant>) {
    match end {
        Some(end) => sleep_until(end).await,
        None => std::future::pending().await,
    }
}

/// A page that was let in.
struct Live {
    socket: Socket<Stream>,
    member: Member,
    outlet: Outlet,
    /// Requests that have not had their last answer, and how to cancel each.
    in_flight: HashMap<RequestId, CancellationToken>,
    last_sign: Instant,
    /// It has asked too fast, and is not read until then.
    rests_until: Option<tokio::time::Instant>,
}

/// Whether the socket goes on.
enum Then {
    GoOn,
    /// Close it, for this reason.
    Close(Close),
    /// The other side is gone or has been told.
    End,
}

impl Then {
    /// After something was sent, or not.
    fn after(sent: &io::Result<()>) -> Self {
        if sent.is_ok() { Self::GoOn } else { Self::End }
    }
}

impl Live {
    async fn run(mut self, stop: &CancellationToken) {
        let mut ping = interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let then = loop {
            let then = tokio::select! {
                // Cancellation and answers go before new work.
                biased;
                () = stop.cancelled() => break self.finish().await,
                outgoing = self.outlet.next() => self.write(outgoing).await,
                // It was told so before; from now on nothing is done in its name.
                () = self.member.signed_out().cancelled() => Then::Close(SIGNED_OUT),
                incoming = self.socket.receive(), if self.rests_until.is_none() => self.read(incoming).await,
                () = until(self.rests_until) => {
                    self.rests_until = None;
                    Then::GoOn
                }
                _ = ping.tick() => self.ping().await,
            };
            if !matches!(then, Then::GoOn) {
                break then;
            }
        };
        if let Then::Close(reason) = then {
            let _ = self.socket.close(reason).await;
        }
        // What was only asked need not be answered; what was ordered is finished all the same.
        for cancelled in self.in_flight.values() {
            cancelled.cancel();
        }
    }

    async fn write(&mut self, outgoing: Option<Outgoing>) -> Then {
        let Some(outgoing) = outgoing else {
            return Then::Close(TOO_SLOW);
        };
        if let Some(id) = outgoing.ends {
            self.in_flight.remove(&id);
        }
        Then::after(&self.socket.send(&outgoing.octets).await)
    }

    async fn read(&mut self, incoming: Option<Result<Message, Fault>>) -> Then {
        self.last_sign = Instant::now();
        let rest = self.member.rest_after_frame();
        self.rests_until = rest.map(|rest| tokio::time::Instant::now() + rest);
        match incoming {
            None => Then::End,
            Some(Ok(Message::Close)) => Then::Close(Close(1000, "")),
            Some(Ok(Message::Ping(octets))) => Then::after(&self.socket.pong(&octets).await),
            Some(Ok(Message::Pong)) => Then::GoOn,
            Some(Ok(Message::Text)) => Then::Close(UNSUPPORTED),
            Some(Ok(Message::Binary(octets))) => self.take(&octets).await,
            Some(Err(fault)) => {
                tracing::debug!(%fault, "A socket cannot be read");
                // If the link itself broke, nobody hears this.
                Then::Close(UNREADABLE)
            }
        }
    }

    async fn take(&mut self, octets: &[u8]) -> Then {
        match frame::decode(octets) {
            Some(ClientFrame::Request { id, request }) => self.request(id, request, octets.len()).await,
            Some(ClientFrame::Cancel { id }) => {
                if let Some(cancelled) = self.in_flight.get(&id) {
                    cancelled.cancel();
                }
                Then::GoOn
            }
            Some(ClientFrame::Hello { .. }) => Then::Close(GREETED),
            None => Then::Close(NOT_A_FRAME),
        }
    }

    async fn request(&mut self, id: RequestId, request: surat_protocol::Request, octets: usize) -> Then {
        if self.in_flight.contains_key(&id) {
            return Then::Close(ID_IN_USE);
        }
        // These two need no queue: the answer is known here.
        let taken = match request {
            surat_protocol::Request::Ping => Err(Ok(Answer::Done)),
            _ if self.in_flight.len() >= IN_FLIGHT => Err(Err(Problem::Busy)),
            _ => self.member.room_for(octets).ok_or(Err(Problem::Busy)),
        };
        let room = match taken {
            Ok(room) => room,
            Err(answer) => return self.answer_at_once(id, answer).await,
        };
        let cancelled = CancellationToken::new();
        self.in_flight.insert(id, cancelled.clone());
        let reply = self.member.reply(id, cancelled, room);
        self.member.ask(request, reply);
        Then::GoOn
    }

    async fn answer_at_once(&mut self, id: RequestId, answer: Result<Answer, Problem>) -> Then {
        let octets = frame::encode(&ServerFrame::Answer {
            id,
            answer,
            is_last: true,
        });
        Then::after(&self.socket.send(&octets).await)
    }

    async fn ping(&mut self) -> Then {
        if self.last_sign.elapsed() > SILENT_FOR {
            return Then::End;
        }
        Then::after(&self.socket.ping().await)
    }

    /// The proxy stops: says so, and carries out the answers to what is in flight.
    async fn finish(&mut self) -> Then {
        let until = tokio::time::Instant::now() + FINISH_WITHIN;
        let stopping = frame::encode(&ServerFrame::Event(Event::Stopping));
        if self.socket.send(&stopping).await.is_err() {
            return Then::End;
        }
        while !self.in_flight.is_empty() {
            let Ok(outgoing) = timeout_at(until, self.outlet.next()).await else {
                break;
            };
            let then = self.write(outgoing).await;
            if !matches!(then, Then::GoOn) {
                return then;
            }
        }
        Then::Close(STOPPING)
    }
}
