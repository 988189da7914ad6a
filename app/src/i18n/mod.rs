//! Words, dates, numbers and sizes in the person's language.
//!
//! Texts live in `locales/*.json` and become the struct [`Texts`] at compile time: a missing key or
//! a forgotten placeholder does not build. `t().message.reply` is a text, `t().list.unread(3)` one
//! with a value. Read inside a closure (`{move || t().message.reply}`) it follows a change at once.

pub(crate) mod date;
mod fill;
mod locale;
pub(crate) mod problem;
pub(crate) mod size;
mod texts;

pub(crate) use locale::Locale;
pub(crate) use texts::Texts;

use leptos::prelude::*;
use leptos::reactive::graph::Observer;

const STORAGE_KEY: &str = "surat.locale";

thread_local! {
    // Not a context: event handlers and tasks need texts as well, and have no owner to ask.
    static LOCALE: ArcRwSignal<Locale> = ArcRwSignal::new(Locale::English);
}

/// The texts of the current locale; inside a reactive closure, follows a change of locale.
pub(crate) fn t() -> &'static Texts {
    locale().texts()
}

/// One text, as a closure that follows a change of locale: what views are made of.
///
/// All such closures are of one type. Written as `|| t().ui.close`, each would be of its own, and
/// bring about 1 kB of the framework's generic code with it.
pub(crate) fn tr(text: fn(&'static Texts) -> &'static str) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
    move || text(t())
}

/// The current locale; inside a reactive closure, follows a change of it.
pub(crate) fn locale() -> Locale {
    LOCALE.with(|locale| {
        if Observer::get().is_some() {
            locale.get()
        } else {
            locale.get_untracked()
        }
    })
}

/// Takes the remembered locale, else the browser's. Called once, before the first view.
pub(crate) fn init() {
    let remembered = storage().and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten());
    let locale = remembered
        .as_deref()
        .and_then(Locale::from_tag)
        .unwrap_or_else(browser_locale);
    apply(locale);
}

/// Changes the locale and remembers it in this browser.
pub(crate) fn set_locale(locale: Locale) {
    if let Some(storage) = storage() {
        // A browser without storage forgets the choice; nothing else is lost.
        let _ = storage.set_item(STORAGE_KEY, locale.tag());
    }
    apply(locale);
}

fn apply(locale: Locale) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("lang", locale.tag());
    }
    LOCALE.with(|signal| signal.set(locale));
}

fn browser_locale() -> Locale {
    let languages = window().navigator().languages();
    Locale::choose(languages.iter().filter_map(|tag| tag.as_string()))
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
