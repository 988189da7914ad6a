//! What a frame changes in what is kept. Done twice, each comes to the same as done once.

use crate::orders::Effect;
use std::rc::Rc;
use surat_protocol::{
    Counts, Flags, Known, Mailbox, MailboxName, Message, MessageRef, Opened, Row, Uid, UidSet, UidValidity,
};

/// A mailbox as long as its UIDs mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its name.
    pub(crate) mailbox: MailboxName,
    /// Its UIDVALIDITY.
    pub(crate) uid_validity: UidValidity,
}

/// What became of the remote images of a message that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Images {
    /// Some were left out.
    LeftOut,
    /// They were let through.
    Allowed,
    /// There are none: it is the same either way.
    None,
}

/// One change of what is kept.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// These are all mailboxes.
    Listing(Vec<Mailbox>),
    /// Counts of a mailbox.
    Counts(MailboxName, Counts),
    /// A mailbox was opened.
    Opened(Rc<Opening>),
    /// Messages came.
    Arrived(Place, UidSet),
    /// Messages left for good: from the order, and with rows and bodies.
    Left(Place, UidSet),
    /// A person took messages out, and the server has not said anything yet.
    /// The mailbox is where they go to.
    Hidden(Place, UidSet, Option<MailboxName>),
    /// Rows, as the server has them now.
    Rows(Place, Vec<Row>),
    /// All flags of some messages.
    FlagsTold(Place, Vec<(Uid, Flags)>),
    /// A person set or cleared flags, and the server has not said anything yet.
    FlagsOrdered(Place, UidSet, Rc<Effect>),
    /// The server has set or cleared flags, and tells the counts by itself.
    FlagsChanged(Place, UidSet, Rc<Effect>),
    /// What is kept of these rows may be wrong.
    RowsDoubted(Place, UidSet),
    /// What is kept of the order may be wrong: let it be told whole.
    OrderDoubted(MailboxName),
    /// Nothing of this mailbox is kept any more.
    Forgotten(MailboxName),
    /// A message to read.
    Message(MessageRef, Images, Rc<Message>),
    /// Somebody reads this message.
    Used(MessageRef),
}

/// A mailbox that was opened: what was known before, and what the server said.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    /// What it told.
    pub(crate) opened: Opened,
    /// What it was told that we know.
    pub(crate) known: Option<Known>,
    /// Messages that a person has taken out, and that the server may not know of yet.
    pub(crate) leaving: UidSet,
}

impl Place {
    /// The place of a message.
    pub(crate) fn of(message: &MessageRef) -> Self {
        Self {
            mailbox: message.mailbox.clone(),
            uid_validity: message.uid_validity,
        }
    }
}

impl Opening {
    /// Where.
    pub(crate) fn place(&self) -> Place {
        Place {
            mailbox: self.opened.mailbox.clone(),
            uid_validity: self.opened.uid_validity,
        }
    }
}

impl Change {
    /// The mailbox whose order it changes or depends on.
    pub(crate) fn mailbox(&self) -> Option<&MailboxName> {
        match self {
            Self::Opened(opening) => Some(&opening.opened.mailbox),
            Self::Arrived(place, _)
            | Self::Left(place, _)
            | Self::Hidden(place, ..)
            | Self::FlagsOrdered(place, ..)
            | Self::Rows(place, _)
            | Self::FlagsTold(place, _)
            | Self::FlagsChanged(place, ..)
            | Self::RowsDoubted(place, _) => Some(&place.mailbox),
            Self::OrderDoubted(mailbox) | Self::Forgotten(mailbox) => Some(mailbox),
            Self::Listing(_) | Self::Counts(..) | Self::Message(..) | Self::Used(_) => None,
        }
    }
}
