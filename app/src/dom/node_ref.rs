//! A handle of an element that a view has made.

use crate::signal::RwSignal;
use std::marker::PhantomData;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Where an element is kept once it is made; `T` says which kind of element it is.
pub(crate) struct NodeRef<T> {
    element: RwSignal<Option<Element>>,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for NodeRef<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for NodeRef<T> {}

impl<T: JsCast> NodeRef<T> {
    /// One that holds nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            element: RwSignal::new(None),
            kind: PhantomData,
        }
    }

    /// The element; whoever asks in an effect is told when there is one.
    pub(crate) fn get(self) -> Option<T> {
        self.element.get().map(JsCast::unchecked_into)
    }

    /// The element, if there is one and its view is not gone yet.
    pub(crate) fn get_untracked(self) -> Option<T> {
        self.element.try_get_untracked().flatten().map(JsCast::unchecked_into)
    }

    pub(super) fn set(self, element: &Element) {
        self.element.set(Some(element.clone()));
    }
}
