//! Style sheets: rules, and `@media` where it is simple. Every other at-rule goes.

use super::{Rejected, block, rejected, selector};
use crate::address::Addresses;
use cssparser::{Delimiter, Parser, ToCss, Token};
use std::cell::Cell;

/// Rules of one sheet, those inside `@media` included.
const RULE_LIMIT: usize = 5000;
/// Tokens of a media query.
const QUERY_TOKENS: usize = 60;

/// The washed style sheet, for these media.
pub(crate) fn sheet(media: &str, css: &str, addresses: &Addresses<'_>, has_colours: &Cell<bool>) -> String {
    let mut sheet = Sheet {
        addresses,
        has_colours,
        css: String::new(),
        rules: 0,
    };
    let media = media.trim();
    if ["", "all", "screen"].iter().any(|all| media.eq_ignore_ascii_case(all)) {
        sheet.rules(&mut Parser::new(css), false);
        return sheet.css;
    }
    let query = queries(&mut Parser::new(media)).ok().filter(|query| !query.is_empty());
    let Some(query) = query else { return String::new() };
    sheet.rules(&mut Parser::new(css), true);
    if sheet.css.is_empty() {
        return String::new();
    }
    format!("@media {query}{{{}}}", sheet.css)
}

struct Sheet<'a> {
    addresses: &'a Addresses<'a>,
    has_colours: &'a Cell<bool>,
    css: String,
    rules: usize,
}

impl Sheet<'_> {
    fn rules(&mut self, input: &mut Parser<'_>, is_in_media: bool) {
        while self.rules < RULE_LIMIT {
            self.rules += 1;
            let start = input.state();
            match input.next() {
                Err(_) => return,
                Ok(Token::CDO | Token::CDC | Token::Semicolon) => {}
                Ok(Token::AtKeyword(name)) => {
                    let is_media = name.eq_ignore_ascii_case("media") && !is_in_media;
                    self.at_rule(input, is_media);
                }
                Ok(_) => {
                    input.reset(&start);
                    self.rule(input);
                }
            }
        }
    }

    fn at_rule(&mut self, input: &mut Parser<'_>, is_media: bool) {
        let query = input.parse_until_before(Delimiter::CurlyBracketBlock | Delimiter::Semicolon, queries);
        if !matches!(input.next(), Ok(Token::CurlyBracketBlock)) {
            return;
        }
        let query = query.ok().filter(|query| is_media && !query.is_empty());
        let parsed: Result<(), Rejected> = input.parse_nested_block(|input| {
            let query = query.ok_or_else(rejected)?;
            let before = self.css.len();
            self.css.push_str(&format!("@media {query}{{"));
            let start = self.css.len();
            self.rules(input, true);
            if self.css.len() == start {
                self.css.truncate(before);
            } else {
                self.css.push('}');
            }
            Ok(())
        });
        // A block that is left out has nothing to tell.
        drop(parsed);
    }

    fn rule(&mut self, input: &mut Parser<'_>) {
        let selectors = input.parse_until_before(Delimiter::CurlyBracketBlock, selector::selectors);
        if !matches!(input.next(), Ok(Token::CurlyBracketBlock)) {
            return;
        }
        let parsed: Result<(), Rejected> = input.parse_nested_block(|input| {
            let selectors = selectors
                .ok()
                .filter(|selectors| !selectors.is_empty())
                .ok_or_else(rejected)?;
            let mut declarations = String::new();
            block(input, self.addresses, self.has_colours, &mut declarations);
            if !declarations.is_empty() {
                self.css.push_str(&format!("{selectors}{{{declarations}}}"));
            }
            Ok(())
        });
        drop(parsed);
    }
}

/// The media queries that may stay, joined by commas.
fn queries(input: &mut Parser<'_>) -> Result<String, Rejected> {
    let kept = input.parse_comma_separated_ignoring_errors(query);
    Ok(kept
        .into_iter()
        .filter(|query| !query.is_empty())
        .collect::<Vec<_>>()
        .join(","))
}

/// A media query of types and of widths. Everything about colour schemes goes: the frame's own
/// theme is not the system's.
fn query(input: &mut Parser<'_>) -> Result<String, Rejected> {
    let mut css = String::new();
    for _ in 0..QUERY_TOKENS {
        let Ok(token) = input.next_including_whitespace_and_comments().cloned() else {
            return Ok(css.trim().to_owned());
        };
        match token {
            Token::WhiteSpace(_) | Token::Comment(_) if css.ends_with(' ') || css.is_empty() => {}
            Token::WhiteSpace(_) | Token::Comment(_) => css.push(' '),
            Token::Ident(word) => {
                let word = word.to_ascii_lowercase();
                if !matches!(word.as_str(), "all" | "screen" | "print" | "only" | "and") {
                    return Err(rejected());
                }
                css.push_str(&word);
            }
            Token::ParenthesisBlock => {
                let feature = input.parse_nested_block(feature)?;
                css.push_str(&feature);
            }
            _ => return Err(rejected()),
        }
    }
    Err(rejected())
}

/// `(min-width: 480px)` and its like.
fn feature(input: &mut Parser<'_>) -> Result<String, Rejected> {
    let name = input.expect_ident()?.to_ascii_lowercase();
    if !matches!(
        name.as_str(),
        "min-width" | "max-width" | "width" | "min-device-width" | "max-device-width"
    ) {
        return Err(rejected());
    }
    input.expect_colon()?;
    let value = match input.next()? {
        token @ Token::Dimension { unit, .. } if matches!(&*unit.to_ascii_lowercase(), "px" | "em" | "rem") => {
            token.to_css_string()
        }
        token @ Token::Number { .. } => token.to_css_string(),
        _ => return Err(rejected()),
    };
    input.expect_exhausted()?;
    Ok(format!("({name}:{value})"))
}
