//! What frames mean for what is kept. Pure: requests and answers in, changes out.

use crate::{
    change::{Change, Images, Opening, Place},
    orders::{Order, Orders},
};
use std::{collections::BTreeMap, rc::Rc};
use surat_protocol::{
    Answer, Body, Event, Flags, Known, MailboxName, Message, MessageRef, Problem, Request, RequestId, Row, Uid, UidSet,
};

/// Questions without an answer that are remembered. More are only asked by an app that gives them up.
const QUESTIONS: usize = 1_000;

/// Follows what is asked and answered.
#[derive(Default)]
pub(crate) struct Learner {
    questions: BTreeMap<RequestId, Question>,
    /// Orders of this page that are not answered.
    pub(crate) orders: Orders,
}

/// What was asked, as far as its answer cannot be understood without.
enum Question {
    Open {
        known: Option<Known>,
        /// Once it is open.
        place: Option<Place>,
        /// Rows that came before the order did.
        early: Vec<Row>,
    },
    Rows {
        place: Place,
        /// Those that did not come yet.
        missing: UidSet,
    },
    Message {
        message: MessageRef,
        allow_remote_images: bool,
    },
    Empty(MailboxName),
}

/// What taking on a request changes.
#[derive(Default)]
pub(crate) struct Taken {
    /// What is kept changes at once.
    pub(crate) change: Option<Change>,
    /// It may wait in the queue.
    pub(crate) is_order: bool,
}

impl Learner {
    /// The app has taken on a request.
    pub(crate) fn asked(&mut self, id: RequestId, request: Request) -> Taken {
        if let Some(order) = Order::of(&request) {
            let change = order.given();
            let is_new = self.orders.add(id, order);
            return Taken {
                change: is_new.then_some(change),
                is_order: is_new,
            };
        }
        let question = match request {
            Request::OpenMailbox { known, .. } => Question::Open {
                known,
                place: None,
                early: Vec::new(),
            },
            Request::FetchRows {
                mailbox,
                uid_validity,
                uids,
            } => Question::Rows {
                place: Place { mailbox, uid_validity },
                missing: uids,
            },
            Request::FetchMessage {
                message,
                allow_remote_images,
                ..
            } => Question::Message {
                message,
                allow_remote_images,
            },
            Request::EmptyMailbox { mailbox } => Question::Empty(mailbox),
            // Their answers speak for themselves, or say nothing that is kept.
            _ => return Taken::default(),
        };
        while self.questions.len() >= QUESTIONS {
            self.questions.pop_first();
        }
        self.questions.insert(id, question);
        Taken::default()
    }

    /// A person has broken off an order; gives what must be learned anew.
    pub(crate) fn broken_off(&mut self, id: RequestId) -> Option<Change> {
        self.orders.take(id).map(Order::refused)
    }

    /// An answer came.
    pub(crate) fn answered(&mut self, id: RequestId, answer: Result<Answer, Problem>, is_last: bool) -> Vec<Change> {
        let is_opening = matches!(self.questions.get(&id), Some(Question::Open { .. }));
        let mut changes = match answer {
            Ok(answer) => self.told(id, answer, is_last),
            Err(problem) => self.refused(id, problem),
        };
        if is_last {
            self.questions.remove(&id);
        }
        for change in &mut changes {
            self.lay_orders_over(change, is_opening);
        }
        changes
    }

    /// Something happened.
    pub(crate) fn happened(&mut self, event: Event) -> Vec<Change> {
        let place = |mailbox, uid_validity| Place { mailbox, uid_validity };
        let mut changes: Vec<Change> = match event {
            Event::Mailboxes(mailboxes) => [Change::Listing(mailboxes)].into(),
            Event::Counts { mailbox, counts } => [Change::Counts(mailbox, counts)].into(),
            Event::Arrived {
                mailbox,
                uid_validity,
                uids,
                rows,
            } => {
                let place = place(mailbox, uid_validity);
                [Change::Arrived(place.clone(), uids), Change::Rows(place, rows)].into()
            }
            Event::Flags {
                mailbox,
                uid_validity,
                changes,
            } => [Change::FlagsTold(place(mailbox, uid_validity), changes)].into(),
            Event::Vanished {
                mailbox,
                uid_validity,
                uids,
            } => [Change::Left(place(mailbox, uid_validity), uids)].into(),
            // Told whole at the next opening, which also says whether it is another mailbox now.
            Event::Reset { mailbox } => [Change::OrderDoubted(mailbox)].into(),
            Event::ServerLost | Event::ServerBack | Event::SignedOut(_) | Event::Stopping => Vec::new(),
        };
        for change in &mut changes {
            self.lay_orders_over(change, false);
        }
        changes
    }

