//! What the watching connection does when something happened: finds out what, and tells the pages.

use super::Watch;
use crate::{
    account::{
        job::{note_status, read_mailboxes, take_mailboxes},
        problem::{InMailbox, is_about_link},
        servers::Connection,
        sync::News,
    },
    imap::{
        decode::{Code, Response},
        mailbox_name::WireName,
    },
};
use std::collections::HashSet;
use surat_protocol::{MailboxName, Problem};

impl Watch {
    /// Takes in what the server said; true when it has stopped notifying and must be asked again.
    pub(super) async fn hear(&mut self, news: Vec<Response>, connection: &mut Connection) -> Result<bool, Problem> {
        let (mut is_front_touched, mut is_listing_touched, mut is_overflown) = (false, false, false);
        let mut statuses = HashSet::new();
        for response in news {
            match response {
                Response::Exists(_) | Response::Expunge(_) | Response::Vanished { .. } | Response::Fetch(_) => {
                    is_front_touched = true;
                }
                Response::MailboxStatus(mut status) => {
                    status.name = status.name.respelled(connection.enabled().utf8);
                    note_status(&self.account, &status);
                    statuses.insert((
                        status.name.clone(),
                        status.unseen.is_some() && status.messages.is_some(),
                    ));
                }
                Response::List(_) => is_listing_touched = true,
                Response::Status(status) if status.code == Some(Code::NotificationOverflow) => is_overflown = true,
                _ => {}
            }
        }
        if is_listing_touched || is_overflown {
            self.poll(connection).await?;
        }
        for (wire, is_whole) in statuses {
            if !is_whole {
                self.count(&wire, connection).await?;
            }
            // Dovecot 2.3 sometimes tells of the open mailbox by STATUS alone, if it was opened just now.
            if connection.selected() == Some(&wire) {
                is_front_touched = true;
            } else {
                self.sync_wire(&wire, connection).await?;
            }
        }
        if is_front_touched && let Some(front) = self.front.clone() {
            self.sync(&front, connection).await?;
        }
        Ok(is_overflown)
    }

    /// Looks at everything: the list of mailboxes, all counts, all mailboxes that are shown.
    pub(super) async fn poll(&mut self, connection: &mut Connection) -> Result<(), Problem> {
        // First, since a large mailbox is counted at once when it is open.
        self.sync_all(connection).await?;
        let listing = read_mailboxes(connection, Some(&self.account.directory), true).await?;
        take_mailboxes(&self.account, listing);
        if !connection.capabilities().list_status {
            for entry in &self.account.directory.listing().entries {
                if entry.mailbox.is_selectable && !entry.is_promised {
                    self.count(&entry.wire, connection).await?;
                }
            }
        }
        Ok(())
    }

    async fn sync_all(&mut self, connection: &mut Connection) -> Result<(), Problem> {
        let all = self.shown.keys().cloned().collect();
        self.sync_each(all, connection).await
    }

    pub(super) async fn sync_each(
        &mut self,
        names: Vec<MailboxName>,
        connection: &mut Connection,
    ) -> Result<(), Problem> {
        for name in names {
            self.sync(&name, connection).await?;
        }
        Ok(())
    }

    pub(super) async fn sync_wire(&mut self, wire: &WireName, connection: &mut Connection) -> Result<(), Problem> {
        let name = self.shown.iter().find(|(_, watched)| watched.is_called(wire));
        let name = name.map(|(name, _)| name.clone());
        match name {
            Some(name) => self.sync(&name, connection).await,
            None => Ok(()),
        }
    }

    /// Finds out what happened in one mailbox since each state that pages know it in, and tells them.
    async fn sync(&mut self, name: &MailboxName, connection: &mut Connection) -> Result<(), Problem> {
        let Some(watched) = self.shown.get_mut(name) else {
            return Ok(());
        };
        let mut touched = None;
        let mut is_reset = false;
        for state in watched.states() {
            let news = match state.sync(connection).await {
                Ok(news) => news,
                Err(problem) if is_about_link(&problem) => return Err(problem),
                // It is gone, or may no longer be read.
                Err(problem) => {
                    tracing::debug!(?problem, "A watched mailbox cannot be read");
                    News::reset(name.clone())
                }
            };
            if !news.events.is_empty() {
                touched = Some(state.entry.wire.clone());
            }
            self.account.tell_watchers(name, &news);
            is_reset = news.is_reset();
            if is_reset {
                break;
            }
        }
        if is_reset {
            self.shown.remove(name);
        } else {
            watched.settle();
        }
        match touched {
            Some(wire) => self.count(&wire, connection).await,
            None => Ok(()),
        }
    }

    async fn count(&self, wire: &WireName, connection: &mut Connection) -> Result<(), Problem> {
        let Some(entry) = self.account.directory.find_wire(wire) else {
            return Ok(());
        };
        match connection.status(wire).await.in_mailbox(&entry.mailbox.name) {
            Ok(status) => {
                note_status(&self.account, &status);
                Ok(())
            }
            Err(problem) if is_about_link(&problem) => Err(problem),
            Err(_) => Ok(()),
        }
    }
}
