//! From "something happened in this mailbox" to what did: the difference between what is known and
//! what the server says now, by the best means that it offers.

use super::{
    directory::Entry,
    job::fetch_rows,
    members::{Members, Report},
    problem::InMailbox,
    servers::Connection,
};
use std::collections::BTreeMap;
use surat_protocol::{Event, Flags, MailboxName, ModSeq, Opened, Problem, Uid, UidSet, UidValidity};

/// Rows that come along with new messages.
const ROWS: usize = 50;
/// Flags of so many messages in one event.
const FLAGS_PER_EVENT: usize = 1000;
/// More changes than this, and opening the mailbox again is quicker.
const CHANGES: usize = 5000;
/// Without CONDSTORE the flags of so many newest messages are compared, at each look: 80 kB from the server, and as much
/// in memory for each mailbox that is looked at.
const WINDOW: usize = 2000;

/// A mailbox as its pages know it.
#[derive(Clone, Debug)]
pub struct MailboxState {
    /// Which.
    pub entry: Entry,
    uid_validity: UidValidity,
    members: Members,
    highest_modseq: ModSeq,
    /// Flags of the newest messages, on a server without CONDSTORE; empty before the first look.
    window: BTreeMap<Uid, Flags>,
}

/// What happened in a mailbox, for its pages.
#[derive(Debug)]
pub struct News {
    /// Each thing.
    pub events: Vec<Event>,
    /// The MODSEQ of the latest flags among them; 0 where nobody knows.
    pub as_of: ModSeq,
}

/// What happened since the last look.
#[derive(Debug, Default)]
struct Difference {
    arrived: UidSet,
    vanished: UidSet,
    flags: Vec<(Uid, Flags)>,
    /// What will be known once it is told; `None`: with what arrived, without what vanished.
    members: Option<Members>,
    highest_modseq: ModSeq,
    window: BTreeMap<Uid, Flags>,
}

impl News {
    /// Too much to tell, or nobody can: the mailbox is to be opened anew.
    pub fn reset(mailbox: MailboxName) -> Self {
        Self {
            events: vec![Event::Reset { mailbox }],
            as_of: ModSeq(0),
        }
    }

    /// Is the mailbox to be opened anew?
    pub fn is_reset(&self) -> bool {
        let mut events = self.events.iter();
        events.any(|event| matches!(event, Event::Reset { .. }))
    }
}

impl MailboxState {
    /// As it was told to a page, with all that is in it.
    pub fn of(entry: &Entry, opened: &Opened, uids: UidSet) -> Self {
        Self {
            entry: entry.clone(),
            uid_validity: opened.uid_validity,
            members: Members::Listed(uids),
            highest_modseq: opened.highest_modseq,
            window: BTreeMap::new(),
        }
    }

    /// Of the moment in which it is known.
    pub(super) fn highest_modseq(&self) -> ModSeq {
        self.highest_modseq
    }

    /// Looks, and says what happened. The mailbox is open on this connection afterwards.
    pub async fn sync(&mut self, connection: &mut Connection) -> Result<News, Problem> {
        let name = self.entry.mailbox.name.clone();
        let is_open = connection.selected() == Some(&self.entry.wire);
        let selected = connection.open(&self.entry).await?;
        if selected.uid_validity != self.uid_validity {
            return Ok(News::reset(name));
        }
        let keeps_modseq = selected.highest_modseq.0 > 0 && self.highest_modseq.0 > 0;
        if is_open {
            // The server tells of a change when it pleases; now it must have told.
            connection.noop().await.in_mailbox(&name)?;
        }
        let difference = match keeps_modseq {
            true => self.changes(connection).await?,
            false => self.comparison(connection).await?,
        };
        let is_too_much = |difference: &Difference| difference.flags.len() + difference.arrived.len() > CHANGES;
        let Some(mut difference) = difference.filter(|difference| !is_too_much(difference)) else {
            return Ok(News::reset(name));
        };
        let rows = fetch_rows(connection, &difference.arrived.newest(0, ROWS))
            .await
            .in_mailbox(&name)?;
        // Not before all is at hand: what is known would not be told after the connection was lost.
        match (difference.members.take(), &mut self.members) {
            (Some(members), known) => *known = members,
            (None, Members::Listed(uids)) => *uids = uids.difference(&difference.vanished).union(&difference.arrived),
            (None, Members::Below { .. }) => {}
        }
        let as_of = difference.highest_modseq;
        self.highest_modseq = self.highest_modseq.max(as_of);
        self.window = std::mem::take(&mut difference.window);
        let events = self.events(difference, rows);
        Ok(News { events, as_of })
    }

