//! Mailboxes: which there are, and opening one in the list.

use super::{report, search};
use crate::{
    app::App,
    route::Route,
    store::list::{
        Place, Source,
        model::{List, Progress},
        overlay::Moment,
    },
};
use futures_util::future::{AbortHandle, abortable};
use leptos::task::spawn_local;
use surat_protocol::{Answer, MailboxName, Problem, Request};

/// So many rows come with the opening: what a high screen shows. Over a slow link each one more delays them all.
const FIRST_ROWS: u16 = 32;

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
    let (is_blank, known) = app
        .list
        .list
        .with_untracked(|list| (*list.progress() == Progress::Loading, list.known()));
    let ask = move |known| {
        let request = Request::OpenMailbox {
            mailbox: mailbox.clone(),
            first_rows: FIRST_ROWS,
            known,
        };
        (Opening::now(app, generation), request)
    };
    // The server is asked before the page is changed; what is kept says first what need not be asked for.
    let looks_first = is_blank && !app.session.kept.with_untracked(String::is_empty);
    let asked = (!looks_first).then(|| {
        let (opening, request) = ask(known);
        (opening, app.net.stream(request))
    });
    run(app, async move {
        let (mut opening, mut answers) = match asked {
            Some(asked) => asked,
            None => {
                let (mut opening, request) = ask(None);
                for answer in app.net.kept(request).await {
                    opening.take(Ok(answer));
                    app.list.list.update(List::distrust);
                }
                let (opening, request) = ask(app.list.list.with_untracked(List::known));
                (opening, app.net.stream(request))
            }
        };
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
        Self::at(app, moment)
    }

    /// Was asked at that moment.
    pub(super) fn at(app: App, moment: Moment) -> Self {
        Self { app, moment }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.app.list.list.update_untracked(|list| list.settle(self.moment));
    }
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
