//! Response codes (RFC 9051, section 7.1; RFC 4315, 5530, 7162): the part of a status that is not prose.

use super::{
    capability,
    cursor::{Cursor, Decoded},
    flags::{self, FlagList},
    sequence_set,
};
use surat_protocol::{ModSeq, Uid, UidSet, UidValidity};

/// A response code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// ALERT: the text must be shown.
    Alert,
    /// ALREADYEXISTS: such a mailbox is there.
    AlreadyExists,
    /// APPENDUID: where the appended message is.
    AppendUid(UidValidity, UidSet),
    /// AUTHENTICATIONFAILED: wrong name or password.
    AuthenticationFailed,
    /// AUTHORIZATIONFAILED, EXPIRED or PRIVACYREQUIRED: sign-in is refused for another reason than
    /// the password.
    SignInRefused,
    /// BADCHARSET: the charset of a SEARCH is not known.
    BadCharset,
    /// CANNOT: never possible here.
    Cannot,
    /// CAPABILITY.
    Capability(Vec<String>),
    /// CLOSED: the mailbox that was selected before is closed now (RFC 7162, section 3.2.11).
    Closed,
    /// COPYUID: where the messages are now.
    CopyUid(CopyUid),
    /// EXPUNGEISSUED: some of the messages are gone.
    ExpungeIssued,
    /// HASCHILDREN: a mailbox with mailboxes under it cannot be deleted.
    HasChildren,
    /// HIGHESTMODSEQ.
    HighestModSeq(ModSeq),
    /// INUSE: somebody else holds it.
    InUse,
    /// LIMIT: some limit of the server.
    Limit,
    /// MODIFIED: messages left alone by a conditional STORE.
    Modified(UidSet),
    /// NOMODSEQ: the mailbox keeps no modification sequences.
    NoModSeq,
    /// NONEXISTENT: no such mailbox.
    NonExistent,
    /// NOPERM: no right to do that.
    NoPerm,
    /// NOTIFICATIONOVERFLOW: the server stopped notifying (RFC 5465, section 5.8).
    NotificationOverflow,
    /// OVERQUOTA.
    OverQuota,
    /// PERMANENTFLAGS.
    PermanentFlags(FlagList),
    /// READ-ONLY.
    ReadOnly,
    /// READ-WRITE.
    ReadWrite,
    /// TOOBIG: the message is larger than the server takes (RFC 4469).
    TooBig,
    /// TRYCREATE: the target does not exist, but could be made.
    TryCreate,
    /// UIDNEXT.
    UidNext(Uid),
    /// UIDNOTSTICKY: UIDs do not last (RFC 4315, section 3).
    UidNotSticky,
    /// UIDVALIDITY.
    UidValidity(UidValidity),
    /// UNAVAILABLE or SERVERBUG: something behind the server fails.
    Unavailable,
    /// UNKNOWN-CTE: BINARY cannot decode this part (RFC 3516, section 4.3).
    UnknownCte,
    /// UNSEEN: sequence number of the first unseen message.
    Unseen(u32),
    /// Another, by its name in upper case.
    Other(String),
}

/// COPYUID (RFC 4315, section 3): the UIDs of the source and, in the same order, of the target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyUid {
    /// UIDVALIDITY of the target; 0 in an empty mapping.
    pub uid_validity: u32,
    /// Ranges as written.
    pub source: Vec<(u32, u32)>,
    /// Ranges as written.
    pub target: Vec<(u32, u32)>,
}

impl CopyUid {
    /// Where the messages are now.
    pub fn target_uids(&self) -> UidSet {
        UidSet::from_ranges(self.target.iter().copied())
    }

    /// Which messages are meant.
    pub fn source_uids(&self) -> UidSet {
        UidSet::from_ranges(self.source.iter().copied())
    }

    /// Old and new UID of each message. Lazy: a hostile server can write sets of four billion.
    pub fn pairs(&self) -> impl Iterator<Item = (Uid, Uid)> + '_ {
        in_order(&self.source).zip(in_order(&self.target))
    }
}

/// Ranges are ascending whichever way round they are written (RFC 4315, section 3).
fn in_order(ranges: &[(u32, u32)]) -> impl Iterator<Item = Uid> + '_ {
    ranges.iter().flat_map(|&(a, b)| (a.min(b)..=a.max(b)).map(Uid))
}

/// `[CODE …]`, with both brackets. A code that is not as it should be is [`Code::Other`]: the status
/// that carries it still counts.
pub fn code(cursor: &mut Cursor<'_>) -> Decoded<Code> {
    cursor.expect(b'[', "[")?;
    cursor.skip_spaces();
    let name = cursor.keyword()?;
    let mut ahead = cursor.clone();
    if let Ok(code) = known(&name, &mut ahead)
        && ahead.take(b']')
    {
        *cursor = ahead;
        return Ok(code);
    }
    skip_to_bracket(cursor)?;
    Ok(Code::Other(name.into_owned()))
}

fn skip_to_bracket(cursor: &mut Cursor<'_>) -> Decoded<()> {
    loop {
        cursor.take_while(|octet| octet != b']' && octet != b'"');
        if cursor.take(b']') {
            return Ok(());
        }
        cursor.string()?;
    }
}

