//! The stored versions of one draft: each save follows the last one, and never two at once. Pure.
//!
//! Attachments change their place with each save: an upload becomes a part of the stored draft, and
//! a part of the last version one of the next. So a snapshot names them by key, and their places are
//! filled in when it is its turn.

use surat_protocol::{Draft, DraftAttachment, MessageRef, Origin};

/// Names a file of a draft for as long as it is open.
pub(crate) type FileKey = u32;

/// A draft as it was at some moment; the attachments' places are looked up when it is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// The draft, with an attachment for each of `files`.
    pub(crate) draft: Draft,
    /// The keys of its attachments, in their order.
    pub(crate) files: Vec<FileKey>,
}

/// The saves of one draft.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    stored: Option<MessageRef>,
    origins: Vec<(FileKey, Origin)>,
    waiting: Option<Snapshot>,
    in_flight: Option<Vec<FileKey>>,
    is_closed: bool,
}

impl Chain {
    /// The chain of a draft that is stored already, or of a new one.
    pub(crate) fn new(stored: Option<MessageRef>) -> Self {
        Self {
            stored,
            ..Self::default()
        }
    }

    /// The place of a file is known.
    pub(crate) fn place(&mut self, key: FileKey, origin: Origin) {
        self.origins.retain(|(own, _)| *own != key);
        self.origins.push((key, origin));
    }

    /// The latest stored version.
    pub(crate) fn stored(&self) -> Option<&MessageRef> {
        self.stored.as_ref()
    }

    /// Is a version on its way?
    pub(crate) fn is_busy(&self) -> bool {
        self.in_flight.is_some()
    }

    /// A newer version is to be saved; the one that was waiting is void.
    pub(crate) fn offer(&mut self, snapshot: Snapshot) {
        if !self.is_closed {
            self.waiting = Some(snapshot);
        }
    }

    /// The version that is to be saved next.
    pub(crate) fn waiting(&self) -> Option<&Snapshot> {
        self.waiting.as_ref()
    }

    /// As [`Self::offer`], for a version that could not be saved: one that came since is newer.
    pub(crate) fn offer_again(&mut self, snapshot: Snapshot) {
        if self.waiting.is_none() && !self.is_busy() {
            self.offer(snapshot);
        }
    }

    /// The version to save now, and the one that it follows. None while one is on its way.
    pub(crate) fn next(&mut self) -> Option<(Draft, Option<MessageRef>)> {
        if self.is_busy() {
            return None;
        }
        let snapshot = self.waiting.take()?;
        Some(self.start(snapshot))
    }

    /// The version to send, which is the last: nothing is saved after it unless it fails.
    pub(crate) fn send(&mut self, snapshot: Snapshot) -> (Draft, Option<MessageRef>) {
        self.waiting = None;
        self.start(snapshot)
    }

    /// A version was stored there; its attachments are now these.
    pub(crate) fn saved(&mut self, message: MessageRef, attachments: Vec<DraftAttachment>) {
        self.stored = Some(message);
        let keys = self.in_flight.clone().unwrap_or_default();
        if keys.len() == attachments.len() {
            for (key, attachment) in keys.into_iter().zip(attachments) {
                self.place(key, attachment.origin);
            }
        }
    }

    /// What was on its way has ended, well or not.
    pub(crate) fn end(&mut self) {
        self.in_flight = None;
    }

    /// Nothing is saved any more: the draft was sent or discarded. What is on its way still ends.
    pub(crate) fn close(&mut self) {
        self.waiting = None;
        self.is_closed = true;
    }

    fn start(&mut self, snapshot: Snapshot) -> (Draft, Option<MessageRef>) {
        let Snapshot { mut draft, files } = snapshot;
        for (key, attachment) in files.iter().zip(&mut draft.attachments) {
            if let Some((_, origin)) = self.origins.iter().find(|(own, _)| own == key) {
                attachment.origin = origin.clone();
            }
        }
        self.in_flight = Some(files);
        (draft, self.stored.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surat_protocol::{MailboxName, Section, Uid, UidValidity, UploadId};

    fn stored(uid: u32) -> MessageRef {
        MessageRef {
            mailbox: MailboxName("Drafts".into()),
            uid_validity: UidValidity(1),
            uid: Uid(uid),
        }
    }

    fn attachment(origin: Origin) -> DraftAttachment {
        DraftAttachment {
            name: "a.txt".into(),
            media_type: "text/plain".into(),
            size_octets: 1,
            origin,
        }
    }

    fn upload() -> Origin {
        Origin::Upload(UploadId("u1".into()))
    }

    fn part(uid: u32) -> Origin {
        Origin::Part {
            message: stored(uid),
            section: Section::parse("2").expect("digits"),
        }
    }

    fn snapshot(text: &str, files: &[FileKey]) -> Snapshot {
        Snapshot {
            draft: Draft {
                text: text.into(),
                attachments: files.iter().map(|_| attachment(upload())).collect(),
                ..Draft::default()
            },
            files: files.to_vec(),
        }
    }

    #[test]
    fn only_the_newest_version_waits_while_one_is_on_its_way() {
        let mut chain = Chain::new(None);
        chain.offer(snapshot("1", &[]));
        assert_eq!(
            chain.next().map(|(draft, follows)| (draft.text, follows)),
            Some(("1".into(), None))
        );

        chain.offer(snapshot("2", &[]));
        chain.offer(snapshot("3", &[]));
        assert_eq!(chain.next(), None);
        chain.saved(stored(7), vec![]);
        chain.end();

        assert_eq!(
            chain.next().map(|(draft, follows)| (draft.text, follows)),
            Some(("3".into(), Some(stored(7))))
        );
        chain.end();
        assert_eq!(chain.next(), None);
    }

    #[test]
    fn a_file_is_uploaded_once_and_then_taken_from_the_stored_draft() {
        let mut chain = Chain::new(None);
        chain.place(5, upload());
        chain.offer(snapshot("1", &[5]));
        let (draft, _) = chain.next().expect("it waits");
        assert_eq!(draft.attachments, [attachment(upload())]);
        // This one was made before the first was stored.
        chain.offer(snapshot("2", &[5]));

        chain.saved(stored(7), vec![attachment(part(7))]);
        chain.end();

        let (draft, _) = chain.next().expect("it waits");
        assert_eq!(draft.attachments, [attachment(part(7))]);
    }

    #[test]
    fn a_failed_save_leaves_the_chain_as_it_was() {
        let mut chain = Chain::new(Some(stored(3)));
        chain.offer(snapshot("1", &[]));
        assert!(chain.next().is_some());

        chain.end();
        chain.offer(snapshot("2", &[]));

        assert_eq!(chain.next().map(|(_, follows)| follows), Some(Some(stored(3))));
    }

    #[test]
    fn nothing_is_saved_after_the_end() {
        let mut chain = Chain::new(None);
        chain.offer(snapshot("1", &[]));
        chain.close();
        chain.offer(snapshot("2", &[]));

        assert_eq!(chain.next(), None);
    }
}
