//! The worker: hears the page, and answers it.
//!
//! What the page says comes in its order. Questions are answered at once, whatever is being stored; orders go into the
//! queue at once; everything else is stored a moment later, in portions.

mod browser;
mod keeper;
mod queue;

use crate::{
    answer::{self, Question},
    learn::Learner,
    store::Store,
};
use js_sys::{Array, Uint8Array};
use keeper::Keeper;
use queue::Queue;
use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
};
use surat_protocol::{ClientFrame, RequestId, ServerFrame, frame::decode};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

thread_local! {
    static WORKER: OnceCell<Rc<Worker>> = const { OnceCell::new() };
}

/// Something of the page that waits until the database is open.
type Waiting = Box<dyn FnOnce(Option<Rc<Store>>)>;

/// The worker of one page and account.
struct Worker {
    learner: RefCell<Learner>,
    keeper: Rc<Keeper>,
    queue: Rc<Queue>,
    database: RefCell<Database>,
    is_faulty: Cell<bool>,
}

/// The database, on its way in and out of use.
enum Database {
    Opening(Vec<Waiting>),
    Open(Rc<Store>),
    Closed,
}

/// The page says a word, and what belongs to it.
pub(crate) fn hear(said: &Array) {
    let word = said.get(0).as_string().unwrap_or_default();
    if word == "start" {
        start(&said.get(1), &said.get(2));
        return;
    }
    let Some(worker) = WORKER.with(|worker| worker.get().cloned()) else {
        return;
    };
    let octets = |at| Uint8Array::new(&said.get(at)).to_vec();
    match word.as_str() {
        "asked" => worker.asked(octets(1), said.get(2).as_f64().filter(|key| *key > 0.0)),
        "heard" => worker.heard(&octets(1)),
        "ask" => worker.ask(said.get(1), &octets(2)),
        "queued" => worker.queued(said.get(1)),
        _ => {}
    }
}

fn start(email: &JsValue, budget_mib: &JsValue) {
    let name = format!("surat {}", email.as_string().unwrap_or_default().to_lowercase());
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float as an integer stops at the integer's own ends"
    )]
    let budget_mib = budget_mib.as_f64().unwrap_or_default() as u32;
    let worker = Rc::new(Worker {
        learner: RefCell::default(),
        keeper: Rc::new(Keeper::new(budget_mib)),
        queue: Rc::new(Queue::new(&name)),
        database: RefCell::new(Database::Opening(Vec::new())),
        is_faulty: Cell::new(false),
    });
    let is_first = WORKER.with(|own| own.set(Rc::clone(&worker)).is_ok());
    if is_first {
        spawn_local(worker.open(name));
    }
}

impl Worker {
    async fn open(self: Rc<Self>, name: String) {
        let weak = Rc::downgrade(&self);
        let closed = move || {
            if let Some(worker) = weak.upgrade() {
                worker.close();
            }
        };
        match Store::open(&name, closed).await {
            Ok(store) => {
                let store = Rc::new(store);
                let before = self.database.replace(Database::Open(Rc::clone(&store)));
                if let Database::Opening(waiting) = before {
                    waiting.into_iter().for_each(|act| act(Some(Rc::clone(&store))));
                }
                self.keeper.wait_and_sweep(&self);
            }
            Err(fault) => self.fail(fault),
        }
    }

    /// Does something with the database as soon as it is open, or without one.
    fn with_store(&self, act: impl FnOnce(Option<Rc<Store>>) + 'static) {
        let store = match &mut *self.database.borrow_mut() {
            Database::Opening(waiting) => {
                waiting.push(Box::new(act));
                return;
            }
            Database::Open(store) => Some(Rc::clone(store)),
            Database::Closed => None,
        };
        act(store);
    }

    /// From now on nothing is kept, and every question answered with nothing. Gives the database, if it was in use.
    fn end(&self) -> Option<Rc<Store>> {
        match self.database.replace(Database::Closed) {
            Database::Open(store) => return Some(store),
            Database::Opening(waiting) => waiting.into_iter().for_each(|act| act(None)),
            Database::Closed => {}
        }
        None
    }

