//! Stories about opening a mailbox: what was kept of it, what is told, and in which order.

use super::*;
use crate::store::list::{model::tests::*, overlay::Effect, rows::tests::row};
use surat_protocol::{Flag, MailboxName, ModSeq, Opened, Uid, UidValidity};

#[test]
fn opening_again_after_a_lost_link_keeps_rows_selection_and_focus() {
    let mut list = list_of(3);
    list.toggle(key(2));
    let (generation, scroll) = list.open(Source::Mailbox(MailboxName::inbox()), 70.0);
    assert_eq!(
        (scroll, shown(&list).len()),
        (None, 3),
        "nothing moves while it is asked"
    );

    let asked = list.ask();
    list.opened(generation, opened("INBOX", 1, 4), asked);

    assert_eq!(shown(&list), [4, 3, 2, 1]);
    assert!(list.selection().contains(key(2)) && list.focus() == Some(key(2)));
    assert!(list.row(key(2)).is_some(), "shown while it is fetched again");
    let wanted = list.wanted((0, 4)).map(|(_, uids, _)| uids.to_string());
    assert_eq!(wanted.as_deref(), Some("1:4"));
}

#[test]
fn a_mailbox_made_anew_keeps_nothing() {
    let mut list = list_of(3);
    list.toggle(key(2));
    let (generation, asked) = open(&mut list, "INBOX");

    list.opened(generation, opened("INBOX", 2, 3), asked);

    assert!(list.row(key(2)).is_none() && list.selection().is_empty());
}

#[test]
fn answers_for_a_mailbox_that_was_left_are_dropped() {
    let mut list = List::default();
    let (slow, asked) = open(&mut list, "Slow");
    let (quick, asked_quick) = open(&mut list, "Quick");
    list.opened(quick, opened("Quick", 1, 2), asked_quick);

    list.opened(slow, opened("Slow", 1, 9), asked);
    list.put_rows(&place("Slow"), [row(9)].into(), asked);
    list.failed(slow, Problem::TimedOut);

    assert_eq!(shown(&list), [2, 1]);
    assert_eq!(*list.progress(), Progress::Ready);
}

#[test]
fn going_back_to_a_mailbox_shows_it_at_once_as_it_will_be() {
    let mut list = list_of(3);
    let change = list.begin(place("INBOX"), one(3), Effect::Gone);
    list.open(Source::Mailbox(MailboxName("Sent".into())), 120.0);
    list.confirm(change);

    let (_, scroll) = list.open(Source::Mailbox(MailboxName::inbox()), 0.0);

    assert_eq!(shown(&list), [2, 1]);
    assert_eq!(scroll, Some(120.0));
    assert_eq!(*list.progress(), Progress::Partial, "not known to be right yet");
}

#[test]
fn the_newest_are_on_screen_before_the_order_is_known() {
    let mut list = List::default();
    let (generation, asked) = open(&mut list, "INBOX");
    let glance = Glance {
        mailbox: MailboxName("INBOX".into()),
        uid_validity: UidValidity(1),
        messages: 9,
        rows: vec![row(9), row(8)],
    };

    list.glance(generation, glance, asked);
    assert_eq!((list.len(), shown(&list)), (9, vec![9, 8]));
    assert_eq!(list.known(), None, "seven are missing");

    list.opened(generation, opened("INBOX", 1, 9), asked);
    assert_eq!(shown(&list).len(), 9);
    assert!(list.seen(key(9)).row.is_some());
}

#[test]
fn what_is_new_since_a_mailbox_was_kept_is_added_to_it() {
    let mut list = List::default();
    let (generation, asked) = open(&mut list, "INBOX");
    let first = Opened {
        highest_modseq: ModSeq(7),
        ..opened("INBOX", 1, 3)
    };
    list.opened(generation, first.clone(), asked);
    list.put_rows(&place("INBOX"), (1..=3).map(row).collect(), asked);
    list.settle(asked);

    // Away and back.
    open(&mut list, "Archive");
    let (generation, asked) = open(&mut list, "INBOX");
    assert_eq!(
        list.known().map(|known| (known.highest_modseq, known.uids.len())),
        Some((ModSeq(7), 3))
    );
    let since = Contents::Since {
        vanished: one(1),
        arrived: one(4),
        flags: [(Uid(2), [Flag::Seen].into_iter().collect())].into(),
    };
    list.opened(
        generation,
        Opened {
            highest_modseq: ModSeq(9),
            contents: since,
            ..first
        },
        asked,
    );

    assert_eq!(shown(&list), [4, 3, 2]);
    assert!(list.seen(key(2)).row.is_some_and(|row| row.flags.is_seen()));
    let (_, wanted, _) = list.wanted((0, 3)).expect("a new row");
    assert_eq!(wanted, one(4), "what was told is not asked for again");
    assert_eq!(list.known().map(|known| known.highest_modseq), Some(ModSeq(9)));
}

