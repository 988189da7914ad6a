//! SEARCH (RFC 3501, section 7.2.5), with `(MODSEQ n)` (RFC 7162, section 3.1.5).

use super::{
    Response,
    cursor::{Cursor, Decoded},
};
use surat_protocol::{ModSeq, UidSet};

/// What follows `* SEARCH`.
pub fn search(cursor: &mut Cursor<'_>) -> Decoded<Response> {
    let mut uids = Vec::new();
    let mut highest_modseq = None;
    loop {
        cursor.skip_spaces();
        match cursor.peek() {
            Some(b'0'..=b'9') => {
                let uid = cursor.number()?;
                uids.push((uid, uid));
            }
            Some(b'(') => cursor.each(|cursor| {
                let item = cursor.keyword()?;
                cursor.expect_space()?;
                if item == "MODSEQ" {
                    highest_modseq = Some(ModSeq(cursor.number64()?));
                    return Ok(());
                }
                cursor.skip_value()
            })?,
            _ => break,
        }
    }
    Ok(Response::Search {
        uids: UidSet::from_ranges(uids),
        highest_modseq,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::decode::response;

    #[test]
    fn uids_come_in_any_order_and_with_a_modseq() {
        let found = response(b"* SEARCH 9 2 3 (MODSEQ 917162500) \r\n");

        assert_eq!(
            found,
            Ok(Response::Search {
                uids: UidSet::from_ranges([(2, 3), (9, 9)]),
                highest_modseq: Some(ModSeq(917_162_500)),
            })
        );
    }

    #[test]
    fn nothing_found_is_not_an_error() {
        assert!(matches!(response(b"* SEARCH\r\n"), Ok(Response::Search { uids, .. }) if uids.is_empty()));
        assert!(response(b"* SEARCH 1 x\r\n").is_err());
    }
}
