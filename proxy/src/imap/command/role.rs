//! Special uses of mailboxes on servers that do not tell them (no SPECIAL-USE): guessed by name.

use surat_protocol::Role;

/// Well-known names of the last level, in lower case: English, Indonesian, German, French, Spanish,
/// Dutch, Italian, Portuguese; as made by Outlook, Thunderbird, Apple Mail, Gmail and Zimbra.
const NAMES: [(Role, &[&str]); 5] = [
    (
        Role::Drafts,
        &[
            "drafts",
            "draft",
            "draf",
            "konsep",
            "entwürfe",
            "brouillons",
            "borradores",
            "concepten",
            "bozze",
            "rascunhos",
        ],
    ),
    (
        Role::Sent,
        &[
            "sent",
            "sent items",
            "sent messages",
            "sent mail",
            "terkirim",
            "pesan terkirim",
            "item terkirim",
            "gesendet",
            "gesendete objekte",
            "envoyés",
            "messages envoyés",
            "enviados",
            "verzonden",
            "verzonden items",
            "inviati",
            "posta inviata",
            "itens enviados",
        ],
    ),
    (
        Role::Archive,
        &[
            "archive", "archives", "arsip", "archiv", "archivo", "archief", "archivio", "arquivo",
        ],
    ),
    (
        Role::Junk,
        &[
            "junk",
            "spam",
            "junk mail",
            "junk email",
            "junk e-mail",
            "bulk mail",
            "sampah spam",
            "indésirables",
            "correo no deseado",
        ],
    ),
    (
        Role::Trash,
        &[
            "trash",
            "deleted",
            "deleted items",
            "deleted messages",
            "bin",
            "sampah",
            "tempat sampah",
            "item terhapus",
            "papierkorb",
            "gelöschte elemente",
            "corbeille",
            "papelera",
            "prullenbak",
            "cestino",
            "lixeira",
        ],
    ),
];

/// The role that a name speaks of, by its last level; only for mailboxes at the top of the personal
/// namespace, since `Projects/Archive` is somebody's own business.
pub fn guess(name: &str, delimiter: Option<char>, personal_prefix: &str) -> Option<Role> {
    let own = name.strip_prefix(personal_prefix).unwrap_or(name);
    if delimiter.is_some_and(|delimiter| own.contains(delimiter)) {
        return None;
    }
    let own = own.to_lowercase();
    NAMES
        .iter()
        .find(|(_, names)| names.contains(&own.as_str()))
        .map(|&(role, _)| role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_names_speak_of_their_use() {
        assert_eq!(guess("Sent Items", Some('/'), ""), Some(Role::Sent));
        assert_eq!(guess("INBOX.Sampah", Some('.'), "INBOX."), Some(Role::Trash));
        assert_eq!(guess("ENTWÜRFE", None, ""), Some(Role::Drafts));
    }

    #[test]
    fn deeper_mailboxes_are_left_alone() {
        assert_eq!(guess("Projects/Archive", Some('/'), ""), None);
        assert_eq!(guess("Presents", Some('/'), ""), None);
    }
}
