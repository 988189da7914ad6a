//! What a person is writing: one message at a time, in signals that live as long as the page.
//!
//! Written by [`crate::action::compose`] and the composer's fields. The logic of saving is in
//! [`chain`]; replies, addresses and quotes are pure functions beside it.

pub(crate) mod address;
pub(crate) mod chain;
pub(crate) mod html_text;
pub(crate) mod people;
mod recipients;
pub(crate) mod reply;

pub(crate) use recipients::Recipients;

use crate::signal::{RwSignal, StoredValue};
use chain::{Chain, FileKey, Snapshot};
use leptos::prelude::*;
use people::People;
use std::{cell::RefCell, rc::Rc};
use surat_protocol::{Draft, DraftAttachment, MessageRef, Origin, Problem, RefusedRecipient, SendStage, UploadId};

/// A file of the message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct File {
    /// Names it for as long as the message is open.
    pub(crate) key: FileKey,
    /// File name.
    pub(crate) name: String,
    /// Media type.
    pub(crate) media_type: String,
    /// Size in octets.
    pub(crate) size_octets: u64,
    /// Is it there?
    pub(crate) state: FileState,
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FileState {
    /// On its way; how much is done, in per cent.
    Uploading(u16),
    /// There.
    Ready,
    /// It did not get there.
    Failed(Problem),
}

/// What is happening to the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nothing.
    Idle,
    /// A version is being stored.
    Saving,
    /// The last version is stored.
    Saved,
    /// The last version could not be stored.
    NotSaved(Problem),
    /// It is being sent.
    Sending(SendStage),
}

/// Where the caret is when writing begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Focus {
    /// In "To".
    To,
    /// At the start of the text.
    Text,
}

/// What belongs to one message and is not shown.
pub(crate) struct Letter {
    /// Everything that has no field: ids, references, source.
    rest: RefCell<Draft>,
    /// Its stored versions.
    pub(crate) chain: RefCell<Chain>,
    /// The content that is stored, or that was there at the start.
    kept: RefCell<Draft>,
}

/// The message being written. A handle: copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct Compose {
    /// Counts messages; 0 when none is open.
    pub(crate) opened: RwSignal<u32>,
    /// To.
    pub(crate) to: Recipients,
    /// Cc.
    pub(crate) cc: Recipients,
    /// Bcc.
    pub(crate) bcc: Recipients,
    /// Subject.
    pub(crate) subject: RwSignal<String>,
    /// Text.
    pub(crate) text: RwSignal<String>,
    /// Files.
    pub(crate) files: RwSignal<Vec<File>>,
    /// What is happening.
    pub(crate) status: RwSignal<Status>,
    /// Why it was not sent, in words.
    pub(crate) alert: RwSignal<Option<String>>,
    /// Recipients that the server did not take.
    pub(crate) refused: RwSignal<Vec<RefusedRecipient>>,
    /// Sending broke off where nobody knows whether it has gone.
    pub(crate) may_have_gone: RwSignal<bool>,
    /// Where the caret begins.
    pub(crate) focus: StoredValue<Focus>,
    /// Whom one writes with.
    pub(crate) people: People,
    /// Saves that go on, whether their message is still open or not.
    pub(crate) saves: StoredValue<u32>,
    letter: StoredValue<Option<Rc<Letter>>>,
    last_number: StoredValue<u32>,
}

impl Letter {
    /// Is this content what is stored?
    pub(crate) fn has_kept(&self, content: &Draft) -> bool {
        *self.kept.borrow() == *content
    }

    /// It is another message from now on: sending it is not sending the earlier one again.
    pub(crate) fn renew(&self, message_id: String) {
        self.kept.borrow_mut().message_id.clone_from(&message_id);
        self.rest.borrow_mut().message_id = message_id;
    }

    /// This content is stored.
    pub(crate) fn keep(&self, content: Draft) {
        self.kept.replace(content);
    }
}

impl Compose {
    /// Nothing is being written.
    pub(crate) fn new() -> Self {
        Self {
            opened: RwSignal::new(0),
            to: Recipients::new(),
            cc: Recipients::new(),
            bcc: Recipients::new(),
            subject: RwSignal::new(String::new()),
            text: RwSignal::new(String::new()),
            files: RwSignal::new(Vec::new()),
            status: RwSignal::new(Status::Idle),
            alert: RwSignal::new(None),
            refused: RwSignal::new(Vec::new()),
            may_have_gone: RwSignal::new(false),
            focus: StoredValue::new(Focus::To),
            people: People::new(),
            saves: StoredValue::new(0),
            letter: StoredValue::new(None),
            last_number: StoredValue::new(0),
        }
    }

    /// A number that no message and no file had before.
    pub(crate) fn next_number(self) -> u32 {
        self.last_number.update_value(|number| *number += 1);
        self.last_number.get_value()
    }

