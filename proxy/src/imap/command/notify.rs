//! NOTIFY (RFC 5465): news of all mailboxes on one connection.

use crate::imap::{command_line::CommandLine, decode::Namespaces, error::Error, session::Session};

impl Session {
    /// Asks for news of the open mailbox (new messages, flags, what vanished) and of all others (counts,
    /// names), which [`watch`](Self::watch) then gets.
    ///
    /// `false`: the server refuses or cannot; then only the open mailbox is watched, and LIST-STATUS now
    /// and then is left for the others. Open a mailbox afterwards or before, as you like; set it again
    /// after NOTIFICATIONOVERFLOW.
    pub async fn notify(&mut self, namespaces: &Namespaces) -> Result<bool, Error> {
        if !self.capabilities().notify {
            return Ok(false);
        }
        let mut line = CommandLine::new("NOTIFY SET (SELECTED (MessageNew (UID FLAGS) MessageExpunge FlagChange)) ");
        let events = "(MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange))";
        line = line.raw("(PERSONAL ").raw(events);
        for namespace in namespaces.other_users.iter().chain(&namespaces.shared) {
            let prefix = namespace.prefix.as_bytes();
            // A subtree is named by its root, without the delimiter at the end of the prefix.
            let root = match namespace.delimiter {
                Some(delimiter) => prefix.strip_suffix(delimiter.to_string().as_bytes()).unwrap_or(prefix),
                None => prefix,
            };
            if !root.is_empty() {
                line = line.raw(" (SUBTREE ").string(root)?.raw(" ").raw(events);
            }
        }
        match self.simple(line).await {
            Ok(()) => self.is_notify_set = true,
            Err(Error::No(_) | Error::Bad(_)) => self.is_notify_set = false,
            Err(error) => return Err(error),
        }
        Ok(self.is_notify_set)
    }
}
