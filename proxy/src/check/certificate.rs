//! A certificate in words: whose, for which names, by whom, until when.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    time::{SystemTime, UNIX_EPOCH},
};
use x509_parser::{
    certificate::Validity,
    prelude::{FromDer, GeneralName, X509Certificate},
};

/// An administrator who learns of it with so many days left still has time to do something.
const SOON_DAYS: i64 = 15;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Lines about a certificate (DER). Whether it is to be trusted is not known here; this only tells.
pub(super) fn describe(der: &[u8], now: SystemTime) -> Vec<String> {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return vec!["cannot be described".into()];
    };
    let (subject, issuer) = (certificate.subject(), certificate.issuer());
    let names = names(&certificate);
    vec![
        format!("of {subject}"),
        match names.as_slice() {
            [] => "for no host: it has no subjectAltName".to_owned(),
            names => format!("for {}", names.join(", ")),
        },
        if subject == issuer {
            "by itself: nobody else vouches for it".to_owned()
        } else {
            format!("by {issuer}")
        },
        time(certificate.validity(), now),
    ]
}

/// The hosts that it is for (RFC 9525: the subject's name does not count).
fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let extension = certificate.subject_alternative_name().ok().flatten();
    let names = extension.iter().flat_map(|extension| &extension.value.general_names);
    names
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(octets) => address(octets),
            _ => None,
        })
        .collect()
}

fn address(octets: &[u8]) -> Option<String> {
    let four = <[u8; 4]>::try_from(octets).map(|octets| Ipv4Addr::from(octets).to_string());
    let six = || <[u8; 16]>::try_from(octets).map(|octets| Ipv6Addr::from(octets).to_string());
    four.or_else(|_| six()).ok()
}

fn time(validity: &Validity, now: SystemTime) -> String {
    let now = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    let (begin, end) = (validity.not_before.timestamp(), validity.not_after.timestamp());
    let (to_begin, left) = ((begin - now) / DAY_SECONDS, (end - now) / DAY_SECONDS);
    let state = if now < begin {
        format!("begins in {to_begin} days")
    } else if now > end {
        format!("ended {} days ago", -left)
    } else if left < SOON_DAYS {
        format!("{left} days left, renew it")
    } else {
        format!("{left} days left")
    };
    format!("from {} until {} ({state})", validity.not_before, validity.not_after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};
    use std::time::Duration;

    /// Lines about a certificate from 1 to 31 January 2030, so many days after its begin.
    fn lines(day: i64) -> Vec<String> {
        let names = ["mail.example.org", "192.0.2.7", "2001:db8::7"].map(str::to_owned);
        let mut params = CertificateParams::new(names).expect("good names");
        params.not_before = date_time_ymd(2030, 1, 1);
        params.not_after = date_time_ymd(2030, 1, 31);
        let key = KeyPair::generate().expect("a key");
        let made = params.self_signed(&key).expect("it is made");
        let begin = 1_893_456_000; // 2030-01-01
        let now = UNIX_EPOCH + Duration::from_secs(u64::try_from(begin + day * DAY_SECONDS).expect("after 1970"));
        describe(made.der(), now)
    }

    #[test]
    fn a_certificate_says_for_whom_by_whom_and_until_when() {
        let lines = lines(10);

        assert_eq!(lines[1], "for mail.example.org, 192.0.2.7, 2001:db8::7");
        assert_eq!(lines[2], "by itself: nobody else vouches for it");
        assert!(
            lines[3].starts_with("from Jan  1 00:00:00 2030 +00:00 until Jan 31"),
            "{}",
            lines[3]
        );
    }

    #[test]
    fn its_end_is_told_in_days() {
        let state = |day| lines(day).remove(3).split_once('(').map(|(_, state)| state.to_owned());

        assert_eq!(state(-3).as_deref(), Some("begins in 3 days)"));
        assert_eq!(state(10).as_deref(), Some("20 days left)"));
        assert_eq!(state(20).as_deref(), Some("10 days left, renew it)"));
        assert_eq!(state(40).as_deref(), Some("ended 10 days ago)"));
    }

    #[test]
    fn what_is_no_certificate_is_said_to_be_none() {
        assert_eq!(describe(b"nothing", UNIX_EPOCH), ["cannot be described"]);
    }
}
