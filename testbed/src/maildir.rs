//! Writes messages straight into a Maildir, which is the fastest way to fill a mailbox of 100,000.
//!
//! Only for a server that has not been started yet: Dovecot then finds the files and indexes them.

use anyhow::{Context, Result};
use std::{
    collections::HashMap,
    fmt::Write as _,
    fs::{self, File},
    io::Write,
    path::PathBuf,
    time::{Duration, SystemTime},
};

/// A message to be stored.
#[derive(Clone, Debug)]
pub struct Stored<'a> {
    /// Mailbox name, with `/` between levels; modified UTF-7.
    pub mailbox: &'a str,
    /// Letters of Maildir: `D`raft, `F`lagged, `R`eplied (answered), `S`een, `T`rashed.
    pub flags: &'a str,
    /// INTERNALDATE, in seconds since 1970.
    pub date: u64,
    /// The message, with CRLF line ends.
    pub octets: &'a [u8],
}

/// The mailboxes of one account (or of the public namespace).
#[derive(Debug)]
pub struct MaildirStore {
    root: PathBuf,
    /// Messages so far, by mailbox: their number orders them, as arrival does.
    counts: HashMap<String, usize>,
}

impl MaildirStore {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self {
            root,
            counts: HashMap::new(),
        }
    }

    /// Makes a mailbox, with those above it, if it is not there.
    ///
    /// # Errors
    /// When a folder cannot be made.
    pub fn create(&mut self, mailbox: &str) -> Result<()> {
        if self.counts.contains_key(mailbox) {
            return Ok(());
        }
        for part in ["cur", "new", "tmp"] {
            let folder = self.folder(mailbox).join(part);
            fs::create_dir_all(&folder).with_context(|| format!("Make {}", folder.display()))?;
        }
        self.counts.insert(mailbox.to_owned(), 0);
        Ok(())
    }

    /// Stores a message. Messages get their UIDs in the order of the calls.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add(&mut self, message: &Stored<'_>) -> Result<()> {
        self.create(message.mailbox)?;
        let count = self.counts.entry(message.mailbox.to_owned()).or_default();
        *count += 1;
        let number = *count;
        self.put(number, message)
    }

    /// Stores the message that is to be the `number`th of a mailbox that has been created.
    pub(crate) fn put(&self, number: usize, message: &Stored<'_>) -> Result<()> {
        // Dovecot gives UIDs in the order of file names. With S= and W= it need not open the files to know their sizes.
        let size = message.octets.len();
        let name = format!(
            "{:010}.M{number:07}.surat,S={size},W={size}:2,{}",
            1_000_000_000 + number,
            message.flags
        );
        let path = self.folder(message.mailbox).join("cur").join(name);
        let mut file = File::create(&path).with_context(|| format!("Store {}", path.display()))?;
        file.write_all(message.octets).context("Store a message")?;
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(message.date))
            .context("Set INTERNALDATE")
    }

    /// Gives each message of a mailbox the UID that is its number times `step`, as if all between had been deleted.
    ///
    /// # Errors
    /// When the files cannot be listed or the list of UIDs cannot be written.
    pub fn scatter(&self, mailbox: &str, step: u32) -> Result<()> {
        let folder = self.folder(mailbox);
        let files = fs::read_dir(folder.join("cur")).with_context(|| format!("List {mailbox}"))?;
        let mut names = files
            .map(|file| Ok(file?.file_name().to_string_lossy().into_owned()))
            .collect::<Result<Vec<_>>>()?;
        names.sort_unstable();
        // The form is Dovecot's own: version, UIDVALIDITY, UIDNEXT, then a line for each message, without its flags.
        let next = u64::from(step) * (names.len() as u64 + 1);
        let mut list = format!("3 V1700000000 N{next}\n");
        for (name, number) in names.iter().zip(1u64..) {
            let name = name.split(':').next().unwrap_or(name);
            let _ = writeln!(list, "{} :{name}", number * u64::from(step));
        }
        fs::write(folder.join("dovecot-uidlist"), list).context("Write the list of UIDs")
    }

    /// Subscribes to mailboxes, beside those that are subscribed to already.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn subscribe(&self, mailboxes: &[&str]) -> Result<()> {
        fs::create_dir_all(&self.root).context("Make store")?;
        let path = self.root.join("subscriptions");
        let before = fs::read_to_string(&path).unwrap_or_default();
        let known: Vec<&str> = before.lines().collect();
        let new = mailboxes.iter().filter(|mailbox| !known.contains(mailbox));
        let text: String = new.map(|mailbox| format!("{mailbox}\n")).collect();
        fs::write(path, before.clone() + &text).context("Write subscriptions")
    }

    fn folder(&self, mailbox: &str) -> PathBuf {
        if mailbox == "INBOX" {
            self.root.clone()
        } else {
            self.root.join(mailbox)
        }
    }
}
