//! Cleans up after the test bed, whether it was dropped or its process was killed.
//!
//! A shell waits on a pipe whose other end only our process holds; when that end closes, for
//! whatever reason, it kills the servers' process groups and removes the folder.

use crate::command::Privilege;
use anyhow::{Context, Result};
use std::{
    path::Path,
    process::{Child, ChildStdin, Stdio},
};

/// Process groups are in files `*.pgid` of the folder. A dying server can still write, so removing is tried again.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
cat >/dev/null
for file in "$1"/*.pgid; do
    test -e "$file" && kill -9 "-$(cat "$file")" 2>/dev/null
done
for attempt in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$1" 2>/dev/null
    test -e "$1" || exit 0
    sleep 0.1
done
exit 1
"#;

/// The waiting shell.
#[derive(Debug)]
pub(crate) struct Guard {
    child: Child,
    pipe: Option<ChildStdin>,
}

impl Guard {
    /// Guards a folder and the servers whose process groups are noted in it.
    ///
    /// It has a session of its own, so that Ctrl-C on the terminal does not end it before its work.
    pub(crate) fn start(folder: &Path, privilege: Privilege) -> Result<Self> {
        let mut child = privilege
            .command("setsid")
            .args(["sh", "-c", SCRIPT, "surat-testbed-guard"])
            .arg(folder)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("Start the guard of the test bed")?;
        let pipe = child.stdin.take();
        Ok(Self { child, pipe })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // Nothing is left to do about a guard that cannot be waited for.
        let _ = self.child.wait();
    }
}
