//! The tree as text again.

use crate::{
    allow::is_void,
    tree::{Content, DOCUMENT, Id, Node},
};
use html5ever::Attribute;

/// Elements inside each other that are written; deeper ones lose their tags. Browsers stop at 512.
const DEPTH_LIMIT: usize = 300;

/// What is told of each node, in the order of the text.
pub(crate) trait Writer {
    /// An element begins; `first` is the first node in it.
    fn start(&mut self, name: &str, attributes: &[Attribute], first: Option<&Node>);
    fn end(&mut self, name: &str);
    fn text(&mut self, text: &str);
}

/// Tells the content of the document's root element.
pub(crate) fn walk(nodes: &[Node], writer: &mut impl Writer) {
    let root = nodes[DOCUMENT].children.first().copied().unwrap_or(DOCUMENT);
    // Where we are: a node, and which of its children comes next.
    let mut stack: Vec<(Id, usize)> = vec![(root, 0)];
    while let Some((node, next)) = stack.pop() {
        let depth = stack.len();
        let Some(&child) = nodes[node].children.get(next) else {
            if depth > 0
                && depth <= DEPTH_LIMIT
                && let Content::Element { name, .. } = &nodes[node].content
            {
                writer.end(&name.local);
            }
            continue;
        };
        stack.push((node, next + 1));
        match &nodes[child].content {
            Content::Text(text) => writer.text(text),
            Content::Element { name, attributes } => {
                if depth < DEPTH_LIMIT {
                    let first = nodes[child].children.first().map(|first| &nodes[*first]);
                    writer.start(&name.local, attributes, first);
                }
                stack.push((child, 0));
            }
            Content::Document | Content::Comment => {}
        }
    }
}

/// The content of the document's root element.
pub(crate) fn serialize(nodes: &[Node]) -> String {
    let mut html = Html(String::new());
    walk(nodes, &mut html);
    html.0
}

struct Html(String);

impl Writer for Html {
    fn start(&mut self, name: &str, attributes: &[Attribute], first: Option<&Node>) {
        let html = &mut self.0;
        html.push('<');
        html.push_str(name);
        for attribute in attributes {
            html.push(' ');
            html.push_str(&attribute.name.local);
            html.push_str("=\"");
            escape(&attribute.value, html);
            html.push('"');
        }
        html.push('>');
        // The parser drops a line feed right after this tag; the text may begin with one.
        let begins_with_line_feed =
            matches!(first.map(|first| &first.content), Some(Content::Text(text)) if text.starts_with('\n'));
        if name == "pre" && begins_with_line_feed {
            html.push('\n');
        }
    }

    fn end(&mut self, name: &str) {
        if !is_void(name) {
            self.0.push_str("</");
            self.0.push_str(name);
            self.0.push('>');
        }
    }

    fn text(&mut self, text: &str) {
        escape(text, &mut self.0);
    }
}

/// Escapes for text and for attributes alike.
pub(crate) fn escape(text: &str, html: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"']) {
        html.push_str(&rest[..at]);
        html.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
}
