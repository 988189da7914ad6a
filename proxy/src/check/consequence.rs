//! What a missing capability costs the person who reads mail.

/// In the words of what one will notice.
pub(super) fn of(capability: &str) -> &'static str {
    match capability {
        "SPECIAL-USE" => "Sent, Trash and the others are found by their names",
        "LIST-STATUS" => "unread counts are asked for folder by folder, which takes longer",
        "NAMESPACE" => "mailboxes of others do not show under headings of their own",
        "UIDPLUS" => "no undo after a move; deleting may have to wait for other programs",
        "MOVE" => "moving copies and deletes",
        "ESEARCH" => "large folders open more slowly",
        "CONDSTORE" => "changes made by other programs are found only in the newest 500 messages",
        "PREVIEW" => "the first words in the list are fetched from each message, which takes longer",
        "NOTIFY" => "folders that are not open show new mail within a minute, not at once",
        "IDLE" => "new mail shows within half a minute, not at once",
        _ => "some things are slower",
    }
}

/// Extensions of SMTP, and what their lack costs.
pub(super) const SUBMISSION: [(&str, &str); 3] = [
    (
        "AUTH",
        "nobody can sign in to send; the server must know by itself whom to send for",
    ),
    (
        "SIZE",
        "a message that is too large is refused only after it was transmitted",
    ),
    ("SMTPUTF8", "addresses with letters beyond ASCII cannot be written to"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::capabilities::Capabilities;

    #[test]
    fn every_capability_that_may_be_missing_has_its_cost() {
        for name in Capabilities::default().missing() {
            assert_ne!(of(name), of("anything else"), "{name}");
        }
    }
}
