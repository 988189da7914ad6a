//! Files on their way into a draft: in anonymous temporary files of this node, for an hour at most.
//!
//! Nameless on disk, so a crash leaves nothing behind. An id is random and good for one account.

use super::key::AccountKey;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use std::{
    collections::HashMap,
    fs::File,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use surat_protocol::{Problem, UploadId};
use tokio::io::AsyncWriteExt;

/// From upload to the next save of the draft pass seconds; a lost connection may take a while.
const KEPT_FOR: Duration = Duration::from_secs(60 * 60);
/// Files of one account at once.
const FILES_PER_ACCOUNT: usize = 100;
/// An account may have so many times the limit of one message waiting.
const MESSAGES_PER_ACCOUNT: u64 = 4;

/// All uploads of this node.
pub struct Uploads {
    /// Largest file, in octets.
    limit_octets: u64,
    files: Mutex<HashMap<String, Entry>>,
}

struct Entry {
    account: AccountKey,
    /// Its octets; while it is being received, what it has room for.
    size_octets: u64,
    /// `None` while it is being received.
    upload: Option<Arc<Upload>>,
    since: Instant,
}

/// A file that was uploaded.
pub struct Upload {
    /// Its octets, from the start; readers use positions of their own.
    pub file: File,
    /// How many.
    pub size_octets: u64,
}

/// A file that is being uploaded. Dropped before its end, it is gone.
pub struct Receiving<'a> {
    uploads: &'a Uploads,
    id: String,
    file: tokio::fs::File,
    size_octets: u64,
}

impl Uploads {
    /// No uploads yet.
    pub fn new(limit_octets: u64) -> Self {
        Self {
            limit_octets,
            files: Mutex::default(),
        }
    }

    /// Begins an upload of an account, whose size is known where the browser told.
    pub fn begin(&self, account: AccountKey, announced_octets: Option<u64>) -> Result<Receiving<'_>, Problem> {
        if announced_octets.is_some_and(|octets| octets > self.limit_octets) {
            return Err(self.too_large());
        }
        let size_octets = announced_octets.unwrap_or(0);
        let file = tempfile::tempfile().map_err(|error| no_space(&error))?;
        let mut id = [0; 24];
        getrandom::fill(&mut id).expect("the system gives random octets");
        let id = BASE64_URL_SAFE_NO_PAD.encode(id);
        self.expire();
        let mut files = self.lock();
        self.check_room(&files, &account, 1, size_octets)?;
        files.insert(
            id.clone(),
            Entry {
                account,
                size_octets,
                upload: None,
                since: Instant::now(),
            },
        );
        Ok(Receiving {
            uploads: self,
            id,
            file: file.into(),
            size_octets: 0,
        })
    }

    /// A file by its id, if it is this account's.
    pub fn get(&self, account: &AccountKey, id: &UploadId) -> Option<Arc<Upload>> {
        self.lock()
            .get(&id.0)
            .filter(|entry| entry.account == *account)
            .and_then(|entry| entry.upload.clone())
    }

    /// Lets go what is too old. Called now and then.
    pub fn expire(&self) {
        self.lock().retain(|_, entry| entry.since.elapsed() < KEPT_FOR);
    }

    /// Is there room for so much more? What is still on its way counts like what is there, else
    /// uploads that never end would fill the disk.
    fn check_room(
        &self,
        files: &HashMap<String, Entry>,
        account: &AccountKey,
        more_files: usize,
        more_octets: u64,
    ) -> Result<(), Problem> {
        let own = || files.values().filter(|entry| entry.account == *account);
        let octets: u64 = own().map(|entry| entry.size_octets).sum();
        let is_full = own().count() + more_files > FILES_PER_ACCOUNT
            || octets.saturating_add(more_octets) > self.limit_octets.saturating_mul(MESSAGES_PER_ACCOUNT);
        if is_full { Err(Problem::NoSpace) } else { Ok(()) }
    }

    fn too_large(&self) -> Problem {
        Problem::TooLarge {
            limit_octets: self.limit_octets,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Receiving<'_> {
    /// Makes room for all octets so far. Fails when it has taken too long as well.
    fn reserve(&self) -> Result<(), Problem> {
        let mut files = self.uploads.lock();
        let entry = files.get(&self.id).ok_or(Problem::TimedOut)?;
        let more_octets = self.size_octets.saturating_sub(entry.size_octets);
        if more_octets == 0 {
            return Ok(());
        }
        self.uploads.check_room(&files, &entry.account, 0, more_octets)?;
        if let Some(entry) = files.get_mut(&self.id) {
            entry.size_octets = self.size_octets;
        }
        Ok(())
    }

    /// Takes the next octets.
    pub async fn write(&mut self, octets: &[u8]) -> Result<(), Problem> {
        self.size_octets = self.size_octets.saturating_add(octets.len() as u64);
        if self.size_octets > self.uploads.limit_octets {
            return Err(self.uploads.too_large());
        }
        self.reserve()?;
        self.file.write_all(octets).await.map_err(|error| no_space(&error))
    }

    /// All of it is there.
    pub async fn finish(mut self) -> Result<UploadId, Problem> {
        self.file.flush().await.map_err(|error| no_space(&error))?;
        let file = self.file.try_clone().await.map_err(|error| no_space(&error))?;
        let upload = Arc::new(Upload {
            file: file.into_std().await,
            size_octets: self.size_octets,
        });
        let mut files = self.uploads.lock();
        let entry = files.get_mut(&self.id).ok_or(Problem::TimedOut)?;
        entry.size_octets = upload.size_octets;
        entry.upload = Some(upload);
        entry.since = Instant::now();
        Ok(UploadId(std::mem::take(&mut self.id)))
    }
}

impl Drop for Receiving<'_> {
    fn drop(&mut self) {
        // Of one that is finished the id was taken.
        self.uploads.lock().remove(&self.id);
    }
}

