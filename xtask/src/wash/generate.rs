//! HTML that nobody would write: made by a grammar, or of the seeds by changing and joining them. The same for the same
//! seed, number and seeds.

use super::words::{ATTRIBUTES, ELEMENTS, ENTITIES, ODDITIES, PIECES, SPACES, VALUES};
use crate::wash::generate_css::Css;
use fastrand::Rng;

/// Octets of a seed that are used at once; large messages would slow everything down.
const WINDOW: usize = 1500;
/// Octets after which the grammar comes to an end.
const LENGTH: usize = 1200;
/// Elements inside each other.
const DEPTH: usize = 12;

/// The input of this number.
pub(super) fn input(seed: u64, index: u64, seeds: &[String]) -> String {
    // Numbers beside each other begin differently.
    let mut random = Rng::with_seed(seed.rotate_left(32) ^ index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut html = match random.u8(0..10) {
        0..=4 => grammar(&mut random),
        5..=7 => window(&mut random, seeds),
        _ => {
            let (one, other) = (window(&mut random, seeds), grammar(&mut random));
            spliced(&mut random, &one, &other)
        }
    };
    for _ in 0..random.usize(0..4) {
        html = changed(&mut random, &html);
    }
    html
}

/// One of a list that is never empty.
pub(super) fn one_of<'a>(random: &mut Rng, list: &[&'a str]) -> &'a str {
    random.choice(list).copied().unwrap_or_default()
}

fn grammar(random: &mut Rng) -> String {
    let mut grammar = Grammar {
        random,
        html: String::new(),
    };
    for _ in 0..grammar.random.usize(1..6) {
        grammar.node(0);
    }
    grammar.html
}

/// HTML in the making.
struct Grammar<'a> {
    random: &'a mut Rng,
    html: String,
}

impl Grammar<'_> {
    fn node(&mut self, depth: usize) {
        if self.html.len() > LENGTH {
            return;
        }
        match self.random.u8(0..20) {
            0..=10 if depth < DEPTH => self.element(depth),
            0..=13 => self.text(),
            14 | 15 => self.style(),
            16 => self.push_one_of(PIECES),
            17 => {
                self.html.push_str("</");
                self.push_name();
                self.html.push('>');
            }
            _ => {
                self.push_one_of(PIECES);
                self.node(depth);
            }
        }
    }

    fn element(&mut self, depth: usize) {
        let from = self.html.len() + 1;
        self.html.push('<');
        self.push_name();
        let name = self.html[from..].to_owned();
        for _ in 0..self.random.usize(0..4) {
            self.attribute();
        }
        self.html.push_str(match self.random.u8(0..12) {
            0 => "/>",
            1 => " / >",
            _ => ">",
        });
        for _ in 0..self.random.usize(0..4) {
            self.node(depth + 1);
        }
        // Some stay open, some are closed by another name.
        match self.random.u8(0..8) {
            0 => {}
            1 => {
                self.html.push_str("</");
                self.push_name();
                self.html.push('>');
            }
            _ => self.html.push_str(&format!("</{name}>")),
        }
    }

    /// Neighbours of the list belong together, so they are often chosen together.
    fn push_name(&mut self) {
        let group = self.random.choice(ELEMENTS).copied().unwrap_or_default();
        let name = one_of(self.random, group);
        if self.random.u8(0..10) == 0 {
            self.html.push_str(&name.to_ascii_uppercase());
        } else {
            self.html.push_str(name);
        }
    }

    fn attribute(&mut self) {
        self.push_one_of(SPACES);
        let name = one_of(self.random, ATTRIBUTES);
        self.html.push_str(name);
        let value = self.value(name);
        match self.random.u8(0..12) {
            0 => {}
            1 => self.html.push_str(&format!("={value}")),
            2..=5 => self.html.push_str(&format!("='{value}'")),
            6 => self.html.push_str(&format!(" = \"{value}\"")),
            7 => self.html.push_str(&format!("=\"{value}")),
            8 => self.html.push_str(&format!("=`{value}`")),
            _ => self.html.push_str(&format!("=\"{}\"", value.replace('"', "&quot;"))),
        }
    }

    fn value(&mut self, name: &str) -> String {
        let mut value = match name {
            "style" => Css::new(self.random).declarations(),
            _ => one_of(self.random, VALUES).to_owned(),
        };
        if self.random.u8(0..5) == 0 {
            value.push_str(one_of(self.random, ENTITIES));
        }
        if self.random.u8(0..8) == 0 {
            value.insert_str(0, one_of(self.random, ODDITIES));
        }
        value
    }

    fn text(&mut self) {
        for _ in 0..self.random.usize(1..4) {
            let list = match self.random.u8(0..4) {
                0 => ENTITIES,
                1 => ODDITIES,
                _ => VALUES,
            };
            self.push_one_of(list);
        }
    }

    fn style(&mut self) {
        let css = Css::new(self.random).sheet();
        self.html.push_str(&format!("<style>{css}"));
        if self.random.u8(0..10) > 0 {
            self.html.push_str("</style>");
        }
    }

    fn push_one_of(&mut self, list: &[&str]) {
        self.html.push_str(one_of(self.random, list));
    }
}

