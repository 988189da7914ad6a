//! What a draft is made of on the server: where it is stored, and the octets of its files.

use super::{
    Job,
    part::{Octets, part_at, structure},
};
use crate::{
    account::{directory::Entry, pool::Urgency, problem::InMailbox, uploads::Upload},
    imap::command::fetch_part::What,
    mime::{plan, transfer::Encoding},
};
use std::{os::unix::fs::FileExt, sync::Arc};
use surat_protocol::{Draft, DraftAttachment, MessageRef, Origin, Problem, Role, Section, UidSet};

/// A stored version of a draft.
pub(super) struct Stored {
    /// Where it is.
    pub message: MessageRef,
}

impl Stored {
    /// The files of the draft, each as the part of this version that it is now.
    pub(super) fn attachments(&self, draft: &Draft) -> Vec<DraftAttachment> {
        let parts = draft.attachments.iter().enumerate().map(|(index, attachment)| {
            // `mime::compose` puts the text first, and the files behind it in their order.
            let section = Section::parse(&(index + 2).to_string())?;
            let origin = Origin::Part {
                message: self.message.clone(),
                section,
            };
            Some(DraftAttachment {
                origin,
                ..attachment.clone()
            })
        });
        parts.flatten().collect()
    }
}

/// The octets of all files of a draft, in order. In memory, so bounded by the largest message.
pub(super) async fn files(job: &Job, draft: &Draft) -> Result<Vec<Vec<u8>>, Problem> {
    let limit_octets = job.account.servers.message_limit_octets;
    let mut room = limit_octets;
    let mut files = Vec::new();
    for attachment in &draft.attachments {
        let octets = match &attachment.origin {
            Origin::Upload(id) => {
                let upload = job.account.uploads.get(&job.account.key, id);
                let upload = upload.ok_or_else(|| Problem::UploadGone(attachment.name.clone()))?;
                if upload.size_octets > room {
                    return Err(Problem::TooLarge { limit_octets });
                }
                read(upload, &attachment.name).await?
            }
            Origin::Part { message, section } => {
                match part(job, message, section, room).await {
                    // The version that it was a part of was replaced meanwhile: by a save whose
                    // answer was lost, or by a failed try to send.
                    Err(Problem::MessageGone | Problem::NoSuchPart | Problem::MailboxChanged(_)) => {
                        let (message, section) = latest(job, draft, attachment).await?;
                        part(job, &message, &section, room).await?
                    }
                    result => result?,
                }
            }
        };
        room = room
            .checked_sub(octets.len() as u64)
            .ok_or(Problem::TooLarge { limit_octets })?;
        files.push(octets);
    }
    Ok(files)
}

async fn read(upload: Arc<Upload>, name: &str) -> Result<Vec<u8>, Problem> {
    let gone = || Problem::UploadGone(name.to_owned());
    let size = usize::try_from(upload.size_octets).map_err(|_| gone())?;
    let read = tokio::task::spawn_blocking(move || {
        let mut octets = vec![0; size];
        upload.file.read_exact_at(&mut octets, 0).map(|()| octets)
    });
    match read.await {
        Ok(Ok(octets)) => Ok(octets),
        Ok(Err(error)) => {
            tracing::error!(%error, "An upload could not be read again");
            Err(gone())
        }
        Err(_) => Err(gone()),
    }
}

/// A part of a stored message, decoded, of at most `room` octets.
async fn part(job: &Job, message: &MessageRef, section: &Section, room: u64) -> Result<Vec<u8>, Problem> {
    let entry = job.find(&message.mailbox).await?;
    let structure = structure(&job.account, &entry, message).await?;
    let encoding = part_at(&structure, section)
        .map(|part| Encoding::from_name(&part.encoding))
        .ok_or(Problem::NoSuchPart)?;
    let what = What::Part(section.clone());
    let mut pieces = Octets::open(Arc::clone(&job.account), entry, message.clone(), what, encoding).await?;
    let mut octets = Vec::new();
    while let Some(piece) = pieces.next().await? {
        octets.extend_from_slice(&piece);
        if octets.len() as u64 > room {
            return Err(Problem::TooLarge {
                limit_octets: job.account.servers.message_limit_octets,
            });
        }
    }
    Ok(octets)
}

/// The same file in the version of this draft that is stored now.
async fn latest(job: &Job, draft: &Draft, attachment: &DraftAttachment) -> Result<(MessageRef, Section), Problem> {
    let gone = || Problem::UploadGone(attachment.name.clone());
    let drafts = job
        .account
        .directory
        .of_role(Role::Drafts)
        .filter(|entry| !entry.is_promised)
        .ok_or_else(gone)?;
    let message = find(job, &drafts, draft).await?.ok_or_else(gone)?;
    let structure = structure(&job.account, &drafts, &message).await?;
    let same = |other: &&surat_protocol::Attachment| {
        other.name == attachment.name && other.media_type.eq_ignore_ascii_case(&attachment.media_type)
    };
    let section = plan(&structure)
        .attachments
        .iter()
        .find(same)
        .map(|found| found.section.clone());
    Ok((message, section.ok_or_else(gone)?))
}

/// The newest message with the draft's Message-ID in this mailbox.
pub(super) async fn find(job: &Job, entry: &Entry, draft: &Draft) -> Result<Option<MessageRef>, Problem> {
    let name = &entry.mailbox.name;
    let mut session = job.account.lease(Urgency::Person).await?;
    let uid_validity = session.open_anew(entry).await?.uid_validity;
    let newest = session.all_uids().await.in_mailbox(name)?.newest(0, LOOKED_THROUGH);
    if newest.is_empty() {
        return Ok(None);
    }
    let among = UidSet::from_ranges(newest.first().zip(newest.last()).map(|(first, last)| (first.0, last.0)));
    let found = session
        .uids_of_message_id(&among, &draft.message_id)
        .await
        .in_mailbox(name)?;
    Ok(found.last().map(|uid| MessageRef {
        mailbox: name.clone(),
        uid_validity,
        uid,
    }))
}

/// A message that is being sent, or was sent a moment ago, is among so many newest ones.
const LOOKED_THROUGH: usize = 300;
