//! CREATE, RENAME, DELETE, SUBSCRIBE, NOOP and LOGOUT: commands that only succeed or fail.

use crate::imap::{
    command_line::CommandLine,
    error::Error,
    mailbox_name::{BadName, WireName},
    session::Session,
};
use surat_protocol::{MailboxName, Role};

impl Session {
    /// A mailbox's name as people read it.
    pub fn unicode_name(&self, name: &WireName) -> MailboxName {
        name.to_unicode(self.enabled.utf8)
    }

    /// How a new mailbox's name is to be spelled on this server.
    pub fn wire_name(&self, name: &str) -> Result<WireName, BadName> {
        WireName::from_unicode(name, self.enabled.utf8)
    }

    /// Makes a mailbox, and subscribes to it, so that other clients show it too.
    pub async fn create(&mut self, name: &WireName) -> Result<(), Error> {
        self.create_for(name, None).await
    }

    /// Makes a mailbox for a special use (RFC 6154, section 3), told to the server where it can be.
    pub async fn create_special(&mut self, name: &WireName, role: Role) -> Result<(), Error> {
        let special_use = special_use(role).filter(|_| self.capabilities().create_special_use);
        self.create_for(name, special_use).await
    }

    async fn create_for(&mut self, name: &WireName, special_use: Option<&'static str>) -> Result<(), Error> {
        let mut line = CommandLine::new("CREATE ").mailbox(name)?;
        if let Some(special_use) = special_use {
            line = line.raw(" (USE (").raw(special_use).raw("))");
        }
        self.simple(line).await?;
        match self.subscribe(name).await {
            // It is there, which is what was asked for.
            Ok(()) | Err(Error::No(_) | Error::Bad(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Renames a mailbox; what is under it moves along.
    pub async fn rename(&mut self, name: &WireName, to: &WireName) -> Result<(), Error> {
        let line = CommandLine::new("RENAME ").mailbox(name)?.raw(" ").mailbox(to)?;
        self.simple(line.patient()).await
    }

    /// Deletes a mailbox with its messages.
    pub async fn delete(&mut self, name: &WireName) -> Result<(), Error> {
        self.simple(CommandLine::new("DELETE ").mailbox(name)?.patient()).await
    }

    /// Subscribes to a mailbox.
    pub async fn subscribe(&mut self, name: &WireName) -> Result<(), Error> {
        self.simple(CommandLine::new("SUBSCRIBE ").mailbox(name)?).await
    }

    /// Ends the subscription to a mailbox.
    pub async fn unsubscribe(&mut self, name: &WireName) -> Result<(), Error> {
        self.simple(CommandLine::new("UNSUBSCRIBE ").mailbox(name)?).await
    }

    /// Does nothing; a server tells on this occasion what has changed (see
    /// [`take_unsolicited`](Self::take_unsolicited)).
    pub async fn noop(&mut self) -> Result<(), Error> {
        self.simple(CommandLine::new("NOOP")).await
    }

    /// Says good-bye, and waits for the server to do so.
    pub async fn logout(mut self) {
        // Whether it heard us or not, this is the end.
        let _ = self.run(&CommandLine::new("LOGOUT")).await;
    }

    /// Runs a command whose untagged responses are only news.
    pub(super) async fn simple(&mut self, line: CommandLine) -> Result<(), Error> {
        let (responses, _) = self.run(&line).await?;
        responses
            .into_iter()
            .for_each(|response| self.unsolicited.keep(response));
        Ok(())
    }
}

/// The attribute of a special use; INBOX has none.
fn special_use(role: Role) -> Option<&'static str> {
    Some(match role {
        Role::Inbox => return None,
        Role::Drafts => r"\Drafts",
        Role::Sent => r"\Sent",
        Role::Archive => r"\Archive",
        Role::Junk => r"\Junk",
        Role::Trash => r"\Trash",
        Role::All => r"\All",
        Role::Flagged => r"\Flagged",
    })
}
