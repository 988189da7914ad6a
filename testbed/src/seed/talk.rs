//! Conversations as they stand in the files `testbed/mail/talks-*.txt`, before anybody's name is put in.

use super::words::Language;
use std::sync::LazyLock;

/// A conversation.
#[derive(Debug)]
pub(crate) struct Talk {
    pub(crate) language: Language,
    pub(crate) subject: &'static str,
    /// `Name <address>` of a sender that is always the same, such as a bank.
    pub(crate) sender: Option<(&'static str, &'static str)>,
    pub(crate) turns: Vec<Turn>,
}

/// One message of a conversation.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    pub(crate) text: String,
    /// Kind and name of an attachment.
    pub(crate) attachment: Option<(&'static str, &'static str)>,
}

/// What the conversations are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    English,
    Indonesian,
    Japanese,
    Arabic,
    Support,
    Announcement,
    List,
    Notice,
    Spam,
}

type Talks = LazyLock<Vec<Talk>>;
static ENGLISH: Talks = Talks::new(|| parse(include_str!("../../mail/talks-en.txt"), Language::English));
static INDONESIAN: Talks = Talks::new(|| parse(include_str!("../../mail/talks-id.txt"), Language::Indonesian));
static JAPANESE: Talks = Talks::new(|| parse(include_str!("../../mail/talks-ja.txt"), Language::Japanese));
static ARABIC: Talks = Talks::new(|| parse(include_str!("../../mail/talks-ar.txt"), Language::Arabic));
static SUPPORT: Talks = Talks::new(|| parse(include_str!("../../mail/talks-support.txt"), Language::English));
static ANNOUNCEMENT: Talks =
    Talks::new(|| parse(include_str!("../../mail/talks-announcements.txt"), Language::English));
static LIST: Talks = Talks::new(|| parse(include_str!("../../mail/talks-list.txt"), Language::English));
static NOTICE: Talks = Talks::new(|| parse(include_str!("../../mail/notices.txt"), Language::English));
static SPAM: Talks = Talks::new(|| parse(include_str!("../../mail/talks-spam.txt"), Language::English));

/// The conversations about a topic.
pub(crate) fn talks(topic: Topic) -> &'static [Talk] {
    match topic {
        Topic::English => &ENGLISH,
        Topic::Indonesian => &INDONESIAN,
        Topic::Japanese => &JAPANESE,
        Topic::Arabic => &ARABIC,
        Topic::Support => &SUPPORT,
        Topic::Announcement => &ANNOUNCEMENT,
        Topic::List => &LIST,
        Topic::Notice => &NOTICE,
        Topic::Spam => &SPAM,
    }
}

fn parse(text: &'static str, language: Language) -> Vec<Talk> {
    let mut talks: Vec<Talk> = Vec::new();
    for line in text.lines() {
        if let Some(subject) = line.strip_prefix("= ") {
            talks.push(Talk {
                language,
                subject,
                sender: None,
                turns: vec![Turn::default()],
            });
            continue;
        }
        let Some(talk) = talks.last_mut() else { continue };
        if let Some(sender) = line.strip_prefix("# from ") {
            talk.sender = sender.strip_suffix('>').and_then(|sender| sender.split_once(" <"));
        } else if let Some(code) = line.strip_prefix("# in ") {
            talk.language = Language::of(code);
        } else if line == "--" {
            talk.turns.push(Turn::default());
        } else if let Some(turn) = talk.turns.last_mut() {
            match line.strip_prefix("@ ").and_then(|file| file.split_once(' ')) {
                Some(file) => turn.attachment = Some(file),
                None => turn.text.extend([line, "\n"]),
            }
        }
    }
    for turn in talks.iter_mut().flat_map(|talk| &mut talk.turns) {
        turn.text.truncate(turn.text.trim_end().len());
    }
    talks
}

#[cfg(test)]
mod tests {
    use super::super::words::fill;
    use super::*;

    const ALL: [Topic; 9] = [
        Topic::English,
        Topic::Indonesian,
        Topic::Japanese,
        Topic::Arabic,
        Topic::Support,
        Topic::Announcement,
        Topic::List,
        Topic::Notice,
        Topic::Spam,
    ];

    #[test]
    fn every_message_has_words_and_every_slot_is_known() {
        for talk in ALL.into_iter().flat_map(talks) {
            for text in talk.turns.iter().map(|turn| turn.text.as_str()).chain([talk.subject]) {
                let filled = fill(text, talk.language, 1, "Ayu", "Budi");
                assert!(!filled.is_empty() && !filled.contains(['{', '}']), "{filled}");
                assert!(
                    !filled.contains(" … ") && !filled.ends_with('…'),
                    "unknown slot in {text}"
                );
            }
        }
    }

    #[test]
    fn notices_have_senders_of_their_own() {
        assert!(talks(Topic::Notice).iter().all(|talk| talk.sender.is_some()));
        assert!(talks(Topic::English).len() + talks(Topic::Indonesian).len() >= 30);
    }
}
