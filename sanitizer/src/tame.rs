//! Cuts attributes that nobody needs before the tokenizer sees them: it compares each name with
//! all before it, so one tag with a million attributes would keep it busy for hours.

use crate::allow::is_raw;
use std::borrow::Cow;

/// Attributes of one tag that are kept.
const ATTRIBUTE_LIMIT: usize = 100;

/// The same HTML, each tag with its first 100 attributes. Finds tags as the HTML standard's
/// tokenizer does, together with [`crate::filter`], which decides what is raw text.
pub(crate) fn tame(html: &str) -> Cow<'_, str> {
    let mut scanner = Scanner {
        bytes: html.as_bytes(),
        at: 0,
    };
    let mut tamed = String::new();
    let mut copied = 0;
    while let Some(cut) = scanner.next_bomb() {
        tamed.push_str(&html[copied..cut.start]);
        copied = cut.end;
    }
    if copied == 0 {
        return Cow::Borrowed(html);
    }
    tamed.push_str(&html[copied..]);
    Cow::Owned(tamed)
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    /// The range of the next surplus of attributes.
    fn next_bomb(&mut self) -> Option<std::ops::Range<usize>> {
        loop {
            self.skip_to(|byte| byte == b'<');
            self.at += 1;
            match (self.peek(0)?, self.peek(1)) {
                (b'a'..=b'z' | b'A'..=b'Z', _) => {
                    if let Some(cut) = self.tag(true) {
                        return Some(cut);
                    }
                }
                (b'/', Some(b'a'..=b'z' | b'A'..=b'Z')) => {
                    self.at += 1;
                    if let Some(cut) = self.tag(false) {
                        return Some(cut);
                    }
                }
                (b'!', Some(b'-')) if self.peek(2) == Some(b'-') => self.comment(),
                (b'!' | b'?' | b'/', _) => self.skip_past_bracket(),
                _ => {}
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn skip_to(&mut self, is_it: impl Fn(u8) -> bool) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|byte| is_it(*byte)).unwrap_or(rest.len());
    }

    fn skip_past_bracket(&mut self) {
        self.skip_to(|byte| byte == b'>');
        self.at += 1;
    }

    /// After `<!` with `--` ahead: up to `-->` or `--!>`; `<!-->` and `<!--->` end at once.
    fn comment(&mut self) {
        self.at += 3;
        if self.peek(0) == Some(b'>') || (self.peek(0), self.peek(1)) == (Some(b'-'), Some(b'>')) {
            return;
        }
        while self.at < self.bytes.len() {
            self.skip_to(|byte| byte == b'-');
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            if rest.starts_with(b"-->") || rest.starts_with(b"--!>") {
                return;
            }
            self.at += 1;
        }
    }

    /// At a tag's name: goes past the tag, and past the raw text behind it. Gives the range of
    /// surplus attributes.
    fn tag(&mut self, is_start: bool) -> Option<std::ops::Range<usize>> {
        let name_from = self.at;
        self.skip_to(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
        let name = self
            .bytes
            .get(name_from..self.at)
            .unwrap_or_default()
            .to_ascii_lowercase();
        let (mut count, mut cut_from, mut value_end) = (0, None, self.at);
        loop {
            self.skip_to(|byte| !byte.is_ascii_whitespace() && byte != b'/');
            if self.peek(0).is_none_or(|byte| byte == b'>') {
                break;
            }
            if count == ATTRIBUTE_LIMIT {
                cut_from = Some(self.at);
            }
            count += 1;
            self.attribute();
            value_end = self.at;
        }
        // A slash right before the bracket, and not as the last character of an unquoted value.
        let is_self_closing = self
            .bytes
            .get(value_end..self.at)
            .is_some_and(|between| between.ends_with(b"/"));
        let cut = cut_from.map(|from| from..self.at.min(self.bytes.len()));
        // What is cut takes the slash along.
        if is_start && is_raw(&name) && (cut.is_some() || !is_self_closing) {
            self.raw_text(&name);
        }
        cut
    }

    fn attribute(&mut self) {
        self.at += 1;
        self.skip_to(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'='));
        let end_of_name = self.at;
        self.skip_to(|byte| !byte.is_ascii_whitespace());
        if self.peek(0) != Some(b'=') {
            self.at = end_of_name;
            return;
        }
        self.at += 1;
        self.skip_to(|byte| !byte.is_ascii_whitespace());
        match self.peek(0) {
            Some(quote @ (b'"' | b'\'')) => {
                self.at += 1;
                self.skip_to(|byte| byte == quote);
                self.at += 1;
            }
            Some(b'>') | None => {}
            Some(_) => self.skip_to(|byte| byte.is_ascii_whitespace() || byte == b'>'),
        }
    }

    /// Up to the end tag of that name.
    fn raw_text(&mut self, name: &[u8]) {
        while self.at < self.bytes.len() {
            self.skip_to(|byte| byte == b'<');
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let end = rest
                .strip_prefix(b"</")
                .and_then(|rest| rest.split_at_checked(name.len()));
            let is_end = end.is_some_and(|(found, rest)| {
                found.eq_ignore_ascii_case(name)
                    && rest
                        .first()
                        .is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))
            });
            if is_end {
                return;
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(count: usize) -> String {
        (0..count).map(|n| format!(" a{n}=\"x>y\"")).collect()
    }

    #[test]
    fn usual_html_is_left_alone() {
        for html in [
            "",
            "<",
            "<p a=b>x</p>",
            "<!-- <p -->",
            "<style>a<b</style>",
            "<p a='>'",
            "</",
            "<!",
            "<!-",
            "<p a=",
        ] {
            assert!(matches!(tame(html), Cow::Borrowed(_)), "{html}");
        }
    }

    #[test]
    fn surplus_attributes_are_cut_and_the_rest_stays() {
        let html = format!("a<p{}>b<br{}/>c", attributes(150), attributes(120));

        assert_eq!(
            tame(&html),
            format!("a<p{} >b<br{} >c", attributes(100), attributes(100))
        );
    }

    #[test]
    fn a_slash_at_the_end_of_a_value_closes_nothing() {
        let html = format!("<style a=b/><p x=\"></style><p{}>", attributes(200));

        assert!(matches!(tame(&html), Cow::Owned(_)));
    }

    #[test]
    fn raw_text_and_comments_do_not_count() {
        let html = format!(
            "<style><x{}></style><!-- <x{}> --><title>",
            attributes(200),
            attributes(200)
        );

        assert!(matches!(tame(&html), Cow::Borrowed(_)));
    }
}
