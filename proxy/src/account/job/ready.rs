//! What is made ready once a mailbox is open and its rows are told, while the person looks at them.

use crate::account::{actor::Account, directory::Entry, pool::Urgency, problem::InMailbox};
use std::{sync::Arc, time::Duration};
use surat_protocol::Problem;
use tokio::time::sleep;

/// Its page has the rows on screen by then: what nobody waits for must not delay them.
pub(in crate::account) const AFTER_OPENING: Duration = Duration::from_millis(300);

/// Makes ready what the first reading of a message needs; before that a new session, if that of the working connection is
/// worn.
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
    let mut session = if is_worn {
        let mut session = account.renewed().await?;
        session.open(entry).await?;
        session
    } else {
        account.lease(Urgency::Guess).await?
    };
    if session.selected() == Some(&entry.wire) {
        session.warm_up().await.in_mailbox(&entry.mailbox.name)?;
    }
    Ok(())
}
