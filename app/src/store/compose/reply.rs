//! What a reply and a forward begin with: recipients, subject, references, quote. Pure.

use super::address::is_same;
use crate::i18n::case::{is_of_word, lower};
use surat_protocol::{Address, Envelope};

/// Longer chains keep their first id and the latest ones, as RFC 5537, section 3.4.4 advises.
const REFERENCES_LIMIT: usize = 40;

/// To and Cc.
pub(crate) type Recipients = (Vec<Address>, Vec<Address>);

/// Whom a reply goes to: Reply-To, else From; one's own message is answered to whom it went.
pub(crate) fn recipients(envelope: &Envelope, own: &str) -> Recipients {
    let is_own = |address: &Address| is_same(&address.email, own);
    let is_from_self = !envelope.from.is_empty() && envelope.from.iter().all(is_own);
    let to = match () {
        () if !envelope.reply_to.is_empty() => &envelope.reply_to,
        () if is_from_self && !envelope.to.is_empty() => &envelope.to,
        () => &envelope.from,
    };
    (distinct(to, &[], None), Vec::new())
}

/// Whom a reply to all goes to: those of a reply and of To, and those of Cc; oneself left out, each once.
pub(crate) fn all_recipients(envelope: &Envelope, own: &str) -> Recipients {
    let (mut to, _) = recipients(envelope, own);
    to.extend(envelope.to.iter().cloned());
    let others = distinct(&to, &[], Some(own));
    // A message to oneself alone is answered to oneself.
    let to = if others.is_empty() {
        distinct(&to, &[], None)
    } else {
        others
    };
    let cc = distinct(&envelope.cc, &to, Some(own));
    (to, cc)
}

/// Has it anyone but its sender, so that replying to all differs from replying?
pub(crate) fn has_others(envelope: &Envelope, own: &str) -> bool {
    let (to, cc) = all_recipients(envelope, own);
    to.len() + cc.len() > recipients(envelope, own).0.len()
}

/// "Re: …", once. The words that other languages put there are replaced.
pub(crate) fn reply_subject(subject: &str) -> String {
    let bare = strip_prefix(subject, &["re", "aw", "sv", "antw", "bls", "balas"]);
    ["Re: ", bare].concat()
}

/// "Fwd: …", once.
pub(crate) fn forward_subject(subject: &str) -> String {
    let bare = strip_prefix(subject, &["fwd", "fw", "wg", "trs"]);
    ["Fwd: ", bare].concat()
}

/// The References of an answer (RFC 5322, section 3.6.4), oldest first.
pub(crate) fn references(envelope: &Envelope) -> Vec<String> {
    let mut ids = envelope.references.clone();
    if ids.is_empty() && envelope.in_reply_to.len() == 1 {
        ids.clone_from(&envelope.in_reply_to);
    }
    ids.retain(|id| *id != envelope.message_id);
    if !envelope.message_id.is_empty() {
        ids.push(envelope.message_id.clone());
    }
    if ids.len() > REFERENCES_LIMIT {
        ids.drain(1..=ids.len() - REFERENCES_LIMIT);
    }
    ids
}

/// Each line behind "> "; what is quoted already gets one ">" more (RFC 3676, section 4.5).
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + text.len() / 20 + 2);
    for line in text.trim_end().lines() {
        quoted.push('>');
        if !line.is_empty() && !line.starts_with('>') {
            quoted.push(' ');
        }
        quoted.push_str(line);
        quoted.push('\n');
    }
    quoted
}

/// Does the text, without its quotes, speak of an attachment? `words` are separated by commas.
pub(crate) fn mentions_attachment(text: &str, words: &str) -> bool {
    let own: Vec<&str> = text.lines().filter(|line| !line.starts_with('>')).collect();
    let own = lower(&own.join("\n"));
    let mut spoken = own.split(|c: char| !is_of_word(c));
    spoken.any(|word| words.split(',').any(|wanted| wanted == word))
}

