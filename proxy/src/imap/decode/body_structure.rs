//! BODYSTRUCTURE (RFC 9051, section 7.5.2) as a tree.

use super::{
    cursor::{Cursor, Decoded},
    envelope::{self, RawEnvelope},
};

/// Parameters of a media type or a disposition, names in lower case, values as written.
pub type Parameters = Vec<(String, Vec<u8>)>;

/// A body structure: a part, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyStructure {
    /// `multipart/…`; may have no parts at all when the message is damaged.
    Multipart {
        /// Subtype in lower case: "alternative".
        subtype: String,
        /// The parts; their sections are their places, counted from 1.
        parts: Vec<BodyStructure>,
        /// Parameters of the media type, if the server told.
        parameters: Parameters,
    },
    /// Anything else.
    Part(Box<Part>),
}

/// A part that is not a multipart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Media type in lower case: "text".
    pub media_type: String,
    /// Subtype in lower case: "plain".
    pub subtype: String,
    /// Parameters of the media type.
    pub parameters: Parameters,
    /// Content-ID as written.
    pub id: Option<Vec<u8>>,
    /// Content-Description as written.
    pub description: Option<Vec<u8>>,
    /// Content-Transfer-Encoding in lower case: "base64".
    pub encoding: String,
    /// Size as encoded, in octets.
    pub octets: u64,
    /// Disposition in lower case ("attachment") and its parameters.
    pub disposition: Option<(String, Parameters)>,
    /// Of `message/rfc822` and `message/global`: the message inside.
    pub message: Option<(RawEnvelope, BodyStructure)>,
}

/// Reads BODYSTRUCTURE, or BODY without extension data. Nesting beyond the cursor's limit is an error.
pub fn body_structure(cursor: &mut Cursor<'_>) -> Decoded<BodyStructure> {
    cursor.expect(b'(', "a body structure")?;
    cursor.deeper(|cursor| {
        cursor.skip_spaces();
        let body = if cursor.peek() == Some(b'(') {
            multipart(cursor)
        } else {
            part_or_childless(cursor)
        }?;
        skip_to_end(cursor)?;
        Ok(body)
    })
}

fn multipart(cursor: &mut Cursor<'_>) -> Decoded<BodyStructure> {
    let mut parts = Vec::new();
    while cursor.peek() == Some(b'(') {
        parts.push(body_structure(cursor)?);
        cursor.skip_spaces();
    }
    let subtype = if cursor.peek() == Some(b')') {
        None
    } else {
        word(cursor)?
    };
    cursor.skip_spaces();
    Ok(BodyStructure::Multipart {
        subtype: subtype.unwrap_or_else(|| "mixed".into()),
        parts,
        parameters: optional_parameters(cursor)?,
    })
}

fn part_or_childless(cursor: &mut Cursor<'_>) -> Decoded<BodyStructure> {
    let first = word(cursor)?.unwrap_or_default();
    cursor.skip_spaces();
    if is_childless(&first, cursor) {
        return Ok(BodyStructure::Multipart {
            subtype: first,
            parts: Vec::new(),
            parameters: optional_parameters(cursor)?,
        });
    }
    part(first, cursor).map(|part| BodyStructure::Part(Box::new(part)))
}

/// A multipart in which no part was found is written without any by some servers, as
/// `("mixed" ("boundary" "x") NIL NIL)`: then what follows the first word is not a subtype.
fn is_childless(first: &str, cursor: &Cursor<'_>) -> bool {
    let is_media_type = [
        "text",
        "image",
        "audio",
        "video",
        "application",
        "message",
        "font",
        "model",
        "",
    ]
    .contains(&first);
    !is_media_type && !matches!(cursor.peek(), Some(b'"' | b'{' | b'~'))
}

