//! A value that can be read and written, and that tells who reads it of each change.

use super::slot::Slot;
use leptos::{
    prelude::{Notify, Track},
    reactive::signal::ArcTrigger,
};
use std::cell::RefCell;

/// A signal; copy it freely. Writing one whose owner is cleaned up does nothing.
pub(crate) struct RwSignal<T>(Slot<Inner<T>>);

struct Inner<T> {
    trigger: ArcTrigger,
    value: RefCell<T>,
}

impl<T> Clone for RwSignal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RwSignal<T> {}

impl<T: 'static> RwSignal<T> {
    /// One that holds `value`.
    pub(crate) fn new(value: T) -> Self {
        Self(Slot::new(Inner {
            trigger: ArcTrigger::new(),
            value: RefCell::new(value),
        }))
    }

    /// Has the effect that runs now run again when this changes.
    pub(crate) fn track(self) {
        self.0.get().trigger.track();
    }

    /// Reads it, and [`track`](Self::track)s it.
    pub(crate) fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        let inner = self.0.get();
        inner.trigger.track();
        read(&inner.value.borrow())
    }

    /// Reads it once.
    pub(crate) fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(&self.0.get().value.borrow())
    }

    /// Changes it, and tells its readers.
    pub(crate) fn update(self, change: impl FnOnce(&mut T)) {
        self.try_update(change);
    }

    /// Changes it, tells its readers, and gives what `change` gives.
    pub(crate) fn change<R>(self, change: impl FnOnce(&mut T) -> R) -> R {
        let inner = self.0.get();
        let result = change(&mut inner.value.borrow_mut());
        inner.trigger.notify();
        result
    }

    /// [`change`](Self::change), unless its owner is cleaned up.
    pub(crate) fn try_update<R>(self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.0.try_get().map(|_| self.change(change))
    }

    /// Changes it, and tells nobody.
    pub(crate) fn update_untracked<R>(self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.0.get().value.borrow_mut())
    }

    /// Gives it another value.
    pub(crate) fn set(self, value: T) {
        if let Some(inner) = self.0.try_get() {
            // The one before is dropped when the borrow is over: dropping may run code.
            let old = inner.value.replace(value);
            inner.trigger.notify();
            drop(old);
        }
    }
}

impl<T: Clone + 'static> RwSignal<T> {
    /// What it holds, [`track`](Self::track)ed.
    pub(crate) fn get(self) -> T {
        self.with(T::clone)
    }

    /// What it holds.
    pub(crate) fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }

    /// What it holds, unless its owner is cleaned up.
    pub(crate) fn try_get_untracked(self) -> Option<T> {
        self.0.try_get().map(|inner| inner.value.borrow().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::RwSignal;
    use leptos::prelude::Owner;

    #[test]
    fn writing_after_the_owner_is_gone_does_nothing() {
        let owner = Owner::new();
        let signal = owner.with(|| RwSignal::new(1));
        signal.update(|number| *number += 1);
        assert_eq!(signal.try_get_untracked(), Some(2));

        owner.cleanup();
        signal.set(3);

        assert_eq!(signal.try_update(|number| *number += 1), None);
        assert_eq!(signal.try_get_untracked(), None);
    }
}
