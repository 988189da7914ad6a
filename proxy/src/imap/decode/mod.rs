//! Responses as values: one file per response, named after it. Pure: octets in, a value or an error out.
//!
//! Nothing here panics, allocates without bound or recurses beyond [`cursor::MAX_DEPTH`], whatever
//! the octets are. `session` feeds it with what the sorter found complete.

pub mod body_structure;
pub mod capability;
pub mod code;
pub mod cursor;
pub mod date;
pub mod envelope;
pub mod esearch;
pub mod fetch;
pub mod flags;
pub mod id;
pub mod list;
pub mod my_rights;
pub mod namespace;
pub mod search;
pub mod section;
pub mod sequence_set;
pub mod status;
pub mod status_response;
pub mod vanished;

pub use code::Code;
pub use cursor::DecodeError;
pub use esearch::Esearch;
pub use fetch::Fetch;
pub use list::ListEntry;
pub use namespace::{Namespace, Namespaces};
pub use section::SectionData;
pub use status::MailboxStatus;
pub use status_response::{Completion, Condition, StatusResponse};

use super::mailbox_name::WireName;
use cursor::{Cursor, Decoded};
use flags::FlagList;
use surat_protocol::{ModSeq, Rights, UidSet};

/// Anything a server can say, as far as Surat listens.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// A tagged line: a command is over.
    Tagged(Completion),
    /// `+`: the server waits for more, or for the end of IDLE.
    Continuation,
    /// Untagged OK, NO, BAD, PREAUTH, BYE.
    Status(StatusResponse),
    /// CAPABILITY: words in upper case.
    Capability(Vec<String>),
    /// ENABLED: words in upper case.
    Enabled(Vec<String>),
    /// LIST, LSUB or XLIST.
    List(Box<ListEntry>),
    /// STATUS.
    MailboxStatus(Box<MailboxStatus>),
    /// NAMESPACE.
    Namespace(Box<Namespaces>),
    /// MYRIGHTS.
    MyRights(WireName, Rights),
    /// FLAGS: those that messages of the mailbox may have.
    Flags(FlagList),
    /// EXISTS: messages in the mailbox.
    Exists(u32),
    /// RECENT.
    Recent(u32),
    /// EXPUNGE: the sequence number that is gone.
    Expunge(u32),
    /// VANISHED (RFC 7162, section 3.2.10).
    Vanished {
        /// Gone before the mailbox was opened or asked for, not just now.
        is_earlier: bool,
        /// Which.
        uids: UidSet,
    },
    /// SEARCH of UIDs.
    Search {
        /// What was found.
        uids: UidSet,
        /// Highest MODSEQ of what was found (RFC 7162, section 3.1.5).
        highest_modseq: Option<ModSeq>,
    },
    /// ESEARCH.
    Esearch(Box<Esearch>),
    /// FETCH, or UIDFETCH.
    Fetch(Box<Fetch>),
    /// ID: pairs of name (in lower case) and value.
    Id(Vec<(String, String)>),
    /// Something else: QUOTA, ACL, METADATA, THREAD …, by its name.
    Other(String),
}

/// Reads one whole response, tagged or not, with its CRLF.
pub fn response(octets: &[u8]) -> Decoded<Response> {
    let mut cursor = Cursor::new(octets);
    if cursor.take(b'+') {
        return Ok(Response::Continuation);
    }
    if !cursor.take(b'*') {
        return status_response::tagged(&mut cursor).map(Response::Tagged);
    }
    cursor.expect_space()?;
    if cursor.peek().is_some_and(|octet| octet.is_ascii_digit()) {
        let number = cursor.number()?;
        cursor.expect_space()?;
        return numbered(number, &mut cursor);
    }
    let keyword = cursor.keyword()?;
    named(&keyword, &mut cursor)
}

