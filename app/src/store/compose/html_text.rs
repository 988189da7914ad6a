//! The text of an HTML message, for quoting it in plain text. Pure.
//!
//! Reads what the sanitiser wrote, so it can trust the form of tags; nothing here makes HTML.

use crate::text::after as what_follows;

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 24] = [
    "p",
    "div",
    "br",
    "tr",
    "table",
    "ul",
    "ol",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "hr",
    "blockquote",
    "section",
    "article",
    "header",
    "footer",
    "center",
    "dl",
    "dt",
];

/// Elements whose content is not text.
const SKIPPED: [&str; 4] = ["head", "style", "title", "script"];

/// The text, with LF line ends, `> ` before quotes, at most one empty line between paragraphs.
pub(crate) fn html_text(document: &str) -> String {
    let mut text = Text::default();
    let mut rest = document;
    let mut skipped: Option<&str> = None;
    while let Some((before, after)) = rest.split_once('<') {
        if skipped.is_none() {
            text.push(before);
        }
        if let Some(comment) = after.strip_prefix("!--") {
            rest = what_follows(comment, "-->").unwrap_or_default();
            continue;
        }
        let (tag, after) = split_tag(after);
        rest = after;
        let is_end = tag.starts_with('/');
        let name = tag
            .trim_start_matches('/')
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        let name = name.to_ascii_lowercase();
        match skipped {
            Some(outer) if is_end && name == outer => skipped = None,
            Some(_) => {}
            None if !is_end && SKIPPED.contains(&name.as_str()) => {
                skipped = SKIPPED.into_iter().find(|skipped| *skipped == name);
            }
            None => text.tag(&name, is_end),
        }
    }
    if skipped.is_none() {
        text.push(rest);
    }
    text.finish()
}

/// The inside of a tag, and what follows it. A `>` inside of a quoted value does not end it.
fn split_tag(rest: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, letter) in rest.char_indices() {
        match (letter, quote) {
            ('"' | '\'', None) => quote = Some(letter),
            (_, Some(open)) if letter == open => quote = None,
            ('>', None) => {
                return (
                    rest.get(..at).unwrap_or_default(),
                    rest.get(at + 1..).unwrap_or_default(),
                );
            }
            _ => {}
        }
    }
    (rest, "")
}

/// Lines being made.
#[derive(Default)]
struct Text {
    lines: Vec<(usize, String)>,
    line: String,
    depth: usize,
    is_pre: usize,
    has_gap: bool,
}

impl Text {
    fn push(&mut self, html: &str) {
        let text = decode_entities(html);
        if self.is_pre > 0 {
            for (at, line) in text.split('\n').enumerate() {
                if at > 0 {
                    self.end_line(true);
                }
                self.line.push_str(line);
            }
            return;
        }
        for (at, word) in text.split([' ', '\n', '\t', '\r']).enumerate() {
            if at > 0 && !self.line.is_empty() && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
            self.line.push_str(word);
        }
    }

    fn tag(&mut self, name: &str, is_end: bool) {
        match name {
            "td" | "th" if !is_end && !self.line.is_empty() => self.line.push(' '),
            _ if BLOCKS.contains(&name) => self.end_line(name == "br"),
            _ => {}
        }
        match (name, is_end) {
            ("blockquote", false) => self.depth += 1,
            ("blockquote", true) => self.depth = self.depth.saturating_sub(1),
            ("pre", false) => self.is_pre += 1,
            ("pre", true) => self.is_pre = self.is_pre.saturating_sub(1),
            ("p" | "table" | "h1" | "h2" | "h3" | "ul" | "ol", _) => self.has_gap = true,
            ("li", false) => self.line.push_str("- "),
            _ => {}
        }
    }

    fn end_line(&mut self, is_kept_when_empty: bool) {
        let line = std::mem::take(&mut self.line).trim_end().to_owned();
        if line.is_empty() && !is_kept_when_empty {
            return;
        }
        if std::mem::take(&mut self.has_gap)
            && let Some((before, _)) = self.lines.last()
        {
            self.lines.push((self.depth.min(*before), String::new()));
        }
        self.lines.push((self.depth, line));
    }

    fn finish(mut self) -> String {
        self.end_line(false);
        let mut text = String::new();
        let mut was_empty = true;
        for (depth, line) in self.lines {
            if line.is_empty() && was_empty {
                continue;
            }
            was_empty = line.is_empty();
            text.push_str(&">".repeat(depth));
            if depth > 0 && !line.is_empty() {
                text.push(' ');
            }
            text.push_str(&line);
            text.push('\n');
        }
        text.trim_end().to_owned()
    }
}

/// The character references that a serialiser writes, and numeric ones.
fn decode_entities(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let entity = after.split_once(';').filter(|(name, _)| name.len() <= 8);
        match entity.and_then(|(name, after)| Some((entity_char(name)?, after))) {
            Some((letter, after)) => {
                text.push(letter);
                rest = after;
            }
            None => {
                text.push('&');
                rest = after;
            }
        }
    }
    text + rest
}

fn entity_char(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::html_text;

    #[test]
    fn paragraphs_lines_and_quotes_survive() {
        let html = "<html><head><style>p{}</style><title>no</title></head><body><p>Halo\n <b>Ayu</b>,</p><div>satu<br>dua</div>\
                    <blockquote><p>lama &amp; <i>baik</i></p></blockquote></body></html>";

        assert_eq!(html_text(html), "Halo Ayu,\n\nsatu\ndua\n\n> lama & baik");
    }

    #[test]
    fn what_looks_like_a_tag_in_a_value_is_none() {
        assert_eq!(html_text("<img alt=\"a > b\" src='>'>x<!-- <p> -->y"), "xy");
    }

    #[test]
    fn a_table_reads_row_by_row() {
        let html = "<table><tr><td>a</td><td>b</td></tr><tr><td>c&#233;</td></tr></table>";

        assert_eq!(html_text(html), "a b\ncé");
    }

    #[test]
    fn broken_ends_and_unknown_entities_stay_text() {
        assert_eq!(html_text("a &x; &#xffffffff; & b <p"), "a &x; &#xffffffff; & b");
        assert_eq!(html_text("<pre>a\n  b</pre>c"), "a\n  b\nc");
    }
}
