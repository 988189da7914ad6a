//! Creating, renaming, deleting and emptying mailboxes.

use crate::{
    app::App,
    i18n::t,
    route::Route,
    store::list::{
        Source,
        overlay::{ChangeId, Effect},
    },
};
use surat_protocol::{Answer, MailboxName, Problem, Request, Server};

/// Creates a mailbox, under another or at the top.
pub(crate) async fn create(app: App, parent: Option<MailboxName>, name: String) -> Result<(), Problem> {
    done(app.net.ask(Request::CreateMailbox { parent, name }).await)
}

/// Gives a mailbox another name in its place. If it is open, it stays open under its new name.
pub(crate) async fn rename(app: App, mailbox: MailboxName, name: String) -> Result<(), Problem> {
    let renamed = app.mailboxes.known.with_untracked(|known| {
        let delimiter = known.get(&mailbox)?.delimiter?;
        let (above, _) = mailbox.as_str().rsplit_once(delimiter)?;
        Some([above, &delimiter.to_string(), &name].concat())
    });
    let renamed = MailboxName(renamed.unwrap_or_else(|| name.clone()));
    done(
        app.net
            .ask(Request::RenameMailbox {
                mailbox: mailbox.clone(),
                name,
            })
            .await,
    )?;
    if is_here(app, &mailbox) {
        app.route.replace(Route::Mailbox(renamed));
    }
    Ok(())
}

/// Deletes a mailbox with its messages.
pub(crate) async fn delete(app: App, mailbox: MailboxName) -> Result<(), Problem> {
    let label = app.mailboxes.label(&mailbox);
    done(
        app.net
            .ask(Request::DeleteMailbox {
                mailbox: mailbox.clone(),
            })
            .await,
    )?;
    app.notices.notify(t().folders.deleted(&label));
    if is_here(app, &mailbox) {
        app.route.replace(Route::Home);
    }
    Ok(())
}

/// Deletes every message in a mailbox for good.
pub(crate) async fn empty(app: App, mailbox: MailboxName) -> Result<(), Problem> {
    let label = app.mailboxes.label(&mailbox);
    let hidden = hide_all(app, &mailbox);
    let result = done(
        app.net
            .ask(Request::EmptyMailbox {
                mailbox: mailbox.clone(),
            })
            .await,
    );
    if let Some(change) = hidden {
        app.list.list.update(|list| match result {
            Ok(()) => list.confirm(change),
            Err(_) => list.roll_back(change),
        });
    }
    result?;
    if is_here(app, &mailbox) {
        app.route.replace(Route::Mailbox(mailbox));
    }
    app.notices.notify(t().folders.emptied(&label));
    Ok(())
}

/// Every message of the list is gone at once, if it shows this mailbox.
fn hide_all(app: App, mailbox: &MailboxName) -> Option<ChangeId> {
    app.list.list.try_update(|list| {
        if list.source() != Some(&Source::Mailbox(mailbox.clone())) {
            return None;
        }
        let (place, uids) = list.everything().into_iter().next()?;
        Some(list.begin(place, uids, Effect::Gone))
    })?
}

fn is_here(app: App, mailbox: &MailboxName) -> bool {
    match app.route.current().get_untracked() {
        Route::Mailbox(own) => own == *mailbox,
        Route::Message(message) => message.mailbox == *mailbox,
        _ => false,
    }
}

fn done(answer: Result<Answer, Problem>) -> Result<(), Problem> {
    match answer? {
        Answer::Done => Ok(()),
        // Another answer than the contract has: as bad as none.
        _ => Err(Problem::ConnectionLost(Server::Imap)),
    }
}
