//! Fills the demo's mailboxes with letters that a person likes to look at. The same plan gives the same octets.

mod file;
mod letter;
mod mime;
mod newsletter;
mod plan;
mod random;
mod talk;
mod words;

use crate::{MaildirStore, Stored, Testbed};
use anyhow::{Context, Result, anyhow};
use letter::Owner;
use plan::{Filled, Form, Item, Mixture};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};
use talk::Topic;

const AYU: Owner = Owner {
    name: "Ayu Lestari",
    address: "ayu@surat.test",
};
const BUDI: Owner = Owner {
    name: "Budi Santoso",
    address: "budi@surat.test",
};

/// Only Ayu's inbox grows with the plan; all other mailboxes stay within this.
const OTHER_MAILBOX_LIMIT: usize = 2_000;

const DAILY: &Mixture = &[
    (Form::Talk(Topic::English), 26),
    (Form::Talk(Topic::Indonesian), 26),
    (Form::Newsletter, 18),
    (Form::Talk(Topic::Notice), 18),
    (Form::Talk(Topic::List), 8),
    (Form::Talk(Topic::Japanese), 5),
    (Form::Talk(Topic::Arabic), 5),
];
const LETTERS: &Mixture = &[(Form::Talk(Topic::English), 1), (Form::Talk(Topic::Indonesian), 1)];
const NOTICES: &Mixture = &[(Form::Talk(Topic::Notice), 1)];
const NEWSLETTERS: &Mixture = &[(Form::Newsletter, 1)];

/// Ayu's other mailboxes: name in modified UTF-7, what comes in, and how much of the inbox's size, in percent.
const FOLDERS: &[(&str, &Mixture, usize)] = &[
    ("Archive", DAILY, 30),
    ("Junk", &[(Form::Talk(Topic::Spam), 1)], 5),
    ("Trash", DAILY, 5),
    ("Projects/Harvest festival", LETTERS, 10),
    ("Projects/Website", LETTERS, 8),
    ("Projects/Website/Builds", NOTICES, 8),
    ("Family", LETTERS, 8),
    ("Receipts", NOTICES, 8),
    ("Lists/Kebun", &[(Form::Talk(Topic::List), 1)], 15),
    ("Lists/Newsletters", NEWSLETTERS, 15),
    // "Kuliner & Café" and "京都".
    ("Kuliner &- Caf&AOk-", NEWSLETTERS, 4),
    ("Travel/&TqyQ,Q-", &[(Form::Talk(Topic::Japanese), 1)], 4),
];

/// What to fill the mailboxes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Messages in Ayu's inbox; the other mailboxes hold a share of it.
    pub messages: usize,
    /// The newest message is younger than this, in seconds since 1970.
    pub now: i64,
}

impl Plan {
    /// A plan whose newest messages came a moment ago.
    pub fn today(messages: usize) -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |age| age.as_secs());
        Self {
            messages,
            now: i64::try_from(now).unwrap_or(i64::MAX),
        }
    }
}

/// Fills the mailboxes of Ayu and Budi, and what they share. `progress` hears how many of how many are written.
///
/// To be called before [`Testbed::start`].
///
/// # Errors
/// When files cannot be written.
pub fn fill(testbed: &Testbed, plan: &Plan, progress: &(impl Fn(usize, usize) + Sync)) -> Result<()> {
    let small = plan.messages.min(150);
    let share = |percent: usize| (plan.messages * percent / 100).clamp(3, OTHER_MAILBOX_LIMIT);
    let mut work = vec![
        (testbed.store("ayu"), account(AYU, plan, plan.messages)),
        (testbed.store("budi"), account(BUDI, plan, small)),
        (testbed.public_store(), shared(plan)),
    ];
    for (name, mixture, percent) in FOLDERS {
        let filled = plan::fill(name, AYU, mixture, share(*percent), plan.now);
        work[0].1.push(((*name).to_owned(), filled.received));
    }
    let total = work
        .iter()
        .flat_map(|(_, mailboxes)| mailboxes)
        .map(|(_, items)| items.len())
        .sum();
    let done = AtomicUsize::new(0);
    for (mut store, mailboxes) in work {
        for (mailbox, items) in &mailboxes {
            store.create(mailbox)?;
            write(&store, mailbox, items, &|| {
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
            })?;
        }
    }
    testbed
        .store("ayu")
        .subscribe(&FOLDERS.iter().map(|(name, ..)| *name).collect::<Vec<_>>())?;
    testbed.share("ayu", "Projects/Harvest festival", "budi", "lrs")
}

/// Puts the same messages into the inbox of each of many accounts.
///
/// To be called before [`Testbed::start`].
///
/// # Errors
/// When files cannot be written.
pub fn fill_inboxes(testbed: &Testbed, users: &[String], plan: &Plan) -> Result<()> {
    let Filled { received, .. } = plan::fill("INBOX", AYU, DAILY, plan.messages, plan.now);
    let texts: Vec<String> = received.iter().map(Item::render).collect();
    for user in users {
        let mut store = testbed.store(user);
        for (item, text) in received.iter().zip(&texts) {
            store.add(&Stored {
                mailbox: "INBOX",
                flags: item.flags,
                date: u64::try_from(item.date).context("Date before 1970")?,
                octets: text.as_bytes(),
            })?;
        }
    }
    Ok(())
}

type Mailboxes = Vec<(String, Vec<Item>)>;

fn account(owner: Owner, plan: &Plan, count: usize) -> Mailboxes {
    let Filled { received, sent } = plan::fill("INBOX", owner, DAILY, count, plan.now);
    vec![("INBOX".to_owned(), received), ("Sent".to_owned(), sent)]
}

fn shared(plan: &Plan) -> Mailboxes {
    let support = Owner {
        name: "Surat Support",
        address: "support@surat.test",
    };
    let everybody = Owner {
        name: "Everybody",
        address: "all@surat.test",
    };
    let questions = plan::fill("support", support, &[(Form::Talk(Topic::Support), 1)], 30, plan.now);
    let mut answered = [questions.received, questions.sent].concat();
    answered.sort_by_key(|item| item.date);
    let news = plan::fill(
        "announcements",
        everybody,
        &[(Form::Talk(Topic::Announcement), 1)],
        14,
        plan.now,
    );
    vec![
        ("support".to_owned(), answered),
        ("announcements".to_owned(), news.received),
    ]
}

/// Renders and writes on all cores: rendering takes longer than writing.
fn write(store: &MaildirStore, mailbox: &str, items: &[Item], written: &(impl Fn() + Sync)) -> Result<()> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let chunk = items.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let work = items.chunks(chunk).enumerate().map(|(index, part)| {
            scope.spawn(move || {
                for (offset, item) in part.iter().enumerate() {
                    let text = item.render();
                    let date = u64::try_from(item.date).context("Date before 1970")?;
                    let message = Stored {
                        mailbox,
                        flags: item.flags,
                        date,
                        octets: text.as_bytes(),
                    };
                    store.put(index * chunk + offset + 1, &message)?;
                    written();
                }
                anyhow::Ok(())
            })
        });
        let work: Vec<_> = work.collect();
        work.into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| anyhow!("a writing thread panicked"))?)
    })
}
