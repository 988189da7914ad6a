//! One server process in the foreground, in a session of its own, which can be killed with all its children.

use crate::{
    command::{Privilege, run},
    ports,
};
use anyhow::{Context, Result, bail, ensure};
use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

/// A machine with two busy cores takes some seconds to start Postfix.
const START_LIMIT: Duration = Duration::from_secs(30);

/// So long may what is in flight take to finish.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Only a process that hangs in the kernel outlives SIGKILL for so long.
const KILL_LIMIT: Duration = Duration::from_secs(5);

/// How much of the end of a log is shown.
const REPORTED_LINES: usize = 20;

/// How Dovecot, Postfix and the proxy mark what an administrator should know.
const COMPLAINTS: [&str; 9] = [
    "Warning: ",
    "Error: ",
    "Fatal: ",
    "Panic: ",
    "warning: ",
    "fatal: ",
    "panic: ",
    " WARN ",
    " ERROR ",
];

/// Notes the process group before becoming the server, so that there is never a server without a note.
const SCRIPT: &str = r#"echo $$ >"$1" && shift && exec "$@""#;

/// How to start a server, and the running server. It ends with the [`crate::Testbed`] that it belongs to.
#[derive(Debug)]
pub struct Daemon {
    name: &'static str,
    command: Vec<OsString>,
    folder: PathBuf,
    ports: Vec<(u16, ports::Greeting)>,
    privilege: Privilege,
    child: Option<Child>,
}

impl Daemon {
    /// A server that is not running yet. `ports` must answer with their greeting before it counts as started.
    pub(crate) fn new(
        name: &'static str,
        command: Vec<OsString>,
        folder: &Path,
        ports: Vec<(u16, ports::Greeting)>,
        privilege: Privilege,
    ) -> Self {
        Self {
            name,
            command,
            folder: folder.to_owned(),
            ports,
            privilege,
            child: None,
        }
    }

    /// Starts the server and waits until all its ports answer; does nothing if it runs already.
    ///
    /// # Errors
    /// When it does not answer in time; the error carries the end of its log.
    pub fn start(&mut self) -> Result<()> {
        if self.pid().is_some() {
            return Ok(());
        }
        self.reap();
        let console = File::options()
            .create(true)
            .append(true)
            .open(self.path("console"))
            .context("Create console log")?;
        let child = self
            .privilege
            .command("setsid")
            .args(["sh", "-c", SCRIPT, "sh"])
            .arg(self.path("pgid"))
            .args(&self.command)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(console.try_clone().context("Share console log")?)
            .stderr(console)
            .spawn()
            .with_context(|| format!("Start {}", self.name))?;
        self.child = Some(child);
        self.wait_for_ports()
    }

    /// Kills the server and all its children at once (SIGKILL) and waits until they are gone.
    ///
    /// # Errors
    /// When that is not allowed.
    pub fn kill(&mut self) -> Result<()> {
        let Some(pid) = self.pid() else { return Ok(()) };
        let group = format!("-{pid}");
        run(self.privilege.command("kill").args(["-9", "--", &group]))
            .with_context(|| format!("Kill {}", self.name))?;
        self.reap();
        // A child that is still dying keeps the ports open.
        let deadline = Instant::now() + KILL_LIMIT;
        while group_lives(pid) {
            ensure!(Instant::now() < deadline, "{} does not die", self.name);
            std::thread::sleep(Duration::from_millis(5));
        }
        fs::remove_file(self.path("pgid")).context("Remove process note")?;
        Ok(())
    }

    /// Lets the server end by itself (SIGTERM), and kills it when it takes too long.
    ///
    /// # Errors
    /// When that is not allowed.
    pub fn stop(&mut self) -> Result<()> {
        let Some(pid) = self.pid() else { return Ok(()) };
        run(self.privilege.command("kill").args(["-TERM", &pid.to_string()]))
            .with_context(|| format!("Stop {}", self.name))?;
        let deadline = Instant::now() + STOP_LIMIT;
        while self.pid().is_some() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kill()
    }

    /// Process id of the master, while it runs.
    pub fn pid(&self) -> Option<u32> {
        let pid: u32 = fs::read_to_string(self.path("pgid")).ok()?.trim().parse().ok()?;
        // A zombie keeps its folder in /proc, but has no command line any more.
        let command_line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        (!command_line.is_empty()).then_some(pid)
    }

    fn reap(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It was killed; how it ended does not matter.
            let _ = child.wait();
        }
    }

    fn wait_for_ports(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        for &(port, greeting) in &self.ports {
            loop {
                // Asked first: what answers in the place of a server that has ended is somebody else's.
                let has_ended = self
                    .child
                    .as_mut()
                    .is_some_and(|child| !matches!(child.try_wait(), Ok(None)));
                if has_ended || Instant::now() > deadline {
                    bail!("{} does not answer on port {port}. {}", self.name, self.report());
                }
                if ports::answers(port, greeting) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Ok(())
    }

    /// Everything that it has written.
    pub fn log(&self) -> String {
        let texts = ["console", "log"].map(|kind| fs::read(self.path(kind)).unwrap_or_default());
        String::from_utf8_lossy(&texts.concat()).into_owned()
    }

    /// What to show of its log when something went wrong: all complaints, and the end.
    pub fn report(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines.len().saturating_sub(REPORTED_LINES);
        let is_complaint = |line: &&str| COMPLAINTS.iter().any(|word| line.contains(word));
        let complaints = lines[..end].iter().copied().filter(is_complaint);
        let shown: Vec<&str> = complaints.chain(lines[end..].iter().copied()).collect();
        format!("What {} said:\n{}", self.name, shown.join("\n"))
    }

    fn path(&self, kind: &str) -> PathBuf {
        self.folder.join(format!("{}.{kind}", self.name))
    }
}

/// After the guard has killed the server, nobody else would collect what is left of it.
impl Drop for Daemon {
    fn drop(&mut self) {
        self.reap();
    }
}

/// Whether a process of the group still runs. Zombies do not count: init may let them lie for a while.
fn group_lives(group: u32) -> bool {
    let Ok(entries) = fs::read_dir("/proc") else {
        return false;
    };
    entries.flatten().any(|entry| {
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else {
            return false;
        };
        // pid (name) state parent group …; the name may hold anything but is the last to hold a parenthesis.
        let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let state = fields.next();
        state != Some("Z") && fields.nth(1).and_then(|field| field.parse().ok()) == Some(group)
    })
}
