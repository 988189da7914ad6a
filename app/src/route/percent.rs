//! Percent-encoding (RFC 3986, section 2.1) of one value of an address. Pure, so that it is tested natively.

/// Appends `text` so that it can stand as one path segment or query value.
pub(crate) fn encode_into(address: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for octet in text.bytes() {
        if octet.is_ascii_alphanumeric() || b"-_.~".contains(&octet) {
            address.push(char::from(octet));
        } else {
            address.push('%');
            address.push(char::from(HEX[usize::from(octet >> 4)]));
            address.push(char::from(HEX[usize::from(octet & 15)]));
        }
    }
}

/// The text that was encoded; `None` when it is not well-formed, or not UTF-8.
pub(crate) fn decode(encoded: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(octet) = rest.next() {
        octets.push(if octet == b'%' {
            digit(rest.next()?)? << 4 | digit(rest.next()?)?
        } else {
            octet
        });
    }
    String::from_utf8(octets).ok()
}

fn digit(hex: u8) -> Option<u8> {
    match hex {
        b'0'..=b'9' => Some(hex - b'0'),
        b'a'..=b'f' => Some(hex - b'a' + 10),
        b'A'..=b'F' => Some(hex - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back_as_it_was() {
        for text in ["", "a/b?c#d%20", "Proyék 2 ☂", "..", "\0\r\n\"'<>"] {
            let mut encoded = String::new();
            encode_into(&mut encoded, text);

            assert!(
                encoded.is_ascii() && !encoded.contains(['/', '?', '#', ' ']),
                "{encoded}"
            );
            assert_eq!(decode(&encoded).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_not_well_formed_is_nothing() {
        for bad in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
