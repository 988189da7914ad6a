//! One message of a conversation: who writes to whom, with which headers, quotes and files.

use super::{
    file::{self, wrapped},
    mime::{Part, header, mailbox},
    random::Random,
    talk::{Talk, Topic, talks},
    words::{Language, Person, fill, people},
};
use std::fmt::Write as _;
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc2822};

/// How deep an answer quotes what came before.
const QUOTE_DEPTH: usize = 2;

/// Whose mailbox it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) name: &'static str,
    pub(crate) address: &'static str,
}

/// A conversation with everything chosen that its seed decides.
pub(crate) struct Conversation {
    seed: u64,
    topic: Topic,
    talk: &'static Talk,
    /// Who writes the first message, and whoever else takes part.
    others: Vec<Person>,
    owner: Person,
    start: i64,
}

impl Conversation {
    /// The conversation of this seed, whose first message is written at `start` (seconds since 1970).
    pub(crate) fn new(seed: u64, topic: Topic, owner: Owner, start: i64) -> Self {
        let mut random = Random::of(&[seed, 1]);
        let talk = random.pick(talks(topic));
        let owner = Person {
            language: talk.language,
            name: owner.name.to_owned(),
            address: owner.address.to_owned(),
            zone_minutes: 7 * 60,
        };
        let others = others(talk, topic, &owner, &mut random);
        Self {
            seed,
            topic,
            talk,
            others,
            owner,
            start,
        }
    }

    /// Number of messages.
    pub(crate) fn turns(&self) -> usize {
        self.talk.turns.len()
    }

    /// Whether the owner wrote this message.
    pub(crate) fn is_sent(&self, turn: usize) -> bool {
        !matches!(
            self.topic,
            Topic::List | Topic::Announcement | Topic::Notice | Topic::Spam
        ) && turn % 2 == 1
    }

    /// When a message was written, in seconds since 1970: from a quarter of an hour to a day after the one before.
    pub(crate) fn date(&self, turn: usize) -> i64 {
        let gap = |turn: u64| i64::try_from(900 + Random::of(&[self.seed, 20, turn]).below(85_000)).unwrap_or(900);
        self.start + (1..=turn as u64).map(gap).sum::<i64>()
    }

    /// The message as it lies in the mailbox.
    pub(crate) fn message(&self, turn: usize) -> String {
        let mut text = self.headers(turn);
        text.push_str(&self.content(turn).0);
        text
    }

    fn headers(&self, turn: usize) -> String {
        let (sender, recipient) = (self.sender(turn), self.recipient(turn));
        let date = date_header(self.date(turn), sender.zone_minutes);
        let mut text = String::with_capacity(1024);
        if !self.is_sent(turn) {
            text.push_str(&received(sender, &self.owner.address, self.seed, &date));
        }
        let _ = write!(text, "From: {}\r\n", mailbox(&sender.name, &sender.address));
        let _ = write!(text, "To: {}\r\n", mailbox(&recipient.name, &recipient.address));
        if let Some(cc) = self.others.get(1).filter(|_| self.topic != Topic::List) {
            let _ = write!(text, "Cc: {}\r\n", mailbox(&cc.name, &cc.address));
        }
        text.push_str(&header("Subject", &self.subject(turn)));
        let _ = write!(text, "Date: {date}\r\nMessage-ID: {}\r\n", self.message_id(turn));
        if turn > 0 {
            let references: Vec<String> = (0..turn).map(|turn| self.message_id(turn)).collect();
            let _ = write!(text, "In-Reply-To: {}\r\n", self.message_id(turn - 1));
            let _ = write!(text, "References: {}\r\n", references.join("\r\n "));
        }
        if self.topic == Topic::List {
            text.push_str(
                "List-Id: Kebun dan kode <kebun.lists.example>\r\nList-Post: <mailto:kebun@lists.example>\r\n",
            );
            text.push_str("List-Unsubscribe: <mailto:kebun-leave@lists.example>\r\nPrecedence: list\r\n");
        }
        text.push_str("MIME-Version: 1.0\r\n");
        text
    }

    fn content(&self, turn: usize) -> Part {
        let text = self.text_with_quote(turn, QUOTE_DEPTH);
        let body = match Random::of(&[self.seed, 3, turn as u64]).below(100) {
            // What most programs write by default.
            0..45 if self.topic != Topic::List => {
                let parts = [Part::text("plain", &text), Part::text("html", &self.html(turn))];
                Part::multipart("alternative", &self.boundary("alt", turn), &parts)
            }
            45..50 if self.topic != Topic::List => Part::text("html", &self.html(turn)),
            _ => Part::text("plain", &text),
        };
        let Some((kind, name)) = self.talk.turns.get(turn).and_then(|turn| turn.attachment) else {
            return body;
        };
        let (media, octets) = file::file(kind, self.seed, &self.text(turn));
        let parts = [body, Part::file(media, name, None, &octets)];
        Part::multipart("mixed", &self.boundary("mix", turn), &parts)
    }

    fn subject(&self, turn: usize) -> String {
        let subject = self.fill(self.talk.subject, turn);
        let tag = if self.topic == Topic::List { "[kebun] " } else { "" };
        if turn == 0 {
            format!("{tag}{subject}")
        } else {
            format!("Re: {tag}{subject}")
        }
    }

