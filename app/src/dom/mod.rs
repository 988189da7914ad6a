//! What views are made of: elements, made at once and kept up to date by effects, all of one type.
//!
//! `view!` (in the crate `markup`) writes the calls; Leptos brings signals, effects, owners and
//! components. Nothing here parses HTML: text stays text. See decision 0024.

mod element;
mod keyed;
mod live;
mod node_ref;
mod text;
mod view;

pub(crate) use element::Element;
pub(crate) use keyed::keyed;
pub(crate) use live::{live, show};
pub(crate) use node_ref::NodeRef;
pub(crate) use surat_markup::view;
pub(crate) use text::Label;
pub(crate) use view::{Children, ChildrenFn, IntoView, ToChildren, View, mount};
