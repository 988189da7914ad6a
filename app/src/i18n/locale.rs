//! The locales there are, and how one is chosen.

use super::texts::{EN, ID};

/// A language of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Locale {
    /// English.
    English,
    /// Indonesian.
    Indonesian,
}

impl Locale {
    /// All of them, as the settings list them.
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Indonesian];

    /// Language tag (BCP 47), as in `<html lang>`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Indonesian => "id",
        }
    }

    /// Language tag for `Intl`. English takes the forms that Surat shows, "14:05" and "3 Nov".
    pub(crate) fn format_tag(self) -> &'static str {
        match self {
            Self::English => "en-GB",
            Self::Indonesian => "id",
        }
    }

    /// Between groups of three digits, as `Intl` has it for [`Self::format_tag`].
    pub(crate) fn group_sign(self) -> char {
        match self {
            Self::English => ',',
            Self::Indonesian => '.',
        }
    }

    /// What its speakers call it.
    pub(crate) fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Indonesian => "Bahasa Indonesia",
        }
    }

    /// The locale of a language tag, whatever its region: "id-ID". The old code "in" is Indonesian too.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_']).next().unwrap_or(tag);
        match language.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "id" | "in" => Some(Self::Indonesian),
            _ => None,
        }
    }

    /// The first that a person prefers and Surat speaks, else English.
    pub(crate) fn choose(preferred: impl IntoIterator<Item = String>) -> Self {
        preferred
            .into_iter()
            .find_map(|tag| Self::from_tag(&tag))
            .unwrap_or(Self::English)
    }

    /// Address of its texts.
    pub(super) fn texts(self) -> &'static str {
        match self {
            Self::English => EN,
            Self::Indonesian => ID,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn the_first_language_that_surat_speaks_is_chosen() {
        let choose = |tags: &[&str]| Locale::choose(tags.iter().map(|tag| (*tag).to_owned()));

        assert_eq!(choose(&["de", "id-ID", "en"]), Locale::Indonesian);
        assert_eq!(choose(&["en-US", "id"]), Locale::English);
        assert_eq!(choose(&["de"]), Locale::English);
        assert_eq!(choose(&[]), Locale::English);
    }
}
