//! FETCH (RFC 9051, section 7.5.2): what the server tells about one message.

use super::{
    body_structure::{self, BodyStructure},
    cursor::{Cursor, Decoded},
    date,
    envelope::{self, RawEnvelope},
    flags,
    section::{self, SectionData},
};
use surat_protocol::{Flags, ModSeq, Uid};

/// A FETCH response; `None` and empty where nothing was told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fetch {
    /// Sequence number; 0 in UIDFETCH (RFC 9586), which has none.
    pub sequence: u32,
    /// UID.
    pub uid: Option<Uid>,
    /// FLAGS.
    pub flags: Option<Flags>,
    /// INTERNALDATE, seconds since 1970 UTC.
    pub internal_date: Option<i64>,
    /// RFC822.SIZE, in octets.
    pub size_octets: Option<u64>,
    /// ENVELOPE.
    pub envelope: Option<RawEnvelope>,
    /// BODYSTRUCTURE or BODY.
    pub body_structure: Option<BodyStructure>,
    /// MODSEQ.
    pub modseq: Option<ModSeq>,
    /// PREVIEW, as the server wrote it.
    pub preview: Option<Vec<u8>>,
    /// BODY[…], BINARY[…], RFC822 and its kin.
    pub sections: Vec<SectionData>,
    /// An attribute could not be read, or was nested too deeply, and was left out.
    pub is_damaged: bool,
}

/// What follows `* 12 FETCH`.
pub fn fetch(sequence: u32, cursor: &mut Cursor<'_>) -> Decoded<Fetch> {
    let mut fetch = Fetch {
        sequence,
        ..Fetch::default()
    };
    cursor.expect_space()?;
    cursor.each(|cursor| attribute(cursor, &mut fetch))?;
    Ok(fetch)
}

/// What follows `* 12 UIDFETCH`, where 12 is the UID.
pub fn uid_fetch(uid: u32, cursor: &mut Cursor<'_>) -> Decoded<Fetch> {
    let mut fetch = fetch(0, cursor)?;
    fetch.uid = Some(Uid(uid));
    Ok(fetch)
}

/// One attribute. Some servers put ENVELOPE into parentheses of its own.
fn attribute(cursor: &mut Cursor<'_>, fetch: &mut Fetch) -> Decoded<()> {
    if cursor.peek() == Some(b'(') {
        return cursor.each(|cursor| attribute(cursor, fetch));
    }
    let name = cursor.keyword()?;
    if cursor.peek() == Some(b'[') {
        return in_brackets(&name, cursor, fetch);
    }
    cursor.expect_space()?;
    match &*name {
        // A message that cannot be named is of no use: no leniency here.
        "UID" => fetch.uid = Some(Uid(cursor.number()?)),
        "FLAGS" => fetch.flags = lenient(cursor, &mut fetch.is_damaged, |c| Ok(flags::flag_list(c)?.flags))?,
        "INTERNALDATE" => fetch.internal_date = lenient(cursor, &mut fetch.is_damaged, internal_date)?.flatten(),
        "RFC822.SIZE" => fetch.size_octets = lenient(cursor, &mut fetch.is_damaged, Cursor::number64)?,
        "ENVELOPE" => fetch.envelope = lenient(cursor, &mut fetch.is_damaged, envelope::envelope)?,
        "BODYSTRUCTURE" | "BODY" => {
            fetch.body_structure = lenient(cursor, &mut fetch.is_damaged, body_structure::body_structure)?;
        }
        "MODSEQ" => fetch.modseq = lenient(cursor, &mut fetch.is_damaged, modseq)?,
        "PREVIEW" => fetch.preview = lenient(cursor, &mut fetch.is_damaged, preview)?.flatten(),
        "RFC822" => whole(cursor, fetch, "")?,
        "RFC822.HEADER" => whole(cursor, fetch, "HEADER")?,
        "RFC822.TEXT" => whole(cursor, fetch, "TEXT")?,
        _ => cursor.skip_value()?,
    }
    Ok(())
}

fn in_brackets(name: &str, cursor: &mut Cursor<'_>, fetch: &mut Fetch) -> Decoded<()> {
    match name {
        "BODY" | "BINARY" => fetch.sections.push(section::section_data(name == "BINARY", cursor)?),
        _ => {
            section::section(cursor)?;
            section::origin(cursor)?;
            cursor.expect_space()?;
            cursor.skip_value()?;
        }
    }
    Ok(())
}

/// Reads a value that the message can be shown without. When it makes no sense, it is stepped over as
/// a whole (text in it cannot pose as other attributes), and the message counts as damaged.
fn lenient<'a, T>(
    cursor: &mut Cursor<'a>,
    is_damaged: &mut bool,
    read: impl FnOnce(&mut Cursor<'a>) -> Decoded<T>,
) -> Decoded<Option<T>> {
    let mut ahead = cursor.clone();
    if let Ok(value) = read(&mut ahead)
        && matches!(ahead.peek(), Some(b' ' | b')'))
    {
        *cursor = ahead;
        return Ok(Some(value));
    }
    *is_damaged = true;
    cursor.skip_value()?;
    Ok(None)
}

/// Some servers say NIL for a message whose date they lost.
fn internal_date(cursor: &mut Cursor<'_>) -> Decoded<Option<i64>> {
    let text = cursor.nstring()?;
    Ok(text.and_then(|text| date::parse(&String::from_utf8_lossy(&text))))
}

