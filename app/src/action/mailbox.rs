//! Mailboxes: opening one and keeping its window filled; creating, renaming, deleting, emptying.

use super::{report, search};
use crate::{
    app::App,
    i18n::t,
    route::Route,
    store::list::{
        Place, Source,
        model::{List, Progress},
        overlay::{ChangeId, Effect, Moment},
    },
};
use futures_util::future::{AbortHandle, abortable};
use leptos::task::spawn_local;
use surat_protocol::{Answer, MailboxName, Problem, Request, Server, UidSet};

/// So many rows come with the opening: what a high screen shows, and a little more.
const FIRST_ROWS: u16 = 50;

/// Questions for rows that may be under way at once; more would only delay the one that matters.
const FETCHES: usize = 2;

/// Shows the mailboxes that were kept on this device.
pub(crate) async fn list_kept(app: App) {
    for answer in app.net.kept(Request::ListMailboxes).await {
        if let Answer::Mailboxes(all) = answer {
            app.mailboxes.known.update(|known| known.list(all));
        }
    }
}

/// Asks for all mailboxes.
pub(crate) fn list(app: App) {
    spawn_local(async move {
        match app.net.ask(Request::ListMailboxes).await {
            Ok(Answer::Mailboxes(all)) => app.mailboxes.known.update(|known| known.list(all)),
            Ok(_) => {}
            Err(problem) => report(app, &problem),
        }
    });
}

/// What the list should show for an address.
pub(crate) fn of_route(app: App, route: &Route) -> Source {
    match route {
        Route::Home => Source::Mailbox(app.mailboxes.known.with_untracked(|known| known.inbox())),
        Route::Mailbox(mailbox) => Source::Mailbox(mailbox.clone()),
        Route::Message(message) => Source::Mailbox(message.mailbox.clone()),
        Route::Search { mailbox, text, .. } => Source::Search {
            mailbox: mailbox.clone(),
            text: text.clone(),
        },
    }
}

/// Shows something in the list, unless it shows it already.
pub(crate) fn show_source(app: App, wanted: Source) {
    if app.list.list.with_untracked(|list| list.source() == Some(&wanted)) {
        return;
    }
    match wanted {
        Source::Mailbox(name) => {
            app.list.mailbox.set(name.clone());
            open(app, name);
        }
        Source::Search { mailbox, text } => search::search(app, mailbox, text),
    }
}

/// Opens a mailbox in the list. What was kept of it shows at once.
pub(crate) fn open(app: App, mailbox: MailboxName) {
    let source = Source::Mailbox(mailbox.clone());
    let generation = show(app, source);
    run(app, async move {
        let is_blank = app
            .list
            .list
            .with_untracked(|list| *list.progress() == Progress::Loading);
        let request = |known| Request::OpenMailbox {
            mailbox: mailbox.clone(),
            first_rows: FIRST_ROWS,
            known,
        };
        if is_blank {
            let mut opening = Opening::now(app, generation);
            for answer in app.net.kept(request(None)).await {
                opening.take(Ok(answer));
                app.list.list.update(List::distrust);
            }
        }
        let mut opening = Opening::now(app, generation);
        let known = app.list.list.with_untracked(|list| list.known());
        let mut answers = app.net.stream(request(known));
        while let Some(answer) = answers.next().await {
            opening.take(answer);
        }
    });
}

/// A mailbox that is being opened.
struct Opening {
    app: App,
    generation: u32,
    asked: Asked,
    place: Option<Place>,
}

impl Opening {
    fn now(app: App, generation: u32) -> Self {
        Self {
            app,
            generation,
            asked: Asked::now(app),
            place: None,
        }
    }

    fn take(&mut self, answer: Result<Answer, Problem>) {
        let (generation, moment) = (self.generation, self.asked.moment);
        self.app.list.list.update(|list| match answer {
            Ok(Answer::Glance(glance)) => list.glance(generation, glance, moment),
            Ok(Answer::Opened(opened)) => {
                self.place = Some(Place {
                    mailbox: opened.mailbox.clone(),
                    uid_validity: opened.uid_validity,
                });
                list.opened(generation, opened, moment);
            }
            Ok(Answer::Rows(rows)) => {
                if let Some(place) = &self.place {
                    list.put_rows(place, rows, moment);
                }
            }
            Ok(_) => {}
            Err(problem) => list.failed(generation, problem),
        });
    }
}

