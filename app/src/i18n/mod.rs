//! Words, dates, numbers and sizes in the person's language.
//!
//! Texts live in `locales/*.json` and become the struct [`Texts`] at compile time: a missing key or
//! a forgotten placeholder does not build. What they say is loaded when the page begins.
//! `t().message.reply` is a text, `t().list.unread(3)` one with a value. Read inside a closure
//! (`{move || t().message.reply}`) it follows a change at once.

pub(crate) mod case;
pub(crate) mod date;
mod fill;
mod locale;
pub(crate) mod problem;
pub(crate) mod size;
mod texts;

pub(crate) use locale::Locale;
pub(crate) use texts::Texts;

use crate::{net::http, signal::RwSignal};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, reactive::graph::Observer};
use std::cell::Cell;
use surat_protocol::Problem;

const STORAGE_KEY: &str = "surat.locale";

/// How often the texts are asked for before the page says that they cannot be had.
const TRIES: u32 = 3;

const BETWEEN_TRIES_MS: u32 = 1000;

#[derive(Clone, Copy)]
struct Current {
    locale: Locale,
    texts: &'static Texts,
}

thread_local! {
    // Not a context: event handlers and tasks need texts as well, and have no owner to ask.
    static CURRENT: RwSignal<Current> = RwSignal::new(Current {
        locale: Locale::English,
        texts: Box::leak(Box::new(Texts::read(FIRST))),
    });
    /// The locale that was asked for last; its texts may still be on their way.
    static WANTED: Cell<Locale> = const { Cell::new(Locale::English) };
}

/// Texts before any are loaded: none; the page shows nothing until there are some.
#[cfg(not(test))]
const FIRST: &str = "";

#[cfg(test)]
const FIRST: &str = texts::EN_LINES;

/// The texts of the current locale; inside a reactive closure, follows a change of locale.
pub(crate) fn t() -> &'static Texts {
    current().texts
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
    current().locale
}

fn current() -> Current {
    CURRENT.with(|current| {
        if Observer::get().is_some() {
            current.get()
        } else {
            current.get_untracked()
        }
    })
}

/// Loads the texts of the remembered locale, else of the browser's. Called once, before the first view.
///
/// # Errors
///
/// The proxy does not give them: there is nothing to show then.
pub(crate) async fn load() -> Result<(), Problem> {
    let remembered = storage().and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten());
    let locale = remembered
        .as_deref()
        .and_then(Locale::from_tag)
        .unwrap_or_else(browser_locale);
    for _ in 1..TRIES {
        if change_to(locale).await.is_ok() {
            return Ok(());
        }
        TimeoutFuture::new(BETWEEN_TRIES_MS).await;
    }
    change_to(locale).await
}

/// Changes the locale, once its texts are there, and remembers it in this browser.
///
/// # Errors
///
/// The proxy does not give them: everything stays as it is.
pub(crate) async fn set_locale(locale: Locale) -> Result<(), Problem> {
    change_to(locale).await?;
    if let Some(storage) = storage() {
        // A browser without storage forgets the choice; nothing else is lost.
        let _ = storage.set_item(STORAGE_KEY, locale.tag());
    }
    Ok(())
}

async fn change_to(locale: Locale) -> Result<(), Problem> {
    WANTED.set(locale);
    let lines = http::text(locale.texts()).await?;
    // Who changed the mind meanwhile gets what was asked for last.
    if WANTED.get() == locale {
        if let Some(root) = document().document_element() {
            // Fails for no name that is written here.
            let _ = root.set_attribute("lang", locale.tag());
        }
        // Kept for as long as the page lives, since texts are handed out for so long.
        let texts = Box::leak(Box::new(Texts::read(lines.leak())));
        CURRENT.with(|current| current.set(Current { locale, texts }));
    }
    Ok(())
}

fn browser_locale() -> Locale {
    let languages = window().navigator().languages();
    Locale::choose(languages.iter().filter_map(|tag| tag.as_string()))
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::texts::{EN_LINES, ID_LINES, Texts};

    #[test]
    fn a_file_is_read_in_the_order_that_it_was_written_in() {
        let (english, indonesian) = (Texts::read(EN_LINES), Texts::read(ID_LINES));

        assert_eq!((english.ui.undo, indonesian.ui.undo), ("Undo", "Urungkan"));
        assert!(
            english.acts.no_undo("Arsip").ends_with("Look in Arsip."),
            "{}",
            english.acts.no_undo("Arsip")
        );
        assert_eq!(EN_LINES.lines().count(), ID_LINES.lines().count());
    }
}
