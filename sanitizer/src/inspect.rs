//! Looks for what must not be in washed HTML: parses it again, as a browser would, and lists every
//! violation. Written apart from the washer's allow-lists, so that one can catch the other's error.
//!
//! Used by the tests here, by the corpus run, and by fuzzing.

use crate::tree::{Content, Node, Tree};
use html5ever::{
    Attribute, ParseOpts, QualName, local_name, ns, parse_document, tendril::TendrilSink, tree_builder::TreeBuilderOpts,
};
use std::fmt;

/// Something that must not be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// An element that can run, load, submit or redirect; its name.
    Element(String),
    /// An attribute that can run or load; element and attribute.
    Attribute(String, String),
    /// An address that may not be loaded or linked to; element, attribute and address.
    Address(String, String, String),
    /// CSS that can load or escape; the piece of it.
    Css(String),
    /// Elements too deep inside each other.
    Depth,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Element(name) => write!(f, "<{name}>"),
            Self::Attribute(element, name) => write!(f, "<{element} {name}>"),
            Self::Address(element, name, address) => write!(f, "<{element} {name}={address:?}>"),
            Self::Css(css) => write!(f, "CSS {css:?}"),
            Self::Depth => f.write_str("too deep"),
        }
    }
}

/// Elements inside each other beyond which browsers do odd things.
const DEPTH_LIMIT: usize = 400;

/// All violations in washed HTML, a fragment or a document of [`crate::document`].
///
/// `may_load` says which addresses, beside `data:` images, may be loaded: those that the policy gave out.
pub fn violations(html: &str, may_load: &dyn Fn(&str) -> bool) -> Vec<Violation> {
    let mut found = Vec::new();
    // A parser with scripts reads <noscript> as text, one without as elements.
    for scripting_enabled in [false, true] {
        let tree_builder = TreeBuilderOpts {
            scripting_enabled,
            ..TreeBuilderOpts::default()
        };
        let options = ParseOpts {
            tree_builder,
            ..ParseOpts::default()
        };
        let nodes = parse_document(Tree::new(), options).one(html).into_nodes();
        Inspection {
            nodes: &nodes,
            may_load,
            found: &mut found,
        }
        .run();
    }
    found.dedup();
    found
}

struct Inspection<'a> {
    nodes: &'a [Node],
    may_load: &'a dyn Fn(&str) -> bool,
    found: &'a mut Vec<Violation>,
}

impl Inspection<'_> {
    fn run(&mut self) {
        let mut stack = vec![(0, 0_usize)];
        while let Some((id, depth)) = stack.pop() {
            let node = &self.nodes[id];
            if depth == DEPTH_LIMIT {
                self.found.push(Violation::Depth);
            }
            if let Content::Element { name, attributes } = &node.content {
                self.element(name, attributes, node);
            }
            stack.extend(node.children.iter().map(|child| (*child, depth + 1)));
        }
    }

    fn element(&mut self, name: &QualName, attributes: &[Attribute], node: &Node) {
        let local = &*name.local;
        if name.ns != ns!(html) || is_active(local) || local == "meta" && !is_harmless_meta(attributes) {
            self.found.push(Violation::Element(local.to_owned()));
        }
        for attribute in attributes {
            self.attribute(local, &attribute.name.local, &attribute.value);
        }
        if name.local == local_name!("style") {
            for child in &node.children {
                if let Content::Text(css) = &self.nodes[*child].content {
                    self.css(css);
                }
            }
        }
    }

    fn attribute(&mut self, element: &str, name: &str, value: &str) {
        let is_bad = match name {
            "href" => !is_harmless_link(value),
            "src" | "background" => !self.is_harmless_image(value),
            "style" => return self.css(value),
            // In a meta, seen above.
            "content" | "http-equiv" | "charset" if element == "meta" => false,
            _ if name.starts_with("on") || NEVER.contains(&name) || name.contains(':') => {
                return self
                    .found
                    .push(Violation::Attribute(element.to_owned(), name.to_owned()));
            }
            "usemap" => !value.starts_with('#'),
            _ => false,
        };
        if is_bad {
            self.found.push(Violation::Address(
                element.to_owned(),
                name.to_owned(),
                value.to_owned(),
            ));
        }
    }

    fn is_harmless_image(&self, address: &str) -> bool {
        let data = ["png", "jpeg", "jpg", "gif", "webp"].map(|format| format!("data:image/{format};base64,"));
        data.iter().any(|start| address.starts_with(start.as_str())) || (self.may_load)(address)
    }

    /// CSS as our own washer writes it: no escapes, every address in `url("…")`.
    fn css(&mut self, css: &str) {
        let lower = css.to_ascii_lowercase();
        // What stands in an address is judged with it, and means nothing else.
        let mut outside = String::with_capacity(css.len());
        let mut copied = 0;
        for (at, _) in lower.match_indices("url(") {
            let from = at + 4;
            let address = css[from..]
                .strip_prefix('"')
                .and_then(|rest| rest.split_once("\")"))
                .map(|(address, _)| address);
            match address {
                Some(address) if self.is_harmless_image(address) && at >= copied => {
                    outside.push_str(&lower[copied..from]);
                    copied = from + 1 + address.len();
                }
                _ => self.found.push(Violation::Css(css[at..].chars().take(60).collect())),
            }
        }
        outside.push_str(&lower[copied..]);
        let bad = BAD_CSS.iter().find(|bad| outside.contains(**bad));
        self.found.extend(bad.map(|bad| Violation::Css((*bad).to_owned())));
    }
}

