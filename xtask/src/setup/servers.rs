//! IMAP servers other than Dovecot, for the story of sync. Debian lets only one IMAP server be installed, so their
//! packages are unpacked into cargo's target folder, and run from there.

use super::packages;
use crate::{console::Step, shell};
use anyhow::{Context, Result, ensure};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use surat_testbed::other::Kind;

/// Packages of a server; the libraries that they depend on come along where they are not installed.
fn packages_of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Courier => &["courier-imap", "courier-base", "courier-authlib"],
        Kind::Cyrus => &["cyrus-imapd", "cyrus-common"],
    }
}

/// The folder with the unpacked packages of a server, fetched if it is not there.
pub(crate) fn unpacked(kind: Kind) -> Result<PathBuf> {
    let (name, packages) = (kind.name(), packages_of(kind));
    let folder = shell::target().join("servers").join(name);
    if folder.exists() {
        return Ok(folder);
    }
    let step = Step::begin(&format!("Unpacking {name}"));
    ensure!(
        shell::find("apt-get").is_some() && shell::find("dpkg-deb").is_some(),
        "{name} comes out of Debian's packages, and this machine has no apt"
    );
    packages::refresh_lists()?;
    let mut wanted: BTreeSet<String> = packages.iter().map(|package| (*package).to_owned()).collect();
    // Libraries, and the libraries of these.
    for _ in 0..2 {
        let found: Vec<String> = wanted
            .iter()
            .map(|package| libraries(package))
            .collect::<Result<Vec<_>>>()?
            .concat();
        wanted.extend(found);
    }
    // Beside its place, so that a folder that is there is whole.
    let unfinished = folder.with_extension("unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).context("Remove what was unpacked in part")?;
    }
    fs::create_dir_all(&unfinished).context("Make a folder for the packages")?;
    let fetched = unfinished.join("packages");
    fs::create_dir(&fetched).context("Make a folder for the packages")?;
    let mut download = Command::new("apt-get");
    download
        .args(["--quiet", "download"])
        .args(&wanted)
        .current_dir(&fetched);
    shell::run(&mut download)?;
    unpack_all(&fetched, &unfinished)?;
    fs::remove_dir_all(&fetched).context("Remove the packages")?;
    fs::rename(&unfinished, &folder).context("Put the packages in their place")?;
    step.end();
    Ok(folder)
}

fn unpack_all(packages: &Path, into: &Path) -> Result<()> {
    for package in fs::read_dir(packages).context("List the packages")? {
        let package = package.context("List the packages")?.path();
        shell::run(Command::new("dpkg-deb").arg("--extract").arg(package).arg(into))?;
    }
    Ok(())
}

/// Libraries that a package depends on and that are not installed.
fn libraries(package: &str) -> Result<Vec<String>> {
    let depends = shell::output(Command::new("apt-cache").args(["depends", package]))?;
    let names = depends.lines().filter_map(dependency);
    Ok(names.filter(|name| !is_installed(name)).map(str::to_owned).collect())
}

/// From a line like "  Depends: libidn12"; names in angle brackets are of no real package.
fn dependency(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches('|');
    let name = line
        .strip_prefix("Depends: ")
        .or_else(|| line.strip_prefix("PreDepends: "))?;
    (name.starts_with("lib") && !name.ends_with("-perl")).then_some(name)
}

fn is_installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package]);
    shell::output(&mut query).is_ok_and(|status| status == "installed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_picked_out_of_what_a_package_depends_on() {
        let text = "courier-imap\n  Depends: courier-base\n |Depends: libgamin0\n  Depends: <libfam0>\n  \
                    Depends: libidn12\n  Suggests: libx1\n  Depends: libnet-cidr-perl\n";

        assert_eq!(
            text.lines().filter_map(dependency).collect::<Vec<_>>(),
            ["libgamin0", "libidn12"]
        );
    }
}
