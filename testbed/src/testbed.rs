//! The two servers together, in one folder, from start to disappearance.

use crate::{
    Appender, Builder, MaildirStore, address,
    builder::load_user,
    certificate,
    command::{Privilege, run},
    daemon::Daemon,
    dovecot,
    guard::Guard,
    lmtp,
    ports::{self, Reserved},
    postfix,
};
use anyhow::{Context, Result};
use std::{
    collections::HashSet,
    ffi::OsString,
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, lchown},
    path::{Path, PathBuf},
};

/// Running servers. Dropping it stops them and removes everything; so does the death of our process.
#[derive(Debug)]
pub struct Testbed {
    /// IMAP, with STARTTLS, or plain.
    pub imap_port: u16,
    /// IMAP in TLS.
    pub imaps_port: u16,
    /// Submission, with STARTTLS, or plain.
    pub smtp_port: u16,
    /// Submission in TLS.
    pub smtps_port: u16,
    /// LMTP of Dovecot.
    pub lmtp_port: u16,
    /// PEM of the private CA that a client shall trust.
    pub ca_pem: String,
    folder: PathBuf,
    // Fields are dropped in this order: the guard kills the servers, then each is waited for.
    _guard: Guard,
    dovecot: Daemon,
    postfix: Option<Daemon>,
    _reserved: Reserved<5>,
    privilege: Privilege,
    load_users: usize,
}

