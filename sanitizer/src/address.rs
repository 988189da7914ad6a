//! Addresses: which may be linked to, which may be loaded, and how they are written.

use crate::Policy;
use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
    rc::Rc,
};

/// Longest link. Longer ones are tracking at best.
const LINK_OCTETS: usize = 16 << 10;
/// Longest `data:` image.
const DATA_OCTETS: usize = 2 << 20;
/// Prefix of ids and classes, which keeps a message's names away from ours.
pub(crate) const PREFIX: &str = "m-";

/// Rewrites the addresses of one message.
pub(crate) struct Addresses<'a> {
    /// `None` once the message is washed again: what was given out then stays, all else goes.
    policy: Option<&'a Policy<'a>>,
    given_out: Rc<RefCell<HashSet<String>>>,
    /// Remote images that the policy refused.
    pub(crate) blocked: Cell<u32>,
    /// Remote images that nobody would have seen.
    pub(crate) trackers: Cell<u32>,
}

impl<'a> Addresses<'a> {
    /// For the first washing.
    pub(crate) fn first(policy: &'a Policy<'a>) -> Self {
        Self {
            policy: Some(policy),
            given_out: Rc::default(),
            blocked: Cell::new(0),
            trackers: Cell::new(0),
        }
    }

    /// For washing the result.
    pub(crate) fn again(&self) -> Self {
        Self {
            policy: None,
            given_out: Rc::clone(&self.given_out),
            blocked: Cell::new(0),
            trackers: Cell::new(0),
        }
    }

    /// As [`Self::image`], for an image of one pixel: it is not fetched from anywhere.
    pub(crate) fn pixel(&self, written: &str) -> Option<String> {
        let is_remote = self.policy.is_some() && remote(&tidy(written)).is_some();
        if is_remote {
            self.trackers.set(self.trackers.get().saturating_add(1));
            return None;
        }
        self.image(written)
    }

    /// The address of an image as it may stand in the result.
    pub(crate) fn image(&self, written: &str) -> Option<String> {
        let address = tidy(written);
        if has_scheme(&address, "data:") {
            return data_image(&address);
        }
        let Some(policy) = self.policy else {
            return self.given_out.borrow().contains(&address).then_some(address);
        };
        let given = if has_scheme(&address, "cid:") {
            (policy.cid)(&decode_percent(address.get(4..)?))
        } else {
            let remote = remote(&address)?;
            let given = (policy.remote_image)(&remote);
            if given.is_none() {
                self.blocked.set(self.blocked.get().saturating_add(1));
            }
            given
        };
        // What would end a CSS string or a tag is written in percent, so it can stand anywhere.
        let given = tidy(&quote_percent(&given?));
        self.given_out.borrow_mut().insert(given.clone());
        Some(given)
    }
}

/// An address of the web, with the scheme that `//host` leaves out.
fn remote(address: &str) -> Option<String> {
    if has_scheme(address, "https:") || has_scheme(address, "http:") {
        Some(address.to_owned())
    } else {
        address.starts_with("//").then(|| format!("https:{address}"))
    }
}

/// The address of a link as it may stand in the result: the web, mail, telephones, and places in
/// the message itself.
pub(crate) fn link(written: &str) -> Option<String> {
    let address = tidy(written);
    if address.len() > LINK_OCTETS {
        return None;
    }
    if let Some(place) = address.strip_prefix('#') {
        return prefixed(place).map(|place| format!("#{place}"));
    }
    if has_scheme(&address, "mailto:") || has_scheme(&address, "tel:") {
        return Some(address);
    }
    remote(&address)
}

/// An id, class or name with our prefix, unless it has it already.
pub(crate) fn prefixed(name: &str) -> Option<String> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    if name.is_empty() || name.len() > 200 || !name.chars().all(is_name) {
        return None;
    }
    let is_ours = name.starts_with(PREFIX) || name == crate::filter::BODY_CLASS;
    Some(if is_ours {
        name.to_owned()
    } else {
        format!("{PREFIX}{name}")
    })
}

