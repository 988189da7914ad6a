//! Selectors: types, classes, ids and a few pseudo-classes, all within the message.

use super::Rejected;
use crate::{
    address::prefixed,
    allow::{Fate, fate},
    filter::BODY_CLASS,
};
use cssparser::{Parser, Token};

/// Selectors of one rule.
const SELECTOR_LIMIT: usize = 100;
/// Tokens of one selector.
const TOKEN_LIMIT: usize = 40;

/// The selectors of a rule that may stay, joined by commas.
pub(super) fn selectors(input: &mut Parser<'_>) -> Result<String, Rejected> {
    let mut kept: Vec<String> = Vec::new();
    let mut current = Some(Selector::default());
    loop {
        let token = input.next_including_whitespace_and_comments().ok().cloned();
        match token {
            Some(Token::Comma) | None => {
                kept.extend(current.take().and_then(Selector::finish));
                current = Some(Selector::default());
                if token.is_none() || kept.len() >= SELECTOR_LIMIT {
                    return Ok(kept.join(","));
                }
            }
            Some(token) => current = current.and_then(|selector| selector.take(&token)),
        }
    }
}

/// What the next identifier is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Expect {
    #[default]
    Anything,
    Class,
    Pseudo,
}

/// A selector being built anew.
#[derive(Default)]
struct Selector {
    css: String,
    expect: Expect,
    tokens: usize,
    /// Its first part names an element, so it is bound to the message; a class or id of ours is so by itself.
    starts_with_type: bool,
}

impl Selector {
    /// `None` when the selector may not stay.
    fn take(mut self, token: &Token<'_>) -> Option<Self> {
        self.tokens += 1;
        if self.tokens > TOKEN_LIMIT {
            return None;
        }
        match (self.expect, token) {
            (Expect::Class, Token::Ident(name)) => self.push_name('.', name)?,
            (Expect::Pseudo, Token::Ident(name)) => self.push_pseudo(name)?,
            (Expect::Anything, Token::Ident(name)) => self.push_type(&name.to_ascii_lowercase())?,
            (Expect::Anything, Token::IDHash(name)) => self.push_name('#', name)?,
            (Expect::Anything, Token::Delim('*')) => self.push_type("*")?,
            (Expect::Anything, Token::Delim('.')) => self.expect = Expect::Class,
            (Expect::Anything, Token::Colon) => self.expect = Expect::Pseudo,
            (Expect::Anything, Token::Delim(sign @ ('>' | '+' | '~'))) => self.push_combinator(*sign)?,
            (Expect::Anything, Token::WhiteSpace(_) | Token::Comment(_)) => self.push_space(),
            _ => return None,
        }
        Some(self)
    }

    fn push_name(&mut self, sign: char, name: &str) -> Option<()> {
        // Only what needs no escapes: a class may hold dots and colons, a selector would have to quote them.
        let is_plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        let name = is_plain.then(|| prefixed(name)).flatten()?;
        self.css.push(sign);
        self.css.push_str(&name);
        self.expect = Expect::Anything;
        Some(())
    }

    fn push_type(&mut self, name: &str) -> Option<()> {
        let is_root = matches!(name, "html" | "body");
        if !is_root && name != "*" && fate(name) != Fate::Keep {
            return None;
        }
        self.starts_with_type |= self.css.is_empty() && !is_root;
        if is_root {
            self.css.push('.');
            self.css.push_str(BODY_CLASS);
        } else {
            self.css.push_str(name);
        }
        Some(())
    }

    fn push_pseudo(&mut self, name: &str) -> Option<()> {
        let name = name.to_ascii_lowercase();
        if name == "root" {
            self.expect = Expect::Anything;
            self.css.push('.');
            self.css.push_str(BODY_CLASS);
            return Some(());
        }
        if !matches!(
            name.as_str(),
            "hover" | "link" | "visited" | "active" | "first-child" | "last-child" | "only-child"
        ) {
            return None;
        }
        self.starts_with_type |= self.css.is_empty();
        self.css.push(':');
        self.css.push_str(&name);
        self.expect = Expect::Anything;
        Some(())
    }

    fn push_combinator(&mut self, sign: char) -> Option<()> {
        let trimmed = self.css.trim_end().len();
        self.css.truncate(trimmed);
        if self.css.is_empty() || self.css.ends_with(['>', '+', '~']) {
            return None;
        }
        self.css.push(sign);
        Some(())
    }

    fn push_space(&mut self) {
        if !self.css.is_empty() && !self.css.ends_with([' ', '>', '+', '~']) {
            self.css.push(' ');
        }
    }

    fn finish(self) -> Option<String> {
        let css = self.css.trim_end();
        if css.is_empty() || css.ends_with(['>', '+', '~']) || self.expect != Expect::Anything {
            return None;
        }
        let root = format!(".{BODY_CLASS}");
        // "html body p" names the root twice.
        let css = css
            .replace(&format!("{root} {root}"), &root)
            .replace(&format!("{root}>{root}"), &root);
        Some(if self.starts_with_type {
            format!("{root} {css}")
        } else {
            css
        })
    }
}
