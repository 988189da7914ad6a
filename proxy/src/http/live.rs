//! The socket: one WebSocket per page, everything but files goes through it.
//!
//! Knows frames, not mail: it greets, hands requests to the account, and carries answers and events
//! back. Whatever is odd in a frame closes the socket with a code; it harms nobody else.

use super::{Site, client::Client, cookie::Session};
use crate::account::{Member, Outgoing, Outlet, Reply, outbox};
use axum::{
    Extension,
    body::Bytes,
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    response::Response,
};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use surat_protocol::{
    Answer, ClientFrame, Event, Problem, Refusal, Request, RequestId, ServerFrame,
    frame::{self, CLIENT_FRAME_LIMIT},
};
use tokio::time::{MissedTickBehavior, interval, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

/// Requests that one page may have open.
const IN_FLIGHT: usize = 64;
/// The app says Hello as soon as the socket is open.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// NATs and reverse proxies forget a silent connection, many after 60 seconds.
const PING_EVERY: Duration = Duration::from_secs(25);
/// Without a sign of life for three pings the page is gone.
const SILENT_FOR: Duration = Duration::from_secs(80);
/// A browser that takes no octet for so long is let go.
const WRITE_WITHIN: Duration = Duration::from_secs(20);
/// What is in flight when the proxy stops may take so long; below the proxy's own limit.
const FINISH_WITHIN: Duration = Duration::from_secs(8);
/// A stranger can only say Hello.
const STRANGER_OCTETS: usize = 128;
/// Half of what an idle socket costs would be this buffer at its usual 128 KiB.
const READ_BUFFER: usize = 4 << 10;

/// GET /api/live. A page without a session is let in just far enough to be told so.
pub(super) async fn open(
    State(site): State<Arc<Site>>,
    Extension(client): Extension<Client>,
    session: Option<Extension<Session>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let tracked = site.sockets.token();
    let limit = match session {
        Some(_) => CLIENT_FRAME_LIMIT,
        None => STRANGER_OCTETS,
    };
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(READ_BUFFER)
        .max_message_size(limit)
        .max_frame_size(limit)
        .on_upgrade(async move |mut socket| {
            let _tracked = tracked;
            let session = session.map(|Extension(session)| session);
            if let Some((member, outlet)) = greet(&site, &mut socket, client.address, session).await {
                let live = Live {
                    socket,
                    member,
                    outlet,
                    in_flight: HashMap::new(),
                    last_sign: Instant::now(),
                };
                // Boxed: the state of this future is most of what an idle page costs.
                Box::pin(live.run(&site.stop)).await;
            }
        })
}

/// Hello, and Welcome or Refused.
async fn greet(
    site: &Site,
    socket: &mut WebSocket,
    address: IpAddr,
    session: Option<Session>,
) -> Option<(Member, Outlet)> {
    let hello = timeout(HELLO_WITHIN, socket.recv()).await.ok()??.ok()?;
    let version = match hello {
        Message::Binary(octets) => match frame::decode(&octets) {
            Some(ClientFrame::Hello { version }) => version,
            _ => return close(socket, close_code::INVALID, "not a Hello").await,
        },
        _ => return close(socket, close_code::UNSUPPORTED, "binary frames only").await,
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
        Ok(_) if site.revoked.contains(session.id) => refuse(socket, Refusal::Problem(Problem::NotSignedIn)).await,
        Err(problem) => refuse(socket, Refusal::Problem(problem)).await,
        Ok((member, welcome)) => {
            let welcome = frame::encode(&ServerFrame::Welcome(welcome));
            send(socket, Message::Binary(welcome.into()))
                .await
                .then_some((member, outlet))
        }
    }
}

async fn refuse<T>(socket: &mut WebSocket, refusal: Refusal) -> Option<T> {
    let octets = frame::encode(&ServerFrame::Refused(refusal));
    send(socket, Message::Binary(octets.into())).await;
    close(socket, close_code::NORMAL, "refused").await
}

async fn close<T>(socket: &mut WebSocket, code: u16, reason: &'static str) -> Option<T> {
    send(
        socket,
        Message::Close(Some(CloseFrame {
            code,
            reason: reason.into(),
        })),
    )
    .await;
    None
}

/// Sends within the limit; false when the browser is gone or does not read.
async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(WRITE_WITHIN, socket.send(message)).await, Ok(Ok(())))
}

/// A page that was let in.
struct Live {
    socket: WebSocket,
    member: Member,
    outlet: Outlet,
    /// Requests that have not had their last answer, and how to cancel each.
    in_flight: HashMap<RequestId, CancellationToken>,
    last_sign: Instant,
}

