//! The queue as this page sees it: its own orders go in and out, and those of pages that are gone become its own.
//!
//! A page that lives holds a lock whose name its orders carry. Without Web Locks (a page over plain HTTP) nobody could
//! tell whether the page of an order is gone, so nothing is queued.

use super::{Worker, browser};
use crate::store::{Entry, Fault, Store};
use js_sys::Promise;
use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::HashMap,
    rc::Rc,
};
use surat_protocol::RequestId;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// This page's part of the queue.
pub(super) struct Queue {
    /// The name of the lock that says that this page lives.
    page: String,
    /// The lock around handing out.
    handing_out: String,
    /// Settled once that lock is held.
    alive: OnceCell<Option<Promise>>,
    tasks: RefCell<Vec<Task>>,
    is_at_work: Cell<bool>,
    keys: RefCell<HashMap<RequestId, f64>>,
    /// Nothing goes in any more. What is in this database goes out with its answer, or the next page would do it again.
    left: RefCell<Option<Rc<Store>>>,
}

enum Task {
    Add(RequestId, Vec<u8>, Option<f64>),
    Remove(RequestId),
}

impl Queue {
    pub(super) fn new(database: &str) -> Self {
        let random = js_sys::Math::random();
        Self {
            page: format!("surat page {random} {}", browser::now()),
            handing_out: format!("{database} queue"),
            alive: OnceCell::new(),
            tasks: RefCell::default(),
            is_at_work: Cell::new(false),
            keys: RefCell::default(),
            left: RefCell::default(),
        }
    }

    /// The database is faulty: from now on orders only leave the queue.
    pub(super) fn wind_up(&self, store: Rc<Store>) {
        *self.left.borrow_mut() = Some(store);
    }

    /// An order is taken on.
    pub(super) fn add(self: &Rc<Self>, worker: &Rc<Worker>, id: RequestId, frame: Vec<u8>, replaces: Option<f64>) {
        self.begin(worker, Task::Add(id, frame, replaces));
    }

    /// An order has its last answer.
    pub(super) fn remove(self: &Rc<Self>, worker: &Rc<Worker>, id: RequestId) {
        self.begin(worker, Task::Remove(id));
    }

    fn begin(self: &Rc<Self>, worker: &Rc<Worker>, task: Task) {
        self.tasks.borrow_mut().push(task);
        if self.is_at_work.replace(true) {
            return;
        }
        let (queue, worker) = (Rc::clone(self), Rc::clone(worker));
        worker.clone().with_store(move |store| {
            if let Some(store) = store.or_else(|| queue.left.borrow().clone()) {
                spawn_local(async move {
                    if let Err(fault) = queue.work(&store).await {
                        worker.fail(fault);
                        // What came meanwhile. What cannot be taken out now cannot be at all.
                        let _ = queue.work(&store).await;
                    }
                    queue.is_at_work.set(false);
                });
            }
        });
    }

    /// Other pages see that this one lives: before that, they would take its orders for their own.
    async fn is_alive(&self) -> bool {
        let held = self.alive.get_or_init(|| browser::hold(&self.page)).clone();
        match held {
            Some(held) => JsFuture::from(held).await.is_ok(),
            None => false,
        }
    }

    async fn work(&self, store: &Store) -> Result<(), Fault> {
        if !self.is_alive().await {
            self.tasks.borrow_mut().clear();
            return Ok(());
        }
        loop {
            let tasks = self.tasks.take();
            if tasks.is_empty() {
                return Ok(());
            }
            let (mut ids, mut orders, mut answered) = (Vec::new(), Vec::new(), Vec::new());
            for task in tasks {
                match task {
                    Task::Add(id, frame, replaces) => {
                        ids.push(id);
                        orders.push((frame, replaces));
                    }
                    Task::Remove(id) => answered.push(id),
                }
            }
            let added = self.enqueue(store, &ids, &orders).await;
            let key = |id: &RequestId| self.keys.borrow_mut().remove(id);
            let keys: Vec<f64> = answered.iter().filter_map(key).collect();
            if !keys.is_empty() {
                store.dequeue(&keys).await?;
            }
            added?;
        }
    }

    async fn enqueue(&self, store: &Store, ids: &[RequestId], orders: &[(Vec<u8>, Option<f64>)]) -> Result<(), Fault> {
        // Those that earlier pages have left behind are in it already.
        let known = ids.iter().zip(orders).filter_map(|(id, order)| Some((*id, order.1?)));
        self.keys.borrow_mut().extend(known);
        if !orders.is_empty() && self.left.borrow().is_none() {
            let keys = store.enqueue(&self.page, orders).await?;
            self.keys.borrow_mut().extend(ids.iter().copied().zip(keys));
        }
        Ok(())
    }

    /// Takes over the orders of pages that are gone.
    pub(super) async fn adopt(self: &Rc<Self>, worker: &Rc<Worker>, store: &Rc<Store>) -> Vec<Entry> {
        if !self.is_alive().await {
            return Vec::new();
        }
        let (queue, store) = (Rc::clone(self), Rc::clone(store));
        let adopt = async move {
            match browser::held().await {
                Some(alive) => store.adopt(&queue.page, &alive).await,
                None => Ok(Vec::new()),
            }
        };
        match browser::alone(&self.handing_out, adopt).await {
            Some(Ok(entries)) => entries,
            Some(Err(fault)) => {
                worker.fail(fault);
                Vec::new()
            }
            None => Vec::new(),
        }
    }
}
