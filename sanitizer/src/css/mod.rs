//! CSS, read with `cssparser` and built anew from an allow-list: nothing is ever passed through.

mod property;
mod selector;
mod sheet;
mod value;

pub(crate) use sheet::sheet;

use crate::address::Addresses;
use cssparser::{BasicParseErrorKind, Delimiter, ParseError, Parser, Token};
use std::cell::Cell;
use value::Value;

/// Declarations in one block.
const DECLARATION_LIMIT: usize = 200;
/// Octets of one `style` attribute.
const ATTRIBUTE_LIMIT: usize = 32 << 10;

/// Why a piece of CSS is left out. It has no story to tell.
pub(super) type Rejected = ParseError<()>;

pub(super) fn rejected() -> Rejected {
    ParseError::from(cssparser::BasicParseError::new(BasicParseErrorKind::UnexpectedToken))
}

/// The washed content of a `style` attribute; `None` when nothing is left.
pub(crate) fn declarations(css: &str, addresses: &Addresses<'_>, has_colours: &Cell<bool>) -> Option<String> {
    if css.len() > ATTRIBUTE_LIMIT {
        return None;
    }
    let mut washed = String::new();
    block(&mut Parser::new(css), addresses, has_colours, &mut washed);
    (!washed.is_empty()).then_some(washed)
}

/// Washes declarations up to the end of the block.
fn block(input: &mut Parser<'_>, addresses: &Addresses<'_>, has_colours: &Cell<bool>, washed: &mut String) {
    for _ in 0..DECLARATION_LIMIT {
        input.skip_whitespace();
        if input.is_exhausted() {
            return;
        }
        let declaration = input.parse_until_after(Delimiter::Semicolon, |input| declaration(input, addresses));
        let Ok((name, value)) = declaration else { continue };
        has_colours.set(has_colours.get() || property::paints(&name, &value));
        if !washed.is_empty() {
            washed.push(';');
        }
        washed.push_str(&name);
        washed.push(':');
        washed.push_str(&value);
    }
}

fn declaration(input: &mut Parser<'_>, addresses: &Addresses<'_>) -> Result<(String, String), Rejected> {
    let name = match input.next()? {
        Token::Ident(name) => name.to_ascii_lowercase(),
        _ => return Err(rejected()),
    };
    input.expect_colon()?;
    let images = property::images(&name).ok_or_else(rejected)?;
    let mut value = Value::new(addresses, images);
    value.read(input, 0)?;
    let value = value.finish().ok_or_else(rejected)?;
    Ok((name, value))
}

#[cfg(test)]
mod tests;
