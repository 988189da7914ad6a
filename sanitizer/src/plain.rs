//! Plain text inside an HTML message.

use crate::{Washed, allow::is_raw, filter::BODY_CLASS, serialize::escape, tame::tame};
use html5ever::{
    buffer_queue::BufferQueue,
    interface::TokenizerResult,
    tendril::StrTendril,
    tokenizer::{TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind},
};
use std::cell::{Cell, RefCell};

/// Plain text as harmless HTML that keeps its lines.
///
/// ```
/// assert_eq!(
///     surat_sanitizer::plain_to_html("a < b").html,
///     r#"<div class="surat-body m-plain">a &lt; b</div>"#
/// );
/// ```
pub fn plain_to_html(text: &str) -> Washed {
    let mut html = format!("<div class=\"{BODY_CLASS} m-plain\">");
    escape(text, &mut html);
    html.push_str("</div>");
    Washed {
        html,
        ..Washed::default()
    }
}

/// The text of HTML, a line per block: for writing, where HTML has no place.
///
/// ```
/// assert_eq!(surat_sanitizer::html_to_text("<style>p{}</style><p>a &lt; b</p><p>c"), "a < b\nc");
/// ```
pub fn html_to_text(html: &str) -> String {
    let html = tame(html);
    let tokenizer = Tokenizer::new(Texts::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(&html));
    while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.text.into_inner().trim().to_owned()
}

/// Collects text, with a line break per tag that starts a line.
#[derive(Default)]
struct Texts {
    text: RefCell<String>,
    /// In an element whose text is not for people.
    is_raw: Cell<bool>,
}

impl TokenSink for Texts {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut text = self.text.borrow_mut();
        match token {
            Token::CharacterTokens(characters) if !self.is_raw.get() => text.push_str(&characters),
            Token::TagToken(tag) if is_raw(tag.name.as_bytes()) => {
                let is_start = tag.kind == TagKind::StartTag && !tag.self_closing;
                self.is_raw.set(is_start);
                if is_start {
                    return TokenSinkResult::RawData(RawKind::Rawtext);
                }
            }
            Token::TagToken(tag) if matches!(&*tag.name, "br" | "p" | "div" | "tr" | "li") && !text.ends_with('\n') => {
                text.push('\n');
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}
