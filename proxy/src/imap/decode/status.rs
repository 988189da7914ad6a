//! STATUS (RFC 9051, section 7.3.4): what is known of a mailbox that need not be open.

use super::{
    cursor::{Cursor, Decoded},
    list,
};
use crate::imap::mailbox_name::WireName;
use surat_protocol::{ModSeq, Uid, UidValidity};

/// Counts of a mailbox; `None` where the server did not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxStatus {
    /// Which.
    pub name: WireName,
    /// MESSAGES.
    pub messages: Option<u32>,
    /// UNSEEN: messages without `\Seen`.
    pub unseen: Option<u32>,
    /// UIDNEXT.
    pub uid_next: Option<Uid>,
    /// UIDVALIDITY.
    pub uid_validity: Option<UidValidity>,
    /// HIGHESTMODSEQ; 0 when the mailbox keeps none.
    pub highest_modseq: Option<ModSeq>,
    /// SIZE, in octets (RFC 8438).
    pub size_octets: Option<u64>,
}

/// What follows `* STATUS`.
pub fn status(cursor: &mut Cursor<'_>) -> Decoded<MailboxStatus> {
    cursor.expect_space()?;
    let mut status = MailboxStatus {
        name: list::mailbox(cursor)?,
        messages: None,
        unseen: None,
        uid_next: None,
        uid_validity: None,
        highest_modseq: None,
        size_octets: None,
    };
    cursor.expect_space()?;
    cursor.each(|cursor| {
        let item = cursor.keyword()?;
        cursor.expect_space()?;
        match &*item {
            "MESSAGES" => status.messages = Some(cursor.number()?),
            "UNSEEN" => status.unseen = Some(cursor.number()?),
            "UIDNEXT" => status.uid_next = Some(Uid(cursor.number()?)),
            "UIDVALIDITY" => status.uid_validity = Some(UidValidity(cursor.number()?)),
            "HIGHESTMODSEQ" => status.highest_modseq = Some(ModSeq(cursor.number64()?)),
            "SIZE" => status.size_octets = Some(cursor.number64()?),
            _ => cursor.skip_value()?,
        }
        Ok(())
    })?;
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::decode::{Response, response};

    fn read(line: &[u8]) -> MailboxStatus {
        match response(line) {
            Ok(Response::MailboxStatus(status)) => *status,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn known_items_are_read_and_others_skipped() {
        let status = read(
            b"* STATUS \"a b\" (MESSAGES 231 UIDNEXT 44292 MAILBOXID (F21) APPENDLIMIT NIL UNSEEN 2 SIZE 5000000000 HIGHESTMODSEQ 7 )\r\n",
        );

        assert_eq!((status.messages, status.unseen), (Some(231), Some(2)));
        assert_eq!(status.uid_next, Some(Uid(44292)));
        assert_eq!(status.size_octets, Some(5_000_000_000));
        assert_eq!(status.uid_validity, None);
    }

    #[test]
    fn exchange_ends_it_with_a_space() {
        assert_eq!(read(b"* STATUS INBOX (MESSAGES 1) \r\n").messages, Some(1));
    }
}
