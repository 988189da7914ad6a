//! A value to be read, wherever it comes from.

use super::{memo::Memo, rw::RwSignal, slot::Slot};
use leptos::prelude::untrack;

/// Something to read; copy it freely.
pub(crate) enum Signal<T> {
    /// What a signal holds.
    Rw(RwSignal<T>),
    /// What a memo holds.
    Memo(Memo<T>),
    /// What a closure makes, each time anew.
    Derived(Slot<Box<dyn Fn() -> T>>),
}

impl<T> Clone for Signal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Signal<T> {}

impl<T: 'static> Signal<T> {
    /// What `make` makes.
    pub(crate) fn derive(make: impl Fn() -> T + 'static) -> Self {
        Self::Derived(Slot::new(Box::new(make)))
    }

    /// Reads it; the effect that runs now runs again when it changes.
    pub(crate) fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        match self {
            Self::Rw(signal) => signal.with(read),
            Self::Memo(memo) => memo.with(read),
            Self::Derived(make) => read(&make.get()()),
        }
    }

    /// Reads it once.
    pub(crate) fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        match self {
            Self::Rw(signal) => signal.with_untracked(read),
            Self::Memo(memo) => memo.with_untracked(read),
            Self::Derived(make) => read(&untrack(|| make.get()())),
        }
    }
}

impl<T: Clone + 'static> Signal<T> {
    /// What it holds; the effect that runs now runs again when it changes.
    pub(crate) fn get(self) -> T {
        self.with(T::clone)
    }

    /// What it holds.
    pub(crate) fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }
}

/// A value that never changes.
impl<T: Clone + 'static> From<T> for Signal<T> {
    fn from(value: T) -> Self {
        Self::derive(move || value.clone())
    }
}

impl<T: Clone + Default + 'static> Default for Signal<T> {
    fn default() -> Self {
        T::default().into()
    }
}

impl<T> From<RwSignal<T>> for Signal<T> {
    fn from(signal: RwSignal<T>) -> Self {
        Self::Rw(signal)
    }
}

impl<T> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Self {
        Self::Memo(memo)
    }
}