fn part(media_type: String, cursor: &mut Cursor<'_>) -> Decoded<Part> {
    let mut part = Part {
        media_type,
        subtype: word(cursor)?.unwrap_or_default(),
        ..Part::default()
    };
    cursor.expect_space()?;
    part.parameters = parameters(cursor)?;
    cursor.expect_space()?;
    part.id = cursor.nstring()?.map(Into::into);
    cursor.expect_space()?;
    part.description = cursor.nstring()?.map(Into::into);
    cursor.expect_space()?;
    part.encoding = word(cursor)?.unwrap_or_default();
    cursor.expect_space()?;
    part.octets = octets(cursor)?;
    cursor.skip_spaces();
    if part.media_type == "message" && cursor.peek() == Some(b'(') {
        let envelope = envelope::envelope(cursor)?;
        cursor.expect_space()?;
        part.message = Some((envelope, body_structure(cursor)?));
        cursor.skip_spaces();
    }
    // Lines, of text and messages.
    cursor.take_while(|octet| octet.is_ascii_digit());
    cursor.skip_spaces();
    part.disposition = extension(cursor)?;
    Ok(part)
}

/// MD5, then the disposition; language and location are left to [`skip_to_end`].
fn extension(cursor: &mut Cursor<'_>) -> Decoded<Option<(String, Parameters)>> {
    if cursor.peek() == Some(b')') {
        return Ok(None);
    }
    cursor.skip_value()?;
    cursor.skip_spaces();
    if cursor.peek() == Some(b')') {
        Ok(None)
    } else {
        disposition(cursor)
    }
}

/// `("attachment" ("filename" "x"))`; some servers leave out the list, or the parameters.
fn disposition(cursor: &mut Cursor<'_>) -> Decoded<Option<(String, Parameters)>> {
    if cursor.peek() != Some(b'(') {
        return Ok(word(cursor)?.map(|name| (name, Parameters::new())));
    }
    let mut disposition = None;
    cursor.each(|cursor| {
        match &mut disposition {
            None => disposition = Some((word(cursor)?.unwrap_or_default(), Parameters::new())),
            Some((_, parameters)) if parameters.is_empty() => *parameters = self::parameters(cursor)?,
            Some(_) => cursor.skip_value()?,
        }
        Ok(())
    })?;
    Ok(disposition.filter(|(name, _)| !name.is_empty()))
}

fn optional_parameters(cursor: &mut Cursor<'_>) -> Decoded<Parameters> {
    if cursor.peek() == Some(b')') {
        Ok(Parameters::new())
    } else {
        parameters(cursor)
    }
}

/// NIL or a list of names and values. A value may be NIL (mail.ru), the last one may be missing, and
/// the whole may be `""`.
fn parameters(cursor: &mut Cursor<'_>) -> Decoded<Parameters> {
    if cursor.peek() != Some(b'(') {
        return cursor.nstring().map(|_| Parameters::new());
    }
    let words = cursor.list(|cursor| Ok(cursor.nstring()?.unwrap_or_default()))?;
    let (pairs, _) = words.as_chunks::<2>();
    Ok(pairs
        .iter()
        .map(|[name, value]| (lower_case(name), value.to_vec()))
        .collect())
}

/// A size. NIL counts as 0, and so does a minus sign before it, which a Courier gateway sends.
fn octets(cursor: &mut Cursor<'_>) -> Decoded<u64> {
    if cursor.take_nil() {
        return Ok(0);
    }
    if cursor.take(b'-') {
        return cursor.number64().map(|_| 0);
    }
    cursor.number64()
}

fn word(cursor: &mut Cursor<'_>) -> Decoded<Option<String>> {
    Ok(cursor.nstring()?.map(|word| lower_case(&word)))
}

fn lower_case(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).to_ascii_lowercase()
}