/// `* 23 EXISTS` and its like.
fn numbered(number: u32, cursor: &mut Cursor<'_>) -> Decoded<Response> {
    let keyword = cursor.keyword()?;
    let response = match &*keyword {
        "EXISTS" => Response::Exists(number),
        "RECENT" => Response::Recent(number),
        "EXPUNGE" => Response::Expunge(number),
        "FETCH" => Response::Fetch(Box::new(fetch::fetch(number, cursor)?)),
        "UIDFETCH" => Response::Fetch(Box::new(fetch::uid_fetch(number, cursor)?)),
        _ => return Ok(Response::Other(keyword.into_owned())),
    };
    cursor.expect_end()?;
    Ok(response)
}

/// `* LIST …` and its like.
fn named(keyword: &str, cursor: &mut Cursor<'_>) -> Decoded<Response> {
    if let Some(condition) = Condition::of(keyword) {
        return status_response::untagged(condition, cursor).map(Response::Status);
    }
    let response = match keyword {
        "CAPABILITY" => Response::Capability(capability::words(cursor)?),
        "ENABLED" => Response::Enabled(capability::words(cursor)?),
        "LIST" | "LSUB" | "XLIST" => Response::List(Box::new(list::entry(cursor)?)),
        "STATUS" => Response::MailboxStatus(Box::new(status::status(cursor)?)),
        "NAMESPACE" => Response::Namespace(Box::new(namespace::namespaces(cursor)?)),
        "MYRIGHTS" => my_rights::my_rights(cursor)?,
        "FLAGS" => {
            cursor.expect_space()?;
            Response::Flags(flags::flag_list(cursor)?)
        }
        "VANISHED" => vanished::vanished(cursor)?,
        "SEARCH" => search::search(cursor)?,
        "ESEARCH" => Response::Esearch(Box::new(esearch::esearch(cursor)?)),
        "ID" => Response::Id(id::id(cursor)?),
        _ => return Ok(Response::Other(keyword.to_owned())),
    };
    cursor.expect_end()?;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_come_first() {
        assert_eq!(response(b"* 23 EXISTS\r\n"), Ok(Response::Exists(23)));
        assert_eq!(response(b"* 0 RECENT \r\n"), Ok(Response::Recent(0)));
        assert_eq!(response(b"* 4 expunge\r\n"), Ok(Response::Expunge(4)));
        assert_eq!(response(b"* 9 SPAM\r\n"), Ok(Response::Other("SPAM".into())));
        assert!(response(b"* 4294967296 EXISTS\r\n").is_err());
    }

    #[test]
    fn what_is_not_for_us_is_named_and_left() {
        assert_eq!(
            response(b"* QUOTA \"\" (STORAGE 10 512)\r\n"),
            Ok(Response::Other("QUOTA".into()))
        );
        assert_eq!(
            response(b"* THREAD (2)(3 6 (4 23)(44 7 96))\r\n"),
            Ok(Response::Other("THREAD".into()))
        );
    }

    #[test]
    fn an_empty_or_cut_response_is_an_error() {
        for cut in [
            &b""[..],
            b"\r\n",
            b"*",
            b"* ",
            b"* \r\n",
            b"* 1",
            b"* 1 ",
            b"A1",
            b"A1 ",
            b"* LIST",
            b"* STATUS x",
        ] {
            assert!(response(cut).is_err(), "{cut:?}");
        }
    }

    proptest! {
        #[test]
        fn no_octets_make_it_panic(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = response(&octets);
        }

        #[test]
        fn no_grammar_makes_it_panic(
            words in proptest::collection::vec(
                prop::sample::select(vec![
                    "* ", "1 ", "FETCH ", "(", ")", "BODY ", "BODY[", "]", "<0>", " ", "\"", "\\", "NIL", "{3}\r\n", "abc",
                    "ENVELOPE ", "BODYSTRUCTURE ", "UID 7 ", "FLAGS ", "STATUS ", "LIST ", "OK ", "[", "COPYUID 1 2:3 4",
                    "ESEARCH ", "SEARCH ", "text", "7 ", "* NAMESPACE ", "VANISHED ", "INTERNALDATE ", "~{2}\r\n", ",", ":",
                ]),
                0..40,
            )
        ) {
            let _ = response(words.concat().as_bytes());
        }
    }
}