/// Whether the socket goes on.
enum Then {
    GoOn,
    /// Close with this code.
    Close(u16, &'static str),
    /// The other side is gone or has been told.
    End,
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
                () = self.member.signed_out().cancelled() => Then::Close(close_code::POLICY, "signed out"),
                incoming = self.socket.recv() => self.read(incoming).await,
                _ = ping.tick() => self.ping().await,
            };
            if !matches!(then, Then::GoOn) {
                break then;
            }
        };
        if let Then::Close(code, reason) = then {
            let _: Option<()> = close(&mut self.socket, code, reason).await;
        }
        // What was only asked need not be answered; what was ordered is finished all the same.
        for cancelled in self.in_flight.values() {
            cancelled.cancel();
        }
    }

    async fn write(&mut self, outgoing: Option<Outgoing>) -> Then {
        let Some(outgoing) = outgoing else {
            return Then::Close(close_code::POLICY, "reads too slowly");
        };
        if let Some(id) = outgoing.ends {
            self.in_flight.remove(&id);
        }
        if send(&mut self.socket, Message::Binary(outgoing.octets)).await {
            Then::GoOn
        } else {
            Then::End
        }
    }

    async fn read(&mut self, incoming: Option<Result<Message, axum::Error>>) -> Then {
        self.last_sign = Instant::now();
        match incoming {
            None | Some(Ok(Message::Close(_))) => Then::End,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Then::GoOn,
            Some(Ok(Message::Text(_))) => Then::Close(close_code::UNSUPPORTED, "binary frames only"),
            Some(Ok(Message::Binary(octets))) => self.take(&octets).await,
            Some(Err(error)) => {
                tracing::debug!(%error, "A socket broke");
                // Too large, or not a frame at all; if the link itself broke, nobody hears this.
                Then::Close(close_code::SIZE, "a frame that cannot be read")
            }
        }
    }

    async fn take(&mut self, octets: &Bytes) -> Then {
        match frame::decode(octets) {
            Some(ClientFrame::Request { id, request }) => self.request(id, request, octets.len()).await,
            Some(ClientFrame::Cancel { id }) => {
                if let Some(cancelled) = self.in_flight.get(&id) {
                    cancelled.cancel();
                }
                Then::GoOn
            }
            Some(ClientFrame::Hello { .. }) => Then::Close(close_code::POLICY, "greeted already"),
            None => Then::Close(close_code::INVALID, "not a frame of this version"),
        }
    }

    async fn request(&mut self, id: RequestId, request: Request, octets: usize) -> Then {
        if self.in_flight.contains_key(&id) {
            return Then::Close(close_code::POLICY, "a request id is in use already");
        }
        // These two need no queue: the answer is known here.
        let taken = match request {
            Request::Ping => Err(Ok(Answer::Done)),
            _ if self.in_flight.len() >= IN_FLIGHT => Err(Err(Problem::Busy)),
            _ => self.member.room_for(octets).ok_or(Err(Problem::Busy)),
        };
        let room = match taken {
            Ok(room) => room,
            Err(answer) => return self.answer_at_once(id, answer).await,
        };
        let cancelled = CancellationToken::new();
        self.in_flight.insert(id, cancelled.clone());
        let reply = Reply::new(id, self.member.outbox().clone(), cancelled, room);
        self.member.ask(request, reply);
        Then::GoOn
    }

    async fn answer_at_once(&mut self, id: RequestId, answer: Result<Answer, Problem>) -> Then {
        let octets = frame::encode(&ServerFrame::Answer {
            id,
            answer,
            is_last: true,
        });
        if send(&mut self.socket, Message::Binary(octets.into())).await {
            Then::GoOn
        } else {
            Then::End
        }
    }

    async fn ping(&mut self) -> Then {
        if self.last_sign.elapsed() > SILENT_FOR {
            return Then::End;
        }
        if send(&mut self.socket, Message::Ping(Bytes::new())).await {
            Then::GoOn
        } else {
            Then::End
        }
    }

    /// The proxy stops: says so, and carries out the answers to what is in flight.
    async fn finish(&mut self) -> Then {
        let until = tokio::time::Instant::now() + FINISH_WITHIN;
        let stopping = frame::encode(&ServerFrame::Event(Event::Stopping));
        if !send(&mut self.socket, Message::Binary(stopping.into())).await {
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
        Then::Close(close_code::RESTART, "the proxy stops")
    }
}