/// A piece of a seed, whole if it is small.
fn window(random: &mut Rng, seeds: &[String]) -> String {
    let Some(seed) = random.choice(seeds) else {
        return grammar(random);
    };
    let from = match seed.len() > WINDOW {
        true => random.usize(0..seed.len() - WINDOW),
        false => 0,
    };
    let (from, to) = (seed.floor_char_boundary(from), seed.floor_char_boundary(from + WINDOW));
    seed[from..to].to_owned()
}

/// One put into the other.
fn spliced(random: &mut Rng, one: &str, other: &str) -> String {
    let at = place(random, one);
    format!("{}{other}{}", &one[..at], &one[at..])
}

/// Somewhere; behind a bracket or a quote more often than elsewhere.
fn place(random: &mut Rng, html: &str) -> usize {
    let at = html.floor_char_boundary(random.usize(0..=html.len()));
    let next = html[at..].find(['<', '>', '"', '\'', '&', ';', '{', '}']);
    match (random.bool(), next) {
        (true, Some(next)) => at + next + usize::from(random.bool()),
        _ => at,
    }
}

/// The same with one change.
fn changed(random: &mut Rng, html: &str) -> String {
    let (one, other) = (place(random, html), place(random, html));
    let (from, to) = (one.min(other), one.max(other));
    let near = html.floor_char_boundary(to.min(from + 12));
    let insert = |text: &str| format!("{}{text}{}", &html[..from], &html[from..]);
    match random.u8(0..9) {
        0 => format!("{}{}", &html[..from], &html[near.max(from)..]),
        1 => format!("{}{}", &html[..from], &html[to..]),
        2 => insert(&html[from..to]),
        3 => insert(one_of(random, ODDITIES)),
        4 => insert(one_of(random, PIECES)),
        5 => insert(one_of(random, ENTITIES)),
        6 => insert(&format!("<{}>", one_of(random, ELEMENTS.concat().as_slice()))),
        7 => insert(&format!("</{}>", one_of(random, ELEMENTS.concat().as_slice()))),
        _ => html[..to].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn an_input_is_made_again_from_seed_and_number() {
        let seeds = ["<p>satu</p>".repeat(300), "<b>ä</b>".to_owned()];

        let once: Vec<_> = (0..500).map(|index| input(7, index, &seeds)).collect();

        assert!(
            once.iter()
                .zip(0..)
                .all(|(html, index)| input(7, index, &seeds) == *html)
        );
        let different: HashSet<_> = once.iter().collect();
        assert!(different.len() > 400, "{}", different.len());
        assert_ne!(once[0], input(8, 0, &seeds));
    }

    #[test]
    fn every_kind_of_trouble_comes_up() {
        let all: String = (0..3000).map(|index| input(1, index, &[])).collect();

        for piece in [
            "<svg",
            "<math",
            "<template",
            "<select",
            "<plaintext",
            "<annotation-xml",
            "<![CDATA[",
            "<?",
            "<!--",
            "\0",
            "@media",
            "url(",
            "<table",
            "foreignObject",
            "&#",
            "<noscript",
            "<textarea",
        ] {
            assert!(all.contains(piece), "{piece}");
        }
    }
}