    fn text(&self, turn: usize) -> String {
        self.talk
            .turns
            .get(turn)
            .map(|talk_turn| self.fill(&talk_turn.text, turn))
            .unwrap_or_default()
    }

    fn fill(&self, text: &str, turn: usize) -> String {
        let me = self.sender(turn).short_name();
        let you = if turn > 0 { self.sender(turn - 1) } else { &self.owner };
        fill(text, self.talk.language, self.seed, me, you.short_name())
    }

    /// The text, wrapped, with what it answers below it.
    fn text_with_quote(&self, turn: usize, depth: usize) -> String {
        let mut text: String = self
            .text(turn)
            .lines()
            .map(|line| wrapped(line, 72).join("\n") + "\n")
            .collect();
        if turn > 0 && depth > 0 {
            let _ = write!(text, "\n{}\n", self.attribution(turn - 1));
            for line in self.text_with_quote(turn - 1, depth - 1).lines() {
                let mark = if line.starts_with('>') || line.is_empty() {
                    ">"
                } else {
                    "> "
                };
                let _ = writeln!(text, "{mark}{line}");
            }
        }
        text
    }

    fn html(&self, turn: usize) -> String {
        let paragraphs = |text: &str| {
            let blocks = text
                .split("\n\n")
                .map(|block| format!("<p>{}</p>\n", escaped(block).replace('\n', "<br>\n")));
            blocks.collect::<String>()
        };
        let quote = if turn == 0 {
            String::new()
        } else {
            format!(
                "<div>{}<blockquote type=\"cite\" style=\"margin:0 0 0 .8ex;border-left:2px solid #ccc;padding-left:1ex\">\n{}</blockquote></div>",
                escaped(&self.attribution(turn - 1)),
                paragraphs(&self.text(turn - 1))
            )
        };
        include_str!("../../mail/letter.html")
            .replace("{dir}", self.talk.language.direction())
            .replace("{paragraphs}", paragraphs(&self.text(turn)).trim_end())
            .replace("{quote}", &quote)
    }

    fn attribution(&self, turn: usize) -> String {
        let sender = self.sender(turn);
        let date = date_header(self.date(turn), sender.zone_minutes);
        let name = &sender.name;
        match self.talk.language {
            Language::Indonesian => format!("Pada {date}, {name} menulis:"),
            Language::Japanese => format!("{date} {name}:"),
            Language::Arabic => format!("كتب {name} ({date}):"),
            Language::English => format!("On {date}, {name} wrote:"),
        }
    }

    fn sender(&self, turn: usize) -> &Person {
        if self.is_sent(turn) {
            return &self.owner;
        }
        // The last of a list's others is the list itself.
        let index = if self.topic == Topic::List {
            turn % (self.others.len() - 1)
        } else {
            0
        };
        &self.others[index]
    }

    fn recipient(&self, turn: usize) -> &Person {
        match self.topic {
            // The list itself stands last.
            Topic::List => self.others.last().unwrap_or(&self.owner),
            _ if self.is_sent(turn) => &self.others[0],
            _ => &self.owner,
        }
    }

    fn message_id(&self, turn: usize) -> String {
        format!("<{:016x}.{turn}@{}>", self.seed, self.sender(turn).domain())
    }

    fn boundary(&self, kind: &str, turn: usize) -> String {
        format!("=_{kind}-{:016x}-{turn}", self.seed)
    }
}

/// Who takes part besides the owner. There is always at least one.
fn others(talk: &Talk, topic: Topic, owner: &Person, random: &mut Random) -> Vec<Person> {
    let fixed = |name: &str, address: &str| Person {
        language: talk.language,
        name: name.to_owned(),
        address: address.to_owned(),
        zone_minutes: 7 * 60,
    };
    if let Some((name, address)) = talk.sender {
        return vec![fixed(name, address)];
    }
    let mut circle = people(&owner.address);
    circle.retain(|person| topic == Topic::List || person.language == talk.language);
    let first = (*random.pick(&circle)).clone();
    let second = (*random.pick(&circle)).clone();
    match topic {
        Topic::Announcement => vec![fixed("Ratna Kusuma", "ratna@surat.test")],
        Topic::Spam => vec![fixed("Lucky Desk", &format!("win{}@prizes.example", random.below(900)))],
        Topic::List => vec![first, second, fixed("Kebun dan kode", "kebun@lists.example")],
        _ if random.chance(15) && second != first => vec![first, second],
        _ => vec![first],
    }
}

/// The line that the receiving server adds.
pub(crate) fn received(sender: &Person, recipient: &str, seed: u64, date: &str) -> String {
    let (address, domain, id) = (&sender.address, sender.domain(), seed % 0xFFFF_FFFF);
    format!(
        "Return-Path: <{address}>\r\nReceived: from mx.{domain} (mx.{domain} [192.0.2.{}])\r\n\
         \tby mail.surat.test (Postfix) with ESMTPS id {id:08X}\r\n\tfor <{recipient}>; {date}\r\n",
        seed % 250 + 1
    )
}

/// A date as headers have it, on the clock of the writer.
pub(crate) fn date_header(date: i64, zone_minutes: i32) -> String {
    let zone = UtcOffset::from_whole_seconds(zone_minutes * 60).unwrap_or(UtcOffset::UTC);
    let date = OffsetDateTime::from_unix_timestamp(date)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .to_offset(zone);
    date.format(&Rfc2822).unwrap_or_default()
}

/// Text for HTML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
