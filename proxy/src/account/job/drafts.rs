//! Drafts: stored as one writes, opened again, and never in two versions.

use super::{
    Job, message, special,
    stored::{self, Stored},
};
use crate::{
    account::{directory::Entry, pool::Urgency, problem::InMailbox, servers::Connection},
    imap::command::fetch_part::What,
    mime::{self, Links, header, plan, view},
};
use std::time::SystemTime;
use surat_protocol::{Answer, Draft, Flag, MessageRef, Problem, Role, UidSet};

pub(super) async fn save(job: &Job, draft: &Draft, replaces: Option<&MessageRef>) -> Result<Answer, Problem> {
    let _turn = job.account.sending.turn(&draft.message_id).await?;
    let octets = compose(job, draft).await?;
    let stored = store(job, draft, &octets, &[Flag::Draft, Flag::Seen], replaces).await?;
    Ok(Answer::DraftSaved {
        attachments: stored.attachments(draft),
        message: stored.message,
    })
}

pub(super) async fn open(job: &Job, message: &MessageRef) -> Result<Answer, Problem> {
    let entry = job.find(&message.mailbox).await?;
    let mut session = job.account.lease(Urgency::Person).await?;
    let described = message::describe(&mut session, &entry, message).await?;
    let fields = session
        .fetch_header(message.uid, &What::Header)
        .await
        .in_mailbox(&message.mailbox)?;
    let plan = described.fetch.body_structure.as_ref().map(plan).unwrap_or_default();
    let fetched = message::fetch_texts(&mut session, &plan, message, true).await?;
    drop(session);
    // A draft is written, not looked at: it needs no addresses of images.
    let seen = view(
        &plan,
        &fetched,
        &Links {
            part: &|_| String::new(),
            remote_image: &|_| None,
        },
    );
    let envelope = header::envelope(&described.fetch.envelope.unwrap_or_default(), b"");
    let mut draft = mime::reopen(&envelope, &fields.unwrap_or_default(), &seen, message);
    // Other programs store drafts without one, and it is the key to saving and sending.
    if !mime::is_id(&draft.message_id) {
        draft.message_id = new_id(&job.account.credentials.email);
    }
    Ok(Answer::Draft(Box::new(draft)))
}

/// A Message-ID that nobody has.
fn new_id(email: &str) -> String {
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("the system gives random octets");
    let domain = email.rsplit_once('@').map_or("surat.invalid", |(_, domain)| domain);
    let id = format!("{:032x}@{domain}", u128::from_be_bytes(random));
    // A domain in another script stands in no id.
    if mime::is_id(&id) {
        id
    } else {
        format!("{:032x}@surat.invalid", u128::from_be_bytes(random))
    }
}

/// The message of a draft, its files fetched from wherever they are.
pub(super) async fn compose(job: &Job, draft: &Draft) -> Result<Vec<u8>, Problem> {
    let files = stored::files(job, draft).await?;
    let octets = mime::compose(draft, &job.account.credentials.email, files, SystemTime::now())?;
    let limit_octets = job.account.servers.message_limit_octets;
    if octets.len() as u64 > limit_octets {
        return Err(Problem::TooLarge { limit_octets });
    }
    Ok(octets)
}

/// Stores a version in Drafts, and then removes the versions before it, never the other way round.
pub(super) async fn store(
    job: &Job,
    draft: &Draft,
    octets: &[u8],
    flags: &[Flag],
    replaces: Option<&MessageRef>,
) -> Result<Stored, Problem> {
    let drafts = special::of_role(&job.account, Role::Drafts).await?;
    let mut session = job.account.lease(Urgency::Person).await?;
    let stored = append(&mut session, &drafts, draft, octets, flags).await;
    let removed = match &stored {
        Ok(stored) => remove_others(&mut session, &drafts, draft, stored, replaces).await,
        Err(_) => Ok(()),
    };
    drop(session);
    super::refresh_counts(&job.account, vec![drafts]);
    if let Err(problem) = removed {
        // Two versions are a nuisance; none would be a loss. The next save removes both.
        tracing::info!(?problem, "The version before a stored draft was not removed");
    }
    stored
}

async fn append(
    session: &mut Connection,
    drafts: &Entry,
    draft: &Draft,
    octets: &[u8],
    flags: &[Flag],
) -> Result<Stored, Problem> {
    let name = &drafts.mailbox.name;
    let appended = session
        .append(&drafts.wire, flags, None, octets.len() as u64, octets)
        .await
        .in_mailbox(name)?;
    if let Some((uid_validity, uid)) = appended {
        return Ok(Stored {
            message: MessageRef {
                mailbox: name.clone(),
                uid_validity,
                uid,
            },
        });
    }
    // A server without UIDPLUS does not tell where it is.
    let uid_validity = session.open_anew(drafts).await?.uid_validity;
    let uids = session
        .uids_of_message_id(&UidSet::new(), &draft.message_id)
        .await
        .in_mailbox(name)?;
    let uid = uids.last().ok_or(Problem::MessageGone)?;
    Ok(Stored {
        message: MessageRef {
            mailbox: name.clone(),
            uid_validity,
            uid,
        },
    })
}

/// Removes what has the same Message-ID, and what the browser says that this one follows.
async fn remove_others(
    session: &mut Connection,
    drafts: &Entry,
    draft: &Draft,
    stored: &Stored,
    replaces: Option<&MessageRef>,
) -> Result<(), Problem> {
    let name = &drafts.mailbox.name;
    session
        .open_valid(drafts, stored.message.uid_validity, Some(stored.message.uid))
        .await?;
    let mut old = session
        .uids_of_message_id(&UidSet::new(), &draft.message_id)
        .await
        .in_mailbox(name)?;
    // Only ever a message in Drafts: a wrong reference must not cost anybody mail.
    let is_here =
        |replaced: &&MessageRef| replaced.mailbox == *name && replaced.uid_validity == stored.message.uid_validity;
    if let Some(replaced) = replaces.filter(is_here) {
        old.insert(replaced.uid);
    }
    old.remove(stored.message.uid);
    session.expunge(&old).await.in_mailbox(name)?;
    Ok(())
}
