//! Newsletters: HTML with tables and inline styles, pictures inside or far away, and the headers of a mailing.

use super::{
    file::picture,
    letter::{Owner, date_header, escaped, received},
    mime::{Part, header, mailbox},
    random::Random,
    words::{Language, Person, serial},
};
use std::{fmt::Write as _, sync::LazyLock};

#[derive(Debug)]
struct Brand {
    name: &'static str,
    address: &'static str,
    colour: &'static str,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    /// `subject`, `intro` or `item`.
    kind: &'static str,
    language: Language,
    text: &'static str,
}

static BRANDS: LazyLock<Vec<Brand>> = LazyLock::new(|| {
    let mut brands: Vec<Brand> = Vec::new();
    for line in include_str!("../../mail/newsletters.txt").lines() {
        if let Some(head) = line.strip_prefix("= ") {
            let mut fields = head.split(" | ").chain(std::iter::repeat(""));
            let mut field = || fields.next().unwrap_or_default();
            brands.push(Brand {
                name: field(),
                address: field(),
                colour: field(),
                lines: Vec::new(),
            });
        } else if let (Some(brand), Some(line)) = (brands.last_mut(), parse_line(line)) {
            brand.lines.push(line);
        }
    }
    brands
});

/// The newsletter of this seed as it lies in the mailbox.
pub(crate) fn message(seed: u64, owner: Owner, date: i64) -> String {
    let issue = Issue::new(seed);
    let brand = issue.brand;
    let sender = Person {
        language: issue.language,
        name: brand.name.to_owned(),
        address: brand.address.to_owned(),
        zone_minutes: 7 * 60,
    };
    let (domain, date) = (sender.domain(), date_header(date, sender.zone_minutes));
    let mut text = received(&sender, owner.address, seed, &date);
    let _ = write!(text, "From: {}\r\n", mailbox(&sender.name, &sender.address));
    let _ = write!(text, "To: {}\r\n", mailbox(owner.name, owner.address));
    text.push_str(&header("Subject", issue.subject));
    let _ = write!(text, "Date: {date}\r\nMessage-ID: <{seed:016x}@{domain}>\r\n");
    let _ = write!(text, "List-Id: {} <news.{domain}>\r\n", brand.name);
    let _ = write!(
        text,
        "List-Unsubscribe: <https://www.{domain}/unsubscribe?id={}>\r\n",
        serial(seed)
    );
    text.push_str("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nPrecedence: bulk\r\nMIME-Version: 1.0\r\n");
    text.push_str(&issue.content(domain).0);
    text
}

struct Issue {
    seed: u64,
    brand: &'static Brand,
    language: Language,
    subject: &'static str,
    intro: &'static str,
    items: Vec<(&'static str, &'static str)>,
    picture: Picture,
}

/// Where the picture at the top comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Picture {
    None,
    Inside,
    Remote,
}

impl Issue {
    fn new(seed: u64) -> Self {
        let mut random = Random::of(&[seed, 2]);
        let brand = random.pick(&BRANDS);
        let subjects: Vec<&Line> = brand.lines.iter().filter(|line| line.kind == "subject").collect();
        let Line {
            text: subject,
            language,
            ..
        } = *random.pick(&subjects);
        let intro = *random.pick(&brand.all("intro", *language));
        let mut items: Vec<_> = brand
            .all("item", *language)
            .iter()
            .filter_map(|line| line.split_once(" | "))
            .collect();
        while items.len() > 4 {
            let gone = usize::try_from(random.below(items.len() as u64)).unwrap_or_default();
            items.remove(gone);
        }
        let picture = match random.below(10) {
            0..3 => Picture::Inside,
            3..7 => Picture::Remote,
            _ => Picture::None,
        };
        Self {
            seed,
            brand,
            language: *language,
            subject,
            intro,
            items,
            picture,
        }
    }