impl Testbed {
    /// Choices before the start.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn prepare(builder: &Builder) -> Result<Self> {
        let privilege = Privilege::find();
        let folder = make_folder()?;
        let guard = Guard::start(&folder, privilege)?;
        let reserved = ports::reserve()?;
        let [imap, imaps, lmtp, smtp, smtps] = reserved.ports;
        let identity = certificate::identity(builder.certificate)?;
        let dovecot_ports = dovecot::Ports { imap, imaps, lmtp };
        let dovecot = dovecot::prepare(builder, &folder, dovecot_ports, &identity, privilege)?;
        let postfix_ports = postfix::Ports { smtp, smtps, lmtp };
        let postfix = if builder.postfix {
            Some(postfix::prepare(builder, &folder, postfix_ports, privilege)?)
        } else {
            None
        };
        fs::write(folder.join("ca.pem"), &identity.ca_pem).context("Write CA")?;
        let testbed = Self {
            imap_port: imap,
            imaps_port: imaps,
            smtp_port: smtp,
            smtps_port: smtps,
            lmtp_port: lmtp,
            ca_pem: identity.ca_pem,
            folder,
            _guard: guard,
            dovecot,
            postfix,
            _reserved: reserved,
            privilege,
            load_users: builder.load_users,
        };
        testbed.make_mailboxes(builder)?;
        Ok(testbed)
    }

    /// Gives everybody the usual mailboxes.
    ///
    /// Dovecot could make them itself at the first sign-in (`auto = subscribe`), but 2.3.19 dies of it when an account
    /// signs in twice at that moment: a session that makes a mailbox locks `mailboxes.lock` and then
    /// `dovecot.list.index.log`, one that lists locks them the other way round, and the kernel tells one of the two of
    /// the deadlock, which is a "Panic: fcntl(…) locking failed".
    fn make_mailboxes(&self, builder: &Builder) -> Result<()> {
        for user in builder.addresses() {
            let mut store = self.store(&user);
            store.create("INBOX")?;
            dovecot::SPECIAL.iter().try_for_each(|mailbox| store.create(mailbox))?;
            store.subscribe(&dovecot::SPECIAL)?;
            if builder.log_commands {
                fs::create_dir(self.command_log(&user)).context("Make the folder of the command log")?;
            }
        }
        let mut public = self.public_store();
        dovecot::PUBLIC.iter().try_for_each(|mailbox| public.create(mailbox))
    }

    /// Starts what does not run, and waits until it answers.
    ///
    /// # Errors
    /// When a server does not answer; the error carries the end of its log.
    pub fn start(&mut self) -> Result<()> {
        self.own_store()?;
        self.start_dovecot()?;
        self.number_inboxes()?;
        self.start_postfix()
    }

    /// Lets Dovecot give UIDs to what was put into inboxes before it ran. It would do so when one is first opened,
    /// and mail that is delivered before that would count as older than all of it. The many accounts for measurements
    /// are left alone: they are signed in before they get mail.
    fn number_inboxes(&self) -> Result<()> {
        let load_users: HashSet<String> = (1..=self.load_users).map(load_user).collect();
        for account in fs::read_dir(self.mail_folder()).into_iter().flatten().flatten() {
            let name = account.file_name().to_string_lossy().into_owned();
            let stored = fs::read_dir(account.path().join("Maildir/cur"));
            if stored.is_ok_and(|mut stored| stored.next().is_some()) && !load_users.contains(&name) {
                self.appender(&name)?.number("INBOX")?;
            }
        }
        Ok(())
    }

    /// The temporary folder.
    pub fn dir(&self) -> &Path {
        &self.folder
    }

    /// File with [`Self::ca_pem`].
    pub fn ca_file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// PEM file with the certificate that the servers show, and those that vouch for it.
    pub fn certificate_file(&self) -> PathBuf {
        self.folder.join(dovecot::CERTIFICATE)
    }

    /// PEM file with the key to [`Self::certificate_file`].
    pub fn key_file(&self) -> PathBuf {
        self.folder.join(dovecot::KEY)
    }

    /// The mail store, to be filled before [`Self::start`].
    pub fn store(&self, user: &str) -> MaildirStore {
        MaildirStore::new(self.mail_folder().join(address(user)).join("Maildir"))
    }

    /// The folder of what an account's sessions said after their sign-ins, a file `….in` for each, where
    /// [`Builder::log_commands`] was asked for.
    pub fn command_log(&self, user: &str) -> PathBuf {
        self.mail_folder().join(address(user)).join(dovecot::COMMAND_LOG)
    }

    /// The store of the mailboxes below `Shared/`, to be filled before [`Self::start`].
    pub fn public_store(&self) -> MaildirStore {
        MaildirStore::new(self.public_folder())
    }

    /// Shares a mailbox of `owner` with all others, who find it as `Users/<owner>/<mailbox>`.
    ///
    /// `rights` are the letters of RFC 4314, e.g. `lrs`. To be called before [`Self::start`], after filling the mailbox.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn share(&self, owner: &str, mailbox: &str, with: &str, rights: &str) -> Result<()> {
        let (owner, with) = (address(owner), address(with));
        let acl = self
            .mail_folder()
            .join(&owner)
            .join("Maildir")
            .join(mailbox)
            .join("dovecot-acl");
        fs::write(&acl, format!("user={with} {rights}\n")).with_context(|| format!("Share {mailbox}"))?;
        let dict = self.mail_folder().join("shared-mailboxes");
        let mut text = fs::read_to_string(&dict).unwrap_or_default();
        text.push_str(&format!("shared/shared-boxes/user/{with}/{owner}\n1\n"));
        fs::write(dict, text).context("Note the shared mailbox")
    }

    /// Delivers a message as a mail server would, by LMTP.
    ///
    /// # Errors
    /// When Dovecot does not take it.
    pub fn deliver(&self, user: &str, message: &[u8]) -> Result<()> {
        lmtp::deliver(self.lmtp_port, &address(user), message)
    }

    /// An IMAP connection of `user` that appends messages to mailboxes.
    ///
    /// # Errors
    /// When the user cannot sign in.
    pub fn appender(&self, user: &str) -> Result<Appender> {
        Appender::connect(self.imap_port, &address(user))
    }

    /// Starts Dovecot, if it does not run, and waits until it answers.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn start_dovecot(&mut self) -> Result<()> {
        self.dovecot.start()
    }

    /// Kills Dovecot and all its children at once, as `kill -9` does.
    ///
    /// # Errors
    /// When that is not allowed.
    pub fn kill_dovecot(&mut self) -> Result<()> {
        self.dovecot.kill()
    }

    /// Process id of Dovecot's master, while it runs.
    pub fn dovecot_pid(&self) -> Option<u32> {
        self.dovecot.pid()
    }

    /// Everything that Dovecot has logged.
    pub fn dovecot_log(&self) -> String {
        self.dovecot.log()
    }

    /// Starts Postfix, if it does not run, and waits until it answers.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn start_postfix(&mut self) -> Result<()> {
        self.postfix.as_mut().map_or(Ok(()), Daemon::start)
    }

    /// Kills Postfix and all its children at once, as `kill -9` does.
    ///
    /// # Errors
    /// When that is not allowed.
    pub fn kill_postfix(&mut self) -> Result<()> {
        self.postfix.as_mut().map_or(Ok(()), Daemon::kill)
    }

    /// Process id of Postfix's master, while it runs.
    pub fn postfix_pid(&self) -> Option<u32> {
        self.postfix.as_ref().and_then(Daemon::pid)
    }

    /// Everything that Postfix has logged.
    pub fn postfix_log(&self) -> String {
        self.postfix.as_ref().map(Daemon::log).unwrap_or_default()
    }

    /// Another server that shall end with this test bed, such as the proxy. It is not started yet, runs with our own
    /// rights, and counts as started when it accepts connections on the port.
    pub fn daemon(&self, name: &'static str, command: Vec<OsString>, port: u16) -> Daemon {
        let ports = vec![(port, ports::Greeting::Silent)];
        Daemon::new(name, command, &self.folder, ports, Privilege::None)
    }

    fn mail_folder(&self) -> PathBuf {
        self.folder.join("mail")
    }

    fn public_folder(&self) -> PathBuf {
        self.folder.join("public")
    }

    /// Gives the store to whoever Dovecot opens mail as.
    fn own_store(&self) -> Result<()> {
        if self.privilege != Privilege::Root || self.dovecot_pid().is_some() {
            return Ok(());
        }
        let owner = dovecot::Owner::find(self.privilege)?;
        let owner = format!("{}:{}", owner.user, owner.group);
        let mut chown = self.privilege.command("chown");
        run(chown
            .args(["-R", &owner])
            .args([self.mail_folder(), self.public_folder()]))
        .context("Own the mail store")?;
        if self.load_users > 0 {
            // Whoever has a user id of his own uses what is shared by the group.
            let mut chmod = self.privilege.command("chmod");
            run(chmod.args(["-R", "ug+rwX"]).arg(self.public_folder())).context("Share the public mailboxes")?;
            let mut find = self.privilege.command("find");
            let folders = ["-type", "d", "-exec", "chmod", "g+s", "{}", "+"];
            run(find.arg(self.public_folder()).args(folders)).context("Share the public mailboxes")?;
        }
        (1..=self.load_users).try_for_each(|number| {
            give(
                &self.mail_folder().join(load_user(number)),
                dovecot::load_user_id(number),
            )
        })
    }
}

/// Whoever reads of a failed test wants to know what the servers made of it.
impl Drop for Testbed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for server in [Some(&self.dovecot), self.postfix.as_ref()].into_iter().flatten() {
                eprintln!("{}", server.report());
            }
        }
    }
}

/// Gives a folder and all that is in it to a user.
fn give(path: &Path, user_id: u32) -> Result<()> {
    lchown(path, Some(user_id), None).with_context(|| format!("Give {} away", path.display()))?;
    if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("List {}", path.display()))? {
            give(
                &entry.with_context(|| format!("List {}", path.display()))?.path(),
                user_id,
            )?;
        }
    }
    Ok(())
}

/// A folder whose path is short, since the path of a Unix socket in it may have 107 octets at most.
fn make_folder() -> Result<PathBuf> {
    let folder = tempfile::Builder::new()
        .prefix("surat-")
        .tempdir()
        .context("Make temporary folder")?
        .keep();
    // The servers' users must get through.
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).context("Open temporary folder")?;
    Ok(folder)
}
