//! Is one response complete? Knows lines and literals (RFC 9051, section 4.3), and no grammar.
//!
//! The sorter asks it; what a response means is the business of `decode`.

/// Most octets that one response may have. Whole bodies are fetched in smaller steps; what is
/// longer than this is a broken or hostile server.
pub const MAX_RESPONSE_OCTETS: usize = 32 * 1024 * 1024;

/// The response is longer than [`MAX_RESPONSE_OCTETS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// Finds the end of the response that a buffer starts with. Remembers where it stopped, so that no
/// octet is looked at twice however the stream is cut; literals are stepped over, not looked at.
#[derive(Debug, Default)]
pub struct Finder {
    /// Where to look on; may lie beyond the buffer, inside a literal that has not arrived.
    scanned: usize,
    /// Where the present line starts.
    line_start: usize,
    /// Only lines without literals: a status response or a continuation (see [`is_text_line`]).
    is_text: bool,
}

impl Finder {
    /// The length of the response at the start of `buffer` with its CRLF, or `None` while it is not
    /// complete. After a length was returned, the finder is ready for the next response, and
    /// expects the buffer to start with it.
    pub fn find(&mut self, buffer: &[u8]) -> Result<Option<usize>, TooLong> {
        while let Some(rest) = buffer.get(self.scanned..) {
            let Some(offset) = rest.iter().position(|&octet| octet == b'\n') else {
                self.scanned = buffer.len();
                break;
            };
            let line_end = self.scanned + offset + 1;
            self.scanned = line_end;
            let line = buffer.get(self.line_start..line_end).unwrap_or_default();
            let Some(line) = line.strip_suffix(b"\r\n") else {
                continue; // a lone LF ends nothing
            };
            if self.line_start == 0 {
                self.is_text = is_text_line(line);
            }
            match literal_octets(line) {
                Some(octets) if !self.is_text => self.scanned = line_end.saturating_add(octets),
                _ => {
                    *self = Self::default();
                    return if line_end > MAX_RESPONSE_OCTETS {
                        Err(TooLong)
                    } else {
                        Ok(Some(line_end))
                    };
                }
            }
            self.line_start = self.scanned;
        }
        let known = self.scanned.max(buffer.len());
        if known > MAX_RESPONSE_OCTETS {
            Err(TooLong)
        } else {
            Ok(None)
        }
    }

    /// Octets that are known to be missing: the rest of a literal. 0 when in a line.
    pub fn missing(&self, buffered: usize) -> usize {
        self.scanned.saturating_sub(buffered)
    }
}

/// Is this the line of a status response or a continuation, which ends in free text? Such a text may
/// well end in `{5}` — say, when the server repeats the name of a mailbox that does not exist — and
/// no literal follows it.
fn is_text_line(line: &[u8]) -> bool {
    let mut words = line.splitn(3, |&octet| octet == b' ').filter(|word| !word.is_empty());
    let is_continuation = line.first() == Some(&b'+');
    let status = words.nth(1).unwrap_or_default();
    is_continuation
        || [&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"]
            .iter()
            .any(|known| status.eq_ignore_ascii_case(known))
}

/// The length in `{n}`, `~{n}` or `{n+}` at the end of a line.
fn literal_octets(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"}")?;
    let line = line.strip_suffix(b"+").unwrap_or(line);
    let digits = line.iter().rev().take_while(|octet| octet.is_ascii_digit()).count();
    let (head, digits) = line.split_at(line.len() - digits);
    if digits.is_empty() || head.last() != Some(&b'{') {
        return None;
    }
    let count = digits.iter().fold(0usize, |sum, &digit| {
        sum.saturating_mul(10).saturating_add(usize::from(digit - b'0'))
    });
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(buffer: &[u8]) -> Result<Option<usize>, TooLong> {
        Finder::default().find(buffer)
    }

    #[test]
    fn a_response_ends_at_a_line_end_that_no_literal_follows() {
        assert_eq!(find(b"* 1 EXISTS\r\n* 2"), Ok(Some(12)));
        assert_eq!(find(b"* 1 FETCH (BODY[] {3}\r\na\r\n X {0}\r\n)\r\n"), Ok(Some(37)));
        assert_eq!(find(b"* 1 FETCH (BINARY[1] ~{2}\r\n\n\n)\r\n"), Ok(Some(32)));
        assert_eq!(find(b"* 1 FETCH (BODY[] {3+}\r\nabc)\r\n"), Ok(Some(30)));
        assert_eq!(find(b"* LIST () {x}\r\n"), Ok(Some(15)));
        assert_eq!(find(b"* 1 EXISTS\n"), Ok(None));
    }

    #[test]
    fn the_text_of_a_status_response_announces_no_literal() {
        assert_eq!(find(b"A1 NO no such mailbox: x{5}\r\n"), Ok(Some(29)));
        assert_eq!(find(b"* ok {9}\r\n"), Ok(Some(10)));
        assert_eq!(find(b"+ {9}\r\n"), Ok(Some(7)));
    }

    #[test]
    fn a_literal_beyond_the_cap_is_refused_before_it_arrives() {
        assert_eq!(find(b"* 1 FETCH (BODY[] {99999999999999999999999}\r\n"), Err(TooLong));
    }

    #[test]
    fn a_literal_that_has_not_arrived_is_counted() {
        let mut finder = Finder::default();
        let line = b"* 1 FETCH (BODY[] {10}\r\nabc";

        assert_eq!(finder.find(line), Ok(None));
        assert_eq!(finder.missing(line.len()), 7);
    }
}