    /// With CONDSTORE: what changed since a moment; with QRESYNC also what vanished. `None`: the server used to
    /// tell what vanished, and no longer does; what is known of the mailbox is not enough to find out.
    async fn changes(&self, connection: &mut Connection) -> Result<Option<Difference>, Problem> {
        let name = &self.entry.mailbox.name;
        let changes = connection.changes_since(self.highest_modseq).await.in_mailbox(name)?;
        let changed: UidSet = changes.flags.iter().map(|(uid, _)| *uid).collect();
        let mut difference = match (&changes.vanished, &self.members) {
            (Some(vanished), members) => {
                let Report {
                    arrived,
                    vanished,
                    members,
                } = members.report(&changed, vanished);
                Difference {
                    arrived,
                    vanished,
                    members: Some(members),
                    ..Difference::default()
                }
            }
            (None, Members::Listed(uids)) => {
                let all = connection.all_uids().await.in_mailbox(name)?;
                Difference {
                    arrived: all.difference(uids),
                    vanished: uids.difference(&all),
                    ..Difference::default()
                }
            }
            (None, Members::Below { .. }) => return Ok(None),
        };
        difference.highest_modseq = changes.highest_modseq;
        let flags = changes.flags.into_iter();
        difference.flags = flags.filter(|(uid, _)| self.members.contains(*uid)).collect();
        Ok(Some(difference))
    }

    /// Without: all UIDs, and the flags of the newest messages.
    async fn comparison(&self, connection: &mut Connection) -> Result<Option<Difference>, Problem> {
        let name = &self.entry.mailbox.name;
        let Members::Listed(known) = &self.members else {
            return Ok(None);
        };
        let all = connection.all_uids().await.in_mailbox(name)?;
        let newest = all.newest(0, WINDOW);
        let flags = if newest.is_empty() {
            Vec::new()
        } else {
            connection.fetch_flags(&newest).await.in_mailbox(name)?
        };
        Ok(Some(Difference {
            arrived: all.difference(known),
            vanished: known.difference(&all),
            flags: flags
                .iter()
                .filter(|(uid, flags)| known.contains(*uid) && self.window.get(uid) != Some(flags))
                .cloned()
                .collect(),
            window: flags.into_iter().collect(),
            ..Difference::default()
        }))
    }

    fn events(&self, difference: Difference, rows: Vec<surat_protocol::Row>) -> Vec<Event> {
        let (mailbox, uid_validity) = (&self.entry.mailbox.name, self.uid_validity);
        let mut events = Vec::new();
        if !difference.vanished.is_empty() {
            events.push(Event::Vanished {
                mailbox: mailbox.clone(),
                uid_validity,
                uids: difference.vanished,
            });
        }
        if !difference.arrived.is_empty() {
            events.push(Event::Arrived {
                mailbox: mailbox.clone(),
                uid_validity,
                uids: difference.arrived,
                rows,
            });
        }
        events.extend(difference.flags.chunks(FLAGS_PER_EVENT).map(|changes| Event::Flags {
            mailbox: mailbox.clone(),
            uid_validity,
            changes: changes.to_vec(),
        }));
        events
    }
}
