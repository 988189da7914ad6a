//! Running programs: who we are, what must be run as root, and where Debian keeps server programs.

use anyhow::{Context, Result, bail};
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// How the test bed may become root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Privilege {
    /// We are root.
    Root,
    /// An ordinary user whom sudo lets be root without a password.
    Sudo,
    /// An ordinary user.
    None,
}

impl Privilege {
    /// Finds out.
    pub(crate) fn find() -> Self {
        if output("id", &["-u"]).is_ok_and(|uid| uid == "0") {
            Self::Root
        } else if output("sudo", &["-n", "true"]).is_ok() {
            Self::Sudo
        } else {
            Self::None
        }
    }

    /// The program as root, as far as this can be.
    pub(crate) fn command(self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        match self {
            Self::Sudo => {
                let mut command = Command::new("sudo");
                command.arg("-n").arg("--").arg(program);
                command
            }
            Self::Root | Self::None => Command::new(program),
        }
    }
}

/// Runs a program to its end and gives what it wrote on stdout, trimmed.
pub(crate) fn output(program: &str, arguments: &[&str]) -> Result<String> {
    let done = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("Run {program}"))?;
    if !done.status.success() {
        bail!(
            "{program} {} failed: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&done.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

/// Runs a command to its end; its output is the error's text when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let done = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("Run {command:?}"))?;
    if !done.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(())
}

/// Path of a server program, which is often outside an ordinary user's PATH.
pub(crate) fn server_program(name: &str, folders: &[&str]) -> Result<PathBuf> {
    let found = folders
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.exists());
    found.with_context(|| format!("{name} is not installed: run `cargo xtask setup`"))
}
