//! Which messages lie in which mailbox, as small values; they are rendered only when they are written.

use super::{
    letter::{Conversation, Owner},
    newsletter,
    random::{Random, hash},
    talk::Topic,
};

/// All dates lie within so many seconds before now: five years.
const SPAN_SECONDS: f64 = 5.0 * 365.25 * 86_400.0;

/// The sent copies of a large inbox are capped, since only the inbox is meant to be large.
const SENT_LIMIT: usize = 3_000;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Talk(Topic),
    Newsletter,
}

/// One message to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) date: i64,
    pub(crate) flags: &'static str,
    seed: u64,
    form: Form,
    owner: Owner,
    start: i64,
    turn: usize,
}

impl Item {
    /// The message as it lies in the mailbox.
    pub(crate) fn render(&self) -> String {
        match self.form {
            Form::Newsletter => newsletter::message(self.seed, self.owner, self.date),
            Form::Talk(topic) => Conversation::new(self.seed, topic, self.owner, self.start).message(self.turn),
        }
    }
}

/// What comes into a mailbox: forms with their weights.
pub(crate) type Mixture = [(Form, u64)];

/// Received messages of a mailbox, oldest first, exactly `count`, and the answers that its owner sent.
pub(crate) struct Filled {
    pub(crate) received: Vec<Item>,
    pub(crate) sent: Vec<Item>,
}

/// Fills a mailbox. `name` makes its messages differ from those of other mailboxes.
pub(crate) fn fill(name: &str, owner: Owner, mixture: &Mixture, count: usize, now: i64) -> Filled {
    let mut filled = Filled {
        received: Vec::with_capacity(count + 8),
        sent: Vec::new(),
    };
    let base = hash(name) ^ hash(owner.address);
    let mut story = 0;
    while filled.received.len() < count {
        story += 1;
        let mut random = Random::of(&[base, story]);
        let start = start_date(&mut random, now);
        add_story(
            &mut filled,
            random.next(),
            choose(mixture, &mut random),
            owner,
            start,
            now,
        );
    }
    filled.received.truncate(count);
    filled.received.sort_by_key(|item| item.date);
    filled.sent.sort_by_key(|item| item.date);
    filled.sent.drain(..filled.sent.len().saturating_sub(SENT_LIMIT));
    filled
}

/// More mail lately than long ago, and little at night (by the clock of Jakarta).
fn start_date(random: &mut Random, now: i64) -> i64 {
    let share = random.fraction();
    #[expect(clippy::cast_possible_truncation, reason = "five years of seconds")]
    let age = (share.powf(2.5) * SPAN_SECONDS) as i64;
    let date = now - age;
    let hour = (date / 3_600 + 7).rem_euclid(24);
    // Mail of the small hours came the evening before.
    if age > 86_400 && hour < 6 {
        date - 7 * 3_600
    } else {
        date
    }
}

fn add_story(filled: &mut Filled, seed: u64, form: Form, owner: Owner, start: i64, now: i64) {
    let item = |turn, date, flags| Item {
        date,
        flags,
        seed,
        form,
        owner,
        start,
        turn,
    };
    let Form::Talk(topic) = form else {
        filled.received.push(item(0, start, flags(seed, start, now, false)));
        return;
    };
    let conversation = Conversation::new(seed, topic, owner, start);
    for turn in (0..conversation.turns()).take_while(|turn| conversation.date(*turn) <= now) {
        let date = conversation.date(turn);
        if conversation.is_sent(turn) {
            filled.sent.push(item(turn, date, "S"));
        } else {
            let next = turn + 1;
            let answered = next < conversation.turns() && conversation.is_sent(next) && conversation.date(next) <= now;
            filled
                .received
                .push(item(turn, date, flags(seed ^ turn as u64, date, now, answered)));
        }
    }
}

/// Letters of Maildir: what was answered was read; half of what came in the last days was not.
fn flags(seed: u64, date: i64, now: i64, answered: bool) -> &'static str {
    let mut random = Random::of(&[seed, 4]);
    let unread = random.chance(if now - date < 5 * 86_400 { 60 } else { 2 });
    match (random.chance(4), answered, unread) {
        (true, true, _) => "FRS",
        (false, true, _) => "RS",
        (true, false, _) => "FS",
        (false, false, true) => "",
        (false, false, false) => "S",
    }
}

fn choose(mixture: &Mixture, random: &mut Random) -> Form {
    let total = mixture.iter().map(|(_, weight)| weight).sum();
    let mut point = random.below(total);
    for (form, weight) in mixture {
        if point < *weight {
            return *form;
        }
        point -= weight;
    }
    Form::Newsletter
}

#[cfg(test)]
mod tests {
    use super::*;

    const AYU: Owner = Owner {
        name: "Ayu Lestari",
        address: "ayu@surat.test",
    };
    const ALL: [(Form, u64); 4] = [
        (Form::Newsletter, 1),
        (Form::Talk(Topic::English), 4),
        (Form::Talk(Topic::Japanese), 1),
        (Form::Talk(Topic::List), 1),
    ];
    const NOW: i64 = 1_800_000_000;

    #[test]
    fn the_same_plan_gives_the_same_octets() {
        let once: Vec<String> = fill("INBOX", AYU, &ALL, 60, NOW)
            .received
            .iter()
            .map(Item::render)
            .collect();
        let again: Vec<String> = fill("INBOX", AYU, &ALL, 60, NOW)
            .received
            .iter()
            .map(Item::render)
            .collect();

        assert_eq!(once, again);
    }

    #[test]
    fn a_mailbox_holds_as_many_messages_as_asked_in_order_of_five_years() {
        let filled = fill("INBOX", AYU, &ALL, 500, NOW);

        assert_eq!(filled.received.len(), 500);
        assert!(filled.received.is_sorted_by_key(|item| item.date));
        let oldest = filled.received[0].date;
        assert!(oldest < NOW - 4 * 365 * 86_400, "{oldest}");
        assert!(filled.received.iter().chain(&filled.sent).all(|item| item.date <= NOW));
    }

    #[test]
    fn messages_have_crlf_line_ends_only_and_no_line_over_998_octets() {
        for item in fill("INBOX", AYU, &ALL, 300, NOW).received {
            let text = item.render();
            assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
            assert!(text.lines().all(|line| line.len() <= 998 && line.is_ascii()), "{text}");
        }
    }

    #[test]
    fn answers_point_at_what_they_answer() {
        let filled = fill("INBOX", AYU, &ALL, 300, NOW);
        let ids: Vec<String> = filled.received.iter().map(Item::render).collect();
        let answer = filled.sent.iter().find(|item| item.turn == 1).unwrap().render();

        let parent = answer.split("In-Reply-To: ").nth(1).unwrap().lines().next().unwrap();
        assert!(
            ids.iter()
                .any(|text| text.contains(&format!("Message-ID: {parent}\r\n")))
        );
    }
}
