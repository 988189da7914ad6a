//! A part of a view that changes: closures behind one type.

use leptos::{prelude::*, tachys::reactive_graph::SharedReactiveFunction};
use std::sync::{Arc, Mutex};

/// A closure that makes a view, for a place that is made anew when what it reads changes.
///
/// All of them are of one type. A closure that is put into a view as it is brings some kilobytes of
/// the framework's generic code with it, and so does each type of view that one returns.
pub(crate) fn live<V: IntoAny>(view: impl Fn() -> V + Send + 'static) -> SharedReactiveFunction<AnyView> {
    Arc::new(Mutex::new(move || view().into_any()))
}
