use super::*;
use crate::tests::{Browser, inbox, known, mailbox, opened, row, set};
use surat_protocol::{Contents, Counts, Flag, Glance, Trust, UidValidity};

fn flags(flags: &[Flag]) -> Flags {
    flags.iter().cloned().collect()
}

fn since(vanished: &[(u32, u32)], arrived: &[(u32, u32)], told: &[(u32, &[Flag])]) -> Contents {
    Contents::Since {
        vanished: set(vanished),
        arrived: set(arrived),
        flags: told.iter().map(|(uid, told)| (Uid(*uid), flags(told))).collect(),
    }
}

#[test]
fn rows_that_come_before_the_order_are_kept_with_it() {
    let mut browser = Browser::default();
    let id = browser.open(None);

    let glance = Glance {
        mailbox: MailboxName::inbox(),
        uid_validity: UidValidity(1),
        messages: 3,
        rows: [row(3, &[]), row(2, &[Flag::Seen])].into(),
    };
    browser.hear(id, Ok(Answer::Glance(glance)), false);
    assert!(browser.view.kept.is_none(), "nobody could say later how old they are");
    let contents = Contents::Whole(set(&[(1, 3)]));
    browser.hear(id, Ok(Answer::Opened(opened(1, 7, contents))), true);

    assert_eq!(
        (browser.uids(), browser.rows(), browser.modseq()),
        ("1:3".into(), "2:3".into(), 7)
    );
}

#[test]
fn news_since_what_is_kept_bring_it_up_to_date() {
    let mut browser = Browser::with_four();
    let id = browser.open(Some(known(10, &[(1, 4)])));

    let contents = since(&[(2, 2)], &[(5, 6)], &[(3, &[Flag::Flagged])]);
    browser.hear(id, Ok(Answer::Opened(opened(1, 20, contents))), false);
    browser.hear(id, Ok(Answer::Rows([row(6, &[])].into())), true);

    assert_eq!((browser.uids(), browser.modseq()), ("1,3:6".into(), 20));
    assert!(browser.flags(3).is_flagged());
    assert_eq!(browser.flags(6), Flags::default());
}

#[test]
fn events_change_what_is_kept_but_not_how_old_it_is() {
    let mut browser = Browser::with_four();
    let (mailbox, uid_validity) = (MailboxName::inbox(), UidValidity(1));

    browser.happen(Event::Arrived {
        mailbox: mailbox.clone(),
        uid_validity,
        uids: set(&[(5, 6)]),
        rows: [row(6, &[])].into(),
    });
    browser.happen(Event::Flags {
        mailbox: mailbox.clone(),
        uid_validity,
        changes: [(Uid(1), flags(&[Flag::Seen]))].into(),
    });
    browser.happen(Event::Vanished {
        mailbox,
        uid_validity,
        uids: set(&[(2, 2)]),
    });

    assert_eq!((browser.uids(), browser.modseq()), ("1,3:6".into(), 10));
    assert!(browser.flags(1).is_seen());
}

#[test]
fn what_is_told_of_another_mailbox_of_that_name_changes_nothing() {
    let mut browser = Browser::with_four();

    browser.happen(Event::Vanished {
        mailbox: MailboxName::inbox(),
        uid_validity: UidValidity(2),
        uids: set(&[(1, 4)]),
    });

    assert_eq!(browser.uids(), "1:4");
}

#[test]
fn after_a_reset_the_order_is_told_whole_and_rows_are_right_again_by_the_news_after_that() {
    let mut browser = Browser::with_four();
    browser.happen(Event::Reset {
        mailbox: MailboxName::inbox(),
    });
    assert_eq!(browser.modseq(), 0);

    let id = browser.open(None);
    let contents = Contents::Whole(set(&[(3, 9)]));
    browser.hear(id, Ok(Answer::Opened(opened(1, 50, contents))), true);

    assert_eq!((browser.uids(), browser.modseq()), ("3:9".into(), 10));
}

