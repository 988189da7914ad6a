//! The allow-list of attributes, and what each may hold.

use crate::{
    address::{Addresses, link, prefixed},
    colour::colour,
    css,
};
use html5ever::{Attribute, LocalName, QualName, ns};
use std::cell::Cell;

/// Longest plain text in an attribute (`alt`, `title`).
const TEXT_OCTETS: usize = 4096;
/// Names in a `class`.
const CLASSES: usize = 50;

/// The washed attributes of an element.
pub(crate) fn wash(
    element: &LocalName,
    given: &[Attribute],
    addresses: &Addresses<'_>,
    has_colours: &Cell<bool>,
) -> Vec<Attribute> {
    let mut wash = Wash {
        element,
        given,
        addresses,
        has_colours,
        kept: Vec::new(),
    };
    for attribute in given {
        wash.take(&attribute.name.local, &attribute.value);
    }
    wash.finish();
    wash.kept
}

struct Wash<'a> {
    element: &'a str,
    given: &'a [Attribute],
    addresses: &'a Addresses<'a>,
    has_colours: &'a Cell<bool>,
    kept: Vec<Attribute>,
}

impl Wash<'_> {
    fn take(&mut self, name: &str, value: &str) {
        let washed = match (name, self.element) {
            ("style", "body") => None,
            ("style", _) => css::declarations(value, self.addresses, self.has_colours),
            ("class", _) => classes(value),
            ("id", _) | ("name", "a" | "map") => prefixed(value.trim()),
            ("usemap", "img") => value
                .trim()
                .strip_prefix('#')
                .and_then(prefixed)
                .map(|name| format!("#{name}")),
            ("href", "a" | "area") => link(value),
            ("src", "img") => self.source(value),
            ("background", "table" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th") => {
                let image = self.addresses.image(value);
                self.has_colours.set(self.has_colours.get() || image.is_some());
                image
            }
            ("bgcolor" | "color", element) if element != "body" => {
                let colour = colour(value);
                self.has_colours.set(self.has_colours.get() || colour.is_some());
                colour
            }
            ("title" | "alt" | "abbr" | "summary" | "face", _) => Some(text(value)),
            ("width" | "height" | "size" | "border" | "cellpadding" | "cellspacing" | "hspace" | "vspace", _) => {
                length(value)
            }
            ("colspan" | "rowspan" | "span" | "start" | "value", _) => number(value),
            ("coords", "area") => coordinates(value),
            ("nowrap" | "noshade" | "reversed" | "compact", _) => Some(String::new()),
            ("align" | "valign" | "dir" | "clear" | "scope" | "shape" | "rules" | "frame" | "lang" | "type", _) => {
                word(value)
            }
            ("role", _) => word(value).filter(|role| matches!(role.as_str(), "presentation" | "none" | "heading")),
            _ => None,
        };
        if let Some(value) = washed {
            self.keep(name, value);
        }
    }

    /// What does not come from one attribute alone.
    fn finish(&mut self) {
        match self.element {
            "a" | "area" => {
                let href = self.kept.iter().find(|attribute| &*attribute.name.local == "href");
                if href.is_some_and(|href| !href.value.starts_with('#')) {
                    self.keep("target", "_blank".into());
                    self.keep("rel", "noopener noreferrer nofollow".into());
                }
            }
            "img" if self.value("src").is_none() => {
                let first = self.value("srcset").and_then(|set| set.trim().split([' ', ',']).next());
                if let Some(image) = first.and_then(|address| self.source(address)) {
                    self.keep("src", image);
                }
            }
            "body" => self.body_style(),
            _ => {}
        }
    }

    /// The colours of `body`, which a `div` can only have as a style.
    fn body_style(&mut self) {
        let mut style = String::new();
        for (name, property) in [("bgcolor", "background-color"), ("text", "color")] {
            if let Some(colour) = self.value(name).and_then(colour) {
                style.push_str(&format!("{property}:{colour};"));
            }
        }
        if let Some(image) = self.value("background") {
            let quoted: String = image
                .chars()
                .filter(|c| !matches!(c, '"' | '\\') && !c.is_control())
                .collect();
            style.push_str(&format!("background-image:url(\"{quoted}\");"));
        }
        style.push_str(self.value("style").unwrap_or_default());
        if let Some(style) = css::declarations(&style, self.addresses, self.has_colours) {
            self.keep("style", style);
        }
    }

    /// The address of an `img`.
    fn source(&self, written: &str) -> Option<String> {
        if self.is_pixel() {
            self.addresses.pixel(written)
        } else {
            self.addresses.image(written)
        }
    }

    /// Is it one pixel large at most? A measure in its style counts more than the attribute.
    fn is_pixel(&self) -> bool {
        let style = self.value("style").unwrap_or_default();
        ["width", "height"].into_iter().all(|side| {
            let measure = measure(style, side).or_else(|| length(self.value(side)?));
            measure.is_some_and(|pixels| matches!(pixels.as_str(), "0" | "1"))
        })
    }

    fn value(&self, name: &str) -> Option<&str> {
        find(self.given, name)
    }

    fn keep(&mut self, name: &str, value: String) {
        let name = QualName::new(None, ns!(), LocalName::from(name));
        self.kept.push(Attribute {
            name,
            value: value.into(),
        });
    }
}

fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|attribute| &*attribute.name.local == name);
    found.map(|attribute| &*attribute.value)
}

/// The value of an attribute, or nothing.
pub(crate) fn value<'a>(attributes: &'a [Attribute], name: &str) -> &'a str {
    find(attributes, name).unwrap_or_default()
}

/// What a style says of a side, the last time, without the unit where that is pixels.
fn measure(style: &str, side: &str) -> Option<String> {
    let said = style.rsplit(';').find_map(|declaration| {
        let (property, value) = declaration.split_once(':')?;
        property.trim().eq_ignore_ascii_case(side).then_some(value)
    })?;
    let said = said.trim().to_ascii_lowercase();
    let said = said.trim_end_matches("!important").trim_end();
    Some(said.strip_suffix("px").unwrap_or(said).to_owned())
}

fn classes(value: &str) -> Option<String> {
    let mut classes: Vec<String> = Vec::new();
    for class in value.split_ascii_whitespace().take(CLASSES).filter_map(prefixed) {
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    (!classes.is_empty()).then(|| classes.join(" "))
}

/// Free text, bounded and without controls.
fn text(value: &str) -> String {
    let end = value.floor_char_boundary(TEXT_OCTETS);
    value[..end]
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

/// A keyword: letters, digits and hyphens.
fn word(value: &str) -> Option<String> {
    let value = value.trim();
    let is_word =
        !value.is_empty() && value.len() <= 32 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_word.then(|| value.to_owned())
}

/// A whole number, as far as browsers read it: "2;" is 2.
fn number(value: &str) -> Option<String> {
    let value = value.trim();
    let (sign, rest) = split_while(value, |at, byte| at == 0 && byte == b'-');
    let (digits, _) = split_while(rest, |_, byte| byte.is_ascii_digit());
    (1..=5).contains(&digits.len()).then(|| format!("{sign}{digits}"))
}

/// Pixels ("20"), a share ("50%") or a step of font size ("+1"), as far as browsers read it: "20px;" is 20.
fn length(value: &str) -> Option<String> {
    let value = value.trim();
    let (sign, rest) = split_while(value, |at, byte| at == 0 && matches!(byte, b'+' | b'-'));
    let (whole, rest) = split_while(rest, |_, byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 5 {
        return None;
    }
    let mut length = format!("{sign}{whole}");
    let mut rest = rest;
    if let Some(after) = rest.strip_prefix('.') {
        let (fraction, end) = split_while(after, |at, byte| at < 4 && byte.is_ascii_digit());
        if !fraction.is_empty() {
            length.push('.');
            length.push_str(fraction);
        }
        rest = end;
    }
    if rest.starts_with('%') {
        length.push('%');
    }
    Some(length)
}

/// The octets at the beginning that are wanted, all ASCII, and the rest.
fn split_while(text: &str, is_wanted: impl Fn(usize, u8) -> bool) -> (&str, &str) {
    let mut bytes = text.bytes().enumerate();
    let end = bytes.position(|(at, byte)| !is_wanted(at, byte));
    text.split_at(end.unwrap_or(text.len()))
}

fn coordinates(value: &str) -> Option<String> {
    let is_list = value.len() <= 1000
        && value
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b',' | b' ' | b'.' | b'-'));
    is_list.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_what_they_claim_to_be_or_go() {
        assert_eq!(length(" 50% ").as_deref(), Some("50%"));
        assert_eq!(length("12.5px").as_deref(), Some("12.5"));
        assert_eq!(length("+1").as_deref(), Some("+1"));
        assert_eq!(number("-3").as_deref(), Some("-3"));
        assert_eq!(word("middle").as_deref(), Some("middle"));
        for bad in ["", "abc", "999999", "expression(1)", "%", ".5", "-", "--1", "٣"] {
            assert_eq!(length(bad), None, "{bad}");
        }
        for bad in ["123456", "", "x1", "-"] {
            assert_eq!(number(bad), None, "{bad}");
        }
        assert_eq!(word("a b"), None);
    }

    #[test]
    fn measures_end_where_browsers_stop_reading() {
        for (given, read) in [
            ("5px;", "5"),
            ("100 px", "100"),
            ("1;x", "1"),
            ("1e9", "1"),
            ("50%;", "50%"),
            ("7.", "7"),
            ("7.x", "7"),
            ("1.25.5", "1.25"),
            ("0010", "0010"),
        ] {
            assert_eq!(length(given).as_deref(), Some(read), "{given}");
            assert_eq!(length(read).as_deref(), Some(read), "{read}");
        }
        assert_eq!(number("2;").as_deref(), Some("2"));
    }

    #[test]
    fn classes_are_prefixed_once() {
        assert_eq!(classes("a m-b a x\"y").as_deref(), Some("m-a m-b"));
        assert_eq!(classes(" "), None);
    }
}
