//! Search: the box at the top of the page, and the head of the list of what it finds.

use crate::{
    action::search,
    app::{App, app},
    dom::{NodeRef, View, live, view},
    i18n::{size::number, t, tr},
    route::Route,
    signal::{Memo, effect},
    store::{
        list::{Source, model::Progress},
        search_query::OPERATORS,
    },
    ui::{
        button::{Button, IconButton},
        dom,
        icon::Icon,
    },
};
use leptos::{ev, prelude::*};
use surat_protocol::MailboxName;
use web_sys::HtmlInputElement;

/// The id of the box, for the key that leads to it.
const BOX: &str = "search";

/// The search box.
#[component]
pub(crate) fn SearchBox() -> View {
    let app = app();
    let field = NodeRef::<HtmlInputElement>::new();
    // The address says what is searched: going back in the history changes the box as well.
    effect(move || {
        let text = app.route.current().with(|route| match route {
            Route::Search { text, .. } => text.clone(),
            _ => String::new(),
        });
        if let Some(field) = field.get() {
            field.set_value(&text);
        }
    });
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if let Some(field) = field.get_untracked() {
            begin(app, field.value().trim());
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            end(app);
            focus_list();
        }
    };
    let hint = move || t().search.hint(&OPERATORS.join(" "));
    view! {
        <search class="search">
            <form role="presentation" on:submit=on_submit>
                {Icon::Search.view()}
                <input
                    node_ref=field
                    id=BOX
                    class="search-field"
                    type="search"
                    enterkeyhint="search"
                    autocomplete="off"
                    maxlength="500"
                    aria-label=tr(|t| t.search.label)
                    aria-keyshortcuts="/"
                    placeholder=tr(|t| t.search.label)
                    title=hint
                    on:keydown=on_key
                />
            </form>
        </search>
    }
}

/// Leads to the search box.
pub(crate) fn focus_box() {
    if let Some(field) = document().get_element_by_id(BOX) {
        dom::focus(&field);
    }
}

/// Leads to the list.
pub(crate) fn focus_list() {
    if let Some(list) = document().get_element_by_id("messages") {
        dom::focus(&list);
    }
}

/// Looks for what was typed: in the open folder, or where it was looked for before.
fn begin(app: App, text: &str) {
    if text.is_empty() {
        return end(app);
    }
    let mailbox = match app.route.current().get_untracked() {
        Route::Search { mailbox, .. } => mailbox,
        _ => Some(app.list.mailbox.get_untracked()),
    };
    let route = Route::Search {
        mailbox,
        text: text.to_owned(),
        message: None,
    };
    if app.route.current().with_untracked(|current| current.list() == route) {
        // The same again: look anew.
        let text = text.to_owned();
        if let Route::Search { mailbox, .. } = route {
            search::search(app, mailbox, text);
        }
    } else {
        app.route.go(route);
    }
    focus_list();
}

/// Back to the folder that was open before.
pub(crate) fn end(app: App) {
    if matches!(app.route.current().get_untracked(), Route::Search { .. }) {
        app.route.go(Route::Mailbox(app.list.mailbox.get_untracked()));
    } else if let Some(field) = document().get_element_by_id(BOX) {
        use wasm_bindgen::JsCast;
        if let Some(field) = field.dyn_ref::<HtmlInputElement>() {
            field.set_value("");
        }
    }
}

/// The head of the list while it shows what was found; nothing otherwise.
#[component]
pub(crate) fn SearchHead() -> View {
    let app = app();
    let is_search = Memo::new(move |_| {
        app.list
            .list
            .with(|list| matches!(list.source(), Some(Source::Search { .. })))
    });
    live(move || {
        if is_search.get() {
            view! { <Head app /> }
        } else {
            View::Nothing
        }
    })
}

#[component]
fn Head(app: App) -> View {
    let is_running = Memo::new(move |_| {
        app.list
            .list
            .with(|list| matches!(list.progress(), Progress::Loading | Progress::Partial))
    });
    let found = move || {
        let (listed, total) = app.list.list.with(|list| (list.len(), list.found_total()));
        let total = u64::from(total).max(listed as u64);
        match (total, listed as u64) {
            (0, _) if is_running.get() => t().search.searching.to_owned(),
            (0, _) => String::new(),
            (total, listed) if total > listed => t().list.working(&number(listed), &t().search.found(total)),
            (total, _) => t().search.found(total),
        }
    };
    view! {
        <header class="list-head search-head">
            <fieldset class="search-scope" role="radiogroup" aria-label=tr(|t| t.search.scope)>
                {scope(app, false)} {scope(app, true)}
            </fieldset>
            <span class="list-count figures" role="status">
                {found}
            </span>
            <Show when=move || is_running.get()>
                <Button name=tr(|t| t.search.stop) look="quiet" on_press=move |()| search::stop_search(app) />
            </Show>
            <IconButton icon=Icon::Cross name=tr(|t| t.search.end) key="Esc" on_press=move |()| end(app) />
        </header>
    }
}

/// "This folder", or "All folders".
fn scope(app: App, is_all: bool) -> View {
    let mailbox = move || -> Option<MailboxName> { (!is_all).then(|| app.list.mailbox.get_untracked()) };
    let is_chosen = move || {
        app.list
            .list
            .with(|list| matches!(list.source(), Some(Source::Search { mailbox, .. }) if mailbox.is_none() == is_all))
    };
    let choose = move |_| {
        if let Route::Search { text, .. } = app.route.current().get_untracked() {
            app.route.go(Route::Search {
                mailbox: mailbox(),
                text,
                message: None,
            });
        }
    };
    let name = move || if is_all { t().search.everywhere } else { t().search.here };
    view! {
        <label class="search-place">
            <input type="radio" name="search-scope" prop:checked=is_chosen on:change=choose />
            <span>{name}</span>
        </label>
    }
}
