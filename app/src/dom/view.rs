//! A view: nodes, or text that is not a node yet.

use super::{
    live::live,
    text::{Label, Text},
};
use leptos::prelude::document;
use std::rc::Rc;
use web_sys::Node;

/// A piece of the page, ready to be put into an element.
#[derive(Default)]
pub(crate) enum View {
    /// Nothing to see.
    #[default]
    Nothing,
    /// Text, not yet a node: where text stood before, the node that is there takes it.
    Text(Text),
    /// Nodes, in order.
    Nodes(Vec<Node>),
}

impl View {
    /// What is in a place whose last node is `end`.
    pub(super) fn up_to(end: &Node) -> Self {
        let nodes = end.parent_node().map(|parent| parent.child_nodes());
        Self::Nodes(nodes.map_or_else(
            || vec![end.clone()],
            |nodes| (0..nodes.length()).filter_map(|at| nodes.get(at)).collect(),
        ))
    }

    pub(super) fn into_nodes(self) -> Vec<Node> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Text(text) => vec![document().create_text_node(&text).into()],
            Self::Nodes(nodes) => nodes,
        }
    }
}

/// One after the other.
impl<V: IntoView> FromIterator<V> for View {
    fn from_iter<I: IntoIterator<Item = V>>(views: I) -> Self {
        let mut nodes = Vec::new();
        for view in views {
            nodes.append(&mut view.into_view().into_nodes());
        }
        Self::Nodes(nodes)
    }
}

/// Puts a view at the end of the page's body, for as long as the page is there.
pub(crate) fn mount(view: View) {
    if let Some(body) = document().body() {
        append(&body, view);
    }
}

/// Puts a view at the end of `parent`.
pub(super) fn append(parent: &Node, view: View) {
    for node in view.into_nodes() {
        // Fails for a node that would hold itself, which a new one cannot.
        let _ = parent.append_child(&node);
    }
}

/// What can stand among an element's children.
pub(crate) trait IntoView {
    /// It, as a view.
    fn into_view(self) -> View;
}

impl IntoView for View {
    fn into_view(self) -> View {
        self
    }
}

impl IntoView for () {
    fn into_view(self) -> View {
        View::Nothing
    }
}

impl IntoView for &'static str {
    fn into_view(self) -> View {
        View::Text(self.into())
    }
}

impl IntoView for String {
    fn into_view(self) -> View {
        View::Text(self.into())
    }
}

impl IntoView for Text {
    fn into_view(self) -> View {
        View::Text(self)
    }
}

impl IntoView for Label {
    fn into_view(self) -> View {
        live(move || self.get())
    }
}

impl<V: IntoView> IntoView for Option<V> {
    fn into_view(self) -> View {
        self.map(V::into_view).unwrap_or_default()
    }
}

impl<V: IntoView, const N: usize> IntoView for [V; N] {
    fn into_view(self) -> View {
        self.into_iter().collect()
    }
}

impl<V: IntoView> IntoView for Vec<V> {
    fn into_view(self) -> View {
        self.into_iter().collect()
    }
}

/// Made anew whenever what it reads changes.
impl<V: IntoView, F: FnMut() -> V + 'static> IntoView for F {
    fn into_view(self) -> View {
        live(self)
    }
}

/// What a component is given to show once.
pub(crate) type Children = Box<dyn FnOnce() -> View>;

/// What a component is given to show any number of times.
pub(crate) type ChildrenFn = Rc<dyn Fn() -> View>;

/// Lets a component say in its props which kind of children it takes.
pub(crate) trait ToChildren<F> {
    /// The children that `make` makes.
    fn to_children(make: F) -> Self;
}

impl<F: FnOnce() -> View + 'static> ToChildren<F> for Children {
    fn to_children(make: F) -> Self {
        Box::new(make)
    }
}

impl<F: Fn() -> View + 'static> ToChildren<F> for ChildrenFn {
    fn to_children(make: F) -> Self {
        Rc::new(make)
    }
}
