//! Selectors: types, classes, ids and a few pseudo-classes, all within the message. What keeps them there has no weight
//! of its own, so that one rule wins over another as it did before: a class over a type above all.

use super::{Rejected, rejected};
use crate::{
    address::prefixed,
    allow::{Fate, fate},
    filter::BODY_CLASS,
};
use cssparser::{Parser, Token};

/// In front of a selector that would reach out of the message.
const SCOPE: &str = ":where(.surat-body)";
/// In the place of `body`, with the weight of one type.
const ROOT: &str = "div:where(.surat-body)";
/// Names in an attribute's value.
const NAMES_LIMIT: usize = 10;
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
            Some(Token::Function(name)) => {
                let is_scope = name.eq_ignore_ascii_case("where") && input.parse_nested_block(scope).is_ok();
                current = current.filter(|_| is_scope).and_then(Selector::push_scope);
            }
            Some(Token::SquareBracketBlock) => {
                let attribute = input.parse_nested_block(attribute).ok();
                current = current
                    .zip(attribute)
                    .and_then(|(selector, attribute)| selector.push_attribute(&attribute));
            }
            Some(token) => current = current.and_then(|selector| selector.take(&token)),
        }
    }
}

/// What is in the brackets of [`SCOPE`].
fn scope(input: &mut Parser<'_>) -> Result<(), Rejected> {
    input.expect_delim('.')?;
    // No space between them.
    match input.next_including_whitespace()? {
        Token::Ident(name) if **name == *BODY_CLASS => Ok(input.expect_exhausted()?),
        _ => Err(rejected()),
    }
}

/// `[class=a]`, `[class~=a]`, `[id=a]`, as newsletters write them, with our prefixes.
fn attribute(input: &mut Parser<'_>) -> Result<String, Rejected> {
    let name = input.expect_ident()?.to_ascii_lowercase();
    let sign = match (&*name, input.next()?) {
        ("class" | "id", Token::Delim('=')) => "=",
        ("class", Token::IncludeMatch) => "~=",
        _ => return Err(rejected()),
    };
    let value = input.expect_ident_or_string()?.to_string();
    input.expect_exhausted()?;
    let names: Option<Vec<_>> = value
        .split_ascii_whitespace()
        .take(NAMES_LIMIT)
        .map(plain_name)
        .collect();
    let names = names.filter(|names| !names.is_empty()).ok_or_else(rejected)?;
    Ok(format!("[{name}{sign}\"{}\"]", names.join(" ")))
}

/// A prefixed name that needs no escapes: a class may hold dots and colons, a selector would have to quote them.
fn plain_name(name: &str) -> Option<String> {
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    is_plain.then(|| prefixed(name)).flatten()
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
        let name = plain_name(name)?;
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
        self.css.push_str(if is_root { ROOT } else { name });
        Some(())
    }

    fn push_pseudo(&mut self, name: &str) -> Option<()> {
        let name = name.to_ascii_lowercase();
        if name == "root" {
            self.expect = Expect::Anything;
            self.css.push_str(ROOT);
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

    /// After a colon: what we wrote when this was washed before.
    fn push_scope(mut self) -> Option<Self> {
        if self.expect != Expect::Pseudo {
            return None;
        }
        self.tokens += 1;
        // Its first part is bound to the message by this.
        let is_first = !self.css.contains([' ', '>', '+', '~']);
        self.starts_with_type &= !is_first;
        self.css.push_str(SCOPE);
        self.expect = Expect::Anything;
        Some(self)
    }

    fn push_attribute(mut self, css: &str) -> Option<Self> {
        self.tokens += 1;
        if self.expect != Expect::Anything || self.tokens > TOKEN_LIMIT {
            return None;
        }
        self.starts_with_type |= self.css.is_empty();
        self.css.push_str(css);
        Some(self)
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
        // "html body p" names the root twice.
        let css = css
            .replace(&format!("{ROOT} {ROOT}"), ROOT)
            .replace(&format!("{ROOT}>{ROOT}"), ROOT);
        Some(if self.starts_with_type {
            format!("{SCOPE} {css}")
        } else {
            css
        })
    }
}
