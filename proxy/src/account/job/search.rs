//! Searching: the server looks, the newest messages first, in portions that nobody has to wait behind.

use super::{Job, rows};
use crate::account::{directory::Entry, pool::Urgency, problem::InMailbox};
use std::time::{Duration, Instant};
use surat_protocol::{Answer, Problem, Role, Scope, Term, TermField, UidSet};

/// Conditions of one search.
const TERMS: usize = 20;
/// Characters of one condition.
const TEXT: usize = 500;
/// Rows that are shown of one mailbox.
const ROWS: usize = 200;
/// Messages that are looked through in the first turn; later ones by how long this took.
const FIRST_PORTION: usize = 2000;
const SMALLEST_PORTION: usize = 200;
const LARGEST_PORTION: usize = 200_000;
/// A turn should take about so long: somebody who opens a message meanwhile waits for it.
const TURN: Duration = Duration::from_millis(300);

pub(super) async fn search(job: &Job, scope: &Scope, terms: &[Term]) -> Result<Answer, Problem> {
    check(terms)?;
    match scope {
        Scope::Mailbox(name) => {
            let entry = job.find(name).await?;
            if !entry.is_promised {
                search_one(job, &entry, terms).await?;
            }
        }
        Scope::All => {
            for entry in everywhere(job).await? {
                match search_one(job, &entry, terms).await {
                    // One mailbox that cannot be opened must not hide what is in the others.
                    Err(
                        Problem::NoSuchMailbox(_)
                        | Problem::NoPermission
                        | Problem::Refused(_)
                        | Problem::MailboxChanged(_),
                    ) => {}
                    result => result?,
                }
            }
        }
    }
    Ok(Answer::Done)
}

pub(super) fn check(terms: &[Term]) -> Result<(), Problem> {
    let is_good = |term: &Term| {
        let needs_text = !matches!(term.field, TermField::Unread | TermField::Starred);
        (!needs_text || !term.text.trim().is_empty())
            && term.text.chars().count() <= TEXT
            && !term.text.chars().any(char::is_control)
    };
    let is_search = (1..=TERMS).contains(&terms.len()) && terms.iter().all(is_good);
    if is_search { Ok(()) } else { Err(Problem::BadRequest) }
}

/// Every mailbox but Junk and Trash; not the virtual ones, which would find all twice. INBOX first.
async fn everywhere(job: &Job) -> Result<Vec<Entry>, Problem> {
    if !job.account.directory.is_known() {
        super::refresh_mailboxes(&job.account).await?;
    }
    let is_searched = |entry: &&Entry| {
        let role = entry.mailbox.role;
        entry.mailbox.is_selectable
            && !entry.is_promised
            && !matches!(role, Some(Role::Junk | Role::Trash | Role::All | Role::Flagged))
    };
    let mut entries: Vec<Entry> = job
        .account
        .directory
        .listing()
        .entries
        .iter()
        .filter(is_searched)
        .cloned()
        .collect();
    entries.sort_by_key(|entry| (entry.mailbox.role != Some(Role::Inbox), entry.mailbox.namespace));
    Ok(entries)
}

async fn search_one(job: &Job, entry: &Entry, terms: &[Term]) -> Result<(), Problem> {
    let name = &entry.mailbox.name;
    let mut session = job.account.lease(Urgency::Bulk).await?;
    let validity = session.open_anew(entry).await?.uid_validity;
    let mut left = session.all_uids().await.in_mailbox(name)?;
    drop(session);
    let (mut portion, mut shown) = (FIRST_PORTION, 0);
    while !left.is_empty() {
        let among = left.newest(0, portion);
        left = left.difference(&among);
        let mut session = job.account.lease(Urgency::Bulk).await?;
        session.open_valid(entry, validity, among.last()).await?;
        let start = Instant::now();
        let found = session
            .search_among(&whole(&among), terms)
            .await
            .in_mailbox(name)?
            .intersection(&among);
        portion = next_portion(portion, start.elapsed(), TURN);
        let rows = rows::fetch_rows(&mut session, &found.newest(0, ROWS - shown))
            .await
            .in_mailbox(name)?;
        drop(session);
        if !found.is_empty() {
            shown += rows.len();
            let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
            job.answer(Answer::Hits {
                mailbox: name.clone(),
                uid_validity: validity,
                rows,
                total,
            })
            .await?;
        }
    }
    Ok(())
}

/// One range from the first to the last, which always fits into a command.
pub(super) fn whole(uids: &UidSet) -> UidSet {
    UidSet::from_ranges(uids.first().zip(uids.last()).map(|(first, last)| (first.0, last.0)))
}

/// Twice as many after a turn that was quicker than `turn`, half as many after a slow one.
pub(super) fn next_portion(portion: usize, took: Duration, turn: Duration) -> usize {
    let next = if took < turn / 2 {
        portion.saturating_mul(2)
    } else if took > turn * 2 {
        portion / 2
    } else {
        portion
    };
    next.clamp(SMALLEST_PORTION, LARGEST_PORTION)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(field: TermField, text: &str) -> Term {
        Term {
            field,
            text: text.into(),
        }
    }

    #[test]
    fn a_search_is_for_something() {
        assert!(check(&[term(TermField::Anywhere, "kopi")]).is_ok());
        assert!(check(&[term(TermField::Unread, "")]).is_ok());
        assert_eq!(check(&[]), Err(Problem::BadRequest));
        for bad in ["", " ", "a\r\nb", "a\0b", &"x".repeat(501)] {
            assert_eq!(
                check(&[term(TermField::From, bad)]),
                Err(Problem::BadRequest),
                "{bad:?}"
            );
        }
        assert_eq!(check(&vec![term(TermField::Unread, ""); 21]), Err(Problem::BadRequest));
    }

    #[test]
    fn portions_follow_the_speed_of_the_server() {
        assert_eq!(next_portion(2000, Duration::from_millis(10), TURN), 4000);
        assert_eq!(next_portion(2000, Duration::from_secs(5), TURN), 1000);
        assert_eq!(next_portion(200, Duration::from_secs(5), TURN), 200);
    }
}