/// The disk is full, or cannot be written; either way the person can only try later.
fn no_space(error: &io::Error) -> Problem {
    tracing::error!(%error, "Cannot keep an upload; is the temporary folder full?");
    Problem::NoSpace
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{account::Credentials, secret::Secret};
    use std::os::unix::fs::FileExt;

    fn key(name: &str) -> AccountKey {
        AccountKey::of(&Credentials {
            email: name.into(),
            password: Secret::new("surat"),
        })
    }

    async fn upload(uploads: &Uploads, account: &AccountKey, octets: &[u8]) -> Result<UploadId, Problem> {
        let mut receiving = uploads.begin(account.clone(), Some(octets.len() as u64))?;
        for piece in octets.chunks(3) {
            receiving.write(piece).await?;
        }
        receiving.finish().await
    }

    #[tokio::test]
    async fn a_file_is_its_owners_alone() {
        let (uploads, ayu) = (Uploads::new(1000), key("ayu"));

        let id = upload(&uploads, &ayu, b"hello world").await.expect("there is room");

        let found = uploads.get(&ayu, &id).expect("it is there");
        let mut octets = [0; 11];
        found.file.read_exact_at(&mut octets, 0).expect("it can be read");
        assert_eq!(&octets, b"hello world");
        assert!(uploads.get(&key("budi"), &id).is_none());
        assert!(uploads.get(&ayu, &UploadId("guess".into())).is_none());
    }

    #[tokio::test]
    async fn sizes_are_bounded_whatever_was_announced() {
        let (uploads, ayu) = (Uploads::new(10), key("ayu"));

        assert_eq!(
            upload(&uploads, &ayu, &[0; 11]).await,
            Err(Problem::TooLarge { limit_octets: 10 })
        );
        let mut lying = uploads.begin(ayu.clone(), Some(1)).expect("there is room");
        assert_eq!(lying.write(&[0; 11]).await, Err(Problem::TooLarge { limit_octets: 10 }));
        drop(lying);

        for _ in 0..MESSAGES_PER_ACCOUNT {
            upload(&uploads, &ayu, &[0; 10]).await.expect("there is room");
        }
        assert_eq!(upload(&uploads, &ayu, b"x").await, Err(Problem::NoSpace));
        assert!(upload(&uploads, &key("budi"), b"x").await.is_ok());
    }

    #[tokio::test]
    async fn what_is_on_its_way_takes_room_too() {
        let (uploads, ayu) = (Uploads::new(10), key("ayu"));

        let mut open = Vec::new();
        for _ in 0..MESSAGES_PER_ACCOUNT {
            let mut receiving = uploads.begin(ayu.clone(), None).expect("there is room");
            receiving.write(&[0; 10]).await.expect("there is room");
            open.push(receiving);
        }
        let mut more = uploads.begin(ayu.clone(), None).expect("it may be empty");
        assert_eq!(more.write(b"x").await, Err(Problem::NoSpace));
        drop(more);
        open.clear();
        upload(&uploads, &ayu, b"x")
            .await
            .expect("what was given up takes none");

        for _ in 1..FILES_PER_ACCOUNT {
            open.push(uploads.begin(ayu.clone(), None).expect("there is room"));
        }
        assert_eq!(uploads.begin(ayu, None).err(), Some(Problem::NoSpace));
    }
}
