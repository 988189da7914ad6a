//! What a person set up in this browser: looks, widths, gestures. Kept in `localStorage`.
//!
//! A browser without storage forgets them at the end of the visit; nothing else is lost.

use crate::signal::{RwSignal, effect};

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
const FROM_NAME: &str = "surat.from-name";
const CACHE: &str = "surat.cache-mib";
const TRUSTED: &str = "surat.trusted-senders";

impl Preferences {
    /// As a new browser has them.
    pub(crate) fn new() -> Self {
        Self {
            theme: RwSignal::new(Theme::Auto),
            density: RwSignal::new(Density::Comfortable),
            folders_width: RwSignal::new(232),
            list_width: RwSignal::new(380),
            swaps_swipes: RwSignal::new(false),
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
        self.from_name.set(kept(FROM_NAME));
        self.cache_mib.set(kept(CACHE));
        self.trusted_senders
            .set(kept(TRUSTED).lines().map(ToOwned::to_owned).collect());

        keep(THEME, move || self.theme.get().word().to_owned());
        keep(DENSITY, move || self.density.get().word().to_owned());
        keep(FOLDERS, move || self.folders_width.get().to_string());
        keep(LIST, move || self.list_width.get().to_string());
        keep(SWIPES, move || {
            if self.swaps_swipes.get() { "1" } else { "" }.to_owned()
        });
        keep(FROM_NAME, move || self.from_name.get());
        keep(CACHE, move || self.cache_mib.get());
        keep(TRUSTED, move || self.trusted_senders.get().join("\n"));
    }

    /// Forgets what tells about the account's mail, as at sign-out; looks stay.
    pub(crate) fn forget_account(self) {
        self.from_name.set(String::new());
        self.trusted_senders.set(Vec::new());
    }
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
