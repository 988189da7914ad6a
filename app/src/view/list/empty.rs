//! What stands where there are no rows: nothing here, nothing found, could not be opened, not yet known.

use crate::{
    action,
    app::{App, app},
    dom::{View, live, view},
    i18n::{problem, t, tr},
    signal::Memo,
    store::list::{Source, model::Progress},
    ui::{
        button::Button,
        icon::Icon,
        state::{Empty, Skeleton},
    },
};
use leptos::prelude::*;
use surat_protocol::{Problem, Role};

/// What there is to say about a list without rows.
#[derive(Clone, PartialEq)]
enum Nothing {
    /// There are rows.
    There,
    Waiting,
    Failed(Problem, bool),
    NotFound,
    InMailbox(Option<Role>),
}

/// The words in place of rows.
#[component]
pub(super) fn Place() -> View {
    let app = app();
    let nothing = Memo::new(move |_| nothing(app));
    live(move || match nothing.get() {
        Nothing::There => View::Nothing,
        Nothing::Waiting => view! {
            <div class="list-place">
                <Skeleton name=tr(|t| t.message.loading) lines=12 />
            </div>
        },
        Nothing::Failed(problem, is_search) => failed(app, &problem, is_search),
        Nothing::NotFound => view! {
            <div class="list-place" role="status">
                <Empty icon=Icon::Search title=tr(|t| t.search.none) text=tr(|t| t.search.none_text) />
            </div>
        },
        Nothing::InMailbox(role) => in_mailbox(role),
    })
}

fn nothing(app: App) -> Nothing {
    app.list.list.with(|list| {
        if list.len() > 0 {
            return Nothing::There;
        }
        let is_search = matches!(list.source(), Some(Source::Search { .. }));
        match (list.progress(), list.source()) {
            (Progress::Failed(problem), _) => Nothing::Failed(problem.clone(), is_search),
            (Progress::Loading | Progress::Partial, _) | (_, None) => Nothing::Waiting,
            (Progress::Ready, Some(Source::Search { .. })) => Nothing::NotFound,
            (Progress::Ready, Some(Source::Mailbox(mailbox))) => {
                Nothing::InMailbox(app.mailboxes.known.with(|known| known.role(mailbox)))
            }
        }
    })
}

fn failed(app: App, problem: &Problem, is_search: bool) -> View {
    let words = problem::words(problem);
    let title = move || if is_search { t().search.failed } else { t().list.failed };
    let again = move |()| action::session::resume(app);
    view! {
        <div class="list-place" role="alert">
            <Empty icon=Icon::Alert title=title text=words>
                <Button name=tr(|t| t.ui.retry) icon=Icon::Again on_press=again />
            </Empty>
        </div>
    }
}

fn in_mailbox(role: Option<Role>) -> View {
    let icon = match role {
        Some(Role::Inbox) => Icon::Inbox,
        Some(Role::Drafts) => Icon::Draft,
        Some(Role::Sent) => Icon::Send,
        Some(Role::Archive) => Icon::Archive,
        Some(Role::Junk) => Icon::Junk,
        Some(Role::Trash) => Icon::Trash,
        _ => Icon::Folder,
    };
    let words = move || {
        let words = &t().list;
        match role {
            Some(Role::Inbox) => (words.empty_inbox, words.empty_inbox_text),
            Some(Role::Drafts) => (words.empty_drafts, words.empty_drafts_text),
            Some(Role::Sent) => (words.empty_sent, words.empty_sent_text),
            Some(Role::Archive) => (words.empty_archive, words.empty_archive_text),
            Some(Role::Junk) => (words.empty_junk, words.empty_junk_text),
            Some(Role::Trash) => (words.empty_trash, words.empty_trash_text),
            _ => (words.empty_other, words.empty_other_text),
        }
    };
    view! {
        <div class="list-place">
            <Empty icon title=move || words().0 text=move || words().1 />
        </div>
    }
}
