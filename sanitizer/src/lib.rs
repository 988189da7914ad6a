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
mod colour;
mod css;
mod document;
mod filter;
pub mod inspect;
mod outline;
mod pass;
mod plain;
mod serialize;
mod tame;
mod tree;

pub use document::document;
pub use plain::{html_to_text, plain_to_html};

use address::Addresses;
use pass::Pass;

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
    /// Remote images of one pixel, which nobody sees: they only tell the sender that the message was read. They are
    /// left out whatever the policy says.
    pub blocked_trackers: u32,
    /// Scripts, forms, plug-ins and pages in the page that were left out.
    pub removed_active: u32,
    /// Sets a colour or a background, so that a dark ground would spoil it.
    pub has_own_colours: bool,
}

impl Washed {
    /// Puts another washed text below this one. Both are whole in themselves, so neither can reach
    /// into the other.
    pub fn append(&mut self, other: &Self) {
        self.html.push_str(&other.html);
        self.blocked_images = self.blocked_images.saturating_add(other.blocked_images);
        self.blocked_trackers = self.blocked_trackers.saturating_add(other.blocked_trackers);
        self.removed_active = self.removed_active.saturating_add(other.removed_active);
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
    settle(html, policy, &mut |_| {})
}

/// As [`wash`], with an outline of the tree that the result is the text of: whoever parses the result should find just
/// this tree. For tests.
///
/// Each line is an element or a text, after the number of elements around it; attributes are sorted, and backslashes
/// and line feeds in values and texts are written `\\` and `\n`.
///
/// ```
/// let policy = surat_sanitizer::Policy { cid: &|_| None, remote_image: &|_| None };
/// let (_, outline) = surat_sanitizer::wash_outlined("<p id=x>Hello", &policy);
/// assert_eq!(outline, "0 <div class=\"surat-body\">\n1 <p id=\"m-x\">\n2 \"Hello\"\n");
/// ```
pub fn wash_outlined(html: &str, policy: &Policy<'_>) -> (Washed, String) {
    let mut outline = String::new();
    let washed = settle(html, policy, &mut |pass| outline = pass.outline());
    (washed, outline)
}

/// Washes until nothing changes any more. `see` is shown each pass that gave another text than the one before, the last
/// of which is the result.
fn settle(html: &str, policy: &Policy<'_>, see: &mut dyn FnMut(&Pass)) -> Washed {
    let end = html.floor_char_boundary(INPUT_LIMIT);
    let addresses = Addresses::first(policy);
    let first = filter::pass(&html[..end], &addresses);
    see(&first);
    let mut washed = Washed {
        html: first.html(),
        blocked_images: addresses.blocked.get(),
        blocked_trackers: addresses.trackers.get(),
        removed_active: first.removed_active,
        has_own_colours: first.has_own_colours,
    };
    // A large message's tree is not kept beside the next one.
    drop(first);
    let addresses = addresses.again();
    for _ in 0..ROUNDS {
        let again = filter::pass(&washed.html, &addresses);
        let html = again.html();
        if html == washed.html {
            return washed;
        }
        see(&again);
        washed.html = html;
    }
    // It reads differently each time: whatever that is, it is shown as text.
    let plain = plain_to_html(&html_to_text(&washed.html)).html;
    see(&filter::pass(&plain, &addresses));
    Washed { html: plain, ..washed }
}

#[cfg(test)]
mod tests;
