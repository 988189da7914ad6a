//! The tree that is written, told line by line: what another parser made of the text can be compared with it.
//!
//! Written while the text is, from the same nodes, and never read back from it; see decision 0068.

use crate::{serialize::Writer, tree::Node};
use html5ever::Attribute;

/// A line per element and per text, in the order of the document:
///
/// ```text
/// 0 <div class="surat-body">
/// 1 <p id="m-x">
/// 2 "Hello"
/// ```
///
/// The number is how many elements are around it. Attributes are sorted by name. Backslashes and line feeds are written
/// `\\` and `\n`, quotes as they are. Texts beside each other are one.
#[derive(Default)]
pub(crate) struct Outline {
    lines: String,
    depth: usize,
    /// Text that may go on.
    text: String,
}

impl Outline {
    /// An element that is not among the nodes.
    pub(crate) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.flush();
        let mut attributes = attributes.to_vec();
        attributes.sort_unstable();
        self.lines.push_str(&format!("{} <{name}", self.depth));
        for (name, value) in attributes {
            self.lines.push_str(&format!(" {name}=\""));
            push_plain(value, &mut self.lines);
            self.lines.push('"');
        }
        self.lines.push_str(">\n");
        self.depth += 1;
    }

    pub(crate) fn close(&mut self) {
        self.flush();
        self.depth = self.depth.saturating_sub(1);
    }

    pub(crate) fn push_text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// All lines.
    pub(crate) fn finish(mut self) -> String {
        self.flush();
        self.lines
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.lines.push_str(&format!("{} \"", self.depth));
            push_plain(&std::mem::take(&mut self.text), &mut self.lines);
            self.lines.push_str("\"\n");
        }
    }
}

impl Writer for Outline {
    fn start(&mut self, name: &str, attributes: &[Attribute], _: Option<&Node>) {
        let pairs: Vec<_> = attributes
            .iter()
            .map(|attribute| (&*attribute.name.local, &*attribute.value))
            .collect();
        self.open(name, &pairs);
    }

    fn end(&mut self, _: &str) {
        self.close();
    }

    fn text(&mut self, text: &str) {
        self.push_text(text);
    }
}

fn push_plain(text: &str, lines: &mut String) {
    for character in text.chars() {
        match character {
            '\\' => lines.push_str("\\\\"),
            '\n' => lines.push_str("\\n"),
            _ => lines.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Policy, wash, wash_outlined};

    fn both(html: &str) -> (String, String) {
        let policy = Policy {
            cid: &|_| None,
            remote_image: &|_| None,
        };
        let (washed, outline) = wash_outlined(html, &policy);
        assert_eq!(washed, wash(html, &policy));
        (washed.html, outline)
    }

    fn outline(html: &str) -> String {
        both(html).1
    }

    #[test]
    fn an_outline_tells_elements_attributes_and_texts() {
        assert_eq!(
            outline("<style>p{color:red}</style><p title='a\\\n\"b\"' id=x>c<!-- --> d<br></p><pre>\n\ne</pre>"),
            "0 <style>\n1 \":where(.surat-body) p{color:red}\"\n0 <div class=\"surat-body\">\n\
             1 <p id=\"m-x\" title=\"a\\\\\\n\"b\"\">\n2 \"c d\"\n2 <br>\n1 <pre>\n2 \"\\ne\"\n"
        );
    }

    #[test]
    fn an_outline_is_of_what_is_returned_and_not_of_what_came_before_it() {
        // So deep that washing it again takes something away.
        let (washed, outline) = both(&format!("<body bgcolor=red>{}", "<b>".repeat(1000)));

        assert!(outline.starts_with("0 <div class=\"surat-body\" style=\"background-color:red\">\n1 <b>"));
        assert_eq!(outline.matches("<b>").count(), washed.matches("<b>").count());
    }
}
