//! The words of the demo's mail, read from the text files in `testbed/mail/`.

use super::random::{Random, hash};
use std::sync::LazyLock;

/// Language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Indonesian,
    Japanese,
    Arabic,
}

impl Language {
    /// From the code in the files.
    pub(crate) fn of(code: &str) -> Self {
        match code {
            "id" => Self::Indonesian,
            "ja" => Self::Japanese,
            "ar" => Self::Arabic,
            _ => Self::English,
        }
    }

    /// Direction of the script, for HTML.
    pub(crate) fn direction(self) -> &'static str {
        if self == Self::Arabic { "rtl" } else { "ltr" }
    }
}

/// Somebody who writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) language: Language,
    pub(crate) name: String,
    pub(crate) address: String,
    /// Distance from UTC in minutes.
    pub(crate) zone_minutes: i32,
}

impl Person {
    /// What friends say: the first word of the name.
    pub(crate) fn short_name(&self) -> &str {
        self.name.split(' ').next().unwrap_or(&self.name)
    }

    /// What follows the `@`.
    pub(crate) fn domain(&self) -> &str {
        self.address.rsplit('@').next().unwrap_or(&self.address)
    }
}

struct Slot {
    language: Language,
    name: &'static str,
    words: Vec<&'static str>,
}

static SLOTS: LazyLock<Vec<Slot>> = LazyLock::new(|| {
    let lines = include_str!("../../mail/slots.txt").lines();
    lines.filter_map(parse_slot).collect()
});

static PEOPLE: LazyLock<Vec<Person>> = LazyLock::new(|| {
    let lines = include_str!("../../mail/people.txt").lines();
    lines.filter_map(parse_person).collect()
});

/// All who write, but for the owner of the mailbox.
pub(crate) fn people(but: &str) -> Vec<&'static Person> {
    PEOPLE.iter().filter(|person| person.address != but).collect()
}

/// Fills the slots of a text. The same seed gives the same words.
pub(crate) fn fill(text: &str, language: Language, seed: u64, me: &str, you: &str) -> String {
    let mut filled = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        filled.push_str(before);
        match name {
            "me" => filled.push_str(me),
            "you" => filled.push_str(you),
            "serial" => filled.push_str(&serial(seed)),
            _ => filled.push_str(word(name, language, seed)),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// A number as shops and builds give to what they do.
pub(crate) fn serial(seed: u64) -> String {
    format!("{}", 10_000 + Random::of(&[seed, 7]).below(90_000))
}

fn word(name: &str, language: Language, seed: u64) -> &'static str {
    let find = |language| SLOTS.iter().find(|slot| slot.name == name && slot.language == language);
    let slot = find(language).or_else(|| find(Language::English));
    slot.map_or("…", |slot| {
        *Random::of(&[seed, hash(name)]).pick(slot.words.as_slice())
    })
}

fn parse_slot(line: &'static str) -> Option<Slot> {
    let (head, words) = line.split_once(": ")?;
    let (language, name) = head.split_once(' ')?;
    Some(Slot {
        language: Language::of(language),
        name,
        words: words.split(" | ").collect(),
    })
}

fn parse_person(line: &str) -> Option<Person> {
    let (language, rest) = line.split_once(' ')?;
    let mut fields = rest.split(" | ");
    let (name, address, zone) = (fields.next()?, fields.next()?, fields.next()?);
    let clock: i32 = zone.parse().ok()?;
    Some(Person {
        language: Language::of(language),
        name: name.to_owned(),
        address: address.to_owned(),
        zone_minutes: clock / 100 * 60 + clock % 100,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_files_is_understood() {
        assert_eq!(SLOTS.len(), include_str!("../../mail/slots.txt").lines().count());
        assert_eq!(PEOPLE.len(), include_str!("../../mail/people.txt").lines().count());
        assert!(PEOPLE.iter().any(|person| person.zone_minutes == 330));
    }

    #[test]
    fn a_slot_gives_the_same_word_within_a_conversation() {
        let filled = fill("{day} {day} {me} {you}", Language::Indonesian, 5, "Ayu", "Budi");

        let words: Vec<&str> = filled.split(' ').collect();
        assert_eq!(words[0], words[1]);
        assert_eq!(&words[2..], ["Ayu", "Budi"]);
    }
}
