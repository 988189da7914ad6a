//! A private Courier IMAP.

use super::{
    Place,
    gate::{Gate, lets_in},
};
use anyhow::{Context, Result, bail, ensure};
use std::{
    ffi::OsString,
    fs,
    os::unix::fs::chown,
    path::{Path, PathBuf},
};

/// As Debian configures it, but for the locks: with them Courier wants a daemon that watches files, and waits 1.2
/// seconds for it at each change where there is none.
const ENVIRONMENT: [&str; 8] = [
    "IMAP_CAPABILITY=IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE",
    "IMAP_KEYWORDS=1",
    "IMAP_ACL=1",
    "IMAP_IDLE_TIMEOUT=60",
    "IMAP_MAILBOX_SANITY_CHECK=1",
    "IMAP_USELOCKS=0",
    "IMAP_ENHANCEDIDLE=0",
    "IMAP_UMASK=022",
];

/// The path at which Courier's library asks for sign-ins; Debian's package leaves no way to set another one.
const SOCKET: &[u8] = b"/run/courier/authdaemon/socket\0";

/// Octets that the compiler copies at once.
const WORD: usize = 16;

/// The library that asks.
const LIBRARY: &str = "libcourierauth.so.0";

pub(super) fn prepare(place: &Place<'_>) -> Result<(Gate, Vec<OsString>)> {
    let socket = place.folder.join("gate");
    let mail = place.folder.join("mail");
    fs::create_dir(&mail).context("Make the mail store")?;
    place.own(&mail)?;
    let library = fs::read(place.packages.join("usr/lib").join(LIBRARY)).context("Read Courier's library")?;
    fs::write(place.folder.join(LIBRARY), asking_at(&socket, library)?).context("Write Courier's library")?;
    let (uid, gid) = (place.uid, place.gid);
    let gate = Gate::open(&socket, move |question| answer(question, &mail, uid, gid))?;
    Ok((gate, command(place)?))
}

fn command(place: &Place<'_>) -> Result<Vec<OsString>> {
    let mut command = place.with_libraries(&[place.folder])?;
    command.extend(ENVIRONMENT.map(OsString::from));
    command.push(format!("PORT={}", place.port).into());
    command.push(place.packages.join("usr/sbin/couriertcpd").into());
    let options = [
        "-address=127.0.0.1",
        "-maxprocs=200",
        "-maxperip=200",
        "-nodnslookup",
        "-noidentlookup",
    ];
    command.extend(options.map(OsString::from));
    command.push(place.port.to_string().into());
    command.extend(["usr/lib/courier/courier/imaplogin", "usr/bin/imapd"].map(|name| place.packages.join(name).into()));
    command.push("Maildir".into());
    Ok(command)
}

/// The library with our path in place of its own.
///
/// A compiler may have left the path as a text, or as its first and its last 16 octets one behind the other, to be
/// copied as two words that overlap.
fn asking_at(socket: &Path, mut library: Vec<u8>) -> Result<Vec<u8>> {
    let path = socket.as_os_str().as_encoded_bytes();
    ensure!(
        path.len() < SOCKET.len(),
        "{} is too long a path for Courier; set TMPDIR to a shorter one",
        socket.display()
    );
    let mut padded = path.to_vec();
    padded.resize(SOCKET.len(), 0);
    let forms = |text: &[u8]| [text.to_vec(), as_words(text)];
    for (old, new) in forms(SOCKET).into_iter().zip(forms(&padded)) {
        if let Some(at) = library.windows(old.len()).position(|window| window == old) {
            let room = library.get_mut(at..).unwrap_or_default();
            room.iter_mut().zip(new).for_each(|(octet, new)| *octet = new);
            return Ok(library);
        }
    }
    bail!("Courier's library does not ask at {}", String::from_utf8_lossy(SOCKET))
}

fn as_words(text: &[u8]) -> Vec<u8> {
    let first = text.get(..WORD).unwrap_or(text);
    let last = text.get(text.len().saturating_sub(WORD)..).unwrap_or(text);
    [first, last].concat()
}