/// Shows something else in the list, scrolled as it was when it was left.
pub(super) fn show(app: App, source: Source) -> u32 {
    let scroll = app.list.scroll.get_value();
    let (generation, left_at) = app.list.list.change(|list| list.open(source, scroll));
    if let Some(left_at) = left_at {
        app.list.scroll.set_value(left_at);
    }
    generation
}

/// Runs what fills the list, in place of what filled it before.
pub(super) fn run(app: App, work: impl Future<Output = ()> + 'static) {
    let (work, handle) = abortable(work);
    stop(app);
    app.list.running.set_value(Some(handle));
    spawn_local(async move {
        // An end before its time is meant to be: something else is shown.
        let _ = work.await;
    });
}

/// Breaks off what fills the list; its request is cancelled with it.
pub(super) fn stop(app: App) {
    let running: Option<AbortHandle> = app.list.running.try_update_value(Option::take).flatten();
    if let Some(running) = running {
        running.abort();
    }
}

/// A question about messages that is under way. However it ends, the list is told.
pub(super) struct Asked {
    app: App,
    /// When it was asked.
    pub(super) moment: Moment,
}

impl Asked {
    /// Asks now.
    pub(super) fn now(app: App) -> Self {
        // Asking changes nothing that anybody sees.
        let moment = app.list.list.update_untracked(|list| list.ask());
        Self { app, moment }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.app.list.list.update_untracked(|list| list.settle(self.moment));
    }
}

/// Fetches the rows that the window needs: those on screen, then those around it. While the scroll bar is dragged
/// the window moves on; what is asked for next is where it is when there is room for a question.
pub(crate) fn fill_window(app: App) {
    let window = app.list.window.get_untracked();
    if let Some((place, uids)) = app.list.list.update_untracked(|list| list.unseen(window)) {
        spawn_local(look_for(app, place, uids));
    }
    // Asking changes nothing that anybody sees.
    let wanted = app.list.list.update_untracked(|list| {
        let is_free = list.fetches() < FETCHES;
        is_free.then(|| list.wanted(window)).flatten()
    });
    let Some((place, uids, moment)) = wanted else {
        return;
    };
    let asked = Asked { app, moment };
    spawn_local(async move {
        let fetched = fetch_rows(app, &place, &uids, moment).await;
        if fetched.is_ok() {
            app.list.list.update(|list| list.fetched(&place, &uids));
        }
        drop(asked);
        match fetched {
            Ok(()) => fill_window(app),
            Err(Problem::MailboxChanged(mailbox)) => reopen_if_shown(app, &mailbox),
            // The rows stay placeholders; scrolling or the next link asks again.
            Err(problem) => report(app, &problem),
        }
    });
}

/// Looks on this device for rows.
async fn look_for(app: App, place: Place, uids: UidSet) {
    let asked = Asked::now(app);
    let request = rows_request(&place, &uids);
    for answer in app.net.kept(request).await {
        if let Answer::Rows(rows) = answer {
            app.list
                .list
                .update(|list| list.put_kept_rows(&place, rows, asked.moment));
        }
    }
}

fn rows_request(place: &Place, uids: &UidSet) -> Request {
    Request::FetchRows {
        mailbox: place.mailbox.clone(),
        uid_validity: place.uid_validity,
        uids: uids.clone(),
    }
}

async fn fetch_rows(app: App, place: &Place, uids: &UidSet, asked: Moment) -> Result<(), Problem> {
    let mut answers = app.net.stream(rows_request(place, uids));
    while let Some(answer) = answers.next().await {
        if let Answer::Rows(rows) = answer? {
            app.list.list.update(|list| list.put_rows(place, rows, asked));
        }
    }
    Ok(())
}

/// Opens the mailbox again if it is the one in the list: the server says that all may have changed.
pub(crate) fn reopen_if_shown(app: App, mailbox: &MailboxName) {
    let is_shown = app
        .list
        .list
        .with_untracked(|list| list.source() == Some(&Source::Mailbox(mailbox.clone())));
    if is_shown {
        open(app, mailbox.clone());
    }
}

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
