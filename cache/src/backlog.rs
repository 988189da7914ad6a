//! Changes that are not stored yet, oldest first. Pure.

use crate::change::Change;
use std::{collections::VecDeque, rc::Rc};

/// A change, and how far it is done: changes of many rows are stored in portions.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    /// What.
    pub(crate) change: Rc<Change>,
    /// UIDs below this are done.
    pub(crate) from: u32,
}

/// What became of a portion.
#[derive(Debug, Default)]
pub(crate) struct Portion {
    /// So many tasks are done.
    pub(crate) done: usize,
    /// The one after them is done up to this UID.
    pub(crate) next_from: u32,
    /// What follows from the last one that was done.
    pub(crate) more: Vec<Change>,
}

/// All that is not stored yet.
#[derive(Default)]
pub(crate) struct Backlog {
    tasks: VecDeque<Task>,
    /// So many from the start are being stored: whoever reads now waits for them, and sees them.
    in_work: usize,
}

/// Rows or flags in one task; more are divided.
const TASK_ROWS: usize = 250;

impl Backlog {
    /// Takes a change in.
    pub(crate) fn add(&mut self, change: Change) {
        for change in divided(change) {
            self.tasks.push_back(Task {
                change: Rc::new(change),
                from: 0,
            });
        }
    }

    /// Is all stored?
    pub(crate) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// What is to be stored next.
    pub(crate) fn begin(&mut self, count: usize) -> Vec<Task> {
        self.in_work = count.min(self.tasks.len());
        self.tasks.iter().take(count).cloned().collect()
    }

    /// A portion is stored.
    pub(crate) fn stored(&mut self, portion: Portion) {
        self.in_work = 0;
        self.tasks.drain(..portion.done.min(self.tasks.len()));
        if let Some(task) = self.tasks.front_mut() {
            task.from = portion.next_from;
        }
        for change in portion.more.into_iter().rev() {
            self.tasks.push_front(Task {
                change: Rc::new(change),
                from: 0,
            });
        }
    }

    /// A portion could not be stored.
    pub(crate) fn failed(&mut self) {
        self.in_work = 0;
    }

    /// What a reader does not find stored.
    pub(crate) fn unstored(&self) -> Vec<Rc<Change>> {
        let unstored = self.tasks.iter().skip(self.in_work);
        unstored.map(|task| Rc::clone(&task.change)).collect()
    }
}

fn divided(change: Change) -> Vec<Change> {
    match change {
        Change::Rows(place, rows) if rows.len() > TASK_ROWS => {
            let some = rows.chunks(TASK_ROWS);
            some.map(|rows| Change::Rows(place.clone(), rows.to_vec())).collect()
        }
        Change::FlagsTold(place, flags) if flags.len() > TASK_ROWS => {
            let some = flags.chunks(TASK_ROWS);
            some.map(|flags| Change::FlagsTold(place.clone(), flags.to_vec()))
                .collect()
        }
        change => [change].into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{inbox, row, set};

    fn left(uid: u32) -> Change {
        Change::Left(inbox(), set(&[(uid, uid)]))
    }

    fn uids(backlog: &Backlog) -> Vec<String> {
        let text = |change: &Rc<Change>| match &**change {
            Change::Left(_, uids) => uids.to_string(),
            other => panic!("{other:?}"),
        };
        backlog.unstored().iter().map(text).collect()
    }

    #[test]
    fn what_is_being_stored_is_found_stored_by_whoever_reads_now() {
        let mut backlog = Backlog::default();
        (1..=3).for_each(|uid| backlog.add(left(uid)));

        assert_eq!(backlog.begin(2).len(), 2);
        assert_eq!(uids(&backlog), ["3"]);

        backlog.failed();
        assert_eq!(uids(&backlog), ["1", "2", "3"]);
    }

    #[test]
    fn what_follows_from_a_change_is_stored_before_the_next() {
        let mut backlog = Backlog::default();
        (1..=3).for_each(|uid| backlog.add(left(uid)));
        backlog.begin(3);

        backlog.stored(Portion {
            done: 1,
            next_from: 0,
            more: [left(8), left(9)].into(),
        });

        assert_eq!(uids(&backlog), ["8", "9", "2", "3"]);
    }

    #[test]
    fn a_task_that_is_half_done_goes_on_where_it_stopped() {
        let mut backlog = Backlog::default();
        backlog.add(left(1));
        backlog.begin(1);

        backlog.stored(Portion {
            done: 0,
            next_from: 400,
            more: Vec::new(),
        });

        assert_eq!(backlog.begin(1).first().map(|task| task.from), Some(400));
    }

    #[test]
    fn many_rows_are_stored_in_portions() {
        let mut backlog = Backlog::default();

        backlog.add(Change::Rows(inbox(), (1..=600).map(|uid| row(uid, &[])).collect()));

        assert_eq!(backlog.begin(10).len(), 3);
    }
}
