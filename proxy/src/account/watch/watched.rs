//! A mailbox that pages show, as each of them knows it until all know the same.

use crate::{
    account::{actor::PageId, sync::MailboxState},
    imap::mailbox_name::WireName,
};

/// One mailbox, in one or more states.
#[derive(Default)]
pub(super) struct Watched {
    /// As the pages know it that were told of the last look.
    settled: Option<MailboxState>,
    /// As pages know it that opened it since. None stands for another: what came and went between two looks from one state
    /// may be there in the next.
    opened: Vec<(PageId, MailboxState)>,
}

impl Watched {
    /// A page knows it in this state now.
    pub(super) fn adopt(&mut self, page: PageId, state: MailboxState) {
        self.opened.retain(|(other, _)| *other != page);
        self.opened.push((page, state));
    }

    /// Has it been opened since the last look?
    pub(super) fn is_behind(&self) -> bool {
        !self.opened.is_empty()
    }

    /// All states that it is known in.
    pub(super) fn states(&mut self) -> impl Iterator<Item = &mut MailboxState> {
        let opened = self.opened.iter_mut().map(|(_, state)| state);
        self.settled.iter_mut().chain(opened)
    }

    /// Is this its name on the server?
    pub(super) fn is_called(&self, wire: &WireName) -> bool {
        let opened = self.opened.iter().map(|(_, state)| state);
        self.settled.iter().chain(opened).any(|state| state.entry.wire == *wire)
    }

    /// All pages were told what happened since each of the states, and that of the last one last: it is everybody's now.
    pub(super) fn settle(&mut self) {
        if let Some((_, state)) = self.opened.drain(..).next_back() {
            self.settled = Some(state);
        }
    }
}
