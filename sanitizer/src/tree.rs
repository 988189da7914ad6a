//! The tree that html5ever builds: nodes in one vector, children by number. Nothing recursive.

use html5ever::{
    Attribute, LocalName, Namespace, QualName,
    interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink},
    local_name, ns,
    tendril::StrTendril,
};
use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
};

/// Number of a node.
pub(crate) type Id = usize;

/// The document itself, the first node.
pub(crate) const DOCUMENT: Id = 0;

/// A node.
pub(crate) struct Node {
    pub(crate) parent: Option<Id>,
    pub(crate) children: Vec<Id>,
    pub(crate) content: Content,
    /// Elements around it when it was put in its place.
    depth: usize,
}

/// What a node is.
pub(crate) enum Content {
    /// The document.
    Document,
    /// An element with its attributes.
    Element { name: QualName, attributes: Vec<Attribute> },
    /// Text.
    Text(String),
    /// A comment; only [`crate::inspect`] ever meets one.
    Comment,
}

/// The name of an element, its own: a borrowed one would lock the nodes.
#[derive(Debug)]
pub(crate) struct Name(QualName);

impl ElemName for Name {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

/// A tree in the making.
pub(crate) struct Tree {
    nodes: RefCell<Vec<Node>>,
    /// Depth of the place where the next element would go.
    depth: Cell<usize>,
    elements: Cell<usize>,
    /// Octets of attributes of the elements made so far: the parser makes elements anew when they
    /// are badly nested, and their attributes with them.
    attribute_octets: Cell<usize>,
}

impl Tree {
    pub(crate) fn new() -> Self {
        let document = Node {
            parent: None,
            children: Vec::new(),
            content: Content::Document,
            depth: 0,
        };
        Self {
            nodes: RefCell::new(vec![document]),
            depth: Cell::new(0),
            elements: Cell::new(0),
            attribute_octets: Cell::new(0),
        }
    }

    /// Depth of the place where the parser stands.
    pub(crate) fn depth(&self) -> usize {
        self.depth.get()
    }

    /// Elements made so far.
    pub(crate) fn elements(&self) -> usize {
        self.elements.get()
    }

    /// Octets of attributes so far.
    pub(crate) fn attribute_octets(&self) -> usize {
        self.attribute_octets.get()
    }

    /// The finished nodes.
    pub(crate) fn into_nodes(self) -> Vec<Node> {
        self.nodes.into_inner()
    }

    fn add(&self, content: Content) -> Id {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node {
            parent: None,
            children: Vec::new(),
            content,
            depth: 0,
        });
        nodes.len() - 1
    }

    fn detach(&self, child: Id) {
        let mut nodes = self.nodes.borrow_mut();
        if let Some(parent) = nodes[child].parent.take()
            // What is moved is mostly the last child, so the search begins there.
            && let Some(place) = nodes[parent].children.iter().rposition(|id| *id == child)
        {
            nodes[parent].children.remove(place);
        }
    }

    /// Puts a node or a text among the children of `parent`, at `place` or at the end.
    fn insert(&self, parent: Id, place: Option<usize>, child: NodeOrText<Id>) {
        let child = match child {
            NodeOrText::AppendNode(child) => {
                self.detach(child);
                child
            }
            NodeOrText::AppendText(text) => {
                self.depth.set(self.nodes.borrow()[parent].depth + 1);
                if self.extends_text(parent, place, &text) {
                    return;
                }
                self.add(Content::Text(text.to_string()))
            }
        };
        let mut nodes = self.nodes.borrow_mut();
        let depth = nodes[parent].depth + 1;
        nodes[child].parent = Some(parent);
        nodes[child].depth = depth;
        if matches!(nodes[child].content, Content::Element { .. }) {
            self.depth.set(depth + 1);
        }
        let children = &mut nodes[parent].children;
        let place = place.unwrap_or(children.len());
        children.insert(place, child);
    }

    /// Adds to the text that stands before the place, if one does.
    fn extends_text(&self, parent: Id, place: Option<usize>, text: &str) -> bool {
        let mut nodes = self.nodes.borrow_mut();
        let children = &nodes[parent].children;
        let before = place
            .unwrap_or(children.len())
            .checked_sub(1)
            .map(|before| children[before]);
        match before.map(|id| &mut nodes[id].content) {
            Some(Content::Text(present)) => {
                present.push_str(text);
                true
            }
            _ => false,
        }
    }
}

impl TreeSink for Tree {
    type Handle = Id;
    type Output = Self;
    type ElemName<'a> = Name;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Id {
        DOCUMENT
    }

    fn elem_name<'a>(&'a self, target: &'a Id) -> Name {
        match &self.nodes.borrow()[*target].content {
            Content::Element { name, .. } => Name(name.clone()),
            // The tree builder asks for the names of elements only; anything else is like none of them.
            _ => Name(QualName::new(None, ns!(), local_name!(""))),
        }
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> Id {
        self.elements.set(self.elements.get() + 1);
        let octets: usize = attributes.iter().map(|attribute| attribute.value.len()).sum();
        self.attribute_octets.set(self.attribute_octets.get() + octets);
        self.add(Content::Element { name, attributes })
    }

    fn create_comment(&self, _: StrTendril) -> Id {
        self.add(Content::Comment)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Id {
        self.add(Content::Comment)
    }

    fn append(&self, parent: &Id, child: NodeOrText<Id>) {
        self.insert(*parent, None, child);
    }

    fn append_based_on_parent_node(&self, element: &Id, previous: &Id, child: NodeOrText<Id>) {
        let has_parent = self.nodes.borrow()[*element].parent.is_some();
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn pop(&self, node: &Id) {
        self.depth.set(self.nodes.borrow()[*node].depth);
    }

    /// The content of a template is put beneath it: [`crate::inspect`] looks there as well.
    fn get_template_contents(&self, target: &Id) -> Id {
        *target
    }

    fn same_node(&self, one: &Id, other: &Id) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Id, child: NodeOrText<Id>) {
        if let NodeOrText::AppendNode(child) = child {
            self.detach(child);
        }
        let nodes = self.nodes.borrow();
        let Some(parent) = nodes[*sibling].parent else { return };
        let place = nodes[parent].children.iter().rposition(|id| id == sibling);
        drop(nodes);
        self.insert(parent, place, child);
    }

    fn add_attrs_if_missing(&self, target: &Id, given: Vec<Attribute>) {
        if let Content::Element { attributes, .. } = &mut self.nodes.borrow_mut()[*target].content {
            for attribute in given {
                if !attributes.iter().any(|present| present.name == attribute.name) {
                    attributes.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &Id) {
        self.detach(*target);
    }

    fn reparent_children(&self, node: &Id, new_parent: &Id) {
        let mut nodes = self.nodes.borrow_mut();
        let children = std::mem::take(&mut nodes[*node].children);
        for child in &children {
            nodes[*child].parent = Some(*new_parent);
        }
        nodes[*new_parent].children.extend(children);
    }

    fn allow_declarative_shadow_roots(&self, _: &Id) -> bool {
        false
    }
}
