//! Stories about the list: what a person sees while answers and events come in any order.

use super::*;
use crate::store::list::rows::tests::row;
use surat_protocol::{Contents, Flag, MailboxName, ModSeq, Opened, Uid, UidValidity};

pub(in super::super) fn place(name: &str) -> Place {
    Place {
        mailbox: MailboxName(name.into()),
        uid_validity: UidValidity(1),
    }
}

pub(in super::super) fn opened(name: &str, validity: u32, count: u32) -> Opened {
    Opened {
        mailbox: MailboxName(name.into()),
        uid_validity: UidValidity(validity),
        uid_next: Uid(count + 1),
        highest_modseq: ModSeq(0),
        contents: Contents::Whole(UidSet::from_ranges([(1, count)])),
        is_read_only: false,
        may_store_keywords: true,
    }
}

pub(in super::super) fn open(list: &mut List, name: &str) -> (u32, Moment) {
    let (generation, _) = list.open(Source::Mailbox(MailboxName(name.into())), 0.0);
    (generation, list.ask())
}

/// A list of a mailbox with `count` messages, all rows known.
pub(in super::super) fn list_of(count: u32) -> List {
    let mut list = List::default();
    let (generation, asked) = open(&mut list, "INBOX");
    list.opened(generation, opened("INBOX", 1, count), asked);
    list.put_rows(&place("INBOX"), (1..=count).map(row).collect(), asked);
    list.settle(asked);
    list
}

pub(in super::super) fn shown(list: &List) -> Vec<u32> {
    (0..list.len())
        .filter_map(|index| list.key_at(index))
        .map(|key| key.uid.0)
        .collect()
}

pub(in super::super) fn key(uid: u32) -> Key {
    Key::of_mailbox(Uid(uid))
}

pub(in super::super) fn one(uid: u32) -> UidSet {
    UidSet::one(Uid(uid))
}

pub(in super::super) fn read() -> Effect {
    Effect::Flags {
        add: [Flag::Seen].into(),
        remove: Vec::new(),
    }
}

pub(in super::super) fn is_seen(list: &List, uid: u32) -> bool {
    list.row(key(uid)).is_some_and(|row| row.flags.is_seen())
}

#[test]
fn the_newest_message_stands_first_and_new_ones_come_before_it() {
    let mut list = list_of(3);

    list.arrived(&place("INBOX"), &one(9), [row(9)].into());
    list.arrived(&place("INBOX"), &one(9), [row(9)].into());

    assert_eq!(shown(&list), [9, 3, 2, 1]);
}

#[test]
fn moving_messages_keeps_the_selection_of_the_others() {
    let mut list = list_of(5);
    list.toggle(key(5));
    list.toggle(key(2));

    list.begin(place("INBOX"), one(5), Effect::Gone);

    assert_eq!(shown(&list), [4, 3, 2, 1]);
    assert_eq!(list.selection().len(), 1);
    assert!(list.selection().contains(key(2)));
}

#[test]
fn a_refused_move_brings_the_message_back_to_its_place() {
    let mut list = list_of(3);
    let change = list.begin(place("INBOX"), one(2), Effect::Gone);
    assert_eq!(shown(&list), [3, 1]);

    list.roll_back(change);

    assert_eq!(shown(&list), [3, 2, 1]);
}

#[test]
fn the_next_older_message_takes_the_focus_of_one_that_leaves() {
    let mut list = list_of(3);
    list.set_focus(Some(key(2)));
    list.begin(place("INBOX"), one(2), Effect::Gone);
    assert_eq!(list.focus(), Some(key(1)));

    list.vanished(&place("INBOX"), &one(1));
    assert_eq!(list.focus(), Some(key(3)), "the last one that is left");

    list.vanished(&place("INBOX"), &one(3));
    assert_eq!(list.focus(), None);
}

#[test]
fn rows_that_were_asked_for_before_a_change_do_not_revert_it() {
    let mut list = list_of(3);
    let asked = list.ask();
    let change = list.begin(place("INBOX"), one(2), read());
    list.confirm(change);

    list.put_rows(&place("INBOX"), [row(2)].into(), asked);
    assert!(is_seen(&list, 2));

    list.settle(asked);
    let later = list.ask();
    list.put_rows(&place("INBOX"), [row(2)].into(), later);
    assert!(
        !is_seen(&list, 2),
        "asked for afterwards: somebody else marked it unread"
    );
}

