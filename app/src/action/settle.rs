//! A change that is on screen before the server has it: what it does to list and counts, and how it ends.

use crate::{
    app::App,
    store::{
        list::{
            Place, Source,
            overlay::{ChangeId, Effect},
        },
        mailboxes::counts::CountChange,
    },
};
use surat_protocol::{Flag, MailboxName, UidSet};

/// A change under way.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    rows: ChangeId,
    counts: CountChange,
}

/// Shows messages as gone from one mailbox, and counted in another.
pub(super) fn show_move(app: App, place: &Place, uids: &UidSet, to: Option<&MailboxName>) -> Shown {
    let unseen = count_unread(app, place, uids);
    let messages = i64::try_from(uids.len()).unwrap_or(i64::MAX);
    let counts = count(app, |known, change| {
        known.add_to(change, &place.mailbox, -messages, -unseen);
        if let Some(to) = to {
            known.add_to(change, to, messages, unseen);
        }
    });
    let rows = begin(app, place, uids, Effect::Gone);
    Shown { rows, counts }
}

/// Shows messages as copied: only counts change.
pub(super) fn show_copy(app: App, place: &Place, uids: &UidSet, to: &MailboxName) -> CountChange {
    let unseen = count_unread(app, place, uids);
    let messages = i64::try_from(uids.len()).unwrap_or(i64::MAX);
    count(app, |known, change| {
        known.add_to(change, to, messages, unseen);
    })
}

/// Shows flags as set and cleared.
pub(super) fn show_flags(app: App, place: &Place, uids: &UidSet, add: &[Flag], remove: &[Flag]) -> Shown {
    let unread = count_unread(app, place, uids);
    let more_unseen = if add.contains(&Flag::Seen) {
        -unread
    } else if remove.contains(&Flag::Seen) {
        i64::try_from(uids.len()).unwrap_or(i64::MAX) - unread
    } else {
        0
    };
    let counts = count(app, |known, change| {
        known.add_to(change, &place.mailbox, 0, more_unseen);
    });
    let effect = Effect::Flags {
        add: add.to_vec(),
        remove: remove.to_vec(),
    };
    let rows = begin(app, place, uids, effect);
    Shown { rows, counts }
}

impl Shown {
    /// The server did it.
    pub(super) fn confirm(self, app: App) {
        app.list.list.update(|list| list.confirm(self.rows));
        confirm_count(app, self.counts);
    }

    /// The server did not: everything shows as it was.
    pub(super) fn roll_back(self, app: App) {
        app.list.list.update(|list| list.roll_back(self.rows));
        roll_back_count(app, self.counts);
    }
}

/// The server did what was counted.
pub(super) fn confirm_count(app: App, change: CountChange) {
    app.mailboxes.known.update(|known| known.confirm(change));
}

/// The server did not do what was counted.
pub(super) fn roll_back_count(app: App, change: CountChange) {
    app.mailboxes.known.update(|known| known.roll_back(change));
}

fn begin(app: App, place: &Place, uids: &UidSet, effect: Effect) -> ChangeId {
    app.list
        .list
        .change(|list| list.begin(place.clone(), uids.clone(), effect))
}

fn count(app: App, add: impl FnOnce(&mut crate::store::mailboxes::Known, CountChange)) -> CountChange {
    app.mailboxes.known.change(|known| {
        let change = known.begin();
        add(known, change);
        change
    })
}

/// Unread messages among these. Where rows were never fetched only the server knows; when it is
/// about the whole mailbox, its count does.
fn count_unread(app: App, place: &Place, uids: &UidSet) -> i64 {
    let ((unread, is_known), is_whole) = app.list.list.with_untracked(|list| {
        let is_open = list.source() == Some(&Source::Mailbox(place.mailbox.clone()));
        (list.count_unread(place, uids), is_open && uids.len() >= list.len())
    });
    let counts = app
        .mailboxes
        .known
        .with_untracked(|known| known.counts(&place.mailbox))
        .filter(|_| is_whole && !is_known);
    counts.map_or(i64::from(unread), |counts| i64::from(counts.unseen))
}
