//! The list of mailboxes: names, roles, rights, counts, over all namespaces.

use super::{Job, counts};
use crate::{
    account::{
        actor::Account,
        directory::{Directory, Entry, Home, Listing},
        pool::Urgency,
    },
    imap::{
        Error, Session,
        command::list::Listed,
        decode::{Namespace, Namespaces},
        mailbox_name::WireName,
    },
};
use std::sync::Arc;
use surat_protocol::{Answer, Counts, Event, Mailbox, MailboxName, NamespaceKind, Problem, Rights, Role};

/// Mailboxes of others whose rights are asked for, one command each.
const RIGHTS_LIMIT: usize = 500;

/// What one may surely do in a mailbox of others when its rights cannot be found out.
const LEAST_RIGHTS: &str = "lr";

/// The mailboxes that a mail program cannot do without, and their names where there are none.
const SPECIAL: [(Role, &str); 5] = [
    (Role::Drafts, "Drafts"),
    (Role::Sent, "Sent"),
    (Role::Archive, "Archive"),
    (Role::Junk, "Junk"),
    (Role::Trash, "Trash"),
];

/// A page that comes back finds what was listed last; what changed since, it is told.
pub(super) async fn list(job: &Job) -> Result<Answer, Problem> {
    let account = &job.account;
    if !account.directory.is_known() {
        refresh(account).await?;
    } else if !account.capabilities().is_some_and(|capabilities| capabilities.notify) {
        let account = Arc::clone(account);
        tokio::spawn(async move {
            if let Err(problem) = refresh(&account).await {
                tracing::debug!(?problem, "Mailboxes could not be listed anew");
            }
        });
    }
    Ok(Answer::Mailboxes(account.directory.mailboxes()))
}

/// Lists all mailboxes anew; the pages are told if anything changed since the last time.
pub(in crate::account) async fn refresh(account: &Arc<Account>) -> Result<(), Problem> {
    let was_known = account.directory.is_known();
    let mut session = account.lease(Urgency::Person).await?;
    if !was_known && account.directory.is_known() {
        // Somebody else has listed them meanwhile.
        return Ok(());
    }
    // The first time a person waits for the names; the watcher brings the counts.
    let listing = read(&mut session, None, was_known).await?;
    drop(session);
    if take(account, listing) {
        account.watcher().doubt();
    }
    if was_known {
        // Without LIST-STATUS each mailbox is asked for by itself.
        let is_uncounted = |entry: &&Entry| entry.mailbox.is_selectable && entry.mailbox.counts.is_none();
        let listing = account.directory.listing();
        let uncounted = listing.entries.iter().filter(is_uncounted);
        counts::refresh_counts(account, uncounted.cloned().collect());
    }
    Ok(())
}

/// Lists the mailboxes and opens the inbox, which a page that has just signed in asks for next.
pub(in crate::account) async fn warm(account: &Arc<Account>) -> Result<(), Problem> {
    let inbox = super::find(account, &MailboxName::inbox()).await?;
    let mut session = account.lease(Urgency::Ahead).await?;
    session.open(&inbox).await?;
    Ok(())
}

/// Takes a new listing into the directory, and tells the pages what is new in it. Says whether that is more than counts.
pub(in crate::account) fn take(account: &Arc<Account>, listing: Listing) -> bool {
    let old = account.directory.listing();
    let was_known = account.directory.is_known();
    let has_changed = account.directory.replace(listing);
    let listing = account.directory.listing();
    if has_changed && was_known {
        account.tell(&Event::Mailboxes(account.directory.mailboxes()));
    }
    for entry in listing.entries.iter().filter(|_| !has_changed && was_known) {
        let before = old
            .entries
            .iter()
            .find(|known| known.wire == entry.wire)
            .and_then(|known| known.mailbox.counts);
        if let Some(counts) = entry.mailbox.counts.filter(|counts| before != Some(*counts)) {
            account.tell(&Event::Counts {
                mailbox: entry.mailbox.name.clone(),
                counts,
            });
        }
    }
    has_changed && was_known
}

