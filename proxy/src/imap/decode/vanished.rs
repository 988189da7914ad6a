//! VANISHED (RFC 7162, section 3.2.10): UIDs that are gone.

use super::{
    Response,
    cursor::{Cursor, Decoded},
    sequence_set,
};

/// What follows `* VANISHED`.
pub fn vanished(cursor: &mut Cursor<'_>) -> Decoded<Response> {
    cursor.expect_space()?;
    let is_earlier = cursor.peek() == Some(b'(');
    if is_earlier {
        cursor.skip_value()?;
        cursor.expect_space()?;
    }
    Ok(Response::Vanished {
        is_earlier,
        uids: sequence_set::uid_set(cursor)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::decode::response;
    use surat_protocol::UidSet;

    #[test]
    fn earlier_and_just_now_are_told_apart() {
        for (line, is_earlier) in [
            (&b"* VANISHED (EARLIER) 300:310,405\r\n"[..], true),
            (b"* VANISHED 300:310,405\r\n", false),
        ] {
            let uids = UidSet::from_ranges([(300, 310), (405, 405)]);
            assert_eq!(response(line), Ok(Response::Vanished { is_earlier, uids }));
        }
    }
}