#[test]
fn a_row_whose_news_were_not_told_is_fetched_even_after_later_news() {
    let mut list = List::default();
    let at = |modseq, contents| Opened {
        highest_modseq: ModSeq(modseq),
        contents,
        ..opened("INBOX", 1, 3)
    };
    let whole = Contents::Whole(UidSet::from_ranges([(1, 3)]));
    let since = Contents::Since {
        vanished: UidSet::new(),
        arrived: UidSet::new(),
        flags: Vec::new(),
    };
    let (generation, asked) = open(&mut list, "INBOX");
    list.opened(generation, at(7, whole.clone()), asked);
    list.put_rows(&place("INBOX"), (1..=3).map(row).collect(), asked);
    list.settle(asked);

    // Away and back: the proxy could not tell what is new, and only the first row is fetched again.
    open(&mut list, "Archive");
    let (generation, asked) = open(&mut list, "INBOX");
    list.opened(generation, at(9, whole), asked);
    list.put_rows(&place("INBOX"), vec![row(3)], asked);
    list.settle(asked);
    // Once more: now it tells what is new since then.
    open(&mut list, "Archive");
    let (generation, asked) = open(&mut list, "INBOX");
    list.opened(generation, at(9, since), asked);

    let (_, wanted, _) = list.wanted((0, 3)).expect("rows of before");
    assert_eq!(wanted.to_string(), "1:2");
}

#[test]
fn a_mailbox_that_is_gone_shows_no_messages_and_is_wanted_until_it_is_back() {
    // Some servers only say that they will not open it.
    for gone in [
        Problem::NoSuchMailbox(MailboxName::inbox()),
        Problem::Refused(String::new()),
    ] {
        let mut list = list_of(3);
        let (generation, asked) = open(&mut list, "INBOX");
        list.failed(generation, gone.clone());

        assert_eq!((list.len(), list.progress()), (0, &Progress::Failed(gone)));
        assert_eq!(list.missed(), Some(&MailboxName::inbox()));

        let (generation, _) = open(&mut list, "INBOX");
        list.opened(generation, opened("INBOX", 2, 1), asked);
        assert_eq!((shown(&list), list.missed()), ([1].into(), None));
    }
}

#[test]
fn what_was_kept_on_this_device_is_shown_and_looked_for_once() {
    let mut list = List::default();
    let (generation, asked) = open(&mut list, "INBOX");
    let kept = Opened {
        highest_modseq: ModSeq(7),
        ..opened("INBOX", 1, 100)
    };
    list.opened(generation, kept, asked);
    list.put_rows(&place("INBOX"), (91..=100).map(row).collect(), asked);
    list.distrust();

    assert!(list.seen(key(100)).row.is_some());
    assert_eq!(list.wanted((0, 20)), None, "the server is not heard yet");
    let (_, sought) = list.unseen((0, 20)).expect("rows that were not kept");
    assert_eq!(sought.to_string(), "51:90");
    assert_eq!(list.unseen((0, 20)), None);
    assert_eq!(list.known().map(|known| known.highest_modseq), Some(ModSeq(7)));
}

/// INBOX with three messages as of MODSEQ 7, opened anew at 9 by [`again`]; and when that was asked.
fn left_and_asked_for_again() -> (List, u32, Moment) {
    let mut list = List::default();
    let (generation, asked) = open(&mut list, "INBOX");
    let first = Opened {
        highest_modseq: ModSeq(7),
        ..opened("INBOX", 1, 3)
    };
    list.opened(generation, first, asked);
    list.put_rows(&place("INBOX"), vec![row(3), row(2)], asked);
    list.settle(asked);
    open(&mut list, "Archive");
    let (generation, asked) = open(&mut list, "INBOX");
    (list, generation, asked)
}

/// News as of MODSEQ 9: the second message has no flags.
fn again() -> Opened {
    Opened {
        highest_modseq: ModSeq(9),
        contents: Contents::Since {
            vanished: UidSet::new(),
            arrived: UidSet::new(),
            flags: [(Uid(2), Flags::default())].into(),
        },
        ..opened("INBOX", 1, 3)
    }
}

fn wanted(list: &mut List) -> Option<String> {
    list.wanted((0, 3)).map(|(_, uids, _)| uids.to_string())
}

#[test]
fn a_row_is_asked_for_when_news_may_be_older_or_newer_than_a_change() {
    // Done before the answer comes, or after it.
    for is_done_first in [true, false] {
        let (mut list, generation, asked) = left_and_asked_for_again();
        let change = list.begin(place("INBOX"), one(2), read());
        if is_done_first {
            list.confirm(change);
        }
        list.opened(generation, again(), asked);
        list.settle(asked);
        if !is_done_first {
            assert_eq!(wanted(&mut list).as_deref(), Some("1"), "not while it is not done");
            list.confirm(change);
        }

        assert!(is_seen(&list, 2), "until it is known");
        let expected = if is_done_first { "1:2" } else { "2" };
        assert_eq!(
            wanted(&mut list).as_deref(),
            Some(expected),
            "is done first: {is_done_first}"
        );
        // The question was asked afterwards: its answer is true.
        let asked = list.ask();
        list.put_rows(&place("INBOX"), vec![row(2)], asked);
        assert!(!is_seen(&list, 2));
    }
}

#[test]
fn a_row_of_this_device_is_asked_for_even_if_news_do_not_name_it() {
    let (mut list, generation, asked) = left_and_asked_for_again();

    // This device knows the first one as of an opening before that of the page.
    list.put_kept_rows(&place("INBOX"), vec![row(1)], asked);
    list.opened(generation, again(), asked);

    assert!(list.row(key(1)).is_some(), "shown meanwhile");
    assert_eq!(wanted(&mut list).as_deref(), Some("1"));
}