fn skip_to_end(cursor: &mut Cursor<'_>) -> Decoded<()> {
    loop {
        cursor.skip_spaces();
        if cursor.take(b')') {
            return Ok(());
        }
        cursor.skip_value()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> BodyStructure {
        body_structure(&mut Cursor::new(text)).unwrap()
    }

    fn read_part(text: &[u8]) -> Part {
        match read(text) {
            BodyStructure::Part(part) => *part,
            multipart @ BodyStructure::Multipart { .. } => panic!("{multipart:?}"),
        }
    }

    #[test]
    fn a_text_part_has_lines_and_extensions() {
        let part = read_part(
            b"(\"TEXT\" \"Plain\" (\"CHARSET\" \"utf-8\") NIL NIL \"7BIT\" 2279 48 NIL (\"inline\" (\"filename\" \"a.txt\")) \"en\" NIL)",
        );

        assert_eq!(
            (part.media_type.as_str(), part.subtype.as_str(), part.octets),
            ("text", "plain", 2279)
        );
        assert_eq!(part.parameters, [("charset".to_string(), b"utf-8".to_vec())]);
        assert_eq!(
            part.disposition,
            Some(("inline".into(), vec![("filename".into(), b"a.txt".to_vec())]))
        );
    }

    #[test]
    fn parts_of_a_multipart_are_counted() {
        let body = read(
            b"((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)(\"image\" \"png\" NIL \"<i@x>\" NIL \"base64\" 9 NIL (\"attachment\" NIL)) \"related\" (\"boundary\" \"b\") NIL NIL)",
        );
        let BodyStructure::Multipart {
            subtype,
            parts,
            parameters,
        } = body
        else {
            panic!("{body:?}")
        };

        assert_eq!((subtype.as_str(), parts.len(), parameters.len()), ("related", 2, 1));
    }

    #[test]
    fn a_message_inside_has_its_envelope_and_structure() {
        for subtype in ["rfc822", "GLOBAL"] {
            let text = format!(
                "(\"message\" \"{subtype}\" NIL NIL NIL \"8bit\" 500 (NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL NIL) (\"text\" \"html\" NIL NIL NIL \"8bit\" 4 1) 20)"
            );
            let (envelope, body) = read_part(text.as_bytes()).message.unwrap();

            assert_eq!(envelope.subject.as_deref(), Some(&b"inner"[..]));
            assert!(matches!(body, BodyStructure::Part(part) if part.subtype == "html"));
        }
    }

    #[test]
    fn a_message_inside_may_come_without_envelope() {
        assert_eq!(
            read_part(b"(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 5 NIL NIL NIL NIL)").message,
            None
        );
    }

    #[test]
    fn a_multipart_without_children_has_none() {
        for text in [
            &b"(\"mixed\" (\"boundary\" \"x\") NIL NIL)"[..],
            b"(\"alternative\")",
            b"(\"MIXED\" NIL NIL NIL)",
        ] {
            assert!(
                matches!(read(text), BodyStructure::Multipart { parts, .. } if parts.is_empty()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn parameters_may_lack_a_value() {
        let part = read_part(
            b"(\"application\" \"pdf\" (\"name\" NIL \"x\" \"y\" \"odd\") NIL NIL \"base64\" NIL NIL \"attachment\")",
        );

        assert_eq!(
            part.parameters,
            [("name".to_string(), Vec::new()), ("x".to_string(), b"y".to_vec())]
        );
        assert_eq!(part.disposition, Some(("attachment".into(), Vec::new())));
        assert_eq!(part.octets, 0);
    }

    #[test]
    fn sizes_go_beyond_four_gigabytes() {
        assert_eq!(
            read_part(b"(\"video\" \"mp4\" NIL NIL NIL \"base64\" 6000000000)").octets,
            6_000_000_000
        );
    }

    #[test]
    fn bottomless_nesting_is_an_error() {
        let inner = b"(\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)";
        let of_depth = |depth: usize| {
            let mut text = b"(".repeat(depth);
            text.extend_from_slice(inner);
            text.extend_from_slice(&b" \"mixed\")".repeat(depth));
            text
        };

        assert!(body_structure(&mut Cursor::new(&of_depth(60))).is_ok());
        assert!(body_structure(&mut Cursor::new(&of_depth(100_000))).is_err());
    }
}
