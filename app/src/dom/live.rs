//! Parts that change: effects that live as long as their owner, and the places that they fill.

use super::{
    text::Text,
    view::{IntoView, View},
};
use crate::signal::{CallMut, Memo};
use leptos::prelude::*;
use web_sys::Node;

/// Runs `run` now, and again whenever what it read has changed, until the current owner is cleaned up.
pub(super) fn effect(mut run: Box<dyn CallMut<(), ()>>) {
    let effect = RenderEffect::new(move |_: Option<()>| run.call(()));
    on_cleanup(move || drop(effect));
}

/// A place that shows what `make` makes, and makes it anew whenever what it read has changed.
pub(crate) fn live<V: IntoView>(mut make: impl FnMut() -> V + 'static) -> View {
    place(Box::new(move |()| make().into_view()))
}

fn place(mut make: Box<dyn CallMut<(), View>>) -> View {
    let mut place = Place::new();
    let end = place.end.clone();
    effect(Box::new(move |()| place.fill(make.call(()))));
    View::up_to(&end)
}

/// Children that are there while `when` says so.
pub(crate) fn show(
    when: impl Fn() -> bool + Send + Sync + 'static,
    mut children: impl FnMut() -> View + 'static,
) -> View {
    let is_shown = Memo::new(move |_| when());
    live(move || is_shown.get().then(|| untrack(&mut children)))
}

/// A place among the children of a node. It ends with a text node, which holds the text that is shown.
struct Place {
    /// An empty text node before the nodes that are shown, once there were any.
    start: Option<Node>,
    end: web_sys::Text,
    text: Text,
}

impl Place {
    fn new() -> Self {
        Self {
            start: None,
            end: document().create_text_node(""),
            text: "".into(),
        }
    }

    /// Shows `view` in place of what is shown.
    fn fill(&mut self, view: View) {
        self.clear();
        let (text, nodes) = match view {
            View::Nothing => ("".into(), Vec::new()),
            View::Text(text) => (text, Vec::new()),
            View::Nodes(nodes) => ("".into(), nodes),
        };
        if text != self.text {
            self.end.set_data(&text);
            self.text = text;
        }
        if !nodes.is_empty() {
            self.insert(&nodes);
        }
    }

    fn clear(&self) {
        while let Some(node) = self.start.as_ref().and_then(Node::next_sibling)
            && node != **self.end
            && let Some(parent) = node.parent_node()
        {
            // Fails for no child of its parent.
            let _ = parent.remove_child(&node);
        }
    }

    fn insert(&mut self, nodes: &[Node]) {
        // Before the place is in the page, its nodes need another parent to be together.
        let parent = self.end.parent_node().unwrap_or_else(|| {
            let parent: Node = document().create_document_fragment().into();
            // Fails for no new node.
            let _ = parent.append_child(&self.end);
            parent
        });
        let before = Some::<&Node>(&self.end);
        let start = self.start.is_none().then(|| document().create_text_node("").into());
        for node in start.iter().chain(nodes) {
            // Fails for a node that would hold itself, which a new one cannot.
            let _ = parent.insert_before(node, before);
        }
        self.start = self.start.take().or(start);
    }
}