/// As browsers do: leading and trailing controls and spaces go, and line breaks and tabs anywhere.
fn tidy(written: &str) -> String {
    written
        .trim_matches(|c: char| c <= ' ')
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r' | '\0'))
        .collect()
}

fn has_scheme(address: &str, scheme: &str) -> bool {
    address
        .get(..scheme.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

/// `data:image/png;base64,…` of the formats that hold pixels and nothing else.
fn data_image(address: &str) -> Option<String> {
    let (head, data) = address.split_once(',')?;
    let kind = head.get(5..)?.to_ascii_lowercase();
    let kind: String = kind.chars().filter(|c| *c != ' ').collect();
    let format = kind.strip_prefix("image/")?.strip_suffix(";base64")?;
    let format = format.split(';').next()?;
    let data: String = decode_percent(data)
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .collect();
    let is_base64 = data
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    let is_known = matches!(format, "png" | "jpeg" | "jpg" | "gif" | "webp");
    (is_known && is_base64 && data.len() <= DATA_OCTETS).then(|| format!("data:image/{format};base64,{data}"))
}

/// Percent signs undone; what is no UTF-8 afterwards stays as written.
fn decode_percent(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                octets.extend(u8::try_from(high * 16 + low));
                rest = &after[2..];
            }
            _ => {
                octets.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8(octets).unwrap_or_else(|_| text.to_owned())
}

fn quote_percent(address: &str) -> String {
    let mut quoted = String::with_capacity(address.len());
    for character in address.chars() {
        match character {
            '"' | '\'' | '\\' | '<' | '>' | '(' | ')' | ' ' => {
                quoted.push_str(&format!("%{:02X}", u32::from(character)));
            }
            _ if character.is_control() => {}
            _ => quoted.push(character),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_mail_and_telephones_are_linked() {
        let kept = ["https://a.b/c?d#e", "HTTP://a.b", "mailto:a@b", "tel:+62", "//a.b/c"];
        for address in kept {
            assert!(link(address).is_some(), "{address}");
        }
        let dropped = [
            "javascript:alert(1)",
            " java\nscript:alert(1)",
            "\u{1}javascript:x",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "/api/logout",
            "relative",
            "about:srcdoc",
            "blob:x",
            "",
        ];
        for address in dropped {
            assert_eq!(link(address), None, "{address}");
        }
    }

    #[test]
    fn places_in_the_message_are_prefixed_once() {
        assert_eq!(link("#top").as_deref(), Some("#m-top"));
        assert_eq!(link("#m-top").as_deref(), Some("#m-top"));
        assert_eq!(link("#a b"), None);
    }

    #[test]
    fn data_images_hold_pixels_only() {
        assert_eq!(
            data_image("data:image/PNG;base64,AA==").as_deref(),
            Some("data:image/png;base64,AA==")
        );
        for address in [
            "data:image/svg+xml;base64,AA==",
            "data:text/html;base64,AA==",
            "data:image/png,AA",
            "data:image/png;base64,A<",
        ] {
            assert_eq!(data_image(address), None, "{address}");
        }
    }

    #[test]
    fn images_are_rewritten_blocked_or_dropped() {
        let policy = Policy {
            cid: &|id| (id == "a b").then(|| "/api/part?x=1&y='2'".into()),
            remote_image: &|address| address.contains("good").then(|| format!("/api/image?u={address}")),
        };
        let addresses = Addresses::first(&policy);

        assert_eq!(addresses.image("CID:a%20b").as_deref(), Some("/api/part?x=1&y=%272%27"));
        assert_eq!(addresses.image("cid:none"), None);
        assert_eq!(
            addresses.image("//good/x").as_deref(),
            Some("/api/image?u=https://good/x")
        );
        assert_eq!(addresses.image("http://bad/x"), None);
        assert_eq!(addresses.image("/api/part?other"), None);
        assert_eq!(addresses.blocked.get(), 1);

        let again = addresses.again();
        assert!(again.image("/api/part?x=1&y=%272%27").is_some());
        assert_eq!(again.image("https://good/x"), None);
    }
}
