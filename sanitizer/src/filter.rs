//! Between tokenizer and tree: drops what may not be shown, washes the rest, and keeps bounds.

use crate::{
    address::Addresses,
    allow::{Fate, breaks_out, fate, is_active},
    attribute::{self, value},
    css,
    pass::Pass,
    tame,
    tree::Tree,
};
use html5ever::{
    Attribute, LocalName, QualName,
    buffer_queue::BufferQueue,
    interface::{ElementFlags, TokenizerResult, TreeSink},
    local_name, ns,
    tendril::StrTendril,
    tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind},
    tree_builder::{TreeBuilder, TreeBuilderOpts},
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// Class of the `div` that stands for the message's `body`.
pub(crate) const BODY_CLASS: &str = "surat-body";

/// Elements inside each other. Newsletters reach 80, long discussions 150.
const DEPTH_LIMIT: usize = 256;
/// Elements in all. The largest newsletters have 20,000.
const ELEMENT_LIMIT: usize = 200_000;
/// Octets of attributes in all.
const ATTRIBUTES_LIMIT: usize = 16 << 20;
/// Octets of style sheets. The largest newsletters have 100,000.
const STYLE_LIMIT: usize = 256 << 10;

/// Style sheets; what follows goes into the last one.
const STYLES_LIMIT: usize = 50;

/// Washes once.
pub(crate) fn pass(html: &str, addresses: &Addresses<'_>) -> Pass {
    let html = tame::tame(html);
    let marks = Rc::new(Marks::default());
    let tokenizer = Tokenizer::new(Filter::new(addresses, Rc::clone(&marks)), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(&html));
    while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    tokenizer.end();
    let filter = tokenizer.sink;
    let sheets = filter.styles.into_inner();
    let style: String = sheets
        .iter()
        .map(|sheet| css::sheet(&sheet.media, &sheet.css, addresses, &marks.has_colours))
        .collect();
    let body = filter.body.into_inner();
    let nodes = filter.builder.sink.into_nodes();
    Pass::new(style, &body, nodes, &marks)
}

/// What is noticed on the way.
#[derive(Default)]
pub(crate) struct Marks {
    pub(crate) has_colours: Cell<bool>,
    /// Elements that go and that could have done something.
    pub(crate) active: Cell<u32>,
}

/// A style sheet of the message.
struct Sheet {
    media: String,
    css: String,
}

impl Sheet {
    fn new(attributes: &[Attribute]) -> Self {
        let kind = value(attributes, "type");
        let is_css = kind.is_empty() || kind.eq_ignore_ascii_case("text/css");
        Self {
            // To browsers, what says to be of another kind is no style sheet.
            media: if is_css {
                value(attributes, "media").to_owned()
            } else {
                "not all".to_owned()
            },
            css: String::new(),
        }
    }
}

/// The sink between html5ever's two halves.
struct Filter<'a> {
    builder: TreeBuilder<usize, Tree>,
    addresses: &'a Addresses<'a>,
    marks: Rc<Marks>,
    /// The element that is being dropped with its content, and how often it is open.
    dropping: RefCell<Option<(LocalName, usize)>>,
    /// The element whose raw text is being read.
    raw: RefCell<Option<LocalName>>,
    /// Text that waits for the next tag, and its line.
    pending: RefCell<(StrTendril, u64)>,
    styles: RefCell<Vec<Sheet>>,
    body: RefCell<Vec<Attribute>>,
}

impl<'a> Filter<'a> {
    fn new(addresses: &'a Addresses<'a>, marks: Rc<Marks>) -> Self {
        let tree = Tree::new();
        let context = QualName::new(None, ns!(html), local_name!("div"));
        let context = tree.create_element(context, Vec::new(), ElementFlags::default());
        let builder = TreeBuilder::new_for_fragment(tree, context, None, TreeBuilderOpts::default());
        Self {
            builder,
            addresses,
            marks,
            dropping: RefCell::default(),
            raw: RefCell::default(),
            pending: RefCell::default(),
            styles: RefCell::default(),
            body: RefCell::default(),
        }
    }

    fn start(&self, mut tag: Tag, line: u64) -> TokenSinkResult<usize> {
        if tag.name == local_name!("image") {
            tag.name = local_name!("img");
        }
        if is_active(&tag.name, value(&tag.attrs, "type")) {
            self.marks.active.set(self.marks.active.get().saturating_add(1));
        }
        let fate = fate(&tag.name);
        // Content of these is text to the tokenizer even where all is dropped.
        if fate == Fate::Raw && !tag.self_closing {
            if tag.name == local_name!("style") && self.styles.borrow().len() < STYLES_LIMIT {
                self.styles.borrow_mut().push(Sheet::new(&tag.attrs));
            }
            self.raw.replace(Some(tag.name));
            return TokenSinkResult::RawData(RawKind::Rawtext);
        }
        if self.is_dropped(&tag) {
            return TokenSinkResult::Continue;
        }
        match fate {
            Fate::Keep => self.keep(tag, line),
            Fate::Drop => self.drop_from(tag.name),
            Fate::DropForeign if !tag.self_closing => self.drop_from(tag.name),
            Fate::Unwrap if tag.name == local_name!("body") => self.take_body(&tag.attrs),
            Fate::Unwrap | Fate::DropForeign | Fate::DropVoid | Fate::Raw => {}
        }
        TokenSinkResult::Continue
    }

