//! Values of properties, token by token.

use super::{Rejected, property::Images, rejected};
use crate::address::Addresses;
use cssparser::{Parser, ToCss, Token};

/// Functions inside each other.
const DEPTH_LIMIT: usize = 6;
/// Tokens of one value.
const TOKEN_LIMIT: usize = 300;
/// Largest number: beyond it, it is a trick and no measure.
const NUMBER_LIMIT: f32 = 10_000.0;

/// A value being built anew.
pub(super) struct Value<'a> {
    addresses: &'a Addresses<'a>,
    images: Images,
    css: String,
    tokens: usize,
}

impl<'a> Value<'a> {
    pub(super) fn new(addresses: &'a Addresses<'a>, images: Images) -> Self {
        Self {
            addresses,
            images,
            css: String::new(),
            tokens: 0,
        }
    }

    /// The value, if there is one.
    pub(super) fn finish(self) -> Option<String> {
        let css = self.css.trim();
        (!css.is_empty()).then(|| css.to_owned())
    }

    /// Reads all tokens up to the end of the declaration or function.
    pub(super) fn read(&mut self, input: &mut Parser<'_>, depth: usize) -> Result<(), Rejected> {
        if depth > DEPTH_LIMIT {
            return Err(rejected());
        }
        while let Ok(token) = input.next_including_whitespace_and_comments() {
            self.tokens += 1;
            if self.tokens > TOKEN_LIMIT {
                return Err(rejected());
            }
            match token.clone() {
                Token::Function(name) => self.function(&name.to_ascii_lowercase(), input, depth)?,
                token => self.token(&token)?,
            }
        }
        Ok(())
    }

    fn token(&mut self, token: &Token<'_>) -> Result<(), Rejected> {
        match token {
            Token::WhiteSpace(_) | Token::Comment(_) => {
                if !self.css.ends_with([' ', '(']) && !self.css.is_empty() {
                    self.css.push(' ');
                }
            }
            Token::Ident(name) if is_word(name) => self.css.push_str(name),
            Token::QuotedString(text) if is_name(text) => {
                self.css.push_str(&format!("'{text}'"));
            }
            Token::Hash(digits) | Token::IDHash(digits) if digits.bytes().all(|b| b.is_ascii_hexdigit()) => {
                self.css.push('#');
                self.css.push_str(digits);
            }
            Token::Number { value, .. } if value.abs() <= NUMBER_LIMIT => self.push(token),
            Token::Percentage { unit_value, .. } if unit_value.abs() <= NUMBER_LIMIT => self.push(token),
            Token::Dimension { value, unit, .. } if value.abs() <= NUMBER_LIMIT && is_unit(unit) => self.push(token),
            Token::Comma => self.css.push(','),
            Token::Delim(sign @ ('/' | '+' | '-' | '*' | '!')) => self.css.push(*sign),
            Token::UnquotedUrl(address) => self.image(address)?,
            _ => return Err(rejected()),
        }
        Ok(())
    }

    fn push(&mut self, token: &Token<'_>) {
        self.css.push_str(&token.to_css_string());
    }

    fn function(&mut self, name: &str, input: &mut Parser<'_>, depth: usize) -> Result<(), Rejected> {
        if name == "url" {
            let address = input.parse_nested_block(|input| Ok::<_, Rejected>(input.expect_string()?.to_string()))?;
            return self.image(&address);
        }
        if !is_function(name) {
            return Err(rejected());
        }
        self.css.push_str(name);
        self.css.push('(');
        input.parse_nested_block(|input| self.read(input, depth + 1))?;
        self.css.push(')');
        Ok(())
    }

    /// An image, rewritten; `none` in its place when it is blocked, so that the colours beside it stay.
    fn image(&mut self, address: &str) -> Result<(), Rejected> {
        if self.images == Images::Never {
            return Err(rejected());
        }
        match self.addresses.image(address) {
            Some(address) => self.css.push_str(&format!("url(\"{address}\")")),
            None => self.css.push_str("none"),
        }
        Ok(())
    }
}

fn is_word(name: &str) -> bool {
    name.len() <= 64 && name.chars().all(is_word_character)
}

/// A name with spaces, as fonts have: "Calibri (Body)". Nothing in it looks like a function, whoever reads it.
fn is_name(text: &str) -> bool {
    let mut before = ' ';
    text.chars().all(|c| {
        let is_call = c == '(' && is_word_character(before);
        before = c;
        !is_call && (is_word_character(c) || " .,()".contains(c))
    })
}

fn is_word_character(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_')
}

/// Units that do not depend on the frame's height: the app makes the frame as high as its content,
/// so `vh` would grow without end.
fn is_unit(unit: &str) -> bool {
    const UNITS: [&str; 17] = [
        "px", "pt", "pc", "in", "cm", "mm", "q", "em", "rem", "ex", "ch", "vw", "deg", "rad", "grad", "turn", "fr",
    ];
    UNITS.iter().any(|known| unit.eq_ignore_ascii_case(known))
}

fn is_function(name: &str) -> bool {
    matches!(
        name,
        "rgb"
            | "rgba"
            | "hsl"
            | "hsla"
            | "hwb"
            | "lab"
            | "lch"
            | "oklab"
            | "oklch"
            | "calc"
            | "min"
            | "max"
            | "clamp"
            | "linear-gradient"
            | "radial-gradient"
            | "repeating-linear-gradient"
            | "repeating-radial-gradient"
    )
}
