//! Leaving a mailing list with one click (RFC 8058): whether a message offers it, and where the list is told.
//!
//! The address is a stranger's, and to ask for it tells whose mailbox is read. So the offer counts only where the own
//! mail server found a good DKIM signature, and it is taken only where that signature covers the offer (section 4).

use super::authentication::{self, Results};
use crate::mime::header::{Field, fields};
use url::Url;

const LIST: &str = "list-unsubscribe";
const POST: &str = "list-unsubscribe-post";
const SIGNATURE: &str = "dkim-signature";

/// Octets of a field that are read.
const FIELD_OCTETS: usize = 16 << 10;

/// Where the list is told, by a header of which the signatures need not be known: good enough for offering it.
pub fn offered(header: &[u8], authserv_id: Option<&str>) -> Option<Url> {
    let results = authentication::topmost(header, authserv_id?)?;
    results.signers().next()?;
    if !only(header, POST)?
        .trim()
        .eq_ignore_ascii_case("List-Unsubscribe=One-Click")
    {
        return None;
    }
    let list = only(header, LIST)?;
    let mut addresses = list.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
    addresses.find_map(|(address, _)| {
        // A folded address is one (RFC 2369, section 2).
        let address: String = address.split_ascii_whitespace().collect();
        Url::parse(&address)
            .ok()
            .filter(|url| url.scheme() == "https" && url.has_host())
    })
}

/// The same by the whole header, for doing it: a signature that the own server found good covers both fields.
pub fn one_click(header: &[u8], authserv_id: Option<&str>) -> Option<Url> {
    let url = offered(header, authserv_id)?;
    let results = authentication::topmost(header, authserv_id?)?;
    covers(header, &results).then_some(url)
}

/// Does each signature of a good signer cover the offer? One alone might be another than the good one.
fn covers(header: &[u8], results: &Results) -> bool {
    results.signers().any(|signer| {
        let mut own = fields(header)
            .filter(|field| field.name.eq_ignore_ascii_case(SIGNATURE))
            .map(|field| text(&field))
            .filter(|signature| tag(signature, "d").is_some_and(|domain| domain.eq_ignore_ascii_case(signer)))
            .peekable();
        own.peek().is_some() && own.all(|signature| [LIST, POST].iter().all(|name| is_signed(&signature, name)))
    })
}

fn is_signed(signature: &str, name: &str) -> bool {
    tag(signature, "h").is_some_and(|names| names.split(':').any(|signed| signed.eq_ignore_ascii_case(name)))
}

/// The value of a tag (RFC 6376, section 3.2), without white space.
fn tag(list: &str, wanted: &str) -> Option<String> {
    list.split(';').find_map(|tag| {
        let (name, value) = tag.split_once('=')?;
        (name.trim() == wanted).then(|| value.split_ascii_whitespace().collect())
    })
}

/// The value of a field of which there is just one.
fn only(header: &[u8], name: &str) -> Option<String> {
    let mut all = fields(header).filter(|field| field.name.eq_ignore_ascii_case(name));
    let field = all.next()?;
    all.next().is_none().then(|| text(&field))
}

fn text(field: &Field<'_>) -> String {
    String::from_utf8_lossy(field.value.get(..FIELD_OCTETS).unwrap_or(field.value)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "Authentication-Results: mx.surat.test; dkim=pass header.d=news.example header.b=abcd\r\n\
        DKIM-Signature: v=1; a=rsa-sha256; d=news.example; s=one; h=From : To:\r\n List-Unsubscribe:\r\n \
        List-Unsubscribe-Post; bh=x; b=abcd\r\n\
        List-Unsubscribe: <mailto:off@news.example>,\r\n <https://news.example/off?\r\n u=1>\r\n\
        List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";

    fn clicked(header: &str) -> Option<String> {
        one_click(header.as_bytes(), Some("mx.surat.test")).map(String::from)
    }

    #[test]
    fn an_offer_under_a_good_signature_is_taken() {
        assert_eq!(clicked(GOOD).as_deref(), Some("https://news.example/off?u=1"));
        assert_eq!(
            clicked(&GOOD.replace("header.d=", "header.i=@")).as_deref(),
            Some("https://news.example/off?u=1")
        );
    }

    #[test]
    fn nothing_else_is() {
        let cases = [
            ("dkim=pass", "dkim=fail"),
            ("dkim=pass header.d=news.example", "dkim=pass header.d=else.example"),
            ("mx.surat.test; dkim", "mx.evil.test; dkim"),
            // A failed signature of the same domain: which one is the good one?
            (
                "mx.surat.test; dkim",
                "mx.surat.test; dkim=fail header.d=News.Example; dkim",
            ),
            // One that covers less, beside the one that covers all.
            (
                "DKIM-Signature:",
                "DKIM-Signature: d=news.example; h=From\r\nDKIM-Signature:",
            ),
            ("List-Unsubscribe-Post; bh", "List-Unsubscribe; bh"),
            ("To:\r\n List-Unsubscribe:", "To:"),
            ("List-Unsubscribe=One-Click", "List-Unsubscribe=Two-Clicks"),
            ("https://", "http://"),
            (
                "List-Unsubscribe: ",
                "List-Unsubscribe: <https://evil.test/>\r\nList-Unsubscribe: ",
            ),
        ];
        for (part, other) in cases {
            assert!(GOOD.contains(part), "{part}");
            assert_eq!(clicked(&GOOD.replacen(part, other, 1)), None, "{other}");
        }
        assert_eq!(one_click(GOOD.as_bytes(), None), None);
    }

    #[test]
    fn offering_it_needs_no_signature_in_hand() {
        let fields = GOOD.replace("DKIM-Signature", "X-Other");

        assert!(offered(fields.as_bytes(), Some("mx.surat.test")).is_some());
        assert_eq!(clicked(&fields), None);
    }
}
