//! Lists of flags (RFC 9051, section 2.3.2), in FLAGS, PERMANENTFLAGS and FETCH.

use super::cursor::{Cursor, Decoded};
use surat_protocol::{Flag, Flags};

/// Most flags of one list that are kept; Dovecot's own limit is 26 keywords to a mailbox on disk.
const MAX_FLAGS: usize = 256;

/// A list of flags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlagList {
    /// The flags. `\Recent` is left out, and so is what starts with `\` and has no meaning to us.
    pub flags: Flags,
    /// `\*`: new keywords may be made (RFC 9051, section 7.1, PERMANENTFLAGS).
    pub may_create_keywords: bool,
}

/// `(\Seen $Forwarded)`. SurgeMail puts a space before the parenthesis, Zoho puts `\*` into FLAGS,
/// others put `]` into keywords.
pub fn flag_list(cursor: &mut Cursor<'_>) -> Decoded<FlagList> {
    let mut list = FlagList::default();
    let mut count = 0;
    cursor.each(|cursor| {
        let name = cursor.atom()?;
        count += 1;
        if name == b"\\*" {
            list.may_create_keywords = true;
        } else if let Some(flag) = flag(name).filter(|_| count <= MAX_FLAGS) {
            list.flags.insert(flag);
        }
        Ok(())
    })?;
    Ok(list)
}

fn flag(name: &[u8]) -> Option<Flag> {
    let name = String::from_utf8_lossy(name);
    let Some(system) = name.strip_prefix('\\') else {
        return Some(Flag::Keyword(name.into_owned()));
    };
    match system.to_ascii_lowercase().as_str() {
        "seen" => Some(Flag::Seen),
        "answered" => Some(Flag::Answered),
        "flagged" => Some(Flag::Flagged),
        "deleted" => Some(Flag::Deleted),
        "draft" => Some(Flag::Draft),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &str) -> FlagList {
        flag_list(&mut Cursor::new(list.as_bytes())).unwrap()
    }

    #[test]
    fn flags_are_known_in_any_case_and_with_stray_spaces() {
        let list = read(r"(\SEEN $Forwarded \Recent \* OIB-Seen-[Gmail]/All )");

        assert!(list.may_create_keywords && list.flags.is_seen());
        assert!(list.flags.contains(&Flag::forwarded()));
        assert!(list.flags.contains(&Flag::Keyword("OIB-Seen-[Gmail]/All".into())));
        assert_eq!(list.flags.iter().count(), 3);
    }

    #[test]
    fn a_flood_of_flags_is_cut_off() {
        let flood: Vec<String> = (0..100_000).map(|n| format!("k{n}")).collect();

        assert_eq!(read(&format!("({})", flood.join(" "))).flags.iter().count(), MAX_FLAGS);
    }
}
