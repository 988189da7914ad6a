//! Rows of the list: fetched for the window and what is around it, wherever it is.

use super::{
    mailbox::{Asked, reopen_if_shown},
    report,
};
use crate::{
    app::App,
    store::list::{Place, overlay::Moment},
};
use leptos::task::spawn_local;
use surat_protocol::{Answer, Problem, Request, UidSet};

/// Questions for rows that may be under way at once; more would only delay the one that matters.
const FETCHES: usize = 2;

/// Fetches the rows that the window needs: those on screen, then those around it. While the scroll bar is dragged
/// the window moves on; what is asked for next is where it is when there is room for a question.
pub(crate) fn fill_window(app: App) {
    fill(app, app.list.window.get_untracked());
}

/// The window is about to be there: its rows are asked for before anything of it is made.
pub(crate) fn move_window(app: App, window: (usize, usize)) {
    fill(app, window);
    app.list.window.set(window);
}

fn fill(app: App, window: (usize, usize)) {
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
    let asked = Asked::at(app, moment);
    spawn_local(async move {
        let fetched = fetch_rows(app, &place, uids, moment).await;
        if let Ok(gone) = &fetched
            && !gone.is_empty()
        {
            app.list.list.update(|list| list.vanished(&place, gone));
        }
        drop(asked);
        match fetched {
            Ok(_) => fill_window(app),
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

/// Fetches rows; gives the messages of which none came: all that there are do.
async fn fetch_rows(app: App, place: &Place, uids: UidSet, asked: Moment) -> Result<UidSet, Problem> {
    let mut answers = app.net.stream(rows_request(place, &uids));
    let mut missing = uids;
    while let Some(answer) = answers.next().await {
        if let Answer::Rows(rows) = answer? {
            for row in &rows {
                missing.remove(row.uid);
            }
            app.list.list.update(|list| list.put_rows(place, rows, asked));
        }
    }
    Ok(missing)
}
