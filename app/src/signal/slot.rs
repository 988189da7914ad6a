//! Where a value lies: with its owner, which drops it when it is cleaned up.

use leptos::prelude::{GetValue, LocalStorage, StoredValue};
use std::{any::Any, marker::PhantomData, rc::Rc};

/// A handle of a value; copy it freely.
pub(crate) struct Slot<T> {
    value: StoredValue<Rc<dyn Any>, LocalStorage>,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slot<T> {}

impl<T: 'static> Slot<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            value: StoredValue::new_local(Rc::new(value)),
            kind: PhantomData,
        }
    }

    /// The value, unless its owner is cleaned up.
    pub(crate) fn try_get(self) -> Option<Rc<T>> {
        lookup(self.value)?.downcast().ok()
    }

    /// The value.
    ///
    /// # Panics
    ///
    /// When its owner is cleaned up: who asks then has outlived what it asks about.
    pub(crate) fn get(self) -> Rc<T> {
        self.try_get().expect("a signal is asked only while its owner lives")
    }
}

/// The half that is the same for all types.
#[inline(never)]
fn lookup(value: StoredValue<Rc<dyn Any>, LocalStorage>) -> Option<Rc<dyn Any>> {
    value.try_get_value()
}
