//! Signals, memos and effects of Leptos, with what depends on the type of a value kept to a few lines.
//!
//! Leptos compiles the whole of its graph anew for each type that a signal holds. Here the graph sees
//! no values: they lie beside it, and the types below look like Leptos' own. See decision 0024.

mod call;
mod derived;
mod memo;
mod rw;
mod slot;
mod stored;

pub(crate) use call::CallMut;
pub(crate) use derived::Signal;
pub(crate) use memo::Memo;
pub(crate) use rw::RwSignal;
pub(crate) use stored::StoredValue;

/// Runs `run` soon, and again whenever what it read has changed, until the current owner is cleaned up.
pub(crate) fn effect(mut run: impl FnMut() + 'static) {
    start(Box::new(move |()| run()));
}

fn start(mut run: Box<dyn CallMut<(), ()>>) {
    leptos::prelude::Effect::new(move |_: Option<()>| run.call(()));
}
