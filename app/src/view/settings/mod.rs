//! Settings: looks, language, name, senders whose images are shown, sessions.

use crate::{
    action::session,
    app::{App, app},
    dom::{Label, View, view},
    i18n::{Locale, locale, set_locale, t, tr},
    signal::Signal,
    store::preferences::{Density, Theme},
    ui::{
        button::{Button, IconButton},
        dialog::Dialog,
        icon::Icon,
    },
};
use leptos::{prelude::*, task::spawn_local};
use surat_protocol::http::LOGOUT_EVERYWHERE;

/// The settings, in a dialog.
#[component]
pub(crate) fn Settings(
    /// Asked to close.
    #[prop(into)]
    on_close: Callback<()>,
) -> View {
    let app = app();
    view! {
        <Dialog name=tr(|t| t.settings.title) on_close>
            <div class="settings">
                <Appearance />
                <section>
                    <h3>{tr(|t| t.settings.writing)}</h3>
                    <label class="setting">
                        <span class="field-label">{tr(|t| t.settings.from_name)}</span>
                        <input
                            class="field"
                            type="text"
                            dir="auto"
                            autocomplete="name"
                            maxlength="200"
                            aria-describedby="from-name-hint"
                            prop:value=move || app.preferences.from_name.get()
                            on:change=move |event| app.preferences.from_name.set(event_target_value(&event).trim().to_owned())
                        />
                    </label>
                    <p id="from-name-hint" class="hint">{tr(|t| t.settings.from_name_hint)}</p>
                </section>
                <Kept app />
                <Senders app />
                <Sessions app />
            </div>
        </Dialog>
    }
}

#[component]
fn Appearance() -> View {
    let app = app();
    let preferences = app.preferences;
    let theme_name = |theme: Theme| match theme {
        Theme::Auto => t().settings.theme_system,
        Theme::Light => t().settings.theme_light,
        Theme::Dark => t().settings.theme_dark,
    };
    let density_name = |density: Density| match density {
        Density::Comfortable => t().settings.density_comfortable,
        Density::Compact => t().settings.density_compact,
    };
    let themes = move || Theme::ALL.map(|theme| (theme.word(), theme_name(theme))).to_vec();
    let densities = move || {
        Density::ALL
            .map(|density| (density.word(), density_name(density)))
            .to_vec()
    };
    let locales = || Locale::ALL.map(|locale| (locale.tag(), locale.own_name())).to_vec();
    let set_theme = move |word: String| {
        if let Some(theme) = Theme::ALL.into_iter().find(|theme| theme.word() == word) {
            preferences.theme.set(theme);
        }
    };
    let set_density = move |word: String| {
        if let Some(density) = Density::ALL.into_iter().find(|density| density.word() == word) {
            preferences.density.set(density);
        }
    };
    let set_language = move |tag: String| {
        let Some(locale) = Locale::from_tag(&tag) else { return };
        spawn_local(async move {
            if set_locale(locale).await.is_err() {
                app.notices.notify(t().settings.language_failed);
            }
        });
    };
    view! {
        <section>
            <h3>{tr(|t| t.settings.appearance)}</h3>
            <Choice name=tr(|t| t.settings.theme) options=Signal::derive(themes) value=Signal::derive(move || preferences.theme.get().word()) on_choose=set_theme />
            <Choice name=tr(|t| t.settings.density) options=Signal::derive(densities) value=Signal::derive(move || preferences.density.get().word()) on_choose=set_density />
            <Choice name=tr(|t| t.settings.language) options=Signal::derive(locales) value=Signal::derive(|| locale().tag()) on_choose=set_language />
        </section>
    }
}

/// One of a few, by the browser's own list.
#[component]
fn Choice(
    #[prop(into)] name: Label,
    options: Signal<Vec<(&'static str, &'static str)>>,
    value: Signal<&'static str>,
    #[prop(into)] on_choose: Callback<(String,)>,
) -> View {
    let items = move || {
        let item = |(word, name): (&'static str, &'static str)| {
            view! { <option value=word selected=move || value.get() == word>{name}</option> }
        };
        options.get().into_iter().map(item).collect::<View>()
    };
    view! {
        <label class="setting">
            <span class="field-label">{move || name.get()}</span>
            <select class="field" on:change=move |event| on_choose.run((event_target_value(&event),))>
                {items}
            </select>
        </label>
    }
}

/// The mail on this device: whether, and how much.
#[component]
fn Kept(app: App) -> View {
    let is_kept = move || !app.session.kept.with(String::is_empty);
    let budget = app.preferences.cache_mib;
    // The first is what `public/cache.js` takes where nothing was chosen.
    let budgets = || [("", "200 MB"), ("50", "50 MB"), ("1000", "1 GB")].to_vec();
    let value = move || {
        budgets()
            .into_iter()
            .map(|(word, _)| word)
            .find(|word| *word == budget.get())
    };
    view! {
        <section>
            <h3>{tr(|t| t.settings.device)}</h3>
            <label class="login-keep">
                <input
                    type="checkbox"
                    prop:checked=is_kept
                    on:change=move |event| session::keep_mail(app, event_target_checked(&event))
                />
                <span>{tr(|t| t.sign_in.keep_mail)}</span>
            </label>
            <p class="hint">{tr(|t| t.settings.device_hint)}</p>
            <Show when=is_kept>
                <Choice name=tr(|t| t.settings.device_room) options=Signal::derive(budgets) value=Signal::derive(move || value().unwrap_or_default()) on_choose=move |word| budget.set(word) />
            </Show>
        </section>
    }
}

#[component]
fn Senders(app: App) -> View {
    let trusted = app.preferences.trusted_senders;
    let items = move || {
        let item = |sender: String| {
            let (label, own) = (sender.clone(), sender.clone());
            let forget = move || trusted.update(|trusted| trusted.retain(|other| *other != own));
            view! {
                <li class="sender">
                    <span>{sender}</span>
                    <IconButton icon=Icon::Cross name=move || t().ui.remove_named(&label) on_press=forget />
                </li>
            }
        };
        trusted.get().into_iter().map(item).collect::<View>()
    };
    let hint = move || {
        if trusted.with(Vec::is_empty) {
            t().settings.senders_none
        } else {
            t().settings.senders_hint
        }
    };
    view! {
        <section>
            <h3>{tr(|t| t.settings.privacy)}</h3>
            <p class="hint">{hint}</p>
            <ul role="list" class="senders" aria-label=tr(|t| t.settings.senders) hidden=move || trusted.with(Vec::is_empty)>
                {items}
            </ul>
        </section>
    }
}

/// Every browser that is signed in to the account.
#[component]
fn Sessions(app: App) -> View {
    let end = move |()| session::try_leave(app, LOGOUT_EVERYWHERE);
    view! {
        <section>
            <h3>{tr(|t| t.settings.sessions)}</h3>
            <p class="hint">{tr(|t| t.settings.sessions_hint)}</p>
            <Button name=tr(|t| t.settings.end_sessions) on_press=end />
        </section>
    }
}
