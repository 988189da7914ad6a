//! Who may sign in: everybody of the test domain, with the password of all test accounts.
//!
//! Courier and Cyrus ask a daemon of their own on a Unix socket. This answers in its place, so that no system-wide
//! daemon is needed, and no account of the machine.

use crate::{DOMAIN, PASSWORD, RARE_PASSWORD};
use anyhow::{Context, Result};
use std::{
    fs::{self, Permissions},
    io::{Read, Write},
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

/// A question is a few words.
const MOST_OCTETS: usize = 4096;

/// Who asks says it at once.
const PATIENCE: Duration = Duration::from_secs(5);

/// A thread that answers until it is dropped.
#[derive(Debug)]
pub(super) struct Gate {
    path: PathBuf,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Gate {
    /// Answers on a Unix socket at `path`. `answer` says what to send back to what was asked, or that more must be read
    /// (`None`).
    pub(super) fn open(path: &Path, answer: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + 'static) -> Result<Self> {
        let listener = UnixListener::bind(path).context("Listen for sign-ins")?;
        // The server's own user asks.
        fs::set_permissions(path, Permissions::from_mode(0o666)).context("Open the gate")?;
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            for asked in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                if let Ok(asked) = asked {
                    // Who hung up does not want to know.
                    let _ = serve(asked, &answer);
                }
            }
        });
        Ok(Self {
            path: path.to_owned(),
            is_over,
            thread: Some(thread),
        })
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the thread; where the socket is gone there is nothing to wake it by, and it ends with us.
        if UnixStream::connect(&self.path).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

fn serve(mut asked: UnixStream, answer: impl Fn(&[u8]) -> Option<Vec<u8>>) -> std::io::Result<()> {
    asked.set_read_timeout(Some(PATIENCE))?;
    let mut question = Vec::new();
    let mut octets = [0; 512];
    while question.len() < MOST_OCTETS {
        let count = asked.read(&mut octets)?;
        question.extend(octets.iter().take(count));
        if let Some(answer) = answer(&question) {
            return asked.write_all(&answer);
        }
        if count == 0 {
            break;
        }
    }
    Ok(())
}

/// Is this an account, and its password?
pub(super) fn lets_in(user: &str, password: &str) -> bool {
    let is_name = |local: &str| {
        !local.is_empty()
            && local
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-'))
    };
    [PASSWORD, RARE_PASSWORD].contains(&password)
        && user
            .strip_suffix(DOMAIN)
            .and_then(|rest| rest.strip_suffix('@'))
            .is_some_and(is_name)
}