/// Takes "Re:", "AW[2]:" and the like off the start, however many there are.
fn strip_prefix<'a>(subject: &'a str, prefixes: &[&str]) -> &'a str {
    let mut rest = subject.trim();
    while let Some((word, after)) = rest.split_once(':') {
        let word = word.split('[').next().unwrap_or(word).trim();
        if !prefixes.iter().any(|prefix| word.eq_ignore_ascii_case(prefix)) {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

/// Each address once, in order, without those in `known` and without `own`.
fn distinct(addresses: &[Address], known: &[Address], own: Option<&str>) -> Vec<Address> {
    let mut kept: Vec<Address> = Vec::new();
    for address in addresses {
        let is_known = kept
            .iter()
            .chain(known)
            .any(|other| is_same(&other.email, &address.email));
        let is_own = own.is_some_and(|own| is_same(&address.email, own));
        if !is_known && !is_own && !address.email.is_empty() {
            kept.push(address.clone());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "ayu@surat.test";

    fn addresses(emails: &[&str]) -> Vec<Address> {
        emails
            .iter()
            .map(|email| Address {
                name: String::new(),
                email: (*email).into(),
            })
            .collect()
    }

    fn envelope(from: &[&str], to: &[&str], cc: &[&str]) -> Envelope {
        Envelope {
            from: addresses(from),
            to: addresses(to),
            cc: addresses(cc),
            ..Envelope::default()
        }
    }

    #[test]
    fn a_reply_goes_to_reply_to_before_from() {
        let mut original = envelope(&["budi@surat.test"], &[OWN], &[]);
        assert_eq!(recipients(&original, OWN).0, addresses(&["budi@surat.test"]));

        original.reply_to = addresses(&["list@surat.test"]);
        assert_eq!(recipients(&original, OWN).0, addresses(&["list@surat.test"]));
    }

    #[test]
    fn ones_own_message_is_answered_to_whom_it_went() {
        let original = envelope(&["AYU@surat.test"], &["budi@surat.test"], &[]);

        assert_eq!(recipients(&original, OWN).0, addresses(&["budi@surat.test"]));
    }

    #[test]
    fn a_reply_to_all_reaches_everybody_once_and_not_oneself() {
        let original = envelope(
            &["budi@surat.test"],
            &["Ayu@Surat.test", "c@x.test", "C@x.test"],
            &["budi@surat.test", "d@x.test", OWN],
        );

        let (to, cc) = all_recipients(&original, OWN);

        assert_eq!(to, addresses(&["budi@surat.test", "c@x.test"]));
        assert_eq!(cc, addresses(&["d@x.test"]));
        assert!(has_others(&original, OWN));
        assert!(!has_others(&envelope(&["budi@surat.test"], &[OWN], &[]), OWN));
    }

    #[test]
    fn a_note_to_oneself_is_answered_to_oneself() {
        let original = envelope(&[OWN], &[OWN], &[]);

        assert_eq!(all_recipients(&original, OWN).0, addresses(&[OWN]));
    }

    #[test]
    fn a_subject_gets_its_prefix_once() {
        assert_eq!(reply_subject("Rapat"), "Re: Rapat");
        assert_eq!(reply_subject("RE: re: AW[2]: Rapat"), "Re: Rapat");
        assert_eq!(reply_subject("Re:"), "Re: ");
        assert_eq!(reply_subject("Fwd: Rapat"), "Re: Fwd: Rapat");
        assert_eq!(reply_subject("Catatan: a"), "Re: Catatan: a");
        assert_eq!(forward_subject("Fw: Rapat"), "Fwd: Rapat");
    }

    #[test]
    fn references_grow_by_the_message_that_is_answered() {
        let mut original = Envelope {
            message_id: "3@x".into(),
            ..Envelope::default()
        };
        original.in_reply_to = vec!["2@x".into()];
        assert_eq!(references(&original), ["2@x", "3@x"]);

        original.references = (0..100).map(|n| format!("{n}@y")).collect();
        let chain = references(&original);
        assert_eq!(chain.len(), REFERENCES_LIMIT);
        assert_eq!(chain.first().map(String::as_str), Some("0@y"));
        assert_eq!(chain.last().map(String::as_str), Some("3@x"));
    }

    #[test]
    fn a_quote_stays_a_quote_of_a_quote() {
        assert_eq!(quote("satu\n\n> dua\n\n"), "> satu\n>\n>> dua\n");
    }

    #[test]
    fn an_attachment_in_the_quote_is_nobodys_promise() {
        assert!(mentions_attachment("See the file attached.", "attached,enclosed"));
        assert!(!mentions_attachment("Thanks!\n> it is attached", "attached,enclosed"));
        assert!(!mentions_attachment("unattached", "attached"));
    }
}
