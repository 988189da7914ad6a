//! ESEARCH (RFC 9051, section 7.3.4): results as ranges.

use super::{
    cursor::{Cursor, Decoded},
    sequence_set,
};
use surat_protocol::{ModSeq, UidSet};

/// An ESEARCH response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Esearch {
    /// Tag of the command that it answers.
    pub tag: Option<String>,
    /// The numbers are UIDs.
    pub is_uid: bool,
    /// ALL; empty when nothing was found.
    pub all: UidSet,
    /// COUNT.
    pub count: Option<u32>,
    /// MODSEQ: the highest of what was found.
    pub highest_modseq: Option<ModSeq>,
}

/// What follows `* ESEARCH`.
pub fn esearch(cursor: &mut Cursor<'_>) -> Decoded<Esearch> {
    let mut found = Esearch::default();
    cursor.skip_spaces();
    if cursor.peek() == Some(b'(') {
        found.tag = correlator(cursor)?;
    }
    loop {
        cursor.skip_spaces();
        if cursor.peek().is_none() {
            return Ok(found);
        }
        let item = cursor.keyword()?;
        if item == "UID" {
            found.is_uid = true;
            continue;
        }
        cursor.expect_space()?;
        match &*item {
            "ALL" => found.all = sequence_set::uid_set(cursor)?,
            "COUNT" => found.count = Some(cursor.number()?),
            "MODSEQ" => found.highest_modseq = Some(ModSeq(cursor.number64()?)),
            _ => cursor.skip_value()?,
        }
    }
}

/// `(TAG "A1")`.
fn correlator(cursor: &mut Cursor<'_>) -> Decoded<Option<String>> {
    let mut tag = None;
    cursor.each(|cursor| {
        let name = cursor.keyword()?;
        cursor.expect_space()?;
        if name == "TAG" {
            tag = Some(String::from_utf8_lossy(&cursor.astring()?).into_owned());
            return Ok(());
        }
        cursor.skip_value()
    })?;
    Ok(tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::decode::{Response, response};

    fn read(line: &[u8]) -> Esearch {
        match response(line) {
            Ok(Response::Esearch(found)) => *found,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn ranges_are_kept_as_ranges() {
        let found =
            read(b"* ESEARCH (TAG \"A0285\") UID MIN 7 MAX 3800 ALL 7,10:12,17,19:21,3800 COUNT 9 MODSEQ 5\r\n");

        assert!(found.is_uid && found.tag.as_deref() == Some("A0285"));
        assert_eq!(found.all.to_string(), "7,10:12,17,19:21,3800");
        assert_eq!((found.count, found.highest_modseq), (Some(9), Some(ModSeq(5))));
    }

    #[test]
    fn nothing_found_has_no_all() {
        assert!(read(b"* ESEARCH (TAG \"A1\") UID\r\n").all.is_empty());
        assert!(read(b"* ESEARCH\r\n").all.is_empty());
        assert_eq!(read(b"* ESEARCH UID PARTIAL (1:10 7,9) ALL 3\r\n").all.to_string(), "3");
    }
}
