//! IMAP servers that are not Dovecot, beside a [`Testbed`]: private instances of unpacked Debian packages.
//!
//! They offer other extensions, or fewer. All addresses of the test domain have an account there, which is made, with
//! the usual mailboxes or without, at the first sign-in.

mod courier;
mod cyrus;
mod gate;

use crate::{
    Testbed,
    command::{Privilege, output},
    daemon::Daemon,
    dovecot::Owner,
    ports::{self, Reserved},
};
use anyhow::{Context, Result};
use gate::Gate;
use std::{ffi::OsString, fs, path::Path};

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Courier IMAP 5: no CONDSTORE, no MOVE, no LIST-STATUS, no ESEARCH.
    Courier,
    /// Cyrus IMAP 3.6: QRESYNC and LIST-STATUS, no NOTIFY.
    Cyrus,
}

/// A running server. It ends with the test bed that it stands beside.
#[derive(Debug)]
pub struct OtherServer {
    /// IMAP, plain.
    pub imap_port: u16,
    daemon: Daemon,
    _gate: Gate,
    _reserved: Reserved<1>,
}

/// Where a server is to live, and as whom.
struct Place<'a> {
    /// The unpacked packages.
    packages: &'a Path,
    /// Its own folder in that of the test bed.
    folder: &'a Path,
    port: u16,
    owner: Owner,
    uid: u32,
    gid: u32,
}

impl OtherServer {
    /// Starts a server out of its packages, which were unpacked into this folder.
    ///
    /// # Errors
    /// When it does not answer; the error carries the end of its log.
    pub fn start(kind: Kind, packages: &Path, testbed: &Testbed) -> Result<Self> {
        let privilege = match Privilege::find() {
            Privilege::Root => Privilege::Root,
            // It needs no root where we are not.
            Privilege::Sudo | Privilege::None => Privilege::None,
        };
        let reserved: Reserved<1> = ports::reserve()?;
        let [port] = reserved.ports;
        let folder = testbed.dir().join(kind.name());
        fs::create_dir(&folder).context("Make the folder of the other server")?;
        let owner = Owner::find(privilege)?;
        let place = Place {
            packages,
            folder: &folder,
            port,
            uid: number(&["-u", &owner.user])?,
            gid: number(&["-g", &owner.user])?,
            owner,
        };
        let (gate, command) = match kind {
            Kind::Courier => courier::prepare(&place)?,
            Kind::Cyrus => cyrus::prepare(&place)?,
        };
        let greeting = vec![(port, ports::Greeting::Spoken)];
        let mut server = Self {
            imap_port: port,
            daemon: Daemon::new(kind.name(), command, testbed.dir(), greeting, privilege),
            _gate: gate,
            _reserved: reserved,
        };
        server.daemon.start()?;
        Ok(server)
    }

    /// Kills it and all its children at once, as `kill -9` does.
    ///
    /// # Errors
    /// When that is not allowed.
    pub fn kill(&mut self) -> Result<()> {
        self.daemon.kill()
    }

    /// Starts it again after [`Self::kill`].
    ///
    /// # Errors
    /// When it does not answer.
    pub fn start_again(&mut self) -> Result<()> {
        self.daemon.start()
    }

    /// Process id of its master, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.daemon.pid()
    }
}

/// It must be gone before it is waited for.
impl Drop for OtherServer {
    fn drop(&mut self) {
        // The guard of the test bed kills what is left.
        let _ = self.daemon.kill();
    }
}

impl Kind {
    /// Its name in small letters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Courier => "courier",
            Self::Cyrus => "cyrus",
        }
    }
}

impl Place<'_> {
    /// The beginning of a command that runs an unpacked program with the libraries that were unpacked with it.
    fn with_libraries(&self, before: &[&Path]) -> Result<Vec<OsString>> {
        let mut folders: Vec<_> = before.iter().map(|folder| (*folder).to_owned()).collect();
        for parent in ["usr/lib", "lib"].map(|folder| self.packages.join(folder)) {
            folders.push(parent.clone());
            for entry in fs::read_dir(parent).into_iter().flatten() {
                let entry = entry.context("Look for libraries")?;
                if entry.file_name().to_string_lossy().ends_with("-linux-gnu") {
                    folders.push(entry.path());
                }
            }
        }
        let mut path = OsString::from("LD_LIBRARY_PATH=");
        path.push(std::env::join_paths(folders).context("Name the folders of libraries")?);
        Ok(vec!["env".into(), path])
    }

    /// Gives a file or folder to whoever the server opens mail as.
    fn own(&self, path: &Path) -> Result<()> {
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))
            .with_context(|| format!("Give {} away", path.display()))
    }
}

fn number(arguments: &[&str]) -> Result<u32> {
    output("id", arguments)?.parse().context("Read a user's number")
}
