//! A value made of others, made anew only when one of them changes, and telling only of real changes.

use super::slot::Slot;
use leptos::prelude::{Get, GetUntracked, Memo as Version};
use std::cell::RefCell;

/// Given how often the value has changed, makes it again, and gives how often it has changed now.
type Make = dyn Fn(Option<&u64>) -> u64 + Send + Sync;

/// A memo; copy it freely.
///
/// The graph holds how often the value has changed; the value lies beside it.
pub(crate) struct Memo<T> {
    version: Version<u64>,
    value: Slot<RefCell<Option<T>>>,
}

impl<T> Clone for Memo<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Memo<T> {}

impl<T: PartialEq + 'static> Memo<T> {
    /// One that holds what `make` makes; `make` is given what it made before.
    pub(crate) fn new(make: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Self {
        let value = Slot::new(RefCell::new(None));
        let make: Box<Make> = Box::new(move |version| {
            let version = version.copied().unwrap_or_default();
            let Some(value) = value.try_get() else { return version };
            let old = value.take();
            let made = Some(make(old.as_ref()));
            let is_new = made != old;
            value.replace(made);
            version + u64::from(is_new)
        });
        Self {
            version: Version::new(make),
            value,
        }
    }
}

impl<T: 'static> Memo<T> {
    /// Has the effect that runs now run again when it changes.
    pub(crate) fn track(self) {
        self.version.get();
    }

    /// Reads it, and [`track`](Self::track)s it.
    pub(crate) fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.version.get();
        self.read(read)
    }

    /// Reads it once.
    pub(crate) fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.version.get_untracked();
        self.read(read)
    }

    fn read<R>(self, read: impl FnOnce(&T) -> R) -> R {
        let value = self.value.get();
        let value = value.borrow();
        read(
            value
                .as_ref()
                .expect("the version is asked first, which makes the value"),
        )
    }
}

impl<T: Clone + 'static> Memo<T> {
    /// What it holds; the effect that runs now runs again when it changes.
    pub(crate) fn get(self) -> T {
        self.with(T::clone)
    }

    /// What it holds.
    pub(crate) fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::{RwSignal, StoredValue};
    use leptos::prelude::Owner;

    #[test]
    fn what_depends_on_a_memo_is_made_anew_only_when_its_value_changed() {
        let owner = Owner::new();
        owner.set();
        let (number, made) = (RwSignal::new(2), StoredValue::new(0));
        let is_even = Memo::new(move |_| number.get() % 2 == 0);
        let words = Memo::new(move |_| {
            made.update_value(|made| *made += 1);
            if is_even.get() { "even" } else { "odd" }
        });

        assert_eq!(words.get_untracked(), "even");
        number.set(4);
        assert_eq!((words.get_untracked(), made.get_value()), ("even", 1));
        number.set(5);
        assert_eq!((words.get_untracked(), made.get_value()), ("odd", 2));
    }

    #[test]
    fn a_memo_is_given_what_it_made_before() {
        let owner = Owner::new();
        owner.set();
        let number = RwSignal::new(3);
        let sum = Memo::new(move |before: Option<&i32>| before.copied().unwrap_or_default() + number.get());

        assert_eq!(sum.get_untracked(), 3);
        number.set(4);
        assert_eq!(sum.with_untracked(|sum| *sum), 7);
    }
}
