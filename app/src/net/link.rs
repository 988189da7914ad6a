//! The one WebSocket: dials it, keeps it alive, dials again when it breaks. Used by [`super::Net`].

use super::{
    Happening,
    backoff::delay_ms,
    cache,
    pending::{Pending, Reply},
    pulse::{Pulse, Step},
    socket::{Heard, Socket},
};
use futures_channel::mpsc::UnboundedReceiver;
use gloo_timers::callback::{Interval, Timeout};
use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};
use surat_protocol::{
    ClientFrame, Problem, Refusal, Request, RequestId, ServerFrame,
    frame::{VERSION, decode, encode},
};

/// How often the pulse is felt, in milliseconds.
const TICK_MS: u32 = 2_000;

/// A link that stayed up for so long was a good one: the next break starts with a short wait again.
const STEADY_MS: f64 = 10_000.0;

/// The link, whether there is a socket at the moment or not.
#[derive(Default)]
pub(super) struct Link {
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    pending: Pending,
    socket: Option<Socket>,
    is_up: bool,
    /// Tries since the last steady link.
    attempt: u32,
    /// When the socket was dialled, or came up.
    since: f64,
    heard: f64,
    pinged: Option<f64>,
    redial: Option<Timeout>,
    tick: Option<Interval>,
    tell: Option<Rc<dyn Fn(Happening)>>,
}

impl Link {
    /// Begins to dial, and to tell what happens.
    pub(super) fn start(self: &Rc<Self>, tell: impl Fn(Happening) + 'static) {
        let weak = Rc::downgrade(self);
        let tick = Interval::new(TICK_MS, move || with(&weak, |link| link.tick()));
        {
            let mut state = self.state.borrow_mut();
            state.tell = Some(Rc::new(tell));
            state.tick = Some(tick);
            state.attempt = 0;
        }
        self.dial();
    }

    /// Hangs up for good: the session is over. Whoever waits is told `problem`.
    pub(super) fn stop(&self, problem: &Problem) {
        let mut state = self.state.borrow_mut();
        state.pending.end_all(problem);
        let tell = state.tell.take();
        state.tick = None;
        state.redial = None;
        state.is_up = false;
        state.socket = None;
        drop(state);
        drop(tell);
    }

    /// There may be a network again (the system says so, or the tab is looked at): try at once.
    pub(super) fn nudge(self: &Rc<Self>) {
        let has_socket = {
            let mut state = self.state.borrow_mut();
            if state.tell.is_none() {
                return;
            }
            state.attempt = 0;
            state.socket.is_some()
        };
        if has_socket {
            self.ping();
        } else {
            self.dial();
        }
    }

    /// Sends a request now or as soon as there is a link.
    pub(super) fn send(&self, request: Request) -> (RequestId, UnboundedReceiver<Reply>) {
        let asked = {
            let mut state = self.state.borrow_mut();
            let asked = state.pending.add(request, now());
            cache::asked(state.pending.latest(), 0.0);
            asked
        };
        self.flush();
        asked
    }

    /// Sends an order that an earlier page has left behind under this key. `None` when it is none.
    pub(super) fn adopt(&self, key: f64, frame: &[u8]) -> Option<(RequestId, UnboundedReceiver<Reply>)> {
        let adopted = {
            let mut state = self.state.borrow_mut();
            let adopted = state.pending.adopt(frame, now())?;
            cache::asked(state.pending.latest(), key);
            adopted
        };
        self.flush();
        Some(adopted)
    }

    /// Drops a request whose answer is no longer wanted.
    pub(super) fn cancel(&self, id: RequestId) {
        let mut state = self.state.borrow_mut();
        if state.pending.cancel(id) && state.is_up {
            state.put(&ClientFrame::Cancel { id });
        }
    }

    /// Leaves an order at what is done of it: its last answer says that. It is done no more, on a later page either.
    pub(super) fn break_off(&self, id: RequestId) {
        let cancel = encode(&ClientFrame::Cancel { id });
        cache::asked(&cancel, 0.0);
        let mut state = self.state.borrow_mut();
        if state.pending.break_off(id) {
            state.send(&cancel);
        }
    }

