//! What is made ready once a mailbox is open and its rows are told, while the person looks at them.

use super::weigh::know_people;
use crate::{
    account::{
        actor::Account,
        directory::Entry,
        pool::{Connected, Urgency},
        problem::InMailbox,
    },
    imap::mailbox_name::WireName,
};
use std::{sync::Arc, time::Duration};
use surat_protocol::Problem;
use tokio::time::sleep;

/// Its page has the rows on screen by then: what nobody waits for must not delay them.
pub(in crate::account) const AFTER_OPENING: Duration = Duration::from_millis(300);

/// Makes ready what reading needs; before that a new session, if that of the working connection is worn.
pub(super) async fn make_ready(account: Arc<Account>, entry: Entry, is_worn: bool) {
    sleep(AFTER_OPENING).await;
    if account.ended().is_cancelled() {
        return;
    }
    if let Err(problem) = try_make_ready(&account, &entry, is_worn).await {
        tracing::debug!(?problem, "A mailbox could not be made ready for reading");
    }
}

async fn try_make_ready(account: &Account, entry: &Entry, is_worn: bool) -> Result<(), Problem> {
    if is_worn {
        drop(account.renewed().await?);
    }
    // Now, while coming back costs little: by the time that somebody reads, the session may be worn.
    if let Err(problem) = know_people(account, entry).await {
        tracing::debug!(?problem, "Nobody knows yet whom this account writes to");
    }
    let mut session = account.lease(Urgency::Guess).await?;
    if returned(account, &mut session, entry).await? {
        session.warm_up().await.in_mailbox(&entry.mailbox.name)?;
    }
    Ok(())
}

/// Leaves the working connection as it was before something was looked for elsewhere: whoever reads the next message
/// need not wait for its mailbox to be opened.
pub(super) async fn come_back(account: &Account, entry: &Entry) -> Result<(), Problem> {
    let mut session = account.lease(Urgency::Guess).await?;
    let has_left = session.selected() != Some(&entry.wire);
    if has_left && returned(account, &mut session, entry).await? {
        session.warm_up().await.in_mailbox(&entry.mailbox.name)?;
    }
    Ok(())
}

/// Opens this mailbox if a page still shows it, unless one shows the mailbox that is open. Is it open now?
async fn returned(account: &Account, session: &mut Connected, entry: &Entry) -> Result<bool, Problem> {
    let is_shown = |wire: &WireName| {
        let entry = account.directory.find_wire(wire);
        entry.is_some_and(|entry| account.watched().contains(&entry.mailbox.name))
    };
    let is_open = session.selected() == Some(&entry.wire);
    if is_open || !is_shown(&entry.wire) || session.selected().is_some_and(is_shown) {
        return Ok(is_open);
    }
    session.open(entry).await?;
    Ok(true)
}
