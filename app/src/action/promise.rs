//! The notice of an order under way: it says at once how much is done, and other words if it turns out to be less.

use super::{
    relocate::{end, follow},
    settle::Shown,
};
use crate::{app::App, net::Answers};
use std::{cell::Cell, rc::Rc};

/// A notice about so many messages. Copies are the same one.
#[derive(Clone)]
pub(super) struct Promise(Rc<Inner>);

struct Inner {
    app: App,
    /// Its name, once it is told.
    notice: Cell<u32>,
    count: Cell<u64>,
    text: Rc<dyn Fn(u64) -> String>,
}

impl Promise {
    /// Not told yet.
    pub(super) fn new(app: App, count: u64, text: Rc<dyn Fn(u64) -> String>) -> Self {
        Self(Rc::new(Inner {
            app,
            notice: Cell::new(0),
            count: Cell::new(count),
            text,
        }))
    }

    /// It is not told at all.
    pub(super) fn silent(app: App) -> Self {
        Self::new(app, 0, Rc::new(|_| String::new()))
    }

    /// The words for so many.
    pub(super) fn words(&self, count: u64) -> String {
        (self.0.text)(count)
    }

    /// It is told by this notice.
    pub(super) fn is_told(&self, notice: u32) {
        self.0.notice.set(notice);
    }

    /// Of these messages, only so many were done: the others stay as they were.
    pub(super) fn fall_short(&self, asked: u64, done: u64) {
        let (notices, notice) = (self.0.app.notices, self.0.notice.get());
        let count = (self.0.count.get() + done).saturating_sub(asked);
        self.0.count.set(count);
        if count == 0 {
            notices.dismiss(notice);
        } else {
            self.0.notice.set(notices.reword(notice, self.words(count)));
        }
    }

    /// Has an order about this many messages carried out.
    pub(super) async fn keep(self, shown: Shown, asked: u64, order: Answers) {
        let ended = follow(self.0.app, order).await;
        if ended.answer.is_err() {
            self.fall_short(asked, ended.done);
        }
        end(self.0.app, shown, ended.answer);
    }
}