#[test]
fn an_order_shows_at_once_and_lies_over_what_the_server_tells_until_it_is_answered() {
    let mut browser = Browser::with_four();
    let star = browser.flag(&[(1, 2)], &[Flag::Flagged], &[]);
    let gone = browser.expunge(&[(4, 4)]);
    assert!(browser.flags(1).is_flagged());
    assert_eq!((browser.uids(), browser.learner.orders.len()), ("1:3".into(), 2));

    browser.happen(Event::Flags {
        mailbox: MailboxName::inbox(),
        uid_validity: UidValidity(1),
        changes: [(Uid(1), flags(&[Flag::Seen]))].into(),
    });
    let id = browser.open(None);
    let contents = Contents::Whole(set(&[(1, 4)]));
    browser.hear(id, Ok(Answer::Opened(opened(1, 11, contents))), false);
    browser.hear(id, Ok(Answer::Rows([row(2, &[])].into())), true);

    assert!(browser.flags(1).is_flagged() && browser.flags(1).is_seen() && browser.flags(2).is_flagged());
    assert_eq!(browser.uids(), "1:3");

    browser.hear(star, Ok(Answer::Done), true);
    browser.hear(gone, Ok(Answer::Done), true);
    assert_eq!((browser.uids(), browser.learner.orders.len()), ("1:3".into(), 0));
}

#[test]
fn a_row_that_an_opening_tells_otherwise_than_an_order_is_learned_anew_when_that_is_done() {
    let mut browser = Browser::with_four();
    let star = browser.flag(&[(1, 2)], &[Flag::Flagged], &[]);

    // Before the star, or after somebody took it away: the next opening would not tell once more.
    let id = browser.open(Some(known(10, &[(1, 4)])));
    let contents = since(&[], &[], &[(1, &[])]);
    browser.hear(id, Ok(Answer::Opened(opened(1, 12, contents))), true);
    assert!(browser.flags(1).is_flagged());
    browser.hear(star, Ok(Answer::Done), true);

    assert_eq!((browser.rows(), browser.modseq()), ("2:4".into(), 12));
    assert!(browser.flags(2).is_flagged());
}

#[test]
fn of_two_orders_the_last_one_wins_per_flag() {
    let mut browser = Browser::with_four();
    browser.flag(&[(1, 1)], &[Flag::Flagged, Flag::Seen], &[]);
    browser.flag(&[(1, 1)], &[], &[Flag::Flagged]);

    let id = browser.ask(Request::FetchRows {
        mailbox: MailboxName::inbox(),
        uid_validity: UidValidity(1),
        uids: set(&[(1, 1)]),
    });
    browser.hear(id, Ok(Answer::Rows([row(1, &[Flag::Flagged])].into())), true);

    assert_eq!(browser.flags(1), flags(&[Flag::Seen]));
}

#[test]
fn refused_flags_are_forgotten_with_their_rows() {
    let mut browser = Browser::with_four();
    let star = browser.flag(&[(2, 3)], &[Flag::Flagged], &[]);

    browser.hear(star, Err(Problem::NoPermission), true);

    assert_eq!(
        (browser.rows(), browser.uids(), browser.modseq()),
        ("1,4".into(), "1:4".into(), 10)
    );
}

#[test]
fn after_a_refused_move_the_mailbox_is_told_whole() {
    let mut browser = Browser::with_four();
    let moved = browser.ask(Request::Move {
        mailbox: MailboxName::inbox(),
        uid_validity: UidValidity(1),
        uids: set(&[(2, 3)]),
        to: MailboxName("Archive".into()),
    });
    assert_eq!(browser.uids(), "1,4");

    browser.hear(moved, Err(Problem::QuotaExceeded), true);
    assert_eq!(browser.modseq(), 0);
    let id = browser.open(None);
    let contents = Contents::Whole(set(&[(1, 4)]));
    browser.hear(id, Ok(Answer::Opened(opened(1, 12, contents))), true);

    assert_eq!(
        (browser.uids(), browser.rows(), browser.modseq()),
        ("1:4".into(), "1:4".into(), 10)
    );
}

#[test]
fn an_order_that_is_broken_off_lies_over_nothing_any_more_whatever_its_answer() {
    let mut browser = Browser::with_four();
    let gone = browser.expunge(&[(3, 4)]);

    let doubt = browser.learner.broken_off(gone);
    assert!(matches!(doubt, Some(Change::OrderDoubted(_))));
    assert_eq!(browser.learner.orders.len(), 0);

    let id = browser.open(None);
    let contents = Contents::Whole(set(&[(1, 3)]));
    browser.hear(id, Ok(Answer::Opened(opened(1, 12, contents))), true);
    assert_eq!(browser.uids(), "1:3");
    browser.hear(gone, Ok(Answer::Done), true);
    assert_eq!(browser.uids(), "1:3");
    assert!(browser.learner.broken_off(gone).is_none());
}

