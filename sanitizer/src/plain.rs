//! Plain text inside an HTML message.

use crate::{Washed, filter::BODY_CLASS, serialize::escape};
use html5ever::{
    buffer_queue::BufferQueue,
    interface::TokenizerResult,
    tendril::StrTendril,
    tokenizer::{Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
};
use std::cell::RefCell;

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

/// The text of an HTML message, as plain text in HTML.
pub(crate) fn html_to_plain_html(html: &str) -> String {
    let tokenizer = Tokenizer::new(Texts::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    tokenizer.end();
    plain_to_html(tokenizer.sink.text.into_inner().trim()).html
}

/// Collects text, with a line break per tag that ends a line.
#[derive(Default)]
struct Texts {
    text: RefCell<String>,
}

impl TokenSink for Texts {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut text = self.text.borrow_mut();
        match token {
            Token::CharacterTokens(characters) => text.push_str(&characters),
            Token::TagToken(tag) if matches!(&*tag.name, "br" | "p" | "div" | "tr" | "li") && !text.ends_with('\n') => {
                text.push('\n');
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}
