//! Stores changes a moment after they came, and keeps within the budget.

use super::{Database, Worker, browser};
use crate::{
    backlog::Backlog,
    budget,
    change::Change,
    store::{Fault, Store},
};
use gloo_timers::future::TimeoutFuture;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen_futures::spawn_local;

/// Changes come in bunches: so long is waited for more of them, in milliseconds.
const GATHER_MS: u32 = 50;

/// Changes that one transaction may take.
const TASKS: usize = 64;

/// The first look at how much there is, when whoever opened the app has long got what they waited for.
const FIRST_SWEEP_MS: u32 = 30_000;

/// What is to be stored.
pub(super) struct Keeper {
    backlog: RefCell<Backlog>,
    is_at_work: Cell<bool>,
    budget_mib: u32,
    /// Octets that may be kept, once the browser has said what it allows.
    limit: Cell<Option<u64>>,
}

impl Keeper {
    pub(super) fn new(budget_mib: u32) -> Self {
        Self {
            backlog: RefCell::default(),
            is_at_work: Cell::new(false),
            budget_mib,
            limit: Cell::new(None),
        }
    }

    /// Takes changes in. They count for every question from now on.
    pub(super) fn add(self: &Rc<Self>, worker: &Rc<Worker>, changes: Vec<Change>) {
        if changes.is_empty() || matches!(&*worker.database.borrow(), Database::Closed) {
            return;
        }
        let mut backlog = self.backlog.borrow_mut();
        changes.into_iter().for_each(|change| backlog.add(change));
        drop(backlog);
        if self.is_at_work.replace(true) {
            return;
        }
        let (keeper, worker) = (Rc::clone(self), Rc::clone(worker));
        worker.clone().with_store(move |store| {
            if let Some(store) = store {
                spawn_local(keeper.work(worker, store));
            }
        });
    }

    /// What is not stored yet.
    pub(super) fn unstored(&self) -> Vec<Rc<Change>> {
        self.backlog.borrow().unstored()
    }

    async fn work(self: Rc<Self>, worker: Rc<Worker>, store: Rc<Store>) {
        TimeoutFuture::new(GATHER_MS).await;
        let limit = self.limit().await;
        let outcome = self.store_all(&store, limit).await;
        self.is_at_work.set(false);
        if let Err(fault) = outcome {
            worker.fail(fault);
        }
    }

    async fn store_all(&self, store: &Store, limit: u64) -> Result<(), Fault> {
        let mut has_made_room = false;
        while !self.backlog.borrow().is_empty() {
            let tasks = self.backlog.borrow_mut().begin(TASKS);
            let largest = budget::largest_message(limit);
            match store.store(&tasks, browser::now(), largest).await {
                Ok(portion) => self.backlog.borrow_mut().stored(portion),
                Err(fault) => {
                    self.backlog.borrow_mut().failed();
                    if fault != Fault::Full || has_made_room {
                        return Err(fault);
                    }
                    has_made_room = true;
                    store.sweep(None).await?;
                }
            }
            if store.is_sweep_due(limit) {
                store.sweep(Some(limit)).await?;
            }
            // Whoever has asked meanwhile comes first.
            TimeoutFuture::new(0).await;
        }
        Ok(())
    }

    /// A look at how much there is, some time after the start.
    pub(super) fn wait_and_sweep(self: &Rc<Self>, worker: &Rc<Worker>) {
        let (keeper, worker) = (Rc::clone(self), Rc::clone(worker));
        spawn_local(async move {
            TimeoutFuture::new(FIRST_SWEEP_MS).await;
            let store = match &*worker.database.borrow() {
                Database::Open(store) => Rc::clone(store),
                Database::Opening(_) | Database::Closed => return,
            };
            let limit = keeper.limit().await;
            if let Err(fault) = store.sweep(Some(limit)).await {
                worker.fail(fault);
            }
        });
    }

    async fn limit(&self) -> u64 {
        if let Some(limit) = self.limit.get() {
            return limit;
        }
        let limit = budget::limit(self.budget_mib, browser::quota().await);
        self.limit.set(Some(limit));
        limit
    }
}
