//! LIST (RFC 9051, section 6.3.9), with everything about each mailbox in one go where offered.

use super::{role, status};
use crate::imap::{
    command_line::CommandLine,
    decode::{ListEntry, MailboxStatus, Namespaces, Response},
    error::Error,
    mailbox_name::WireName,
    session::Session,
};
use std::collections::{BTreeMap, HashSet};

/// A mailbox of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What LIST told, with a role guessed by its name on a server that tells none.
    pub entry: ListEntry,
    /// Its counts, where the server told them along (LIST-STATUS); else ask by
    /// [`Session::status`](super::super::session::Session::status).
    pub status: Option<MailboxStatus>,
}

impl Session {
    /// All mailboxes of all namespaces, each once, in the order of their names; on wish with their counts,
    /// where the server tells them along. That can take it long for a large mailbox.
    pub async fn list(&mut self, namespaces: &Namespaces, counts: bool) -> Result<Vec<Listed>, Error> {
        let mut listed = BTreeMap::new();
        self.list_into(&mut listed, b"*", counts).await?;
        for namespace in namespaces.other_users.iter().chain(&namespaces.shared) {
            let prefix = namespace.prefix.as_bytes();
            // `*` need not match names in other namespaces (RFC 9051, section 6.3.9).
            let is_covered = listed.keys().any(|name: &WireName| name.as_bytes().starts_with(prefix));
            if !prefix.is_empty() && !is_covered {
                self.list_into(&mut listed, &[prefix, b"*"].concat(), counts).await?;
            }
        }
        let mut listed: Vec<Listed> = listed.into_values().collect();
        if listed.iter().all(|mailbox| mailbox.entry.role.is_none()) {
            self.guess_roles(&mut listed, namespaces);
        }
        Ok(listed)
    }

    async fn list_into(
        &mut self,
        listed: &mut BTreeMap<WireName, Listed>,
        pattern: &[u8],
        counts: bool,
    ) -> Result<(), Error> {
        let responses = match self.run(&self.extended_list(pattern, counts)?).await {
            // Announced, and yet not understood: some proxies pass on what the server behind them lacks.
            Err(Error::Bad(_)) => self.run(&plain_list(pattern)?).await?.0,
            result => result?.0,
        };
        let mut statuses = Vec::new();
        for response in responses {
            match response {
                Response::List(entry) => {
                    let name = entry.name.clone();
                    listed.entry(name).or_insert(Listed {
                        entry: *entry,
                        status: None,
                    });
                }
                Response::MailboxStatus(status) => statuses.push(*status),
                other => self.unsolicited.keep(other),
            }
        }
        for status in statuses {
            if let Some(mailbox) = listed.get_mut(&status.name) {
                mailbox.status = Some(status);
            }
        }
        Ok(())
    }

    fn extended_list(&self, pattern: &[u8], counts: bool) -> Result<CommandLine, Error> {
        let offered = self.capabilities();
        if !offered.list_extended {
            return plain_list(pattern);
        }
        let mut line = plain_list(pattern)?.raw(" RETURN (SUBSCRIBED CHILDREN");
        if offered.special_use {
            line = line.raw(" SPECIAL-USE");
        }
        if offered.list_status && counts {
            line = line.raw(" STATUS ").raw(status::items(offered));
        }
        Ok(line.raw(")").patient())
    }

    fn guess_roles(&self, listed: &mut [Listed], namespaces: &Namespaces) {
        let prefix = namespaces
            .personal
            .first()
            .map(|namespace| self.unicode_name(&namespace.prefix).0);
        let prefix = prefix.unwrap_or_else(|| "INBOX.".into());
        let mut taken = HashSet::new();
        for Listed { entry, .. } in listed {
            let name = self.unicode_name(&entry.name);
            entry.role = role::guess(name.as_str(), entry.delimiter, &prefix).filter(|&role| taken.insert(role));
        }
    }
}

fn plain_list(pattern: &[u8]) -> Result<CommandLine, Error> {
    CommandLine::new(r#"LIST "" "#).string(pattern)
}
