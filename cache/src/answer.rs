//! Questions that can be answered from what is kept, and their answers. Pure.

use crate::{
    change::{Change, Images, Place},
    order::{Before, Kept},
};
use std::collections::BTreeMap;
use surat_protocol::{
    Answer, ClientFrame, Flags, MailboxName, Message, MessageRef, Request, RequestId, Row, ServerFrame, Uid, UidSet,
    frame::{decode, encode},
};

/// Rows that an opening may ask for, as for the proxy.
const FIRST_ROWS: usize = 200;

/// A question that can be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// All mailboxes.
    Listing,
    /// A mailbox, with its newest rows.
    Open(MailboxName, usize),
    /// Rows.
    Rows(Place, UidSet),
    /// A message, with remote images or without.
    Message(MessageRef, bool),
}

impl Question {
    /// Reads a question; without an id when it is none that is answered here.
    pub(crate) fn of(frame: &[u8]) -> Option<(RequestId, Self)> {
        let ClientFrame::Request { id, request } = decode(frame)? else {
            return None;
        };
        let question = match request {
            Request::ListMailboxes => Self::Listing,
            Request::OpenMailbox {
                mailbox, first_rows, ..
            } => Self::Open(mailbox, usize::from(first_rows).min(FIRST_ROWS)),
            Request::FetchRows {
                mailbox,
                uid_validity,
                uids,
            } => Self::Rows(Place { mailbox, uid_validity }, uids),
            Request::FetchMessage {
                message,
                allow_remote_images,
                ..
            } => Self::Message(message, allow_remote_images),
            _ => return None,
        };
        Some((id, question))
    }
}

/// May a message be shown to somebody who asks for it with remote images, or without?
pub(crate) fn fits(images: Images, allow_remote_images: bool) -> bool {
    match images {
        Images::None => true,
        Images::Allowed => allow_remote_images,
        Images::LeftOut => !allow_remote_images,
    }
}

/// A mailbox as it is kept, and some of its rows.
#[derive(Debug, Default)]
pub(crate) struct View {
    /// What is kept beside rows.
    pub(crate) kept: Option<Kept>,
    /// Rows.
    pub(crate) rows: BTreeMap<Uid, Row>,
}

impl View {
    /// Does a change that is not stored yet.
    pub(crate) fn apply(&mut self, change: &Change, now: u64) {
        if let Change::Opened(opening) = change {
            let (kept, before) = Kept::open(self.kept.take(), opening, now);
            self.kept = kept;
            if before != Before::Kept {
                self.rows.clear();
            }
            return;
        }
        self.kept = Kept::apply(self.kept.take(), change, now);
        let Some(kept) = &self.kept else {
            self.rows.clear();
            return;
        };
        match change {
            Change::Rows(place, told) if kept.is_at(place) => {
                self.rows.extend(told.iter().map(|row| (row.uid, row.clone())));
            }
            Change::FlagsTold(place, told) if kept.is_at(place) => {
                for (uid, flags) in told {
                    if let Some(row) = self.rows.get_mut(uid) {
                        row.flags = flags.clone();
                    }
                }
            }
            Change::FlagsOrdered(place, uids, effect) | Change::FlagsChanged(place, uids, effect)
                if kept.is_at(place) =>
            {
                for row in self.rows.values_mut().filter(|row| uids.contains(row.uid)) {
                    effect.apply(&mut row.flags);
                }
            }
            Change::RowsDoubted(place, uids) if kept.is_at(place) => {
                self.rows.retain(|uid, _| !uids.contains(*uid));
            }
            _ => {}
        }
    }

    /// The answers to opening the mailbox: its order as it is kept, and what is kept of its newest rows.
    pub(crate) fn open(self, mailbox: MailboxName, first_rows: usize) -> Vec<Answer> {
        let Some(kept) = &self.kept else {
            return Vec::new();
        };
        let opened = Answer::Opened(kept.opened(mailbox));
        let newest = kept.uids.newest(0, first_rows);
        [opened].into_iter().chain(self.rows(&newest)).collect()
    }

    /// Those of these rows that are kept and still in the mailbox, newest first; nothing where there is none.
    pub(crate) fn rows(self, uids: &UidSet) -> Option<Answer> {
        let kept = self.kept?;
        let is_here = |row: &Row| uids.contains(row.uid) && kept.uids.contains(row.uid);
        let rows: Vec<Row> = self.rows.into_values().rev().filter(is_here).collect();
        (!rows.is_empty()).then_some(Answer::Rows(rows))
    }
}

/// A message to read, with the flags that its row has.
pub(crate) fn message(mut message: Message, flags: Option<Flags>) -> Answer {
    if let Some(flags) = flags {
        message.flags = flags;
    }
    Answer::Message(Box::new(message))
}

/// Answers as frames, the last one marked as such.
pub(crate) fn frames(id: RequestId, answers: Vec<Answer>) -> Vec<Vec<u8>> {
    let count = answers.len();
    let frame = |(index, answer)| {
        encode(&ServerFrame::Answer {
            id,
            answer: Ok(answer),
            is_last: index + 1 == count,
        })
    };
    answers.into_iter().enumerate().map(frame).collect()
}

/// Runs of UIDs that are asked for together: what lies between two of them is passed over rather than asked for anew.
pub(crate) fn runs(uids: &UidSet, gap: u32) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &(low, high) in uids.ranges() {
        match runs.last_mut() {
            Some(last) if low - last.1 <= gap => last.1 = high,
            _ => runs.push((low, high)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{Browser, set};

    #[test]
    fn opening_answers_with_the_newest_rows_that_are_kept() {
        let mut browser = Browser::with_four();
        browser.view.rows.remove(&Uid(3));

        let answers = browser.view.open(MailboxName::inbox(), 3);

        let [Answer::Opened(_), Answer::Rows(rows)] = answers.as_slice() else {
            panic!("{answers:?}");
        };
        assert_eq!(rows.iter().map(|row| row.uid.0).collect::<Vec<_>>(), [4, 2]);
    }

    #[test]
    fn what_is_not_kept_is_not_answered() {
        assert!(View::default().open(MailboxName::inbox(), 50).is_empty());
        assert!(Browser::with_four().view.rows(&set(&[(9, 9)])).is_none());
    }

    #[test]
    fn the_last_answer_is_marked_as_such_and_has_the_id_of_the_question() {
        let frames = frames(RequestId(7), [Answer::Done, Answer::Done].into());

        let is_last = frames.iter().map(|frame| match decode(frame) {
            Some(ServerFrame::Answer { id, is_last, .. }) => (id.0, is_last),
            other => panic!("{other:?}"),
        });
        assert_eq!(is_last.collect::<Vec<_>>(), [(7, false), (7, true)]);
    }

    #[test]
    fn near_uids_are_read_together() {
        assert_eq!(runs(&set(&[(1, 2), (5, 9), (100, 100)]), 5), [(1, 9), (100, 100)]);
        assert!(runs(&UidSet::new(), 5).is_empty());
    }

    #[test]
    fn a_message_with_images_left_out_is_none_for_who_wants_them() {
        assert!(fits(Images::None, true) && fits(Images::None, false));
        assert!(fits(Images::Allowed, true) && !fits(Images::Allowed, false));
        assert!(fits(Images::LeftOut, false) && !fits(Images::LeftOut, true));
    }
}
