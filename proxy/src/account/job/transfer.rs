//! Moving and copying, in turns.

use super::{Job, orders::Turns, special};
use crate::{
    account::{directory::Entry, problem::InMailbox},
    imap::decode::code::CopyUid,
};
use surat_protocol::{Answer, MailboxName, Problem, UidSet, UidValidity};

/// Whether the originals stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// They go.
    Move,
    /// They stay.
    Copy,
}

pub(super) async fn transfer(
    job: &Job,
    kind: Kind,
    mailbox: &MailboxName,
    validity: UidValidity,
    uids: &UidSet,
    to: &MailboxName,
) -> Result<Answer, Problem> {
    let source = job.find(mailbox).await?;
    let target = special::made(&job.account, job.find(to).await?).await?;
    if kind == Kind::Move && source.wire == target.wire {
        return Ok(Answer::Moved { to: None });
    }
    let mut arrived = Arrived::default();
    let ended = in_turns(job, kind, (&source, validity), uids, &target, &mut arrived).await;
    let has_arrived = !arrived.is_nothing();
    let moved = Answer::Moved { to: arrived.whole() };
    if let Err(problem) = ended {
        if has_arrived {
            // It can still be brought back. Nobody may be left to hear it.
            let _ = job.answer(moved).await;
        }
        return Err(problem);
    }
    Ok(moved)
}

async fn in_turns(
    job: &Job,
    kind: Kind,
    (source, validity): (&Entry, UidValidity),
    uids: &UidSet,
    target: &Entry,
    arrived: &mut Arrived,
) -> Result<(), Problem> {
    let mut turns = Turns::new(job, uids)?;
    while let Some((urgency, portion)) = turns.next().await? {
        let mut session = job.account.lease(urgency).await?;
        session.open_valid(source, validity, portion.last()).await?;
        let mapping = match kind {
            Kind::Copy => session.copy(&portion, &target.wire).await,
            Kind::Move => session.move_(&portion, &target.wire).await.map(|moved| moved.mapping),
        };
        drop(session);
        super::refresh_counts(&job.account, vec![source.clone(), target.clone()]);
        // The source is open, so what does not exist can only be the target.
        arrived.add(mapping.in_mailbox(&target.mailbox.name)?);
    }
    Ok(())
}

/// Where the messages are now, as long as the server told of every turn.
#[derive(Default)]
struct Arrived {
    validity: Option<UidValidity>,
    uids: UidSet,
    is_incomplete: bool,
}

impl Arrived {
    fn add(&mut self, mapping: Option<CopyUid>) {
        match mapping {
            Some(mapping) if self.validity.is_none_or(|validity| validity.0 == mapping.uid_validity) => {
                self.validity = Some(UidValidity(mapping.uid_validity));
                self.uids = self.uids.union(&mapping.target_uids());
            }
            _ => self.is_incomplete = true,
        }
    }

    fn is_nothing(&self) -> bool {
        self.validity.is_none() && !self.is_incomplete
    }

    fn whole(self) -> Option<(UidValidity, UidSet)> {
        self.validity
            .filter(|_| !self.is_incomplete)
            .map(|validity| (validity, self.uids))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(uid_validity: u32, target: (u32, u32)) -> Option<CopyUid> {
        Some(CopyUid {
            uid_validity,
            source: vec![target],
            target: vec![target],
        })
    }

    #[test]
    fn undo_is_offered_only_when_every_turn_told() {
        let mut all = Arrived::default();
        all.add(mapping(7, (1, 2)));
        all.add(mapping(7, (3, 4)));
        assert_eq!(all.whole(), Some((UidValidity(7), UidSet::from_ranges([(1, 4)]))));

        let mut silent = Arrived::default();
        silent.add(mapping(7, (1, 2)));
        silent.add(None);
        assert_eq!(silent.whole(), None);

        let mut remade = Arrived::default();
        remade.add(mapping(7, (1, 2)));
        remade.add(mapping(8, (1, 2)));
        assert_eq!(remade.whole(), None);
    }
}
