//! The tree as text again.

use crate::{
    allow::is_void,
    tree::{Content, DOCUMENT, Id, Node},
};

/// Elements inside each other that are written; deeper ones lose their tags. Browsers stop at 512.
const DEPTH_LIMIT: usize = 300;

/// The content of the document's root element.
pub(crate) fn serialize(nodes: &[Node]) -> String {
    let root = nodes[DOCUMENT].children.first().copied().unwrap_or(DOCUMENT);
    let mut html = String::new();
    // Where we are: a node, and which of its children comes next.
    let mut stack: Vec<(Id, usize)> = vec![(root, 0)];
    while let Some((node, next)) = stack.pop() {
        let depth = stack.len();
        let Some(&child) = nodes[node].children.get(next) else {
            if depth > 0 && depth <= DEPTH_LIMIT {
                end_tag(&nodes[node], &mut html);
            }
            continue;
        };
        stack.push((node, next + 1));
        match &nodes[child].content {
            Content::Text(text) => escape(text, &mut html),
            Content::Element { .. } => {
                if depth < DEPTH_LIMIT {
                    start_tag(nodes, child, &mut html);
                }
                stack.push((child, 0));
            }
            Content::Document | Content::Comment => {}
        }
    }
    html
}

fn start_tag(nodes: &[Node], id: Id, html: &mut String) {
    let Content::Element { name, attributes } = &nodes[id].content else {
        return;
    };
    html.push('<');
    html.push_str(&name.local);
    for attribute in attributes {
        html.push(' ');
        html.push_str(&attribute.name.local);
        html.push_str("=\"");
        escape(&attribute.value, html);
        html.push('"');
    }
    html.push('>');
    // The parser drops a line feed right after this tag; the text may begin with one.
    let first = nodes[id].children.first().map(|first| &nodes[*first].content);
    if &*name.local == "pre" && matches!(first, Some(Content::Text(text)) if text.starts_with('\n')) {
        html.push('\n');
    }
}

fn end_tag(node: &Node, html: &mut String) {
    if let Content::Element { name, .. } = &node.content
        && !is_void(&name.local)
    {
        html.push_str("</");
        html.push_str(&name.local);
        html.push('>');
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
