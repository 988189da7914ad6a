//! How many messages the open mailbox has, as the server has told it so far.

use super::decode::{Code, Response};

/// EXISTS with every EXPUNGE and VANISHED since. Messages have these sequence numbers until the next command
/// (RFC 9051, section 7.5.1, keeps EXPUNGE out of the time between two).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Exists(Option<u32>);

impl Exists {
    /// The number of messages; `None` when no mailbox is open, and when what was told does not add up.
    pub(super) fn told(self) -> Option<u32> {
        self.0
    }

    /// Takes in what the server says, in the order in which it comes.
    pub(super) fn hear(&mut self, response: &Response) {
        self.0 = match response {
            Response::Exists(count) => Some(*count),
            Response::Expunge(_) => self.less(1),
            Response::Vanished {
                is_earlier: false,
                uids,
            } => self.less(uids.len()),
            // All before this was about the mailbox that was open (RFC 7162, section 3.2.11).
            Response::Status(status) if status.code == Some(Code::Closed) => None,
            _ => return,
        };
    }

    /// The mailbox is closed, or another one is being opened.
    pub(super) fn forget(&mut self) {
        self.0 = None;
    }

    fn less(self, gone: usize) -> Option<u32> {
        self.0?.checked_sub(u32::try_from(gone).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::decode::response;

    fn after(said: &[&str]) -> Option<u32> {
        let mut exists = Exists::default();
        for line in said {
            exists.hear(&response(format!("* {line}\r\n").as_bytes()).unwrap());
        }
        exists.told()
    }

    #[test]
    fn what_goes_is_taken_away() {
        assert_eq!(after(&["5 EXISTS", "3 EXPUNGE", "3 EXPUNGE"]), Some(3));
        assert_eq!(after(&["5 EXISTS", "VANISHED 7:8,12", "4 EXISTS"]), Some(4));
        assert_eq!(after(&["5 EXISTS", "VANISHED 7:8,12"]), Some(2));
    }

    #[test]
    fn what_went_earlier_was_never_counted() {
        assert_eq!(after(&["5 EXISTS", "VANISHED (EARLIER) 1:400"]), Some(5));
    }

    #[test]
    fn nothing_is_known_before_it_is_told() {
        assert_eq!(after(&["OK [UIDNEXT 9] ready", "1 EXPUNGE"]), None);
        assert_eq!(after(&["5 EXISTS", "OK [CLOSED] bye"]), None);
    }

    #[test]
    fn what_does_not_add_up_is_not_known() {
        assert_eq!(after(&["2 EXISTS", "VANISHED 7:9"]), None);
        assert_eq!(after(&["2 EXISTS", "VANISHED 7:9", "1 EXPUNGE"]), None);
        assert_eq!(after(&["2 EXISTS", "VANISHED 7:9", "6 EXISTS"]), Some(6));
    }
}
