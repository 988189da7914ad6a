//! The frame of everything: which panes there are, and which one a phone shows.

mod account;
mod follow;

use crate::{
    action::{compose, session},
    app::app,
    dom::{View, live, show, view},
    i18n::{t, tr},
    keyboard,
    signal::RwSignal,
    store::{preferences::LIST_WIDTH, sheet::Sheet},
    ui::{
        button::{Button, IconButton},
        icon::Icon,
        question::QuestionHost,
        splitter::Splitter,
        toast::ToastHost,
    },
    view::{
        compose::ComposerHost,
        help::HelpSheet,
        list::{List, destination::Destination},
        mailboxes::Mailboxes,
        message::ReadingPane,
        search::{SearchBox, focus_box, focus_list},
        settings::Settings,
    },
};
use account::AccountMenu;
use leptos::{ev, prelude::*};

/// Is there room for one pane only? The same width as in `style/shell.css`.
pub(crate) fn is_phone() -> bool {
    let query = window().match_media("(max-width: 699px)").ok().flatten();
    query.is_some_and(|query| query.matches())
}

/// The mail page: bar, folders, list, message.
#[component]
pub(crate) fn Shell() -> View {
    let app = app();
    follow::follow(app);
    let keys = window_event_listener(ev::keydown, move |event| keyboard::press(app, &event));
    on_cleanup(move || keys.remove());
    let has_message = move || app.route.current().with(|route| route.message().is_some());
    let pane = move || if has_message() { "message" } else { "list" };
    let is_menu_open = app.list.is_menu_open;
    let pixels = |width: RwSignal<u16>| move || format!("{}px", width.get());
    let skip = |event: ev::MouseEvent| {
        event.prevent_default();
        focus_list();
    };
    view! {
        <div
            class="shell"
            data-pane=pane
            class:has-menu=is_menu_open
            style:--folders-width=pixels(app.preferences.folders_width)
            style:--list-width=pixels(app.preferences.list_width)
        >
            <a class="skip" href="#messages" on:click=skip>
                {tr(|t| t.shell.skip)}
            </a>
            <header class="top">
                {menu_button()}
                <span class="top-brand" aria-hidden="true">"Surat"</span>
                <SearchBox />
                <LinkState />
                <NewVersion />
                <div class="top-end">
                    <span class="only-phone">{menu_button()}</span>
                    <span class="only-phone">
                        <IconButton icon=Icon::Search name=tr(|t| t.search.label) on_press=move |()| focus_box() />
                    </span>
                    <Button
                        name=tr(|t| t.compose.new_message)
                        icon=Icon::Write
                        key="c"
                        look="primary"
                        on_press=move |()| compose::new(app)
                    />
                    <AccountMenu />
                </div>
            </header>
            <Mailboxes />
            <div class="menu-shade" on:click=move |_| is_menu_open.set(false)></div>
            <main class="panes">
                <h1 class="unseen-text">{move || follow::title(app)}</h1>
                <List />
                <Splitter name=tr(|t| t.shell.list_width) width=app.preferences.list_width range=LIST_WIDTH />
                <ReadingPane />
            </main>
            <ToastHost notices=app.notices />
            <QuestionHost questions=app.questions />
            <Destination />
            <ComposerHost />
            <Sheets />
        </div>
    }
}

/// What lies over the mail: settings, keys.
#[component]
fn Sheets() -> View {
    let sheet = app().sheet;
    let close = move |()| sheet.set(None);
    live(move || match sheet.get() {
        Some(Sheet::Settings) => view! { <Settings on_close=close /> },
        Some(Sheet::Help) => view! { <HelpSheet on_close=close /> },
        None => View::Nothing,
    })
}

/// Shows the folders, where there is no room for them beside the list.
fn menu_button() -> View {
    let is_menu_open = app().list.is_menu_open;
    let toggle = move |()| is_menu_open.update(|is_open| *is_open = !*is_open);
    view! { <IconButton icon=Icon::Menu name=tr(|t| t.shell.menu) class="top-menu" on_press=toggle /> }
}

/// A newer version of the app, for whenever it suits. Always in the page, so that screen readers hear it.
#[component]
fn NewVersion() -> View {
    let app = app();
    let offer = move || {
        let renew = move |()| session::renew(app);
        view! {
            <span>{tr(|t| t.shell.newer)}</span>
            <Button name=tr(|t| t.shell.reload) look="quiet" on_press=renew />
        }
    };
    view! {
        <div class="new-version" role="status">
            {show(move || app.session.has_newer.get(), offer)}
        </div>
    }
}

/// "Reconnecting…", for as long as there is no link. Always in the page, so that screen readers hear it.
#[component]
fn LinkState() -> View {
    let app = app();
    let words = move || {
        let pending = app.list.list.with(|list| list.pending()) as u64;
        app.session.is_reconnecting().then(|| match pending {
            0 => t().shell.reconnecting.to_owned(),
            count => [t().shell.reconnecting, " ", &t().shell.waiting(count)].concat(),
        })
    };
    view! {
        <p class="link-state" role="status">
            {move || app.session.is_reconnecting().then(|| Icon::NoLink.view())} {words}
        </p>
    }
}
