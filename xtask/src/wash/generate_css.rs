//! CSS that nobody would write: rules, declarations and tokens in odd order.

use super::{
    generate::one_of,
    words_css::{AT_RULES, CSS_ODDITIES, CSS_VALUES, PROPERTIES, SELECTORS},
};
use fastrand::Rng;

/// CSS in the making.
pub(super) struct Css<'a> {
    random: &'a mut Rng,
    css: String,
}

impl<'a> Css<'a> {
    pub(super) fn new(random: &'a mut Rng) -> Self {
        Self {
            random,
            css: String::new(),
        }
    }

    /// A style sheet.
    pub(super) fn sheet(mut self) -> String {
        for _ in 0..self.random.usize(1..5) {
            match self.random.u8(0..10) {
                0 => self.push_one_of(AT_RULES),
                1 => {
                    self.push_one_of(AT_RULES);
                    self.rule();
                    self.css.push('}');
                }
                2 => self.push_one_of(CSS_ODDITIES),
                _ => self.rule(),
            }
        }
        self.css
    }

    /// The content of a `style` attribute.
    pub(super) fn declarations(mut self) -> String {
        self.block();
        self.css
    }

    fn rule(&mut self) {
        for _ in 0..self.random.usize(1..5) {
            self.push_one_of(SELECTORS);
            self.push_one_of(&["", " ", ",", ">", "+", "~", "/**/", "  "]);
        }
        self.css.push('{');
        self.block();
        self.push_one_of(&["}", "}", "}", "}", "", "}}", ";}"]);
    }

    fn block(&mut self) {
        for _ in 0..self.random.usize(1..5) {
            self.push_one_of(PROPERTIES);
            self.push_one_of(&[":", ":", ": ", " : ", ""]);
            for _ in 0..self.random.usize(1..4) {
                let list = match self.random.u8(0..8) {
                    0 => CSS_ODDITIES,
                    _ => CSS_VALUES,
                };
                self.push_one_of(list);
                self.push_one_of(&[" ", "", ",", "/", " /**/ "]);
            }
            self.push_one_of(&[";", ";", ";", "", "!important;", " ! important ;"]);
        }
    }

    fn push_one_of(&mut self, list: &[&str]) {
        self.css.push_str(one_of(self.random, list));
    }
}