    fn close(&self) {
        if let Some(store) = self.end() {
            store.close();
        }
    }

    fn fail(&self, fault: crate::store::Fault) {
        let Some(name) = fault.name() else {
            return self.close();
        };
        if let Some(store) = self.end() {
            self.queue.wind_up(store);
        }
        if !self.is_faulty.replace(true) {
            browser::say(&"fault".into(), &name.into());
        }
    }

    fn asked(self: &Rc<Self>, frame: Vec<u8>, replaces: Option<f64>) {
        let (id, request) = match decode(&frame) {
            Some(ClientFrame::Request { id, request }) => (id, request),
            Some(ClientFrame::Cancel { id }) => return self.broken_off(id),
            _ => return,
        };
        let taken = self.learner.borrow_mut().asked(id, request);
        if taken.is_order {
            self.queue.add(self, id, frame, replaces);
            self.tell_waiting();
        }
        if let Some(change) = taken.change {
            self.keeper.add(self, [change].into());
        }
    }

    /// A person has broken off an order: whatever the proxy still says of it, it is done no more.
    fn broken_off(self: &Rc<Self>, id: RequestId) {
        let change = self.learner.borrow_mut().broken_off(id);
        if let Some(change) = change {
            self.queue.remove(self, id);
            self.tell_waiting();
            self.keeper.add(self, [change].into());
        }
    }

    fn heard(self: &Rc<Self>, frame: &[u8]) {
        let changes = match decode(frame) {
            Some(ServerFrame::Answer { id, answer, is_last }) => {
                let before = self.learner.borrow().orders.len();
                let changes = self.learner.borrow_mut().answered(id, answer, is_last);
                if self.learner.borrow().orders.len() < before {
                    self.queue.remove(self, id);
                    self.tell_waiting();
                }
                changes
            }
            Some(ServerFrame::Event(event)) => self.learner.borrow_mut().happened(event),
            Some(ServerFrame::Welcome(_) | ServerFrame::Refused(_)) | None => return,
        };
        self.keeper.add(self, changes);
    }

    fn tell_waiting(&self) {
        let count = u32::try_from(self.learner.borrow().orders.len()).unwrap_or(u32::MAX);
        browser::say(&"waiting".into(), &count.into());
    }

    fn ask(self: &Rc<Self>, number: JsValue, frame: &[u8]) {
        let Some((id, question)) = Question::of(frame) else {
            browser::say(&number, &Array::new());
            return;
        };
        let worker = Rc::clone(self);
        self.with_store(move |store| {
            spawn_local(async move {
                let frames = match store {
                    Some(store) => worker.answer(&store, id, &question).await,
                    None => Vec::new(),
                };
                let frames: Array = frames.iter().map(|frame| Uint8Array::from(frame.as_slice())).collect();
                browser::say(&number, &frames);
            });
        });
    }

    async fn answer(self: &Rc<Self>, store: &Store, id: RequestId, question: &Question) -> Vec<Vec<u8>> {
        let unstored = self.keeper.unstored();
        match store.answer(question, &unstored, browser::now()).await {
            Ok(answers) => {
                if let (Question::Message(message, _), false) = (question, answers.is_empty()) {
                    self.keeper
                        .add(self, [crate::change::Change::Used(message.clone())].into());
                }
                answer::frames(id, answers)
            }
            Err(fault) => {
                self.fail(fault);
                Vec::new()
            }
        }
    }

    fn queued(self: &Rc<Self>, number: JsValue) {
        let worker = Rc::clone(self);
        self.with_store(move |store| {
            spawn_local(async move {
                let entries = match store {
                    Some(store) => worker.queue.adopt(&worker, &store).await,
                    None => Vec::new(),
                };
                let entry = |entry: &crate::store::Entry| {
                    Array::of2(&entry.key.into(), &Uint8Array::from(entry.frame.as_slice()))
                };
                browser::say(&number, &entries.iter().map(entry).collect::<Array>());
            });
        });
    }
}
