//! What tests of this crate need: frames of a small mailbox, and a browser that keeps what they say, without a database.

use crate::{
    answer::View,
    change::{Change, Opening, Place},
    learn::Learner,
    listing,
    order::Kept,
};
use surat_protocol::{
    Answer, Contents, Counts, Event, Flag, Flags, Known, Mailbox, MailboxName, ModSeq, NamespaceKind, Opened, Problem,
    Request, RequestId, Rights, Row, Uid, UidSet, UidValidity,
};

/// INBOX, as long as its UIDs mean the same.
pub(crate) fn inbox() -> Place {
    Place {
        mailbox: MailboxName::inbox(),
        uid_validity: UidValidity(1),
    }
}

/// A mailbox at the top, in which one may do everything.
pub(crate) fn mailbox(name: &str, counts: Option<Counts>) -> Mailbox {
    Mailbox {
        name: MailboxName(name.into()),
        delimiter: Some('/'),
        namespace: NamespaceKind::Personal,
        prefix: String::new(),
        role: None,
        is_selectable: true,
        rights: Rights::ALL,
        counts,
    }
}

/// "1:4,7" as ranges.
pub(crate) fn set(ranges: &[(u32, u32)]) -> UidSet {
    UidSet::from_ranges(ranges.iter().copied())
}

/// A row that says nothing but its UID and flags.
pub(crate) fn row(uid: u32, flags: &[Flag]) -> Row {
    Row {
        uid: Uid(uid),
        flags: flags.iter().cloned().collect(),
        received: 0,
        from: Vec::new(),
        to: Vec::new(),
        subject: format!("Subject {uid}"),
        preview: String::new(),
        has_attachment: false,
    }
}

/// What an opening tells.
pub(crate) fn opened(uid_validity: u32, modseq: u64, contents: Contents) -> Opened {
    Opened {
        mailbox: MailboxName::inbox(),
        uid_validity: UidValidity(uid_validity),
        uid_next: Uid(100),
        highest_modseq: ModSeq(modseq),
        contents,
        is_read_only: false,
        may_store_keywords: true,
    }
}

/// What is known of INBOX.
pub(crate) fn known(modseq: u64, uids: &[(u32, u32)]) -> Known {
    Known {
        uid_validity: UidValidity(1),
        highest_modseq: ModSeq(modseq),
        uids: set(uids),
    }
}

/// An opening, with nothing in between.
pub(crate) fn opening(opened: Opened, known: Option<Known>) -> Opening {
    Opening {
        opened,
        known,
        leaving: UidSet::new(),
    }
}

/// What is kept of INBOX and of the listing, as `store` would have it.
#[derive(Default)]
pub(crate) struct Browser {
    pub(crate) learner: Learner,
    pub(crate) view: View,
    pub(crate) mailboxes: Option<Vec<Mailbox>>,
    last_id: u32,
}

impl Browser {
    /// The app asks.
    pub(crate) fn ask(&mut self, request: Request) -> RequestId {
        self.last_id += 1;
        let id = RequestId(self.last_id);
        let taken = self.learner.asked(id, request);
        self.take(taken.change);
        id
    }

    /// The proxy answers.
    pub(crate) fn hear(&mut self, id: RequestId, answer: Result<Answer, Problem>, is_last: bool) {
        let changes = self.learner.answered(id, answer, is_last);
        self.take(changes);
    }

    /// Something happens.
    pub(crate) fn happen(&mut self, event: Event) {
        let changes = self.learner.happened(event);
        self.take(changes);
    }

    fn take(&mut self, changes: impl IntoIterator<Item = Change>) {
        for change in changes {
            self.mailboxes = listing::apply(self.mailboxes.take(), &change);
            if change.mailbox() == Some(&MailboxName::inbox()) {
                self.view.apply(&change, 0);
            }
        }
    }

    /// Opens INBOX, and hears that it has UIDs 1 to 4, with all rows, as of MODSEQ 10.
    pub(crate) fn with_four() -> Self {
        let mut browser = Self::default();
        let id = browser.open(None);
        let contents = Contents::Whole(set(&[(1, 4)]));
        browser.hear(id, Ok(Answer::Opened(opened(1, 10, contents))), false);
        let rows = (1..=4).rev().map(|uid| row(uid, &[])).collect();
        browser.hear(id, Ok(Answer::Rows(rows)), true);
        browser
    }

    /// Asks to open INBOX.
    pub(crate) fn open(&mut self, known: Option<Known>) -> RequestId {
        self.ask(Request::OpenMailbox {
            mailbox: MailboxName::inbox(),
            first_rows: 50,
            known,
        })
    }

    /// Asks to set or clear a flag.
    pub(crate) fn flag(&mut self, uids: &[(u32, u32)], add: &[Flag], remove: &[Flag]) -> RequestId {
        self.ask(Request::StoreFlags {
            mailbox: MailboxName::inbox(),
            uid_validity: UidValidity(1),
            uids: set(uids),
            add: add.to_vec(),
            remove: remove.to_vec(),
        })
    }

    /// Asks to delete for good.
    pub(crate) fn expunge(&mut self, uids: &[(u32, u32)]) -> RequestId {
        self.ask(Request::Expunge {
            mailbox: MailboxName::inbox(),
            uid_validity: UidValidity(1),
            uids: set(uids),
        })
    }

    pub(crate) fn kept(&self) -> &Kept {
        self.view.kept.as_ref().unwrap()
    }

    /// The UIDs that are in INBOX.
    pub(crate) fn uids(&self) -> String {
        self.kept().uids.to_string()
    }

    /// The MODSEQ that the app would name.
    pub(crate) fn modseq(&self) -> u64 {
        self.kept().opened(MailboxName::inbox()).highest_modseq.0
    }

    /// The UIDs whose rows are kept.
    pub(crate) fn rows(&self) -> String {
        let uids: UidSet = self.view.rows.keys().copied().collect();
        uids.to_string()
    }

    /// The flags of a row that is kept.
    pub(crate) fn flags(&self, uid: u32) -> Flags {
        self.view.rows[&Uid(uid)].flags.clone()
    }
}
