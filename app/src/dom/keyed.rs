//! Elements for items that come, go and change places: each is kept for as long as its key is there.

use super::{live::effect, view::View};
use leptos::prelude::*;
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};
use web_sys::Node;

/// One element for each of `items`, in their order. `view` makes a single element, once per key.
pub(crate) fn keyed<T: 'static, K: Hash>(
    items: impl Fn() -> Vec<T> + 'static,
    key: impl Fn(&T) -> K + 'static,
    view: impl Fn(T) -> View + 'static,
) -> View {
    let mut list = List::new();
    let end = list.end.clone();
    effect(Box::new(move || {
        let items = items();
        let keys: Vec<u64> = items.iter().map(|item| hash(&key(item))).collect();
        let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
        list.show(&keys, &mut |at| {
            let item = items.get_mut(at).and_then(Option::take);
            item.map(&view).unwrap_or_default()
        });
    }));
    View::up_to(&end)
}

/// Keys are compared by their hashes, so that the code below is there once for all types of keys.
fn hash(key: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// The elements, and the empty text node that follows the last of them.
struct List {
    /// Above the owners of all elements; an effect's own is cleaned each time that it runs.
    owner: Owner,
    end: Node,
    shown: Vec<Item>,
}

struct Item {
    key: u64,
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

    /// Shows one element for each key; `make` makes the one at a place.
    fn show(&mut self, keys: &[u64], make: &mut dyn FnMut(usize) -> View) {
        let Some(parent) = self.end.parent_node() else {
            return;
        };
        let mut kept = HashMap::new();
        let mut next = self.end.clone();
        // From the last to the first, so that `next` ends as the first that stays.
        for item in self.shown.drain(..).rev() {
            let is_doubled = kept.contains_key(&item.key);
            if keys.contains(&item.key) && !is_doubled {
                next = item.node.clone();
                kept.insert(item.key, item);
            } else {
                item.owner.cleanup();
                // Fails for no child of its parent.
                let _ = parent.remove_child(&item.node);
            }
        }
        for (at, key) in keys.iter().enumerate() {
            let Some(item) = kept.remove(key).or_else(|| self.make(*key, &mut || make(at))) else {
                continue;
            };
            if item.node == next {
                next = next.next_sibling().unwrap_or_else(|| self.end.clone());
            } else {
                // Fails for a node that would hold itself, which an element of a list cannot.
                let _ = parent.insert_before(&item.node, Some(&next));
            }
            self.shown.push(item);
        }
    }

    fn make(&self, key: u64, make: &mut dyn FnMut() -> View) -> Option<Item> {
        let owner = self.owner.child();
        let view = owner.with(|| untrack(make));
        let node = view.into_nodes().into_iter().next()?;
        Some(Item { key, owner, node })
    }
}