#[test]
fn only_what_comes_to_the_same_when_it_is_done_twice_is_queued() {
    let place = || (MailboxName::inbox(), UidValidity(1), set(&[(1, 1)]));
    let is_queued = |request| Learner::default().asked(RequestId(1), request).is_order;

    let (mailbox, uid_validity, uids) = place();
    let to = MailboxName("Archive".into());
    assert!(is_queued(Request::Move {
        mailbox,
        uid_validity,
        uids,
        to: to.clone(),
    }));
    let (mailbox, uid_validity, uids) = place();
    assert!(!is_queued(Request::Copy {
        mailbox,
        uid_validity,
        uids,
        to,
    }));
    let mailbox = MailboxName::inbox();
    assert!(!is_queued(Request::EmptyMailbox { mailbox }));
}

#[test]
fn an_order_that_is_asked_again_on_another_link_is_the_same_order() {
    let mut browser = Browser::with_four();
    let request = Request::Expunge {
        mailbox: MailboxName::inbox(),
        uid_validity: UidValidity(1),
        uids: set(&[(1, 1)]),
    };

    assert!(browser.learner.asked(RequestId(77), request.clone()).is_order);
    assert!(!browser.learner.asked(RequestId(77), request).is_order);
    assert_eq!(browser.learner.orders.len(), 1);
}

#[test]
fn rows_that_were_asked_for_and_did_not_come_are_of_messages_that_are_gone() {
    let mut browser = Browser::with_four();
    let id = browser.ask(Request::FetchRows {
        mailbox: MailboxName::inbox(),
        uid_validity: UidValidity(1),
        uids: set(&[(1, 3)]),
    });

    browser.hear(id, Ok(Answer::Rows([row(3, &[])].into())), false);
    assert_eq!(browser.uids(), "1:4");
    browser.hear(id, Ok(Answer::Rows([row(1, &[])].into())), true);

    assert_eq!(browser.uids(), "1,3:4");
}

#[test]
fn a_mailbox_that_is_gone_is_forgotten() {
    let mut browser = Browser::with_four();
    let id = browser.open(None);

    browser.hear(id, Err(Problem::NoSuchMailbox(MailboxName::inbox())), true);

    assert!(browser.view.kept.is_none() && browser.view.rows.is_empty());
}

#[test]
fn a_listing_without_counts_keeps_those_that_were_told() {
    let mut browser = Browser::default();
    let counts = Counts { messages: 3, unseen: 1 };
    let id = browser.ask(Request::ListMailboxes);
    let all = [mailbox("INBOX", None), mailbox("Old", None)].into();
    browser.hear(id, Ok(Answer::Mailboxes(all)), true);
    browser.happen(Event::Counts {
        mailbox: MailboxName::inbox(),
        counts,
    });

    browser.happen(Event::Mailboxes([mailbox("INBOX", None)].into()));

    assert_eq!(browser.mailboxes, Some([mailbox("INBOX", Some(counts))].into()));
}

#[test]
fn a_message_is_kept_with_what_became_of_its_images() {
    let message = |blocked_images| Message {
        uid: Uid(1),
        flags: Flags::default(),
        received: 0,
        envelope: surat_protocol::Envelope::default(),
        body: Body::Html {
            document: String::new(),
            blocked_images,
            blocked_trackers: 0,
            removed_active: 0,
            has_own_colours: false,
        },
        attachments: Vec::new(),
        damage: Vec::new(),
        trust: Trust::default(),
        unsubscribe: None,
    };
    let place = inbox();
    let asked = MessageRef {
        mailbox: place.mailbox,
        uid_validity: place.uid_validity,
        uid: Uid(1),
    };

    for (allow, blocked, images) in [
        (false, 2, Images::LeftOut),
        (false, 0, Images::None),
        (true, 0, Images::Allowed),
    ] {
        let changes = message_read(&asked, allow, message(blocked));
        assert!(
            changes
                .iter()
                .any(|change| matches!(change, Change::Message(_, told, _) if *told == images)),
            "{allow} {blocked}"
        );
    }
}

#[test]
fn questions_that_are_never_answered_are_forgotten_in_time() {
    let mut browser = Browser::default();
    for _ in 0..QUESTIONS + 10 {
        browser.open(None);
    }

    assert_eq!(browser.learner.questions.len(), QUESTIONS);
}
