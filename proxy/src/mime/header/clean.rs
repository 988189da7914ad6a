//! Makes strangers' text harmless to show on one line and to save under.

/// Longest file name, in octets: what common file systems take, less room for " (1)".
const FILE_NAME_OCTETS: usize = 200;

/// Text on one line: white space runs become one space, invisible controls vanish, at most
/// `limit` characters remain.
pub fn one_line(text: &str, limit: usize) -> String {
    if text.len() <= limit && is_plain_line(text.as_bytes()) {
        return text.to_owned();
    }
    let mut line = String::with_capacity(text.len().min(limit * 4));
    let mut length = 0;
    let mut owes_space = false;
    for character in text.chars() {
        if character.is_whitespace() || character.is_control() {
            owes_space = !line.is_empty();
        } else if !is_disguise(character) {
            // A space comes with what stands behind it, or not at all.
            let spaces = usize::from(std::mem::take(&mut owes_space));
            if length + spaces >= limit {
                line.push('…');
                break;
            }
            line.extend(std::iter::repeat_n(' ', spaces));
            line.push(character);
            length += spaces + 1;
        }
    }
    line
}

/// Printable ASCII with single spaces inside: one line as it stands, which nearly all names are.
pub(super) fn is_plain_line(octets: &[u8]) -> bool {
    let mut before = b' ';
    for &octet in octets {
        if !matches!(octet, b' '..=b'~') || (octet == b' ' && before == b' ') {
            return false;
        }
        before = octet;
    }
    octets.is_empty() || before != b' '
}

/// Characters that change how their neighbours look, or hide: embeddings, overrides and isolates
/// of writing direction, invisible operators, tags, and interlinear annotation.
fn is_disguise(character: char) -> bool {
    matches!(character,
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' | '\u{ad}' | '\u{180e}')
}

/// A file name that is safe to show and to save: no folders, nothing invisible, no name that a
/// system keeps for itself; `None` when nothing is left.
pub fn file_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).find(|part| !part.trim().is_empty())?;
    let is_mark = |c: char| matches!(c, '\u{200b}'..='\u{200f}');
    let safe: String = one_line(last, 4096)
        .chars()
        .filter(|c| !is_mark(*c))
        .map(|c| {
            if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') {
                '_'
            } else {
                c
            }
        })
        .collect();
    let safe = safe.trim_matches(|c: char| c == ' ' || c == '.');
    if safe.is_empty() {
        return None;
    }
    let safe = shorten(safe);
    Some(if is_device(&safe) { format!("_{safe}") } else { safe })
}

/// Cuts the stem, so that the extension stays.
fn shorten(name: &str) -> String {
    if name.len() <= FILE_NAME_OCTETS {
        return name.into();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 16 => (stem, Some(extension)),
        _ => (name, None),
    };
    let room = FILE_NAME_OCTETS - extension.map_or(0, |e| e.len() + 1);
    let stem = &stem[..stem.floor_char_boundary(room)];
    extension.map_or_else(|| stem.to_owned(), |extension| format!("{stem}.{extension}"))
}

/// Names that Windows gives to devices, with whatever extension.
fn is_device(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_ascii_uppercase();
    let is_numbered = |prefix: &str| {
        stem.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || is_numbered("COM") || is_numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_line_has_single_spaces_inside() {
        assert!(is_plain_line(b"") && is_plain_line(b"a b~"));
        for other in [&b" "[..], b" a", b"a ", b"a  b", b"a\tb", "ä".as_bytes()] {
            assert!(!is_plain_line(other), "{other:?}");
        }
    }

    #[test]
    fn one_line_holds_no_controls_and_no_overrides() {
        assert_eq!(one_line("a\r\n\tb\0c  d\u{202e}e", 100), "a b c de");
        assert_eq!(one_line("  \t x ", 100), "x");
        assert_eq!(one_line("abcdef", 3), "abc…");
        assert_eq!(one_line("ab  cd", 3), "ab…");
        assert_eq!(one_line("ab cd", 4), "ab c…");
        assert_eq!(one_line("ab cd   ", 5), "ab cd");
    }

    #[test]
    fn a_file_name_has_no_folders_and_no_tricks() {
        let cases = [
            ("../../etc/passwd", Some("passwd")),
            ("C:\\temp\\a.txt", Some("a.txt")),
            ("invoice\u{202e}fdp.exe", Some("invoicefdp.exe")),
            ("a\r\nb.txt", Some("a b.txt")),
            ("...", None),
            ("", None),
            ("/", None),
            ("nul.txt", Some("_nul.txt")),
            ("COM1", Some("_COM1")),
            ("what?.pdf", Some("what_.pdf")),
            (".htaccess", Some("htaccess")),
        ];
        for (given, wanted) in cases {
            assert_eq!(file_name(given).as_deref(), wanted, "{given:?}");
        }
    }

    #[test]
    fn a_long_file_name_keeps_its_extension() {
        let name = file_name(&format!("{}.pdf", "ü".repeat(500))).unwrap();

        assert!(name.len() <= FILE_NAME_OCTETS);
        assert!(name.ends_with("ü.pdf") || name.ends_with("….pdf"), "{name}");
    }
}
