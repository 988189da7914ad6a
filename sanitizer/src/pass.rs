//! What one washing gives: a style sheet and a tree, as text and as an outline.

use crate::{
    filter::{BODY_CLASS, Marks},
    outline::Outline,
    serialize::{self, Writer},
    tree::Node,
};
use html5ever::{Attribute, QualName, local_name, ns};

/// What one washing gives.
pub(crate) struct Pass {
    style: String,
    /// Attributes of the `div` that stands for the body, unless the content brings it.
    body: Option<Vec<Attribute>>,
    nodes: Vec<Node>,
    /// The nodes, written.
    content: String,
    pub(crate) has_own_colours: bool,
    /// Elements that could have done something.
    pub(crate) removed_active: u32,
}

impl Pass {
    pub(crate) fn new(style: String, body: &[Attribute], nodes: Vec<Node>, marks: &Marks) -> Self {
        let content = serialize::serialize(&nodes);
        let is_wrapped = body.is_empty() && is_wrapped(&content);
        Self {
            style,
            // What has been washed before is not wrapped twice.
            body: (!is_wrapped).then(|| with_class(body)),
            nodes,
            content,
            has_own_colours: marks.has_colours.get(),
            removed_active: marks.active.get(),
        }
    }

    /// Style sheet and content in one fragment.
    pub(crate) fn html(&self) -> String {
        let mut html = String::with_capacity(self.style.len() + self.content.len() + 64);
        if !self.style.is_empty() {
            html.push_str("<style>");
            html.push_str(&self.style);
            html.push_str("</style>");
        }
        let Some(body) = &self.body else {
            html.push_str(&self.content);
            return html;
        };
        html.push_str("<div");
        for attribute in body {
            html.push(' ');
            html.push_str(&attribute.name.local);
            html.push_str("=\"");
            serialize::escape(&attribute.value, &mut html);
            html.push('"');
        }
        html.push('>');
        html.push_str(&self.content);
        html.push_str("</div>");
        html
    }

    /// The tree that [`Self::html`] is the text of.
    pub(crate) fn outline(&self) -> String {
        let mut outline = Outline::default();
        if !self.style.is_empty() {
            outline.open("style", &[]);
            outline.push_text(&self.style);
            outline.close();
        }
        if let Some(body) = &self.body {
            outline.start("div", body, None);
        }
        serialize::walk(&self.nodes, &mut outline);
        outline.finish()
    }
}

/// The attributes of the `div` that stands for the body; the first one says so.
fn with_class(body: &[Attribute]) -> Vec<Attribute> {
    let (class, others): (Vec<_>, Vec<_>) = body
        .iter()
        .cloned()
        .partition(|attribute| attribute.name.local == local_name!("class"));
    let names = [BODY_CLASS]
        .into_iter()
        .chain(class.iter().map(|attribute| &*attribute.value));
    let class = Attribute {
        name: QualName::new(None, ns!(), local_name!("class")),
        value: names.collect::<Vec<_>>().join(" ").into(),
    };
    [class].into_iter().chain(others).collect()
}

/// Is it nothing but `div`s that stand for bodies?
fn is_wrapped(content: &str) -> bool {
    let mut rest = content;
    let start = "<div class=\"surat-body";
    while !rest.is_empty() {
        let is_body = rest
            .strip_prefix(start)
            .is_some_and(|after| after.starts_with(['"', ' ']));
        let Some(end) = is_body.then(|| end_of_div(rest)).flatten() else {
            return false;
        };
        rest = &rest[end..];
    }
    !content.is_empty()
}

/// Octets up to the end of the `div` that `html`, as we write it, begins with.
fn end_of_div(html: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, _) in html.match_indices('<') {
        let tag = &html[at..];
        if tag.starts_with("<div>") || tag.starts_with("<div ") {
            depth += 1;
        } else if tag.starts_with("</div>") {
            depth -= 1;
            if depth == 0 {
                return Some(at + 6);
            }
        }
    }
    None
}
