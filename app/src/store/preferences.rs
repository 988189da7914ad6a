//! What a person set up in this browser: looks, widths, gestures. Kept in `localStorage`, and what is personal only for
//! the account whose it is, and as long as its session. See decision 0051.
//!
//! A browser without storage forgets them at the end of the visit; nothing else is lost.

use crate::{
    i18n::case::lower,
    signal::{RwSignal, effect},
};
use wasm_bindgen::{JsCast, closure::Closure};

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system is.
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// How high a row of the message list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Density {
    /// Three lines.
    Comfortable,
    /// One line.
    Compact,
}

impl Theme {
    /// All of them, as the settings list them.
    pub(crate) const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The value of `data-theme` on the root element.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn parse(word: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|theme| theme.word() == word)
            .unwrap_or(Self::Auto)
    }
}

impl Density {
    /// All of them, as the settings list them.
    pub(crate) const ALL: [Self; 2] = [Self::Comfortable, Self::Compact];

    /// The value of `data-density` on the root element.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Comfortable => "comfortable",
            Self::Compact => "compact",
        }
    }

    fn parse(word: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|density| density.word() == word)
            .unwrap_or(Self::Comfortable)
    }
}

/// Widths of the two panes at the start edge that a person may choose, in CSS pixels.
pub(crate) const FOLDERS_WIDTH: (u16, u16) = (160, 400);
/// As [`FOLDERS_WIDTH`], for the message list.
pub(crate) const LIST_WIDTH: (u16, u16) = (280, 720);

/// The preferences. A handle: copies are the same preferences.
#[derive(Clone, Copy)]
pub(crate) struct Preferences {
    /// Light or dark.
    pub(crate) theme: RwSignal<Theme>,
    /// Height of rows.
    pub(crate) density: RwSignal<Density>,
    /// Width of the folder pane, in CSS pixels.
    pub(crate) folders_width: RwSignal<u16>,
    /// Width of the list pane, in CSS pixels.
    pub(crate) list_width: RwSignal<u16>,
    /// Swiping a row towards the end archives it and towards the start marks it read; the other way round when true.
    pub(crate) swaps_swipes: RwSignal<bool>,
    /// The account whose the name and the senders are, in lower case; empty for none.
    account: RwSignal<String>,
    /// The name that stands beside one's address in what one sends.
    pub(crate) from_name: RwSignal<String>,
    /// How much mail is kept on this device, where any is, in mebibytes; read by `public/cache.js`.
    pub(crate) cache_mib: RwSignal<String>,
    /// Addresses whose remote images are always shown, in lower case.
    pub(crate) trusted_senders: RwSignal<Vec<String>>,
}

const THEME: &str = "surat.theme";
const DENSITY: &str = "surat.density";
const FOLDERS: &str = "surat.folders-width";
const LIST: &str = "surat.list-width";
const SWIPES: &str = "surat.swaps-swipes";
const CACHE: &str = "surat.cache-mib";
/// Lines: an account, the name, trusted senders. There is one such record, so that nothing is left of other accounts.
const PERSONAL: &str = "surat.personal";

impl Preferences {
    /// As a new browser has them.
    pub(crate) fn new() -> Self {
        Self {
            theme: RwSignal::new(Theme::Auto),
            density: RwSignal::new(Density::Comfortable),
            folders_width: RwSignal::new(232),
            list_width: RwSignal::new(380),
            swaps_swipes: RwSignal::new(false),
            account: RwSignal::new(String::new()),
            from_name: RwSignal::new(String::new()),
            cache_mib: RwSignal::new(String::new()),
            trusted_senders: RwSignal::new(Vec::new()),
        }
    }

    /// Reads what was kept, and keeps each change from now on.
    pub(crate) fn start(self) {
        let kept = |key| load(key).unwrap_or_default();
        self.theme.set(Theme::parse(&kept(THEME)));
        self.density.set(Density::parse(&kept(DENSITY)));
        if let Some(width) = width(&kept(FOLDERS), FOLDERS_WIDTH) {
            self.folders_width.set(width);
        }
        if let Some(width) = width(&kept(LIST), LIST_WIDTH) {
            self.list_width.set(width);
        }
        self.swaps_swipes.set(kept(SWIPES) == "1");
        self.cache_mib.set(kept(CACHE));

        keep(THEME, move || self.theme.get().word().to_owned());
        keep(DENSITY, move || self.density.get().word().to_owned());
        keep(FOLDERS, move || self.folders_width.get().to_string());
        keep(LIST, move || self.list_width.get().to_string());
        keep(SWIPES, move || {
            if self.swaps_swipes.get() { "1" } else { "" }.to_owned()
        });
        keep(CACHE, move || self.cache_mib.get());
        effect(move || {
            let (account, name, senders) = (self.account.get(), self.from_name.get(), self.trusted_senders.get());
            if !account.is_empty() {
                save(PERSONAL, &record(account, &name, &senders));
            }
        });
        let hear = Closure::<dyn FnMut()>::new(move || self.hear_of_another_tab());
        if let Some(window) = web_sys::window() {
            // Without it a tab saves what it knows: what another one has saved meanwhile is lost.
            let _ = window.add_event_listener_with_callback("storage", hear.as_ref().unchecked_ref());
        }
        hear.forget();
    }

