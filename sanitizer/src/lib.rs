//! Hostile HTML in, harmless HTML out. Pure: no I/O, native and wasm32.
//!
//! ```text
//! html → tame → html5ever's tokenizer → Filter (allow-lists, addresses, CSS) → html5ever's tree → html
//! ```
//!
//! Everything unwanted is dropped *before* the tree is built, so that the tree holds only what may
//! be shown: no foreign content, no raw text, no templates, nothing a second parser could read in
//! another way. What the tree says is then washed again until it no longer changes, so that
//! `wash(wash(x)) == wash(x)`; nothing edits it afterwards.
//!
//! # The frame
//!
//! [`document`] makes a whole document of the result, for
//! `<iframe sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" srcdoc=…>`.
//! Without `allow-scripts` nothing in it can run, and its own Content-Security-Policy lets it load
//! images of the proxy and of `data:` addresses, and nothing else: the real walls. Washing is what
//! stands before them.
//!
//! The app sets `data-theme="dark"` or `"light"` on the frame's `html` element; without it the
//! system's preference counts. Mail with colours of its own ([`Washed::has_own_colours`]) stays on
//! white, unless the app also sets `data-force` on that element.

mod address;
mod allow;
mod attribute;
mod css;
mod document;
mod filter;
pub mod inspect;
mod plain;
mod serialize;
mod tame;
mod tree;

pub use document::document;
pub use plain::{html_to_text, plain_to_html};

use address::Addresses;

/// Octets of HTML that are looked at; the rest is dropped.
const INPUT_LIMIT: usize = 8 << 20;

/// Times the result is washed again before it is given up as too clever.
const ROUNDS: usize = 6;

/// What the message may load. Both are asked with the address as written, trimmed.
#[derive(Clone, Copy)]
pub struct Policy<'a> {
    /// The address of the part with this Content-ID (without `cid:`); `None` drops the image.
    pub cid: &'a dyn Fn(&str) -> Option<String>,
    /// The proxy's address of a remote image; `None` blocks it.
    pub remote_image: &'a dyn Fn(&str) -> Option<String>,
}

/// Harmless HTML: a fragment, whole in itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Washed {
    /// `<style>…</style>` if there is one, then the message in a `div`.
    pub html: String,
    /// Remote images that were left out.
    pub blocked_images: u32,
    /// Sets a colour or a background, so that a dark ground would spoil it.
    pub has_own_colours: bool,
}

impl Washed {
    /// Puts another washed text below this one. Both are whole in themselves, so neither can reach
    /// into the other.
    pub fn append(&mut self, other: &Self) {
        self.html.push_str(&other.html);
        self.blocked_images = self.blocked_images.saturating_add(other.blocked_images);
        self.has_own_colours |= other.has_own_colours;
    }
}

/// Washes HTML. Takes time and memory in proportion to its length, whatever it holds.
///
/// ```
/// let policy = surat_sanitizer::Policy { cid: &|_| None, remote_image: &|_| None };
/// let washed = surat_sanitizer::wash("<p onclick=x>Hello<script>alert(1)</script>", &policy);
/// assert_eq!(washed.html, r#"<div class="surat-body"><p>Hello</p></div>"#);
/// ```
pub fn wash(html: &str, policy: &Policy<'_>) -> Washed {
    let end = html.floor_char_boundary(INPUT_LIMIT);
    let addresses = Addresses::first(policy);
    let first = filter::pass(&html[..end], &addresses);
    let addresses = addresses.again();
    let mut html = first.html;
    for _ in 0..ROUNDS {
        let again = filter::pass(&html, &addresses).html;
        if again == html {
            return Washed { html, ..first };
        }
        html = again;
    }
    // It reads differently each time: whatever that is, it is shown as text.
    Washed {
        html: plain_to_html(&html_to_text(&html)).html,
        ..first
    }
}

#[cfg(test)]
mod tests;