    fn told(&mut self, id: RequestId, answer: Answer, is_last: bool) -> Vec<Change> {
        if is_last && let Some(order) = self.orders.take(id) {
            return order.done();
        }
        match (answer, self.questions.get_mut(&id)) {
            (Answer::Mailboxes(mailboxes), _) => [Change::Listing(mailboxes)].into(),
            (
                Answer::Hits {
                    mailbox,
                    uid_validity,
                    rows,
                    ..
                },
                _,
            ) => [Change::Rows(Place { mailbox, uid_validity }, rows)].into(),
            (Answer::Glance(glance), Some(Question::Open { early, .. })) => {
                *early = glance.rows;
                Vec::new()
            }
            (Answer::Opened(opened), Some(Question::Open { known, place, early })) => {
                let opening = Opening {
                    opened,
                    known: known.take(),
                    leaving: UidSet::new(),
                };
                let here = opening.place();
                *place = Some(here.clone());
                let early = std::mem::take(early);
                opened_with(opening, here, early)
            }
            (Answer::Rows(rows), Some(Question::Open { place, early, .. })) => match place {
                Some(place) => [Change::Rows(place.clone(), rows)].into(),
                None => {
                    early.extend(rows);
                    Vec::new()
                }
            },
            (Answer::Rows(rows), Some(Question::Rows { place, missing })) => {
                let came: UidSet = rows.iter().map(|row| row.uid).collect();
                *missing = missing.difference(&came);
                let mut changes = vec![Change::Rows(place.clone(), rows)];
                // All that there are came: the others are gone.
                if is_last && !missing.is_empty() {
                    changes.push(Change::Left(place.clone(), missing.clone()));
                }
                changes
            }
            (
                Answer::Message(read),
                Some(Question::Message {
                    message,
                    allow_remote_images,
                }),
            ) => message_read(message, *allow_remote_images, *read),
            (Answer::Done, Some(Question::Empty(mailbox))) => [Change::Forgotten(mailbox.clone())].into(),
            _ => Vec::new(),
        }
    }

    fn refused(&mut self, id: RequestId, problem: Problem) -> Vec<Change> {
        let mut changes = Vec::new();
        if let Some(order) = self.orders.take(id) {
            changes.push(order.refused());
        }
        match (problem, self.questions.get(&id)) {
            (Problem::NoSuchMailbox(mailbox), _) => changes.push(Change::Forgotten(mailbox)),
            (Problem::MailboxChanged(mailbox), _) => changes.push(Change::OrderDoubted(mailbox)),
            (Problem::MessageGone, Some(Question::Message { message, .. })) => {
                changes.push(Change::Left(Place::of(message), UidSet::one(message.uid)));
            }
            _ => {}
        }
        changes
    }

    /// What a person did lies over what the server tells, until the server has answered it. What an opening tells is not
    /// told by the next one.
    fn lay_orders_over(&mut self, change: &mut Change, is_opening: bool) {
        let orders = &mut self.orders;
        let mut lay = |place: &Place, uid, flags: &mut Flags| {
            let told = flags.clone();
            orders.apply(place, uid, flags);
            if is_opening && *flags != told {
                orders.doubt(place, uid);
            }
        };
        match change {
            Change::Rows(place, rows) => rows.iter_mut().for_each(|row| lay(place, row.uid, &mut row.flags)),
            Change::FlagsTold(place, told) => told.iter_mut().for_each(|(uid, flags)| lay(place, *uid, flags)),
            Change::Opened(opening) => {
                let leaving = self.orders.leaving(&opening.place());
                if let Some(opening) = Rc::get_mut(opening) {
                    opening.leaving = leaving;
                }
            }
            _ => {}
        }
    }
}

/// Flags before the order: the order says as of when they are right.
fn opened_with(opening: Opening, place: Place, rows: Vec<Row>) -> Vec<Change> {
    let mut changes = Vec::new();
    if let surat_protocol::Contents::Since { flags, .. } = &opening.opened.contents {
        changes.push(Change::FlagsTold(place.clone(), flags.clone()));
    }
    changes.push(Change::Opened(Rc::new(opening)));
    if !rows.is_empty() {
        changes.push(Change::Rows(place, rows));
    }
    changes
}

fn message_read(asked: &MessageRef, allow_remote_images: bool, message: Message) -> Vec<Change> {
    let images = match &message.body {
        _ if allow_remote_images => Images::Allowed,
        Body::Html { blocked_images, .. } if *blocked_images > 0 => Images::LeftOut,
        _ => Images::None,
    };
    let flags: Vec<(Uid, Flags)> = [(message.uid, message.flags.clone())].into();
    [
        Change::FlagsTold(Place::of(asked), flags),
        Change::Message(asked.clone(), images, Rc::new(message)),
    ]
    .into()
}

#[cfg(test)]
mod tests;
