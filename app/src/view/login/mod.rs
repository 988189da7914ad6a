//! The sign-in page.

use crate::{
    action,
    app::{App, app},
    dom::{NodeRef, View, view},
    i18n::{self, Locale, locale, problem, t, tr},
    signal::{RwSignal, effect},
    store::session::Standing,
};
use leptos::{ev, prelude::*, task::spawn_local};
use surat_protocol::http;
use web_sys::HtmlInputElement;

/// The form's fields and what came of the last try.
#[derive(Clone, Copy)]
struct Form {
    email: NodeRef<HtmlInputElement>,
    password: NodeRef<HtmlInputElement>,
    keep: NodeRef<HtmlInputElement>,
    keep_mail: NodeRef<HtmlInputElement>,
    fault: RwSignal<Option<Fault>>,
    is_busy: RwSignal<bool>,
}

/// Why it did not work.
#[derive(Clone, PartialEq)]
enum Fault {
    Incomplete,
    Problem(surat_protocol::Problem),
}

/// Address, password, and why it did not work.
#[component]
pub(crate) fn Login() -> View {
    let app = app();
    let form = Form {
        email: NodeRef::new(),
        password: NodeRef::new(),
        keep: NodeRef::new(),
        keep_mail: NodeRef::new(),
        fault: RwSignal::new(None),
        is_busy: RwSignal::new(false),
    };
    form.follow(app);
    effect(move || document().set_title(t().sign_in.title));
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        form.submit(app);
    };
    let words = move || match form.fault.get()? {
        Fault::Incomplete => Some(t().sign_in.incomplete.to_owned()),
        Fault::Problem(problem) => Some(problem::words(&problem)),
    };
    let submit = move || {
        if form.is_busy.get() {
            t().sign_in.busy
        } else {
            t().sign_in.submit
        }
    };
    view! {
        <main class="login">
            <form class="login-form" novalidate on:submit=on_submit>
                <header class="login-head">
                    <svg class="boot-mark" viewBox="0 0 32 32" aria-hidden="true">
                        <path d="M6.5 10.5h19v12h-19z" />
                        <path d="m6.5 11.5 9.5 7 9.5-7" />
                    </svg>
                    <h1>{tr(|t| t.sign_in.title)}</h1>
                </header>
                {fields(form)}
                <p class="login-fault" role="alert">
                    {words}
                </p>
                <button type="submit" class="button primary" disabled=form.is_busy>
                    {submit}
                </button>
            </form>
            <LanguageChoice />
        </main>
    }
}

fn fields(form: Form) -> View {
    view! {
        <label>
            <span class="field-label">{tr(|t| t.sign_in.email)}</span>
            <input
                node_ref=form.email
                class="field"
                type="email"
                name="email"
                autocomplete="username"
                autocapitalize="none"
                spellcheck="false"
                autofocus
            />
        </label>
        <label>
            <span class="field-label">{tr(|t| t.sign_in.password)}</span>
            <input
                node_ref=form.password
                class="field"
                type="password"
                name="password"
                autocomplete="current-password"
            />
        </label>
        <label class="login-keep">
            <input node_ref=form.keep type="checkbox" name="keep" />
            <span>{tr(|t| t.sign_in.keep)}</span>
        </label>
        <label class="login-keep">
            <input node_ref=form.keep_mail type="checkbox" name="keep-mail" />
            <span>{tr(|t| t.sign_in.keep_mail)}</span>
        </label>
    }
}

/// The language of the page, by its own name.
#[component]
fn LanguageChoice() -> View {
    let is_failed = RwSignal::new(false);
    let choose = move |event: ev::Event| {
        let Some(locale) = Locale::from_tag(&event_target_value(&event)) else {
            return;
        };
        spawn_local(async move { is_failed.set(i18n::set_locale(locale).await.is_err()) });
    };
    let options = Locale::ALL.map(|own| {
        view! {
            <option value=own.tag() lang=own.tag() prop:selected=move || locale() == own>
                {own.own_name()}
            </option>
        }
    });
    view! {
        <label class="login-language">
            <span>{tr(|t| t.sign_in.language)}</span>
            <select class="field" on:change=choose>
                {options}
            </select>
        </label>
        <Show when=move || is_failed.get()>
            <p class="hint" role="alert">{tr(|t| t.settings.language_failed)}</p>
        </Show>
    }
}

impl Form {
    /// A session that ended says why; one that could not begin frees the form.
    fn follow(self, app: App) {
        effect(move || {
            if let Standing::SignedOut(reason) = app.session.standing.get() {
                self.is_busy.set(false);
                self.fault.set(reason.map(Fault::Problem));
            }
        });
        effect(move || {
            if let Some(email) = self.email.get() {
                // Fails for no element of a page that is shown.
                let _ = email.focus();
            }
        });
    }

    fn submit(self, app: App) {
        let value =
            |field: NodeRef<HtmlInputElement>| field.get_untracked().map(|field| field.value()).unwrap_or_default();
        let is_checked = |field: NodeRef<HtmlInputElement>| field.get_untracked().is_some_and(|field| field.checked());
        let keeps_mail = is_checked(self.keep_mail);
        let login = http::Login {
            email: value(self.email).trim().to_owned(),
            password: value(self.password),
            keep: is_checked(self.keep),
        };
        if self.is_busy.get_untracked() {
            return;
        }
        if login.email.is_empty() || login.password.is_empty() {
            return self.fail(Fault::Incomplete, login.email.is_empty());
        }
        self.is_busy.set(true);
        self.fault.set(None);
        spawn_local(async move {
            if let Err(problem) = action::session::sign_in(app, login, keeps_mail).await {
                self.is_busy.set(false);
                self.fail(Fault::Problem(problem), false);
            }
        });
    }

    /// Says why, and puts the cursor where it can be mended.
    fn fail(self, fault: Fault, is_email: bool) {
        self.fault.set(Some(fault));
        let field = if is_email { self.email } else { self.password };
        if let Some(field) = field.get_untracked() {
            field.select();
        }
    }
}
