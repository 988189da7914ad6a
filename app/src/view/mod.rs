//! What is on screen. Views read stores and call actions; they never call the net.

#![expect(unreachable_pub, reason = "`#[component]` writes `pub` on some of what it generates")]
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

pub(crate) mod compose;
pub(crate) mod help;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod mailboxes;
pub(crate) mod message;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod shell;

use crate::{
    action,
    app::{App, app},
    dom::{View, live, show, view},
    i18n::{problem, t, tr},
    signal::{Memo, effect},
    store::session::Standing,
    ui::{button::Button, icon::Icon},
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;
use surat_protocol::Problem;

/// Which of the three pages there are.
#[derive(Clone, PartialEq)]
enum Page {
    Waiting(Option<Problem>),
    SignIn,
    Mail,
}

/// The page: the sign-in form, the mail, or a calm ground until it is known which.
#[component]
pub(crate) fn Root() -> View {
    let app = app();
    wear(app);
    let page = Memo::new(move |_| match app.session.standing.get() {
        Standing::Unknown(reason) => Page::Waiting(reason),
        Standing::SignedOut(_) | Standing::SigningIn => Page::SignIn,
        Standing::SignedIn => Page::Mail,
    });
    live(move || match page.get() {
        Page::Waiting(reason) => view! { <Waiting reason /> },
        Page::SignIn => {
            // Behind the frame with the form.
            let owner = Owner::new();
            request_animation_frame(move || set_timeout(move || rehearse(app, &owner), Duration::ZERO));
            view! { <login::Login /> }
        }
        Page::Mail => view! { <shell::Shell /> },
    })
}

/// Makes the mail page once, for nobody. A browser compiles code when it runs for the first time: with this, that is done
/// while somebody types a password, and not while they wait for their mail.
fn rehearse(app: App, owner: &Owner) {
    if !matches!(app.session.standing.get_untracked(), Standing::SignedOut(_)) {
        return;
    }
    owner.with(|| drop(view! { <shell::Shell /> }));
    // In the same task: what the page would do by itself has not begun.
    owner.cleanup();
}

/// The look that a person chose, where the style sheets find it.
fn wear(app: App) {
    let set = |name: &str, value: &str| {
        if let Some(root) = document().document_element() {
            // Fails for no name that is written here.
            let _ = root.set_attribute(name, value);
        }
    };
    effect(move || set("data-theme", app.preferences.theme.get().word()));
    effect(move || set("data-density", app.preferences.density.get().word()));
}

/// There may be a session, but there is no mail yet: says why, if there is a reason, and what one can do.
#[component]
fn Waiting(reason: Option<Problem>) -> View {
    let app = app();
    let sign_out = move |()| {
        spawn_local(async move {
            if let Err(problem) = action::session::sign_out(app).await {
                app.session.standing.set(Standing::Unknown(Some(problem)));
            }
        });
    };
    let why = reason.clone();
    let words = move || match &why {
        Some(problem) => Some(problem::words(problem)),
        None => app.session.is_cut_off.get().then(|| t().shell.offline.to_owned()),
    };
    view! {
        <main class="boot">
            <svg class="boot-mark" viewBox="0 0 32 32" aria-hidden="true">
                <path d="M6.5 10.5h19v12h-19z" />
                <path d="m6.5 11.5 9.5 7 9.5-7" />
            </svg>
            <h1>"Surat"</h1>
            <p class="boot-words" role="status">{words}</p>
            {if reason.is_some() {
                view! { <Button name=tr(|t| t.shell.sign_out) on_press=sign_out /> }
            } else {
                show(move || app.session.is_cut_off.get(), move || view! {
                    <Button name=tr(|t| t.ui.retry) icon=Icon::Again on_press=move |()| action::session::try_again(app) />
                })
            }}
        </main>
    }
}
