//! A value that nobody is told of.

use super::slot::Slot;
use std::cell::RefCell;

/// A place for a value; copy it freely. Writing one whose owner is cleaned up does nothing.
pub(crate) struct StoredValue<T>(Slot<RefCell<T>>);

impl<T> Clone for StoredValue<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for StoredValue<T> {}

impl<T: 'static> StoredValue<T> {
    /// One that holds `value`.
    pub(crate) fn new(value: T) -> Self {
        Self(Slot::new(RefCell::new(value)))
    }

    /// Reads it.
    pub(crate) fn with_value<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(&self.0.get().borrow())
    }

    /// Changes it.
    pub(crate) fn update_value(self, change: impl FnOnce(&mut T)) {
        self.try_update_value(change);
    }

    /// Changes it, and gives what `change` gives; `None` when its owner is cleaned up.
    pub(crate) fn try_update_value<R>(self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let value = self.0.try_get()?;
        let result = change(&mut value.borrow_mut());
        Some(result)
    }

    /// Gives it another value.
    pub(crate) fn set_value(self, value: T) {
        if let Some(own) = self.0.try_get() {
            drop(own.replace(value));
        }
    }
}

impl<T: Clone + 'static> StoredValue<T> {
    /// What it holds.
    pub(crate) fn get_value(self) -> T {
        self.with_value(T::clone)
    }

    /// What it holds, unless its owner is cleaned up.
    pub(crate) fn try_get_value(self) -> Option<T> {
        self.0.try_get().map(|value| value.borrow().clone())
    }
}