/// Attributes that load, run, submit or move.
const NEVER: [&str; 22] = [
    "action",
    "archive",
    "cite",
    "classid",
    "codebase",
    "content",
    "data",
    "download",
    "dynsrc",
    "formaction",
    "http-equiv",
    "icon",
    "imagesrcset",
    "longdesc",
    "lowsrc",
    "manifest",
    "ping",
    "poster",
    "profile",
    "srcdoc",
    "srcset",
    "is",
];

/// What no CSS of ours holds. Our base style is written without any of it.
const BAD_CSS: [&str; 16] = [
    "\\",
    "@import",
    "@font-face",
    "@charset",
    "@namespace",
    "expression(",
    "javascript:",
    "behavior:",
    "-moz-binding:",
    "position:fixed",
    "position:absolute",
    "position:sticky",
    "image-set(",
    "</",
    "<!--",
    "attr(",
];

fn is_active(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "iframe"
            | "frame"
            | "frameset"
            | "object"
            | "embed"
            | "applet"
            | "form"
            | "input"
            | "button"
            | "select"
            | "textarea"
            | "option"
            | "keygen"
            | "link"
            | "base"
            | "noscript"
            | "noembed"
            | "noframes"
            | "template"
            | "slot"
            | "portal"
            | "dialog"
            | "audio"
            | "video"
            | "source"
            | "track"
            | "picture"
            | "svg"
            | "math"
            | "xmp"
            | "plaintext"
            | "listing"
            | "marquee"
            | "bgsound"
            | "isindex"
            | "param"
            | "animate"
            | "set"
            | "use"
            | "foreignobject"
            | "annotation-xml"
            | "fencedframe"
            | "image"
            | "layer"
            | "xml"
    )
}

/// The metas of our own document.
fn is_harmless_meta(attributes: &[Attribute]) -> bool {
    let value = |name: &str| {
        let found = attributes.iter().find(|attribute| &*attribute.name.local == name);
        found.map(|attribute| attribute.value.to_ascii_lowercase())
    };
    match (value("http-equiv"), value("name"), value("charset")) {
        (Some(kind), None, None) => kind == "content-security-policy",
        (None, Some(name), None) => name == "viewport" || name == "referrer",
        (None, None, Some(charset)) => charset == "utf-8",
        _ => false,
    }
}

fn is_harmless_link(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    ["http:", "https:", "mailto:", "tel:", "#"]
        .iter()
        .any(|start| lower.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(html: &str) -> bool {
        !violations(html, &|address| address.starts_with("/api/")).is_empty()
    }

    #[test]
    fn violations_of_every_kind_are_found() {
        let bad = [
            "<script>x</script>",
            "<svg><a/></svg>",
            "<math></math>",
            "<p onclick=x>",
            "<a href=javascript:x>",
            "<img src=https://a.b/c>",
            "<img srcset=x>",
            "<p style='background:url(\"https://a.b\")'>",
            "<style>@import 'x'</style>",
            "<meta http-equiv=refresh content=0>",
            "<table background=//x>",
            "<noscript><p>",
            "<p style='position:fixed'>",
            "<p style='width:expression(1)'>",
            "<p style='background:image-set(\"/api/x\" 1x)'>",
            "<p style='background:url(\"/api/x\");behavior:x'>",
            "<p style='-moz-binding:x'>",
            "<p style='background:url(\"/api/x\"),url(x)'>",
        ];
        for html in bad {
            assert!(finds(html), "{html}");
        }
        assert!(finds(&"<div>".repeat(500)));
    }

    #[test]
    fn harmless_html_has_none() {
        let document = crate::document(&crate::plain_to_html("a <b> & c"));
        let good = [
            "<p style=\"color:red\">x <a href=\"https://a.b\" rel=x>y</a>",
            "<img src=\"/api/part?x=1\"><img src=\"data:image/png;base64,AA==\">",
            "<style>.surat-body p{background:url(\"/api/image?x\")}</style>",
            document.as_str(),
            // Words of the message itself, where they mean nothing.
            "<p style=\"background:url(&quot;/api/image?of=https://a.b/image-set(expression(/position:fixed&quot;)\">",
            "<p style=\"font-family:expression,'behavior'\">",
            "<p style=\"color:hs-moz-binding\">",
        ];
        for html in good {
            assert_eq!(violations(html, &|address| address.starts_with("/api/")), [], "{html}");
        }
    }
}
