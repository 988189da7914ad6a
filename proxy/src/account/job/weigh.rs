//! What the account's own mail says of a sender: was this address written to, did it write before, does its domain pose
//! as one of somebody who was written to?
//!
//! Asked when a message is on screen. The turns are short and come after everything that a person waits for, so that
//! nobody ever waits long behind one, and after a few seconds the question is dropped.

use super::{Job, ready::come_back, search};
use crate::{
    account::{actor::Account, correspondents::People, directory::Entry, pool::Urgency, problem::InMailbox},
    mime::{
        header,
        trust::{of_address, registrable},
    },
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use surat_protocol::{Answer, Caution, MessageRef, Problem, Role, Term, TermField, UidSet, UidValidity};

/// No turn begins later than this.
const WITHIN: Duration = Duration::from_secs(4);
/// A turn should take about so long.
const TURN: Duration = Duration::from_millis(100);
/// Messages that are looked through in the first turn; later ones by how long this took.
const FIRST_PORTION: usize = 500;
/// Messages in Sent whose recipients count as people that the account writes to, the newest …
const SENT: usize = 300;
/// … and how many of them are read in one turn.
const SENT_PORTION: usize = 100;

pub(super) async fn sender(job: &Job, message: &MessageRef, email: &str) -> Result<Answer, Problem> {
    search::check(&[term(TermField::From, email)])?;
    let deadline = Instant::now() + WITHIN;
    let own = of_address(&job.account.credentials.email);
    let Some(domain) = of_address(email).filter(|domain| !is_of_same(domain, own.as_deref())) else {
        return Ok(Answer::Weighed(None));
    };
    let here = job.find(&message.mailbox).await?;
    let sent = sent(&job.account, &here);
    let people = match &sent {
        Some(sent) => people(&job.account, sent, deadline).await?,
        None => Arc::default(),
    };
    let caution = if people.know(email) {
        None
    } else if let Some(like) = people.like(&domain).map(str::to_owned) {
        Some(Caution::LookAlike { domain, like })
    } else {
        let is_known = has_earlier(job, &here, message, email, deadline).await?
            || match &sent {
                Some(sent) => has_sent(job, sent, email, deadline).await?,
                None => false,
            };
        (!is_known).then_some(Caution::FirstContact)
    };
    come_back(&job.account, &here).await?;
    Ok(Answer::Weighed(caution))
}

/// Looks up whom the account wrote to, unless that is known. Whoever asks while a large mailbox is read makes the
/// working connection leave it, and coming back can be slow.
pub(super) async fn know_people(account: &Account, here: &Entry) -> Result<(), Problem> {
    if let Some(sent) = sent(account, here) {
        people(account, &sent, Instant::now() + WITHIN).await?;
    }
    Ok(())
}

/// Where to look for those who were written to; `None` while that is where one reads.
fn sent(account: &Account, here: &Entry) -> Option<Entry> {
    let sent = account.directory.of_role(Role::Sent);
    sent.filter(|sent| !sent.is_promised && sent.wire != here.wire)
}

fn is_of_same(domain: &str, own: Option<&str>) -> bool {
    own.is_some_and(|own| registrable(own) == registrable(domain))
}

fn term(field: TermField, email: &str) -> Term {
    Term {
        field,
        text: email.into(),
    }
}

/// Whom the newest messages in Sent went to.
async fn people(account: &Account, sent: &Entry, deadline: Instant) -> Result<Arc<People>, Problem> {
    if let Some(people) = account.correspondents.get() {
        return Ok(people);
    }
    let mut people = People::default();
    let mut left = all_uids(account, sent).await?.1.newest(0, SENT);
    while !left.is_empty() && Instant::now() < deadline {
        let some = left.newest(0, SENT_PORTION);
        left = left.difference(&some);
        let mut session = account.lease(Urgency::Guess).await?;
        session.open(sent).await?;
        let told = session.fetch_envelopes(&some, |envelope| {
            let fields = [&envelope.to, &envelope.cc, &envelope.bcc];
            let all = fields.into_iter().flat_map(|field| header::addresses(field));
            all.for_each(|address| people.add(&address.email));
        });
        told.await.in_mailbox(&sent.mailbox.name)?;
    }
    Ok(account.correspondents.keep(people))
}

/// Did this address write before? Yes, where that was not found out in time.
async fn has_earlier(
    job: &Job,
    here: &Entry,
    message: &MessageRef,
    email: &str,
    deadline: Instant,
) -> Result<bool, Problem> {
    let (validity, all) = all_uids(&job.account, here).await?;
    if validity != message.uid_validity {
        return Err(Problem::MailboxChanged(message.mailbox.clone()));
    }
    // Before the first UID there is nothing; and a range that ends before it begins would be read the other way round.
    let before = message.uid.0.checked_sub(1).filter(|last| *last > 0);
    let earlier = all.intersection(&UidSet::from_ranges(before.map(|last| (1, last))));
    any(job, here, earlier, &term(TermField::From, email), deadline).await
}

/// Was this address written to, ever? Yes, where that was not found out in time.
async fn has_sent(job: &Job, sent: &Entry, email: &str, deadline: Instant) -> Result<bool, Problem> {
    let (_, all) = all_uids(&job.account, sent).await?;
    any(job, sent, all, &term(TermField::To, email), deadline).await
}

async fn all_uids(account: &Account, entry: &Entry) -> Result<(UidValidity, UidSet), Problem> {
    let mut session = account.lease(Urgency::Guess).await?;
    let validity = session.open(entry).await?.uid_validity;
    let all = session.all_uids().await.in_mailbox(&entry.mailbox.name)?;
    Ok((validity, all))
}

/// Does one of these messages fit? The newest are asked first.
async fn any(job: &Job, entry: &Entry, uids: UidSet, term: &Term, deadline: Instant) -> Result<bool, Problem> {
    let (mut left, mut portion) = (uids, FIRST_PORTION);
    while !left.is_empty() {
        if Instant::now() >= deadline {
            return Ok(true);
        }
        let among = left.newest(0, portion);
        left = left.difference(&among);
        let mut session = job.account.lease(Urgency::Guess).await?;
        session.open(entry).await?;
        let start = Instant::now();
        let found = session
            .search_among(&search::whole(&among), std::slice::from_ref(term))
            .await;
        let found = found.in_mailbox(&entry.mailbox.name)?;
        drop(session);
        if !found.intersection(&among).is_empty() {
            return Ok(true);
        }
        portion = search::next_portion(portion, start.elapsed(), TURN);
    }
    Ok(false)
}