    /// Another tab has kept something: what is personal is the same in all tabs of an account.
    fn hear_of_another_tab(self) {
        let account = self.account.get_untracked();
        let kept = load(PERSONAL).unwrap_or_default();
        let told = match personal(&kept, &account) {
            None if !kept.is_empty() => return,
            told => told.unwrap_or_default(),
        };
        if told != (self.from_name.get_untracked(), self.trusted_senders.get_untracked()) {
            self.from_name.set(told.0);
            self.trusted_senders.set(told.1);
        }
    }

    /// Somebody is signed in: what is personal is of this account from now on.
    pub(crate) fn begin_account(self, email: &str) {
        let email = lower(email);
        if self.account.with_untracked(|account| *account == email) {
            return;
        }
        let (name, senders) = personal(&load(PERSONAL).unwrap_or_default(), &email).unwrap_or_default();
        self.from_name.set(name);
        self.trusted_senders.set(senders);
        self.account.set(email);
    }

    /// Forgets what is personal, as at sign-out; looks stay.
    pub(crate) fn forget_account(self) {
        let account = self.account.get_untracked();
        self.account.set(String::new());
        self.from_name.set(String::new());
        self.trusted_senders.set(Vec::new());
        // Another tab may have somebody else signed in by now.
        let is_own = |kept: &String| account.is_empty() || personal(kept, &account).is_some();
        if load(PERSONAL).as_ref().is_some_and(is_own) {
            save(PERSONAL, "");
        }
    }
}

/// The record of what is personal; empty when there is nothing.
fn record(account: String, name: &str, senders: &[String]) -> String {
    let mut record = account;
    if name.is_empty() && senders.is_empty() {
        record.clear();
        return record;
    }
    record.push('\n');
    record.push_str(name);
    for sender in senders {
        record.push('\n');
        record.push_str(sender);
    }
    record
}

/// Name and trusted senders in a record; `None` when it is of another account.
fn personal(record: &str, account: &str) -> Option<(String, Vec<String>)> {
    let mut lines = record.lines();
    if lines.next()? != account {
        return None;
    }
    let name = lines.next()?.to_owned();
    Some((name, lines.map(ToOwned::to_owned).collect()))
}

/// A width that was kept; `None` unless it is one that can be chosen.
fn width(kept: &str, (least, most): (u16, u16)) -> Option<u16> {
    kept.parse().ok().filter(|width| (least..=most).contains(width))
}

fn keep(key: &'static str, value: impl Fn() -> String + 'static) {
    effect(move || save(key, &value()));
}

fn load(key: &str) -> Option<String> {
    let storage = web_sys::window()?.local_storage().ok()??;
    storage.get_item(key).ok()?
}

fn save(key: &str, value: &str) {
    if let Some(storage) = web_sys::window().and_then(|window| window.local_storage().ok().flatten()) {
        // A full or forbidden storage keeps nothing, as the header says.
        let _ = if value.is_empty() {
            storage.remove_item(key)
        } else {
            storage.set_item(key, value)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_width_that_nobody_could_choose_is_ignored() {
        assert_eq!(width("240", FOLDERS_WIDTH), Some(240));
        for bad in ["", "0", "99999", "-1", "wide"] {
            assert_eq!(width(bad, FOLDERS_WIDTH), None, "{bad}");
        }
    }

    #[test]
    fn what_is_personal_is_for_the_account_whose_it_is() {
        let senders = || ["a@x.test".to_owned(), "b@x.test".to_owned()].to_vec();
        let (ayu, budi) = ("ayu@surat.test", "budi@surat.test");

        for (name, senders) in [("Ayu", senders()), ("", senders()), ("Ayu", Vec::new())] {
            let kept = record(ayu.to_owned(), name, &senders);

            assert_eq!(personal(&kept, ayu), Some((name.to_owned(), senders)));
            assert_eq!(personal(&kept, budi), None);
        }

        assert_eq!(record(ayu.to_owned(), "", &[]), "");
        assert_eq!(personal("", ayu), None);
    }

    #[test]
    fn words_that_were_kept_mean_what_they_meant() {
        assert!(Theme::ALL.into_iter().all(|theme| Theme::parse(theme.word()) == theme));
        assert!(
            Density::ALL
                .into_iter()
                .all(|density| Density::parse(density.word()) == density)
        );
        assert_eq!(Theme::parse("sepia"), Theme::Auto);
    }
}