    fn dial(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let socket = Socket::open(move |heard| with(&weak, |link| link.hear(heard)));
        let mut state = self.state.borrow_mut();
        state.redial = None;
        state.since = now();
        state.heard = state.since;
        state.pinged = None;
        let is_refused = socket.is_none();
        state.socket = socket;
        drop(state);
        if is_refused {
            self.lose();
        }
    }

    fn hear(self: &Rc<Self>, heard: Heard) {
        self.state.borrow_mut().heard = now();
        match heard {
            Heard::Open => {
                let hello = ClientFrame::Hello { version: VERSION };
                self.state.borrow().put(&hello);
            }
            Heard::Closed => self.lose(),
            Heard::Frame(octets) => match decode::<ServerFrame>(&octets) {
                Some(frame) => {
                    cache::heard(&octets);
                    self.take(frame);
                }
                // What cannot be read comes from another version of the proxy.
                None => self.tell(Happening::OtherVersion),
            },
        }
    }

    fn take(self: &Rc<Self>, frame: ServerFrame) {
        match frame {
            ServerFrame::Welcome(welcome) => {
                {
                    let mut state = self.state.borrow_mut();
                    state.is_up = true;
                    state.since = now();
                }
                self.tell(Happening::Up(welcome));
                self.flush();
            }
            ServerFrame::Refused(Refusal::OtherVersion) => self.tell(Happening::OtherVersion),
            ServerFrame::Refused(Refusal::Problem(problem)) => self.tell(Happening::Refused(problem)),
            ServerFrame::Answer { id, answer, is_last } => {
                let mut state = self.state.borrow_mut();
                state.pinged = None;
                state.pending.answer(id, answer, is_last);
            }
            ServerFrame::Event(event) => self.tell(Happening::Event(event)),
        }
    }

    /// The socket is gone: hold what can wait, and dial again after a while.
    fn lose(self: &Rc<Self>) {
        let weak: Weak<Self> = Rc::downgrade(self);
        {
            let mut state = self.state.borrow_mut();
            if state.tell.is_none() {
                return;
            }
            state.socket = None;
            state.is_up = false;
            state.pending.lose_link(now());
            let wait = delay_ms(state.attempt, js_sys::Math::random());
            state.attempt = state.attempt.saturating_add(1);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 30,000")]
            let wait = wait as u32;
            state.redial = Some(Timeout::new(wait, move || with(&weak, |link| link.dial())));
        }
        self.tell(Happening::Down);
    }

    fn tick(self: &Rc<Self>) {
        let step = {
            let mut state = self.state.borrow_mut();
            state.pending.expire(now());
            if state.is_up && now() - state.since > STEADY_MS {
                state.attempt = 0;
            }
            let pulse = Pulse {
                heard: state.heard,
                pinged: state.pinged,
                is_up: state.is_up,
                is_awaited: state.pending.is_any_sent(),
            };
            if state.socket.is_some() {
                pulse.step(now())
            } else {
                Step::Rest
            }
        };
        match step {
            Step::Rest => {}
            Step::Ping => self.ping(),
            Step::GiveUp => self.lose(),
        }
    }

    fn ping(&self) {
        {
            let mut state = self.state.borrow_mut();
            if !state.is_up || state.pinged.is_some() {
                return;
            }
            state.pinged = Some(now());
        }
        // The answer is noticed by `take`; nobody else waits for it.
        drop(self.send(Request::Ping));
    }

    fn flush(&self) {
        let mut state = self.state.borrow_mut();
        if state.is_up {
            for frame in state.pending.take_unsent() {
                state.send(&frame);
            }
        }
    }

    fn tell(&self, happening: Happening) {
        // The listener may well send or stop: nothing is borrowed while it runs.
        let tell = self.state.borrow().tell.clone();
        if let Some(tell) = tell {
            tell(happening);
        }
    }
}

impl State {
    fn put(&self, frame: &ClientFrame) {
        self.send(&encode(frame));
    }

    fn send(&self, frame: &[u8]) {
        if let Some(socket) = &self.socket {
            socket.send(frame);
        }
    }
}

fn with(link: &Weak<Link>, act: impl FnOnce(&Rc<Link>)) {
    if let Some(link) = link.upgrade() {
        act(&link);
    }
}

/// Milliseconds of the browser's clock; a jump of it costs at most one needless ping.
fn now() -> f64 {
    js_sys::Date::now()
}