fn modseq(cursor: &mut Cursor<'_>) -> Decoded<ModSeq> {
    match cursor.list(Cursor::number64)?.as_slice() {
        [modseq] => Ok(ModSeq(*modseq)),
        _ => cursor.error("one modification sequence"),
    }
}

/// RFC 8970 has a string; the drafts before it, which Dovecot 2.3 follows, have `(FUZZY "text")`.
fn preview(cursor: &mut Cursor<'_>) -> Decoded<Option<Vec<u8>>> {
    if cursor.peek() != Some(b'(') {
        return Ok(cursor.nstring()?.map(Into::into));
    }
    let mut words = cursor.list(|cursor| match cursor.peek() {
        Some(b'"' | b'{' | b'~') => Ok(Some(cursor.string()?.into_owned())),
        _ => cursor.atom().map(|_| None),
    })?;
    Ok(words.pop().flatten())
}

fn whole(cursor: &mut Cursor<'_>, fetch: &mut Fetch, section: &str) -> Decoded<()> {
    fetch.sections.push(SectionData {
        section: section.into(),
        origin: None,
        is_binary: false,
        octets: cursor.nstring()?.map(Into::into),
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::decode::{Response, response};

    fn read(attributes: &str) -> Fetch {
        match response(format!("* 12 FETCH ({attributes})\r\n").as_bytes()) {
            Ok(Response::Fetch(fetch)) => *fetch,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn attributes_come_in_any_order() {
        let fetch = read(
            r#"RFC822.SIZE 5000000000 UID 7 MODSEQ (65402) FLAGS (\Seen) INTERNALDATE " 1-Jan-1970 00:00:01 +0000" PREVIEW "Hi""#,
        );

        assert_eq!(
            (fetch.sequence, fetch.uid, fetch.size_octets),
            (12, Some(Uid(7)), Some(5_000_000_000))
        );
        assert_eq!((fetch.modseq, fetch.internal_date), (Some(ModSeq(65402)), Some(1)));
        assert_eq!(fetch.preview.as_deref(), Some(&b"Hi"[..]));
        assert!(fetch.flags.is_some_and(|flags| flags.is_seen()) && !fetch.is_damaged);
    }

    #[test]
    fn text_in_an_unknown_attribute_cannot_pose_as_another() {
        let fetch = read(r#"UID 1 X-NEW ("a) UID 999 Y (c") SNIPPET (FUZZY "x) UID 998 (") X-N[a b]<0> (UID 997)"#);

        assert_eq!(fetch.uid, Some(Uid(1)));
    }

    #[test]
    fn a_damaged_attribute_is_left_out_as_a_whole() {
        let deep = format!("{}\"x) UID 999 (\"{}", "(".repeat(500), ")".repeat(500));
        let fetch = read(&format!(
            r"BODYSTRUCTURE {deep} ENVELOPE (NIL 7 UID) UID 3 RFC822.SIZE 99999999999999999999"
        ));

        assert!(fetch.is_damaged && fetch.body_structure.is_none() && fetch.envelope.is_none());
        assert_eq!((fetch.uid, fetch.size_octets), (Some(Uid(3)), None));
    }

    #[test]
    fn a_lost_date_is_no_date() {
        assert_eq!(read("UID 1 INTERNALDATE NIL").internal_date, None);
    }

    #[test]
    fn previews_come_in_two_forms() {
        assert_eq!(read("PREVIEW (FUZZY {2}\r\nab)").preview.as_deref(), Some(&b"ab"[..]));
        assert_eq!(read("PREVIEW NIL").preview, None);
        assert_eq!(read("PREVIEW (FUZZY NIL)").preview, None);
    }

    #[test]
    fn sections_are_kept_with_their_octets() {
        let fetch = read(
            "BODY[HEADER.FIELDS (References)] {4}\r\nA)\r\n BINARY[2]<5> ~{1}\r\n\0 BINARY.SIZE[2] 9 RFC822.TEXT \"t\" BODY (\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)",
        );

        let found: Vec<_> = fetch
            .sections
            .iter()
            .map(|s| (s.section.as_str(), s.origin, s.is_binary))
            .collect();
        assert_eq!(
            found,
            [
                ("HEADER.FIELDS (REFERENCES)", None, false),
                ("2", Some(5), true),
                ("TEXT", None, false)
            ]
        );
        assert!(fetch.body_structure.is_some());
    }

    #[test]
    fn uid_only_responses_carry_the_uid_in_front() {
        let Ok(Response::Fetch(fetch)) = response(b"* 25 UIDFETCH (FLAGS ())\r\n") else {
            panic!()
        };

        assert_eq!(fetch.uid, Some(Uid(25)));
    }

    #[test]
    fn an_attribute_may_stand_in_parentheses_of_its_own() {
        let fetch = read(r#"UID 2 (ENVELOPE (NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL)) FLAGS ()"#);

        assert!(fetch.envelope.is_some() && fetch.flags.is_some() && !fetch.is_damaged);
    }

    #[test]
    fn annotations_nest() {
        assert_eq!(
            read(r#"UID 2 ANNOTATION (/comment (value.priv "x)" value.shared NIL))"#).uid,
            Some(Uid(2))
        );
    }
}
