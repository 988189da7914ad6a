//! Debian's packages: by apt when we are root or may become it, else as a list for the person.

use crate::{
    console::{Step, say},
    shell,
};
use anyhow::{Context, Result, bail};
use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

/// Debian's tools ask this program before they start a service; 101 means no.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Installs packages without starting their services.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    let is_root = shell::output(Command::new("id").arg("-u"))? == "0";
    let has_sudo = shell::output(Command::new("sudo").args(["-n", "true"])).is_ok();
    if shell::find("apt-get").is_none() || !(is_root || has_sudo) {
        bail!("these packages are missing, and I may not install them: {list}\n  Remedy: sudo apt-get install {list}");
    }
    let step = Step::begin(&format!("Installing {list}"));
    let held = Services::hold(is_root)?;
    let outcome = apt(is_root, &["update"]).and_then(|()| {
        let options = ["install", "--yes", "--no-install-recommends"];
        apt(is_root, &[&options[..], packages].concat())
    });
    held.release()?;
    outcome?;
    keep_stopped(is_root, packages);
    step.end();
    Ok(())
}

/// Brings the lists of packages up to date where we may; where we may not, those that are there must do.
pub(crate) fn refresh_lists() -> Result<()> {
    let is_root = shell::output(Command::new("id").arg("-u"))? == "0";
    if is_root || shell::output(Command::new("sudo").args(["-n", "true"])).is_ok() {
        apt(is_root, &["update"])?;
    }
    Ok(())
}

fn apt(is_root: bool, arguments: &[&str]) -> Result<()> {
    let mut command = as_root(is_root, "env");
    command
        .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"])
        .args(arguments);
    shell::run(&mut command)
}

fn as_root(is_root: bool, program: &str) -> Command {
    if is_root {
        return shell::command(program);
    }
    let mut command = shell::command("sudo");
    command.args(["-n", program]);
    command
}

/// The private servers of the demo are started by us; the machine's own shall stay as they were.
struct Services {
    is_root: bool,
    /// There was no policy, so ours must go again.
    ours: bool,
}

impl Services {
    fn hold(is_root: bool) -> Result<Self> {
        let ours = !Path::new(POLICY).exists();
        if ours {
            let file = std::env::temp_dir().join(format!("surat-policy-{}", std::process::id()));
            fs::write(&file, "#!/bin/sh\nexit 101\n").context("Write the policy against starting services")?;
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).context("Make the policy executable")?;
            shell::run(as_root(is_root, "mv").arg(&file).arg(POLICY))?;
        }
        Ok(Self { is_root, ours })
    }

    fn release(self) -> Result<()> {
        if self.ours {
            shell::run(as_root(self.is_root, "rm").args(["-f", POLICY]))?;
        }
        Ok(())
    }
}

/// Without this, the next start of the machine would start the servers that the packages brought.
fn keep_stopped(is_root: bool, packages: &[&str]) {
    if shell::find("systemctl").is_none() {
        return;
    }
    for (package, service) in [
        ("postfix", "postfix"),
        ("dovecot-imapd", "dovecot"),
        ("fail2ban", "fail2ban"),
    ] {
        let disabled = || shell::output(as_root(is_root, "systemctl").args(["disable", service]));
        if packages.contains(&package) && disabled().is_err() {
            say(&format!(
                "   {service} may start with this machine: `systemctl disable {service}` failed"
            ));
        }
    }
}