    /// Begins to write, with this in the fields. `stored` is the version that it comes from.
    pub(crate) fn begin(self, draft: Draft, stored: Option<MessageRef>, focus: Focus) {
        let mut chain = Chain::new(stored);
        let files = draft.attachments.iter().map(|attachment| {
            let key = self.next_number();
            chain.place(key, attachment.origin.clone());
            File {
                key,
                name: attachment.name.clone(),
                media_type: attachment.media_type.clone(),
                size_octets: attachment.size_octets,
                state: FileState::Ready,
            }
        });
        self.files.set(files.collect());
        self.to.set(draft.to.clone());
        self.cc.set(draft.cc.clone());
        self.bcc.set(draft.bcc.clone());
        self.subject.set(draft.subject.clone());
        self.text.set(draft.text.clone());
        self.status.set(Status::Idle);
        self.alert.set(None);
        self.refused.set(Vec::new());
        self.may_have_gone.set(false);
        self.focus.set_value(focus);
        self.letter.set_value(Some(Rc::new(Letter {
            rest: RefCell::new(draft),
            chain: RefCell::new(chain),
            kept: RefCell::default(),
        })));
        if let (Some(letter), Some(snapshot)) = (self.letter(), untrack(|| self.snapshot())) {
            letter.keep(snapshot.draft);
        }
        self.opened.set(self.next_number());
    }

    /// The message that is open.
    pub(crate) fn letter(self) -> Option<Rc<Letter>> {
        self.letter.get_value()
    }

    /// Is this the message that is open?
    pub(crate) fn is_open(self, letter: &Rc<Letter>) -> bool {
        self.letter
            .with_value(|open| open.as_ref().is_some_and(|open| Rc::ptr_eq(open, letter)))
    }

    /// Puts the message away.
    pub(crate) fn end(self) {
        self.opened.set(0);
        self.letter.set_value(None);
        self.files.set(Vec::new());
    }

    /// What is in the fields now, with addresses that are typed half; files that are not there yet
    /// cannot be stored. Reads every field, so a closure with it follows each change.
    pub(crate) fn snapshot(self) -> Option<Snapshot> {
        let letter = self.letter()?;
        let files: Vec<File> = self.files.with(|files| {
            files
                .iter()
                .filter(|file| file.state == FileState::Ready)
                .cloned()
                .collect()
        });
        let draft = Draft {
            to: self.to.all(),
            cc: self.cc.all(),
            bcc: self.bcc.all(),
            subject: self.subject.get(),
            text: self.text.get(),
            attachments: files.iter().map(attachment).collect(),
            ..letter.rest.borrow().clone()
        };
        Some(Snapshot {
            draft,
            files: files.into_iter().map(|file| file.key).collect(),
        })
    }

    /// Is there anything in the fields that is not stored?
    pub(crate) fn is_changed(self) -> bool {
        match (self.letter(), self.snapshot()) {
            (Some(letter), Some(snapshot)) => !letter.has_kept(&snapshot.draft),
            _ => false,
        }
    }

    /// Changes one file.
    pub(crate) fn set_file_state(self, key: FileKey, state: FileState) {
        self.files.update(|files| {
            if let Some(file) = files.iter_mut().find(|file| file.key == key) {
                file.state = state;
            }
        });
    }
}

/// Is there nothing in it that would be missed?
pub(crate) fn is_blank(draft: &Draft) -> bool {
    let has_people = [&draft.to, &draft.cc, &draft.bcc]
        .iter()
        .any(|people| !people.is_empty());
    !has_people && draft.subject.trim().is_empty() && draft.text.trim().is_empty() && draft.attachments.is_empty()
}

/// Its place is filled in by the chain when it is saved.
fn attachment(file: &File) -> DraftAttachment {
    DraftAttachment {
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size_octets: file.size_octets,
        origin: Origin::Upload(UploadId(String::new())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The owner must outlive the signals.
    fn compose() -> (Owner, Compose) {
        let owner = Owner::new();
        owner.set();
        (owner, Compose::new())
    }

    fn typed(compose: Compose, text: &str) {
        compose.to.typed.set(text.into());
    }

    #[test]
    fn an_address_belongs_to_the_draft_while_it_is_still_typed() {
        let (_owner, compose) = compose();
        compose.begin(Draft::default(), None, Focus::To);

        typed(compose, " ");
        assert!(!compose.is_changed());

        typed(compose, "bud");
        let draft = compose.snapshot().expect("a message is open").draft;
        assert_eq!(draft.to[0].email, "bud");
        assert!(compose.is_changed());
    }

    #[test]
    fn a_reply_that_nobody_touched_is_not_changed() {
        let (_owner, compose) = compose();
        let draft = Draft {
            subject: "Re: Rapat".into(),
            message_id: "1@x".into(),
            ..Draft::default()
        };

        compose.begin(draft.clone(), None, Focus::Text);

        assert!(!compose.is_changed());
        assert_eq!(compose.snapshot().map(|snapshot| snapshot.draft), Some(draft));
    }

    #[test]
    fn a_file_counts_once_it_is_there() {
        let (_owner, compose) = compose();
        compose.begin(Draft::default(), None, Focus::To);
        let file = File {
            key: 9,
            name: "a".into(),
            media_type: "text/plain".into(),
            size_octets: 3,
            state: FileState::Uploading(50),
        };
        compose.files.set(vec![file]);
        assert!(!compose.is_changed());

        compose.set_file_state(9, FileState::Ready);

        assert!(compose.is_changed());
        assert_eq!(compose.snapshot().map(|snapshot| snapshot.files), Some(vec![9]));
    }
}
