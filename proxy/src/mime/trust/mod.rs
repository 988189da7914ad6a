//! What a reader should know of a sender before believing a message: what the own mail server found out about it, and
//! the one most serious reason to look twice.
//!
//! Pure: called with a header that was fetched anyway. Decision 0060 says what is told, what is not, and how often
//! that is a false alarm.

mod authentication;
mod domain;
mod name;
mod one_click;

pub use domain::{is_look_alike, of_address, registrable};
pub use one_click::{offered, one_click};

use super::header;
use surat_protocol::{Address, Caution, Envelope, Outcome, Trust};

/// Who reads, and whom they believe.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// Their own address.
    pub email: &'a str,
    /// The name by which their mail server signs its findings (RFC 8601, section 2.5); `None` = none is believed.
    pub authserv_id: Option<&'a str>,
}

/// Weighs a message by its envelope and its header fields, as they stand and in their order.
pub fn weigh(envelope: &Envelope, fields: &[u8], reader: &Reader<'_>) -> Trust {
    let results = reader.authserv_id.and_then(|id| authentication::topmost(fields, id));
    let sender = envelope.from.first();
    let sender = sender.and_then(|from| Some((from, of_address(&from.email)?)));
    let denied = results.as_ref().zip(sender.as_ref());
    let is_denied = denied.is_some_and(|(results, (_, domain))| results.deny(domain));
    let mut checks = results.map(|results| results.checks());
    if let Some(checks) = checks.as_mut().filter(|_| is_denied) {
        checks.dmarc = Outcome::Fail;
    }
    let caution = sender.and_then(|(from, domain)| {
        if is_denied {
            Some(Caution::Unconfirmed { domain })
        } else {
            weigh_sender(from, domain, envelope, reader.email)
        }
    });
    Trust { checks, caution }
}

fn weigh_sender(from: &Address, domain: String, envelope: &Envelope, own: &str) -> Option<Caution> {
    let own = of_address(own);
    if let Some(own) = own.as_deref().filter(|own| is_look_alike(&domain, own)) {
        return Some(Caution::LookAlike {
            domain,
            like: registrable(own).to_owned(),
        });
    }
    if let Some(appearance) = domain::disguise(&domain) {
        return Some(Caution::Disguised { domain, appearance });
    }
    if let Some(named) = name::other_address(&from.name, &domain) {
        let email = name::shown(&from.email);
        return Some(Caution::OtherName { named, email });
    }
    reply_elsewhere(&domain, own.as_deref(), envelope)
}

/// Where answers go, when that is neither the sender's domain, nor the reader's, nor an address that the message was
/// sent to, as that of a mailing list is.
fn reply_elsewhere(domain: &str, own: Option<&str>, envelope: &Envelope) -> Option<Caution> {
    let is_addressed = |reply: &Address| {
        let mut to = envelope.to.iter().chain(&envelope.cc);
        to.any(|to| to.email.eq_ignore_ascii_case(&reply.email))
    };
    let is_expected = |reply: &Address| {
        of_address(&reply.email).is_none_or(|to| {
            let to = registrable(&to);
            to == registrable(domain) || own.is_some_and(|own| to == registrable(own)) || is_addressed(reply)
        })
    };
    if envelope.reply_to.iter().any(is_expected) {
        return None;
    }
    let reply = envelope.reply_to.first()?;
    Some(Caution::ReplyElsewhere {
        email: name::shown(&reply.email),
    })
}

#[cfg(test)]
mod tests;
