//! Searching: the server does it, hits stream in, and it can be stopped.

use super::mailbox::{Asked, run, show, stop};
use crate::{
    app::App,
    store::{
        list::{Place, Source},
        search_query,
    },
};
use surat_protocol::{Answer, MailboxName, Request, Scope};

/// Shows what a search finds, as it finds it. Asked again for the same, it looks anew.
pub(crate) fn search(app: App, mailbox: Option<MailboxName>, text: String) {
    let terms = search_query::parse(&text);
    let scope = mailbox.clone().map_or(Scope::All, Scope::Mailbox);
    let generation = show(app, Source::Search { mailbox, text });
    if terms.is_empty() {
        return app.list.list.update(|list| list.found_all(generation));
    }
    run(app, async move {
        let asked = Asked::now(app);
        let mut answers = app.net.stream(Request::Search { scope, terms });
        while let Some(answer) = answers.next().await {
            app.list.list.update(|list| match answer {
                Ok(Answer::Hits {
                    mailbox,
                    uid_validity,
                    rows,
                    total,
                }) => {
                    let place = Place { mailbox, uid_validity };
                    list.found(generation, &place, rows, total, asked.moment);
                }
                Ok(_) => list.found_all(generation),
                Err(problem) => list.failed(generation, problem),
            });
        }
    });
}

/// Stops a search that is still finding; what it found stays.
pub(crate) fn stop_search(app: App) {
    stop(app);
    app.list.list.update(|list| list.stop());
}
