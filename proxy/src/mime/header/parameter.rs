//! Parameters of Content-Type and Content-Disposition: RFC 2231 continuations, charsets and
//! percent signs, and the encoded words that programs put there against RFC 2047.

use super::word::decode_words;
use crate::{imap::decode::body_structure::Parameters, mime::charset};

/// Continuations of one parameter that are joined.
const PIECES: usize = 200;

/// The value of a parameter, decoded, if it is there. `name` is in lower case.
pub fn parameter(parameters: &Parameters, name: &str) -> Option<String> {
    extended(parameters, name)
        .or_else(|| plain(parameters, name))
        .filter(|value| !value.is_empty())
}

fn plain(parameters: &Parameters, name: &str) -> Option<String> {
    let (_, value) = parameters.iter().find(|(key, _)| key == name)?;
    Some(decode_words(value))
}

/// `name*`, or `name*0`, `name*1*` … joined in the order of their numbers.
fn extended(parameters: &Parameters, name: &str) -> Option<String> {
    let mut pieces: Vec<(u32, bool, &[u8])> = parameters
        .iter()
        .filter_map(|(key, value)| piece(key, name).map(|(n, coded)| (n, coded, &**value)))
        .collect();
    pieces.sort_by_key(|(number, ..)| *number);
    pieces.truncate(PIECES);
    let (_, first_is_coded, first) = *pieces.first()?;
    let (label, first) = if first_is_coded {
        split_charset(first)
    } else {
        (None, first)
    };
    let mut octets = Vec::new();
    for (place, (_, is_coded, value)) in pieces.iter().enumerate() {
        let value = if place == 0 { first } else { value };
        if *is_coded {
            octets.extend(percent_decode(value));
        } else {
            octets.extend_from_slice(value);
        }
    }
    Some(match label {
        Some(label) => charset::decode(&label, &octets).text,
        None => decode_words(&octets),
    })
}

/// Number of a continuation and whether it is percent-coded, when `key` is one of `name`.
fn piece(key: &str, name: &str) -> Option<(u32, bool)> {
    let rest = key.strip_prefix(name)?.strip_prefix('*')?;
    if rest.is_empty() {
        return Some((0, true));
    }
    let (number, is_coded) = rest.strip_suffix('*').map_or((rest, false), |number| (number, true));
    Some((number.parse().ok()?, is_coded))
}

/// `charset'language'value`; without both quotes it is all value.
fn split_charset(value: &[u8]) -> (Option<String>, &[u8]) {
    let mut pieces = value.splitn(3, |b| *b == b'\'');
    match (pieces.next(), pieces.next(), pieces.next()) {
        (Some(label), Some(_), Some(rest)) => (Some(String::from_utf8_lossy(label).into_owned()), rest),
        _ => (None, value),
    }
}

fn percent_decode(value: &[u8]) -> Vec<u8> {
    percent_encoding::percent_decode(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(parameters: &[(&str, &str)]) -> Option<String> {
        let owned = parameters
            .iter()
            .map(|(k, v)| ((*k).to_owned(), v.as_bytes().to_vec()))
            .collect();
        parameter(&owned, "filename")
    }

    #[test]
    fn a_plain_value_may_hold_encoded_words() {
        assert_eq!(value(&[("filename", "a.txt")]).as_deref(), Some("a.txt"));
        assert_eq!(
            value(&[("filename", "=?utf-8?q?=C3=BC.txt?=")]).as_deref(),
            Some("ü.txt")
        );
        assert_eq!(value(&[("name", "a.txt")]), None);
    }

    #[test]
    fn an_extended_value_wins_over_a_plain_one() {
        let given = [("filename", "u.txt"), ("filename*", "iso-8859-1'de'%FC.txt")];

        assert_eq!(value(&given).as_deref(), Some("ü.txt"));
    }

    #[test]
    fn continuations_are_joined_in_order() {
        let given = [
            ("filename*1", "end.txt"),
            ("filename*0*", "utf-8''%E2%82%AC "),
            ("filename*2*", "%21"),
        ];

        assert_eq!(value(&given).as_deref(), Some("€ end.txt!"));
    }

    #[test]
    fn damaged_continuations_give_what_is_there() {
        assert_eq!(value(&[("filename*", "no quotes%")]).as_deref(), Some("no quotes%"));
        assert_eq!(value(&[("filename*x", "a")]), None);
        assert_eq!(
            value(&[("filename*7", "a"), ("filename*99999999999", "b")]).as_deref(),
            Some("a")
        );
    }
}
