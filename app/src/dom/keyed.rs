//! Elements for items that come, go and change places: each is kept for as long as its key is there.

use super::{live::effect, view::View};
use leptos::prelude::*;
use web_sys::Node;

/// One element for each of `items`, in their order. `view` makes a single element, once per key.
pub(crate) fn keyed<T: 'static, K: PartialEq + 'static>(
    items: impl Fn() -> Vec<T> + 'static,
    key: impl Fn(&T) -> K + 'static,
    view: impl Fn(T) -> View + 'static,
) -> View {
    let mut list = List::new();
    let mut shown: Vec<K> = Vec::new();
    let end = list.end.clone();
    effect(Box::new(move |()| {
        let items = items();
        let keys: Vec<K> = items.iter().map(&key).collect();
        let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
        list.show(keys.len(), &|new, old| keys.get(new) == shown.get(old), &mut |new| {
            let item = items.get_mut(new).and_then(Option::take);
            item.map(&view).unwrap_or_default()
        });
        shown = keys;
    }));
    View::up_to(&end)
}

/// The elements, and the empty text node that follows the last of them. It knows nothing of items and
/// keys but their indices, so it is compiled once for all of them.
struct List {
    /// Above the owners of all elements; an effect's own is cleaned each time that it runs.
    owner: Owner,
    end: Node,
    /// One for each key that was shown.
    shown: Vec<Option<Item>>,
}

struct Item {
    owner: Owner,
    node: Node,
}

impl List {
    fn new() -> Self {
        let end: Node = document().create_text_node("").into();
        // Until the list is in the page, its nodes need another parent to be together.
        let parent = document().create_document_fragment();
        // Fails for no new node.
        let _ = parent.append_child(&end);
        Self {
            owner: Owner::current().unwrap_or_default().child(),
            end,
            shown: Vec::new(),
        }
    }

    /// Shows one element for each of `count` keys. `is_same` compares a key by its index with one that was shown
    /// before; `make` makes the element of a key that was not.
    fn show(&mut self, count: usize, is_same: &dyn Fn(usize, usize) -> bool, make: &mut dyn FnMut(usize) -> View) {
        let Some(parent) = self.end.parent_node() else {
            return;
        };
        let mut items = self.take_kept(count, is_same);
        self.remove_shown(&parent);
        // From the last to the first: each goes before the one that is in its place already.
        let mut next = self.end.clone();
        for (index, item) in items.iter_mut().enumerate().rev() {
            if item.is_none() {
                *item = self.make(&mut || make(index));
            }
            let Some(item) = item else { continue };
            if item.node.next_sibling().as_ref() != Some(&next) {
                // Fails for a node that would hold itself, which an element of a list cannot.
                let _ = parent.insert_before(&item.node, Some(&next));
            }
            next = item.node.clone();
        }
        self.shown = items;
    }

    /// For each new key the element that it has already.
    fn take_kept(&mut self, count: usize, is_same: &dyn Fn(usize, usize) -> bool) -> Vec<Option<Item>> {
        let mut likely = 0;
        let mut items = Vec::with_capacity(count);
        for new in 0..count {
            // Mostly it is the one after the last that was found.
            let mut order = (likely..self.shown.len()).chain(0..likely.min(self.shown.len()));
            let old = order.find(|&old| is_same(new, old));
            likely = old.map_or(likely, |old| old + 1);
            items.push(old.and_then(|old| self.shown.get_mut(old)?.take()));
        }
        items
    }

    /// Removes the elements whose keys are gone.
    fn remove_shown(&mut self, parent: &Node) {
        for item in self.shown.drain(..).flatten() {
            item.owner.cleanup();
            // Fails for no child of its parent.
            let _ = parent.remove_child(&item.node);
        }
    }

    fn make(&self, make: &mut dyn FnMut() -> View) -> Option<Item> {
        let owner = self.owner.child();
        let view = owner.with(|| untrack(make));
        let node = view.into_nodes().into_iter().next()?;
        Some(Item { owner, node })
    }
}