#[test]
fn an_order_that_was_asked_for_before_a_move_does_not_bring_the_message_back() {
    let mut list = list_of(3);
    let (generation, asked) = open(&mut list, "INBOX");
    let change = list.begin(place("INBOX"), one(2), Effect::Gone);
    list.confirm(change);

    list.opened(generation, opened("INBOX", 1, 3), asked);

    assert_eq!(shown(&list), [3, 1]);
}

#[test]
fn flags_that_others_change_show_under_our_own() {
    let mut list = list_of(1);
    list.begin(place("INBOX"), one(1), read());

    list.flags_changed(
        &place("INBOX"),
        [(Uid(1), [Flag::Flagged].into_iter().collect())].into(),
    );

    let flags = list.row(key(1)).map(|row| row.flags).unwrap_or_default();
    assert!(flags.is_seen() && flags.is_flagged());
}

#[test]
fn rows_are_asked_for_once_and_near_the_window_only() {
    let mut list = List::default();
    let (generation, asked) = open(&mut list, "INBOX");
    list.opened(generation, opened("INBOX", 1, 100_000), asked);
    list.settle(asked);

    let mut next = || list.wanted((50_000, 50_040)).map(|(_, uids, _)| uids.to_string());
    assert_eq!(next().as_deref(), Some("49961:50000"), "those on screen first");
    assert_eq!(next().as_deref(), Some("49931:49960,50001:50030"));
    assert_eq!(next(), None, "they are on their way");
    assert_eq!(list.fetches(), 2);
}

#[test]
fn what_is_found_stays_found_when_it_is_acted_on() {
    let mut list = List::default();
    let (generation, _) = list.open(
        Source::Search {
            mailbox: None,
            text: "halo".into(),
        },
        0.0,
    );
    let asked = list.ask();
    list.found(generation, &place("INBOX"), [row(5), row(3)].into(), 2, asked);
    list.found(generation, &place("Archive"), [row(4)].into(), 1, asked);
    list.found_all(generation);
    assert_eq!(shown(&list), [5, 4, 3]);

    list.select_all();
    let change = list.begin(place("Archive"), one(4), Effect::Gone);
    list.confirm(change);

    assert_eq!(shown(&list), [5, 3]);
    assert_eq!(
        list.selected(),
        [(place("INBOX"), UidSet::from_ranges([(3, 3), (5, 5)]))]
    );
}

#[test]
fn what_the_server_tells_is_not_reverted_by_an_answer_that_was_asked_for_before() {
    let mut list = list_of(3);
    let starred: Flags = [Flag::Flagged].into_iter().collect();
    let (generation, asked) = open(&mut list, "INBOX");

    list.flags_changed(&place("INBOX"), vec![(Uid(2), starred.clone())]);
    list.vanished(&place("INBOX"), &one(3));
    list.arrived(&place("INBOX"), &one(4), [row(4)].into());
    list.opened(generation, opened("INBOX", 1, 3), asked);
    list.put_rows(&place("INBOX"), (1..=3).map(row).collect(), asked);

    assert_eq!(shown(&list), [4, 2, 1]);
    assert_eq!(list.row(key(2)).map(|row| row.flags), Some(starred));
    let wanted = list.wanted((0, 3)).map(|(_, uids, _)| uids);
    assert_eq!(wanted, Some(one(2)), "the answer may have been the newer one");

    // An answer that was asked for afterwards speaks for itself.
    list.settle(asked);
    let asked = list.ask();
    list.put_rows(&place("INBOX"), [row(2)].into(), asked);
    assert!(list.row(key(2)).is_some_and(|row| !row.flags.is_flagged()));
}

#[test]
fn a_change_that_somebody_took_back_does_not_return_when_it_is_confirmed() {
    let mut list = list_of(3);
    let star = Effect::Flags {
        add: [Flag::Flagged].into(),
        remove: Vec::new(),
    };
    let change = list.begin(place("INBOX"), one(2), star);

    // The server has done it, and somebody else has undone it, before its answer is here.
    list.flags_changed(&place("INBOX"), vec![(Uid(2), Flags::default())]);
    assert!(
        list.row(key(2)).is_some_and(|row| row.flags.is_flagged()),
        "not known to be done"
    );
    list.confirm(change);

    assert!(list.row(key(2)).is_some_and(|row| !row.flags.is_flagged()));
}
