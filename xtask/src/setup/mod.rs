//! `cargo xtask setup`: installs what is missing, and nothing else. Quick when everything is there.

mod node;
mod packages;
mod rust;
pub(crate) mod servers;

use crate::{console::say, shell};
use anyhow::Result;
use surat_testbed::other::Kind;

/// What to install for.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Also what the tests need: Chromium and the packages of app/e2e
    #[arg(long)]
    pub(crate) tests: bool,
}

/// A program that a Debian package brings.
struct Needed {
    program: &'static str,
    package: &'static str,
    for_tests: bool,
}

const NEEDED: [Needed; 10] = [
    Needed {
        program: "dovecot",
        package: "dovecot-imapd",
        for_tests: false,
    },
    Needed {
        program: "postfix",
        package: "postfix",
        for_tests: false,
    },
    // It starts the servers in sessions of their own.
    Needed {
        program: "setsid",
        package: "util-linux",
        for_tests: false,
    },
    Needed {
        program: "node",
        package: "nodejs",
        for_tests: true,
    },
    Needed {
        program: "npm",
        package: "npm",
        for_tests: true,
    },
    // The mail client that is not ours, in the story of sync.
    Needed {
        program: "python3",
        package: "python3",
        for_tests: true,
    },
    // It reads the log of the proxy with the filter of contrib/.
    Needed {
        program: "fail2ban-regex",
        package: "fail2ban",
        for_tests: true,
    },
    // It makes the internet that the image proxy is tried in.
    Needed {
        program: "ip",
        package: "iproute2",
        for_tests: true,
    },
    // libFuzzer is written in C++.
    Needed {
        program: "g++",
        package: "g++",
        for_tests: true,
    },
    Needed {
        program: "chromium",
        package: "chromium",
        for_tests: true,
    },
];

/// Installs what is missing.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut missing: Vec<&str> = NEEDED
        .iter()
        .filter(|needed| !needed.for_tests || options.tests)
        .filter(|needed| shell::find(needed.program).is_none())
        .map(|needed| needed.package)
        .collect();
    // It brings no program of its own.
    if !std::path::Path::new("/usr/lib/dovecot/lmtp").exists() {
        missing.push("dovecot-lmtpd");
    }
    packages::install(&missing)?;
    rust::install()?;
    if options.tests {
        rust::deny()?;
        node::install()?;
        for kind in [Kind::Courier, Kind::Cyrus] {
            if let Err(error) = servers::unpacked(kind) {
                say(&format!(
                    "   What is tried on {} will be skipped: {error:#}",
                    kind.name()
                ));
            }
        }
    }
    say("Everything that is needed is installed.");
    Ok(())
}

/// Installs the packages of the browser stories alone.
pub(crate) fn node_packages() -> Result<()> {
    node::install()
}

/// Installs Firefox, in which nothing but `walls --browser firefox` looks.
pub(crate) fn firefox() -> Result<()> {
    if shell::find("firefox-esr").is_some() {
        return Ok(());
    }
    packages::install(&["firefox-esr"])
}