    fn content(&self, domain: &str) -> Part {
        let html = Part::text("html", &self.html(domain));
        let html = if self.picture == Picture::Inside {
            let hero = Part::file(
                "image/png",
                "hero.png",
                Some(&self.content_id(domain)),
                picture(self.seed),
            );
            Part::multipart("related", &format!("=_rel-{:016x}", self.seed), &[html, hero])
        } else {
            html
        };
        let parts = [Part::text("plain", &self.text(domain)), html];
        Part::multipart("alternative", &format!("=_alt-{:016x}", self.seed), &parts)
    }

    fn text(&self, domain: &str) -> String {
        let mut text = format!("{}\n\n{}\n", self.subject, self.intro);
        for (title, about) in &self.items {
            let _ = write!(text, "\n* {title}\n  {about}\n");
        }
        let _ = write!(text, "\nhttps://www.{domain}/\n");
        text
    }

    fn html(&self, domain: &str) -> String {
        let serial = serial(self.seed);
        let remote = format!("https://images.example.invalid/{domain}/{serial}");
        let source = match self.picture {
            Picture::None => None,
            Picture::Inside => Some(format!("cid:{}", self.content_id(domain))),
            Picture::Remote => Some(format!("{remote}.jpg")),
        };
        let image = source.map(|source| {
            format!("<tr><td><img src=\"{source}\" width=\"600\" alt=\"\" style=\"display:block;width:100%;height:auto\"></td></tr>")
        });
        let pixel = if self.picture == Picture::Remote {
            format!("<img src=\"{remote}/open.gif\" width=\"1\" height=\"1\" alt=\"\">")
        } else {
            String::new()
        };
        let (more, why, leave, code) = match self.language {
            Language::English => ("Read on", "You get this because you asked for it.", "Unsubscribe", "en"),
            _ => (
                "Selengkapnya",
                "Anda menerima surel ini karena berlangganan.",
                "Berhenti berlangganan",
                "id",
            ),
        };
        include_str!("../../mail/newsletter.html")
            .replace(
                "{items}",
                &self
                    .items
                    .iter()
                    .map(|item| self.item(*item, domain))
                    .collect::<String>(),
            )
            .replace("{picture}", &image.unwrap_or_default())
            .replace("{pixel}", &pixel)
            .replace("{subject}", &escaped(self.subject))
            .replace("{intro}", &escaped(self.intro))
            .replace("{brand}", &escaped(self.brand.name))
            .replace("{colour}", self.brand.colour)
            .replace("{domain}", domain)
            .replace("{serial}", &serial)
            .replace("{more}", more)
            .replace("{why}", why)
            .replace("{leave}", leave)
            .replace("{lang}", code)
    }

    fn item(&self, (title, text): (&str, &str), domain: &str) -> String {
        include_str!("../../mail/newsletter-item.html")
            .replace("{title}", &escaped(title))
            .replace("{text}", &escaped(text))
            .replace("{colour}", self.brand.colour)
            .replace("{domain}", domain)
            .replace("{serial}", &serial(self.seed ^ title.len() as u64))
    }

    fn content_id(&self, domain: &str) -> String {
        format!("hero-{:x}@{domain}", self.seed)
    }
}

impl Brand {
    fn all(&self, kind: &str, language: Language) -> Vec<&'static str> {
        let lines = self
            .lines
            .iter()
            .filter(|line| line.kind == kind && line.language == language);
        lines.map(|line| line.text).collect()
    }
}

fn parse_line(line: &'static str) -> Option<Line> {
    let (head, text) = line.split_once(": ")?;
    let (kind, code) = head.split_once(' ')?;
    Some(Line {
        kind,
        language: Language::of(code),
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_issue_has_all_its_pieces() {
        for seed in 0..300 {
            let issue = Issue::new(seed);
            let html = issue.html("example.test");

            assert!(!html.contains(['{', '}']), "{html}");
            assert!(
                issue.items.len() >= 2,
                "{} has too little to say: {}",
                issue.brand.name,
                issue.subject
            );
        }
    }
}