fn known(name: &str, cursor: &mut Cursor<'_>) -> Decoded<Code> {
    let code = match name {
        "ALERT" => Code::Alert,
        "ALREADYEXISTS" => Code::AlreadyExists,
        "AUTHENTICATIONFAILED" => Code::AuthenticationFailed,
        "AUTHORIZATIONFAILED" | "EXPIRED" | "PRIVACYREQUIRED" => Code::SignInRefused,
        "CANNOT" => Code::Cannot,
        "CLOSED" => Code::Closed,
        "EXPUNGEISSUED" => Code::ExpungeIssued,
        "HASCHILDREN" => Code::HasChildren,
        "INUSE" => Code::InUse,
        "LIMIT" => Code::Limit,
        "NOMODSEQ" => Code::NoModSeq,
        "NONEXISTENT" => Code::NonExistent,
        "NOPERM" => Code::NoPerm,
        "NOTIFICATIONOVERFLOW" => Code::NotificationOverflow,
        "OVERQUOTA" => Code::OverQuota,
        "READ-ONLY" => Code::ReadOnly,
        "READ-WRITE" => Code::ReadWrite,
        "TOOBIG" => Code::TooBig,
        "TRYCREATE" => Code::TryCreate,
        "UIDNOTSTICKY" => Code::UidNotSticky,
        "UNAVAILABLE" | "SERVERBUG" => Code::Unavailable,
        "UNKNOWN-CTE" => Code::UnknownCte,
        "BADCHARSET" => {
            cursor.take_while(|octet| octet != b']');
            Code::BadCharset
        }
        "CAPABILITY" => Code::Capability(capability::words(cursor)?),
        _ => return with_value(name, cursor),
    };
    Ok(code)
}

fn with_value(name: &str, cursor: &mut Cursor<'_>) -> Decoded<Code> {
    cursor.expect_space()?;
    Ok(match name {
        "APPENDUID" => {
            let uid_validity = UidValidity(cursor.number()?);
            cursor.expect_space()?;
            Code::AppendUid(uid_validity, sequence_set::uid_set(cursor)?)
        }
        "COPYUID" => Code::CopyUid(copy_uid(cursor)?),
        "HIGHESTMODSEQ" => Code::HighestModSeq(ModSeq(cursor.number64()?)),
        "MODIFIED" => Code::Modified(sequence_set::uid_set(cursor)?),
        "PERMANENTFLAGS" => Code::PermanentFlags(flags::flag_list(cursor)?),
        "UIDNEXT" => Code::UidNext(Uid(cursor.number()?)),
        "UIDVALIDITY" => Code::UidValidity(UidValidity(cursor.number()?)),
        "UNSEEN" => Code::Unseen(cursor.number()?),
        _ => return cursor.error("a known response code"),
    })
}

fn copy_uid(cursor: &mut Cursor<'_>) -> Decoded<CopyUid> {
    let uid_validity = cursor.number()?;
    cursor.expect_space()?;
    let source = sequence_set::ranges(cursor)?;
    cursor.expect_space()?;
    let target = sequence_set::ranges(cursor)?;
    Ok(CopyUid {
        uid_validity,
        source,
        target,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Code, String) {
        let mut cursor = Cursor::new(text.as_bytes());
        let code = code(&mut cursor).unwrap();
        (code, String::from_utf8_lossy(cursor.rest()).into_owned())
    }

    #[test]
    fn copied_messages_are_paired_in_order() {
        let (code, _) = read("[COPYUID 38505 304,319:320 3956:3958] Done");
        let Code::CopyUid(copied) = code else {
            panic!("{code:?}")
        };

        let pairs: Vec<_> = copied.pairs().map(|(old, new)| (old.0, new.0)).collect();

        assert_eq!(pairs, [(304, 3956), (319, 3957), (320, 3958)]);
        assert_eq!(copied.target_uids().to_string(), "3956:3958");
    }

    #[test]
    fn a_set_of_four_billion_costs_nothing() {
        let (code, _) = read("[COPYUID 1 1:4294967295 1:4294967295]");
        let Code::CopyUid(copied) = code else {
            panic!("{code:?}")
        };

        assert_eq!(copied.pairs().nth(2), Some((Uid(3), Uid(3))));
    }

    #[test]
    fn codes_are_known_by_name_in_any_case() {
        assert_eq!(read("[tryCreate]x"), (Code::TryCreate, "x".into()));
        assert_eq!(
            read("[HIGHESTMODSEQ 715194045007]").0,
            Code::HighestModSeq(ModSeq(715_194_045_007))
        );
        assert_eq!(read("[BADCHARSET (US-ASCII UTF-8)] no").0, Code::BadCharset);
        assert_eq!(
            read("[CAPABILITY IMAP4rev1 IDLE] hi").0,
            Code::Capability(vec!["IMAP4REV1".into(), "IDLE".into()])
        );
    }

    #[test]
    fn what_is_unknown_or_broken_still_ends_at_its_bracket() {
        assert_eq!(
            read("[X-NEW \"a]b\" (c)] text"),
            (Code::Other("X-NEW".into()), " text".into())
        );
        assert_eq!(
            read("[UIDNEXT many] text"),
            (Code::Other("UIDNEXT".into()), " text".into())
        );
        assert_eq!(
            read("[MODIFIED 7,9] x").0,
            Code::Modified(UidSet::from_ranges([(7, 7), (9, 9)]))
        );
    }
}
