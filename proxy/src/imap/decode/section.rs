//! Sections of a message in FETCH: `BODY[1.2]<0>` and `BINARY[2]` (RFC 9051, section 7.5.2).

use super::cursor::{Cursor, Decoded};

/// Octets of a message, or of a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionData {
    /// What stood in the brackets, in upper case: "", "1.2", "HEADER.FIELDS (FROM TO)".
    pub section: String,
    /// Where the octets start in the section, when only a piece of it was asked for.
    pub origin: Option<u64>,
    /// Decoded by the server (BINARY)?
    pub is_binary: bool,
    /// The octets; `None` = there is no such section.
    pub octets: Option<Vec<u8>>,
}

/// `[…]<n> value`: all that follows the attribute's name.
pub fn section_data(is_binary: bool, cursor: &mut Cursor<'_>) -> Decoded<SectionData> {
    let section = section(cursor)?;
    let origin = origin(cursor)?;
    Ok(SectionData {
        section,
        origin,
        is_binary,
        octets: content(cursor)?,
    })
}

/// The octets. The space before a literal may be missing, and an empty part may have nothing in place
/// of `""`, as in `BODY[2] )`.
fn content(cursor: &mut Cursor<'_>) -> Decoded<Option<Vec<u8>>> {
    cursor.skip_spaces();
    match cursor.peek() {
        Some(b')') => Ok(Some(Vec::new())),
        _ => Ok(cursor.nstring()?.map(Into::into)),
    }
}

/// `[…]`. Header names may be quoted, or literals, as GroupWise writes them.
pub fn section(cursor: &mut Cursor<'_>) -> Decoded<String> {
    cursor.expect(b'[', "a section")?;
    let mut words = Vec::new();
    loop {
        cursor.skip_spaces();
        match cursor.peek() {
            Some(b']') => {
                cursor.take(b']');
                return Ok(words.join(" "));
            }
            Some(b'(') => {
                let names = cursor.list(|cursor| match cursor.peek() {
                    Some(b'"' | b'{') => Ok(upper_case(&cursor.string()?)),
                    _ => bare(cursor),
                })?;
                words.push(format!("({})", names.join(" ")));
            }
            _ => words.push(bare(cursor)?),
        }
    }
}

/// `<n>`; the `<n.m>` of the request is let through as well.
pub fn origin(cursor: &mut Cursor<'_>) -> Decoded<Option<u64>> {
    if !cursor.take(b'<') {
        return Ok(None);
    }
    let origin = cursor.number64()?;
    if cursor.take(b'.') {
        cursor.number64()?;
    }
    cursor.expect(b'>', ">")?;
    Ok(Some(origin))
}

fn bare(cursor: &mut Cursor<'_>) -> Decoded<String> {
    let word = cursor.take_while(|octet| !b" ()]\"{\r\n".contains(&octet));
    if word.is_empty() {
        cursor.error("a section")
    } else {
        Ok(upper_case(word))
    }
}

fn upper_case(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> SectionData {
        section_data(false, &mut Cursor::new(text)).unwrap()
    }

    #[test]
    fn pieces_know_where_they_start() {
        let piece = read(b"[1.2]<262144> {3}\r\nabc");

        assert_eq!((piece.section.as_str(), piece.origin), ("1.2", Some(262_144)));
        assert_eq!(piece.octets.as_deref(), Some(&b"abc"[..]));
    }

    #[test]
    fn the_space_or_the_value_may_be_missing() {
        assert_eq!(read(b"[1]{2}\r\nab)").octets.as_deref(), Some(&b"ab"[..]));
        assert_eq!(read(b"[2] )").octets.as_deref(), Some(&b""[..]));
    }

    #[test]
    fn header_names_may_be_quoted() {
        assert_eq!(
            read(b"[HEADER.FIELDS (\"From\" References {2}\r\nTo)] \"x\"").section,
            "HEADER.FIELDS (FROM REFERENCES TO)"
        );
        assert_eq!(read(b"[] NIL").octets, None);
    }
}