/// Answers as authdaemond does: `AUTH <octets>`, then service, kind, user and password, a line each; or `PRE`, for an
/// account without its password.
fn answer(question: &[u8], mail: &Path, uid: u32, gid: u32) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(question).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.starts_with("AUTH ") || line.starts_with("PRE "))?;
    let after = |count: usize| lines.get(at + count).copied();
    let user = match lines.get(at)?.strip_prefix("PRE ") {
        Some(rest) => rest.split(' ').nth(2)?,
        None => after(3)
            .filter(|user| lets_in(user, after(4).unwrap_or_default()))
            .or({
                // Either not all is here yet, or it is refused.
                after(4).map(|_| "")
            })?,
    };
    if !user.contains('@') {
        return Some(b"FAIL\n".to_vec());
    }
    let home = mail.join(user);
    if make_maildir(&home, uid, gid).is_err() {
        return Some(b"FAIL\n".to_vec());
    }
    let (home, maildir) = (home.display(), home.join("Maildir"));
    let maildir = maildir.display();
    Some(format!("UID={uid}\nGID={gid}\nHOME={home}\nADDRESS={user}\nMAILDIR={maildir}\n.\n").into_bytes())
}

fn make_maildir(home: &Path, uid: u32, gid: u32) -> std::io::Result<()> {
    let maildir = home.join("Maildir");
    if maildir.exists() {
        return Ok(());
    }
    let mut made: Vec<PathBuf> = vec![home.to_owned(), maildir.clone()];
    made.extend(["cur", "new", "tmp"].map(|name| maildir.join(name)));
    for folder in made {
        fs::create_dir(&folder)?;
        chown(&folder, Some(uid), Some(gid))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_in_the_library_is_replaced_where_it_fits() {
        let socket = Path::new("/tmp/surat-abcdef/courier/gate");
        let text = b"\x01/run/courier/authdaemon/socket\0malloc".to_vec();
        let words = b"\x01/run/courier/autthdaemon/socket\0malloc".to_vec();

        assert_eq!(
            asking_at(socket, text.clone()).unwrap(),
            b"\x01/tmp/surat-abcdef/courier/gate\0malloc"
        );
        assert_eq!(
            asking_at(socket, words).unwrap(),
            b"\x01/tmp/surat-abcdeef/courier/gate\0malloc"
        );
        assert_eq!(
            asking_at(Path::new("/tmp/gate"), text.clone()).unwrap(),
            [b"\x01/tmp/gate".to_vec(), vec![0; 22], b"malloc".to_vec()].concat()
        );
        assert!(asking_at(Path::new(&"/x".repeat(40)), text).is_err());
        assert!(asking_at(socket, b"nothing".to_vec()).is_err());
    }

    #[test]
    fn only_test_accounts_with_their_password_are_let_in() {
        let mail = tempfile::tempdir().unwrap();
        let owner = fs::metadata(mail.path()).unwrap();
        let (uid, gid) = {
            use std::os::unix::fs::MetadataExt;
            (owner.uid(), owner.gid())
        };
        let asked = |text: &str| answer(text.as_bytes(), mail.path(), uid, gid);
        let question = |user: &str, password: &str| format!("AUTH 9\nimap\nlogin\n{user}\n{password}\n");

        let good = String::from_utf8(asked(&question("ayu@surat.test", "surat")).unwrap()).unwrap();
        assert!(good.contains("ADDRESS=ayu@surat.test\n") && good.ends_with(".\n"));
        assert!(mail.path().join("ayu@surat.test/Maildir/cur").is_dir());
        for (user, password) in [
            ("ayu@surat.test", "x"),
            ("ayu", "surat"),
            ("../ayu@surat.test", "surat"),
        ] {
            assert_eq!(
                asked(&question(user, password)).as_deref(),
                Some(&b"FAIL\n"[..]),
                "{user}"
            );
        }
        assert_eq!(asked("AUTH 9\nimap\nlogin\nayu@sur"), None, "more is to come");
    }
}
