//! A private Cyrus IMAP.

use super::{
    Place,
    gate::{Gate, lets_in},
};
use anyhow::{Context, Result};
use std::{ffi::OsString, fs, path::Path};

/// Folders that a package's installation would make.
const FOLDERS: [&str; 8] = ["db", "socket", "proc", "log", "msg", "lock", "quota", "user"];

pub(super) fn prepare(place: &Place<'_>) -> Result<(Gate, Vec<OsString>)> {
    for name in ["conf", "spool", "run"] {
        let folder = place.folder.join(name);
        fs::create_dir(&folder).context("Make a folder of Cyrus")?;
        place.own(&folder)?;
    }
    for name in FOLDERS {
        let folder = place.folder.join("conf").join(name);
        fs::create_dir(&folder).context("Make a folder of Cyrus")?;
        place.own(&folder)?;
    }
    let [imapd_conf, cyrus_conf] = ["imapd.conf", "cyrus.conf"].map(|name| place.folder.join(name));
    fs::write(&imapd_conf, settings(place)).context("Write imapd.conf")?;
    fs::write(&cyrus_conf, services(place, &imapd_conf)).context("Write cyrus.conf")?;
    let gate = Gate::open(&place.folder.join("run/mux"), answer)?;
    let mut command = place.with_libraries(&[])?;
    command.push(place.packages.join("usr/lib/cyrus/bin/master").into());
    command.extend(["-C".into(), imapd_conf.into(), "-M".into(), cyrus_conf.into()]);
    command.extend(["-p".into(), place.folder.join("run/master.pid").into()]);
    Ok((gate, command))
}

fn settings(place: &Place<'_>) -> String {
    let dir = place.folder.display();
    let (user, group) = (&place.owner.user, &place.owner.group);
    format!(
        r"configdirectory: {dir}/conf
defaultpartition: default
partition-default: {dir}/spool
cyrus_user: {user}
cyrus_group: {group}
virtdomains: userid
unixhierarchysep: yes
altnamespace: yes
allowplaintext: yes
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {dir}/run/mux
sasl_mech_list: PLAIN LOGIN
# 0: an account is made at the first sign-in, and has no quota.
autocreate_quota: 0
autocreate_inbox_folders: Drafts | Sent | Archive | Junk | Trash
# Else a mailbox that is deleted twice in a second, and made anew between, is in its own way among the deleted ones.
delete_mode: immediate
autocreate_subscribe_folders: Drafts | Sent | Archive | Junk | Trash
xlist-drafts: Drafts
xlist-sent: Sent
xlist-archive: Archive
xlist-junk: Junk
xlist-trash: Trash
idlesocket: {dir}/run/idle
notifysocket: {dir}/run/notify
lmtpsocket: {dir}/run/lmtp
"
    )
}

fn services(place: &Place<'_>, imapd_conf: &Path) -> String {
    let bin = place.packages.join("usr/lib/cyrus/bin");
    let (bin, conf, port) = (bin.display(), imapd_conf.display(), place.port);
    format!(
        r#"START {{
  recover cmd="{bin}/ctl_cyrusdb -C {conf} -r"
  idled cmd="{bin}/idled -C {conf}"
}}
SERVICES {{
  imap cmd="{bin}/imapd -C {conf} -U 30" listen="127.0.0.1:{port}" prefork=0 maxchild=200
}}
EVENTS {{
}}
"#
    )
}

/// Answers as saslauthd does: user, password, service and realm, each with its length before it.
fn answer(question: &[u8]) -> Option<Vec<u8>> {
    let mut rest = question;
    let mut fields = Vec::new();
    while fields.len() < 4 {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (field, after) = after.split_at_checked(u16::from_be_bytes(*length).into())?;
        fields.push(String::from_utf8_lossy(field).into_owned());
        rest = after;
    }
    let [user, password, _, realm] = fields.try_into().ok()?;
    let user = if realm.is_empty() {
        user
    } else {
        format!("{user}@{realm}")
    };
    let told: &[u8] = if lets_in(&user, &password) {
        b"\0\x02OK"
    } else {
        b"\0\x02NO"
    };
    Some(told.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_answered_when_all_of_it_has_come() {
        let question = b"\0\x03ayu\0\x05surat\0\x04imap\0\x0asurat.test";

        assert_eq!(answer(question).as_deref(), Some(&b"\0\x02OK"[..]));
        assert_eq!(answer(&question[..12]), None);
        let wrong = b"\0\x03ayu\0\x05wrong\0\x04imap\0\x0asurat.test";
        assert_eq!(answer(wrong).as_deref(), Some(&b"\0\x02NO"[..]));
    }
}