/// Asks the server for all mailboxes, on wish with their counts. Rights that are known are not asked for
/// again, where `known` is given.
pub(in crate::account) async fn read(
    session: &mut Session,
    known: Option<&Directory>,
    counts: bool,
) -> Result<Listing, Error> {
    let namespaces = session.namespace().await?;
    let listed = session.list(&namespaces, counts).await?;
    let home = namespaces
        .personal
        .first()
        .map_or_else(Home::default, |namespace| Home {
            prefix: session.unicode_name(&namespace.prefix).0,
            delimiter: namespace.delimiter,
        });
    let mut entries = Vec::with_capacity(listed.len());
    for one in listed {
        let rights = known
            .and_then(|known| known.find_wire(&one.entry.name))
            .map(|entry| entry.mailbox.rights);
        let may_ask = entries.len() < RIGHTS_LIMIT;
        entries.push(entry(session, &namespaces, one, rights, may_ask).await?);
    }
    promise(session, &mut entries, &home);
    Ok(Listing { entries, home })
}

async fn entry(
    session: &mut Session,
    namespaces: &Namespaces,
    listed: Listed,
    known_rights: Option<Rights>,
    may_ask: bool,
) -> Result<Entry, Error> {
    let Listed { entry, status } = listed;
    let (kind, prefix) = namespace_of(&entry.name, namespaces);
    let is_selectable = !entry.is_no_select && !entry.is_non_existent;
    let rights = match (kind, known_rights) {
        (NamespaceKind::Personal, _) => Rights::ALL,
        (_, Some(rights)) => rights,
        _ if is_selectable && may_ask => match session.my_rights(&entry.name).await {
            Ok(rights) => rights,
            Err(Error::No(_) | Error::Bad(_) | Error::Incomplete(_)) => Rights::parse(LEAST_RIGHTS),
            Err(error) => return Err(error),
        },
        _ => Rights::parse(LEAST_RIGHTS),
    };
    let role = match kind {
        NamespaceKind::Personal if entry.name == WireName::inbox() => Some(Role::Inbox),
        NamespaceKind::Personal => entry.role,
        // The Trash of somebody else is not where this account's mail goes.
        _ => None,
    };
    let mailbox = Mailbox {
        name: session.unicode_name(&entry.name),
        delimiter: entry.delimiter,
        namespace: kind,
        prefix: prefix.map(|prefix| session.unicode_name(&prefix).0).unwrap_or_default(),
        role,
        is_selectable,
        rights,
        counts: status.as_ref().and_then(counts::of_status),
    };
    Ok(Entry {
        mailbox,
        wire: entry.name,
        is_promised: false,
    })
}

/// The namespace with the longest prefix that the name starts with; names with none are one's own.
fn namespace_of(name: &WireName, namespaces: &Namespaces) -> (NamespaceKind, Option<WireName>) {
    let of_kind = |kind, all: &[Namespace]| {
        all.iter()
            .map(|namespace| (kind, namespace.prefix.clone()))
            .collect::<Vec<_>>()
    };
    [
        of_kind(NamespaceKind::Personal, &namespaces.personal),
        of_kind(NamespaceKind::OtherUsers, &namespaces.other_users),
        of_kind(NamespaceKind::Shared, &namespaces.shared),
    ]
    .concat()
    .into_iter()
    .filter(|(_, prefix)| !prefix.as_bytes().is_empty() && name.as_bytes().starts_with(prefix.as_bytes()))
    .max_by_key(|(_, prefix)| prefix.as_bytes().len())
    .map_or((NamespaceKind::Personal, None), |(kind, prefix)| (kind, Some(prefix)))
}

/// Adds the special mailboxes that are not there, as promises. A mailbox that has the name but not
/// the use is taken for it.
fn promise(session: &Session, entries: &mut Vec<Entry>, home: &Home) {
    for (role, name) in SPECIAL {
        if entries.iter().any(|entry| entry.mailbox.role == Some(role)) {
            continue;
        }
        let name = MailboxName(format!("{}{name}", home.prefix));
        let Ok(wire) = session.wire_name(name.as_str()) else {
            continue;
        };
        if let Some(entry) = entries.iter_mut().find(|entry| entry.wire == wire) {
            entry.mailbox.role = entry.mailbox.role.or(Some(role));
            continue;
        }
        let mailbox = Mailbox {
            name,
            delimiter: home.delimiter,
            namespace: NamespaceKind::Personal,
            prefix: home.prefix.clone(),
            role: Some(role),
            is_selectable: true,
            rights: Rights::ALL,
            counts: Some(Counts::default()),
        };
        entries.push(Entry {
            mailbox,
            wire,
            is_promised: true,
        });
    }
}
