//! Sessions that were ended before their time. A cookie cannot be called back, so what was ended is remembered until
//! it would have ended by itself: in memory, and in a file, since a restart must not bring it back to life.

mod file;

use super::cookie::{LONGEST, Session};
use crate::{account::SessionId, clock::now};
use file::File;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Names an account in the file without naming it: SHA-256 of its address, in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Tag([u8; 32]);

impl Tag {
    fn of(email: &str) -> Self {
        Self(Sha256::digest(email.to_lowercase()).into())
    }
}

/// One end. All times are in seconds since 1970 UTC; from `until` on it need not be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Of a session.
    Session { id: SessionId, until: u64 },
    /// Of all sessions of an account that had begun by then.
    Account { tag: Tag, at: u64, until: u64 },
}

/// What was ended on this node.
pub struct Ended {
    known: Arc<Mutex<Known>>,
    /// Ends are written one after the other, and nobody who is let in waits for that.
    file: Arc<Mutex<File>>,
}

#[derive(Debug, Default)]
struct Known {
    sessions: HashMap<SessionId, u64>,
    /// Until when it is remembered, and what begins after which second is good.
    accounts: HashMap<Tag, (u64, u64)>,
}

impl Ended {
    /// Reads what an earlier run has left in the file, and makes it if there is none.
    pub fn load(path: &Path) -> io::Result<Self> {
        let mut known = Known::default();
        for end in File::read(path)? {
            known.take(end);
        }
        known.forget(now());
        Ok(Self {
            file: Arc::new(Mutex::new(File::begin(path, &known.all())?)),
            known: Arc::new(Mutex::new(known)),
        })
    }

    /// Ends a session. Only holders of a good cookie come here, so the number stays small. The error says that it is not
    /// in the file: then it is ended until the next restart.
    pub async fn end(&self, session: &Session) -> io::Result<()> {
        let until = session.ends_at();
        self.note(End::Session { id: session.id, until }).await
    }

    /// Ends all sessions of an account that have begun so far. The error is that of [`Self::end`].
    pub async fn end_all(&self, email: &str) -> io::Result<()> {
        let (tag, at) = (Tag::of(email), now());
        let until = at.saturating_add(LONGEST.as_secs());
        self.note(End::Account { tag, at, until }).await
    }

    /// Was it ended?
    pub fn contains(&self, session: &Session) -> bool {
        let tag = Tag::of(&session.credentials.email);
        let known = self.lock();
        let account = known.accounts.get(&tag);
        known.sessions.contains_key(&session.id) || account.is_some_and(|(_, at)| session.issued_at() <= *at)
    }

    /// When all sessions of an account were ended last, in seconds since 1970 UTC; 0 for never.
    pub fn last_of(&self, email: &str) -> u64 {
        self.lock().accounts.get(&Tag::of(email)).map_or(0, |(_, at)| *at)
    }

    async fn note(&self, end: End) -> io::Result<()> {
        {
            let mut known = self.lock();
            known.forget(now());
            known.take(end);
        }
        let (file, known) = (Arc::clone(&self.file), Arc::clone(&self.known));
        let write = move || {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            // Asked while the file is ours: what others have ended meanwhile is among them.
            let all = || lock(&known).all();
            file.append(end, all)
        };
        tokio::task::spawn_blocking(write).await.map_err(io::Error::other)?
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        lock(&self.known)
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Known {
    fn take(&mut self, end: End) {
        match end {
            End::Session { id, until } => {
                self.sessions.insert(id, until);
            }
            End::Account { tag, at, until } => {
                let known = self.accounts.entry(tag).or_default();
                *known = (until.max(known.0), at.max(known.1));
            }
        }
    }

    fn forget(&mut self, now: u64) {
        self.sessions.retain(|_, until| *until > now);
        self.accounts.retain(|_, (until, _)| *until > now);
    }

    fn all(&self) -> Vec<End> {
        let sessions = self.sessions.iter().map(|(&id, &until)| End::Session { id, until });
        let accounts = self.accounts.iter();
        let accounts = accounts.map(|(&tag, &(until, at))| End::Account { tag, at, until });
        sessions.chain(accounts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{account::Credentials, secret::Secret};
    use std::fs;

    fn begin(email: &str, after: u64) -> Session {
        let credentials = Credentials {
            email: email.into(),
            password: Secret::new("surat"),
        };
        Session::begin(credentials, true, after)
    }

    #[tokio::test]
    async fn only_the_ended_session_is_void_and_stays_so_after_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ended");
        let (mine, other) = (begin("ayu@surat.test", 0), begin("ayu@surat.test", 0));
        let ended = Ended::load(&path).expect("it is made");

        ended.end(&mine).await.expect("it is written");

        for ended in [ended, Ended::load(&path).expect("it is read")] {
            assert!(ended.contains(&mine) && !ended.contains(&other));
        }
        let text = fs::read_to_string(&path).expect("text");
        assert!(!text.contains("ayu") && !text.contains("surat\n"), "{text}");
    }

    #[tokio::test]
    async fn all_sessions_of_an_account_end_but_for_those_that_begin_later() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ended");
        let (early, other) = (begin("Ayu@surat.test", 0), begin("budi@surat.test", 0));
        let ended = Ended::load(&path).expect("it is made");

        ended.end_all("ayu@surat.test").await.expect("it is written");
        let late = begin("ayu@surat.test", ended.last_of("AYU@surat.test"));

        for ended in [ended, Ended::load(&path).expect("it is read")] {
            assert!(ended.contains(&early) && !ended.contains(&late) && !ended.contains(&other));
        }
    }

    #[tokio::test]
    async fn what_would_have_ended_by_itself_is_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ended");
        let id = SessionId::random();
        let end = |until| End::Session { id, until };
        let ended = Ended::load(&path).expect("it is made");

        ended.note(end(now() - 1)).await.expect("it is written");
        let again = Ended::load(&path).expect("it is read");

        assert!(again.lock().all().is_empty());
        assert_eq!(
            fs::metadata(&path).expect("it is there").len(),
            0,
            "and it takes no room"
        );
    }

    #[test]
    fn a_line_that_was_cut_costs_that_line_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ended");
        let good = File::line(End::Session {
            id: SessionId::random(),
            until: now() + 60,
        });
        fs::write(&path, format!("{good}session abc 1\naccount\n{}", &good[..20])).expect("a file");

        let ended = Ended::load(&path).expect("it is read");

        assert_eq!(ended.lock().all().len(), 1);
    }
}
