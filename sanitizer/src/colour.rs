//! Colours in attributes, as browsers read them.

/// A colour as HTML's own attributes take it: a name, or hexadecimal digits. Anything else is a colour to browsers, too
/// (HTML standard, "rules for parsing a legacy colour value"), and is written as that.
pub(crate) fn colour(value: &str) -> Option<String> {
    let value = value.trim_matches(|c: char| c.is_ascii_whitespace());
    if value.is_empty() || value.eq_ignore_ascii_case("transparent") {
        return None;
    }
    let digits = value.strip_prefix('#').unwrap_or(value);
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_plain = is_hex && matches!(digits.len(), 3 | 6) && digits != value;
    if is_plain || is_name(value) {
        return Some(value.to_owned());
    }
    Some(legacy_colour(digits))
}

/// May it be a colour's name? If it is none, browsers read its letters as digits.
fn is_name(value: &str) -> bool {
    value.len() <= 24
        && value.bytes().all(|byte| byte.is_ascii_alphabetic())
        && value.bytes().any(|byte| !byte.is_ascii_hexdigit())
}

fn legacy_colour(digits: &str) -> String {
    let mut hex: Vec<u8> = Vec::new();
    for character in digits.chars() {
        match character {
            _ if hex.len() >= 128 => break,
            '0'..='9' | 'a'..='f' | 'A'..='F' => hex.extend(character.to_string().into_bytes()),
            // As many as it has units in UTF-16.
            _ => hex.extend(vec![b'0'; character.len_utf16()]),
        }
    }
    hex.truncate(128);
    while hex.is_empty() || !hex.len().is_multiple_of(3) {
        hex.push(b'0');
    }
    let mut parts: Vec<&[u8]> = hex.chunks(hex.len() / 3).collect();
    for part in &mut parts {
        *part = part.get(part.len().saturating_sub(8)..).unwrap_or_default();
    }
    while parts.iter().all(|part| part.len() > 2 && part.starts_with(b"0")) {
        parts
            .iter_mut()
            .for_each(|part| *part = part.get(1..).unwrap_or_default());
    }
    let mut colour = String::from("#");
    for part in parts {
        let part: String = part.iter().take(2).map(|digit| char::from(*digit)).collect();
        colour.push_str(&format!("{part:0>2}").to_ascii_lowercase());
    }
    colour
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_digits_stay_as_they_are() {
        for plain in ["#FFF", "#00ff7f", "red", "rebeccapurple"] {
            assert_eq!(colour(plain).as_deref(), Some(plain));
        }
        assert_eq!(colour(""), None);
        assert_eq!(colour(" transparent "), None);
    }

    #[test]
    fn colours_are_read_as_browsers_read_them() {
        // HTML standard, "rules for parsing a legacy colour value".
        for (given, read) in [
            ("FFF", "#0f0f0f"),
            ("ffffff", "#ffffff"),
            ("#12345", "#123450"),
            ("#FFFFFF;", "#ffff00"),
            ("chuck norris", "#c00000"),
            ("#", "#000000"),
            ("rgb(1,2,3)", "#001030"),
            ("#123456789abc", "#12569a"),
            ("ä𝄞", "#000000"),
        ] {
            assert_eq!(colour(given).as_deref(), Some(read), "{given}");
            assert_eq!(colour(read).as_deref(), Some(read), "{read}");
        }
    }
}
