//! Sets of UIDs as servers write them: `1:4,7` (RFC 9051, section 9).

use super::cursor::{Cursor, Decoded};
use surat_protocol::UidSet;

/// Ranges in the order and the direction in which they were written: COPYUID needs both.
pub fn ranges(cursor: &mut Cursor<'_>) -> Decoded<Vec<(u32, u32)>> {
    let mut ranges = Vec::new();
    loop {
        let low = cursor.number()?;
        let high = if cursor.take(b':') { cursor.number()? } else { low };
        ranges.push((low, high));
        if !cursor.take(b',') {
            return Ok(ranges);
        }
    }
}

/// The same, as a set.
pub fn uid_set(cursor: &mut Cursor<'_>) -> Decoded<UidSet> {
    ranges(cursor).map(UidSet::from_ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_keep_their_order() {
        assert_eq!(ranges(&mut Cursor::new(b"7,4:2 x")), Ok(vec![(7, 7), (4, 2)]));
        assert_eq!(uid_set(&mut Cursor::new(b"7,4:2,1")).unwrap().to_string(), "1:4,7");
    }

    #[test]
    fn a_broken_set_is_an_error() {
        for bad in [&b""[..], b"1,", b"1:", b"*", b"4294967296"] {
            assert!(ranges(&mut Cursor::new(bad)).is_err(), "{bad:?}");
        }
    }
}