    /// Inside an element that goes with its content? Counts it when it is of the same name.
    fn is_dropped(&self, tag: &Tag) -> bool {
        let mut dropping = self.dropping.borrow_mut();
        let Some((name, open)) = dropping.as_mut() else {
            return false;
        };
        if fate(name) == Fate::DropForeign && breaks_out(&tag.name) {
            *dropping = None;
            return false;
        }
        if *name == tag.name && !tag.self_closing {
            *open += 1;
        }
        true
    }

    fn drop_from(&self, name: LocalName) {
        self.dropping.replace(Some((name, 1)));
    }

    /// Hands a washed tag on, unless there are too many elements, or too deep ones.
    fn keep(&self, mut tag: Tag, line: u64) {
        let tree = &self.builder.sink;
        let is_deep = tree.depth() > DEPTH_LIMIT && !crate::allow::is_void(&tag.name);
        if is_deep || self.is_full() {
            return;
        }
        tag.attrs = attribute::wash(&tag.name, &tag.attrs, self.addresses, &self.marks.has_colours);
        tag.self_closing = false;
        self.forward(Token::TagToken(tag), line);
    }

    /// From here on only text is taken.
    fn is_full(&self) -> bool {
        let tree = &self.builder.sink;
        tree.elements() > ELEMENT_LIMIT || tree.attribute_octets() > ATTRIBUTES_LIMIT
    }

    /// The attributes of `body` go to the `div` that stands for it; the first ones count.
    fn take_body(&self, attributes: &[Attribute]) {
        let mut body = self.body.borrow_mut();
        for attribute in attribute::wash(
            &local_name!("body"),
            attributes,
            self.addresses,
            &self.marks.has_colours,
        ) {
            if !body.iter().any(|present| present.name == attribute.name) {
                body.push(attribute);
            }
        }
    }

    fn end(&self, tag: Tag, line: u64) {
        let is_raw_end = self.raw.borrow().as_ref() == Some(&tag.name);
        if is_raw_end {
            self.raw.replace(None);
            return;
        }
        let mut dropping = self.dropping.borrow_mut();
        if let Some((name, open)) = dropping.as_mut() {
            if *name == tag.name {
                *open -= 1;
                if *open == 0 {
                    *dropping = None;
                }
            }
            return;
        }
        drop(dropping);
        if fate(&tag.name) == Fate::Keep && !self.is_full() {
            self.forward(
                Token::TagToken(Tag {
                    attrs: Vec::new(),
                    ..tag
                }),
                line,
            );
        }
    }

    fn text(&self, text: &StrTendril, line: u64) {
        if let Some(raw) = self.raw.borrow().as_ref() {
            if *raw == local_name!("style") && self.dropping.borrow().is_none() {
                self.style_text(text);
            }
        } else if self.dropping.borrow().is_none() {
            let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
            let mut pending = self.pending.borrow_mut();
            pending.1 = line;
            if text.contains(is_odd) {
                pending.0.push_slice(&text.replace('\r', "\n").replace(is_odd, ""));
            } else {
                pending.0.push_tendril(text);
            }
        }
    }

    /// Hands on the text before a tag, in one piece: the tokenizer gives it in many small ones.
    fn flush_text(&self) {
        let (text, line) = self.pending.take();
        if !text.is_empty() {
            // Text asks the tokenizer for nothing.
            let _ = self.builder.process_token(Token::CharacterTokens(text), line);
        }
    }

    fn style_text(&self, text: &str) {
        let mut styles = self.styles.borrow_mut();
        let room = STYLE_LIMIT.saturating_sub(styles.iter().map(|style| style.css.len()).sum());
        if let Some(style) = styles.last_mut() {
            style.css.push_str(&text[..text.floor_char_boundary(room)]);
        }
    }

    fn forward(&self, token: Token, line: u64) {
        self.flush_text();
        // Of what is kept, nothing asks the tokenizer for another state.
        let _ = self.builder.process_token(token, line);
    }
}

impl TokenSink for Filter<'_> {
    type Handle = usize;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<usize> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return self.start(tag, line),
            Token::TagToken(tag) => self.end(tag, line),
            Token::CharacterTokens(text) => self.text(&text, line),
            Token::EOFToken => self.forward(Token::EOFToken, line),
            Token::DoctypeToken(_) | Token::CommentToken(_) | Token::NullCharacterToken | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }

    fn end(&self) {
        self.builder.end();
    }
}
