//! A private Postfix: submission for signed-in users, delivery to Dovecot, and no way off the machine.

use crate::{
    BOUNCING_USER, Builder, DOMAIN,
    command::{Privilege, run, server_program},
    daemon::Daemon,
    ports::Greeting,
};
use anyhow::{Context, Result};
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// Where Debian and others keep Postfix's daemons.
const PROGRAM_FOLDERS: [&str; 3] = ["/usr/lib/postfix/sbin", "/usr/libexec/postfix", "/usr/lib/postfix"];

/// Folders of the queue that the daemons use but do not make.
const QUEUE_FOLDERS: [&str; 13] = [
    "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace",
    "public", "maildrop",
];

/// Ports of the private Postfix, and the one of Dovecot that it delivers to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    pub(crate) smtp: u16,
    pub(crate) smtps: u16,
    pub(crate) lmtp: u16,
}

/// Writes configuration and queue, and gives the server, not started yet.
pub(crate) fn prepare(builder: &Builder, folder: &Path, ports: Ports, privilege: Privilege) -> Result<Daemon> {
    anyhow::ensure!(
        privilege != Privilege::None,
        "Postfix runs as root only: run this as root or with passwordless sudo (Dovecot alone needs neither)"
    );
    let config = folder.join("postfix");
    fs::create_dir(&config).context("Make folder for Postfix")?;
    let master = server_program("master", &PROGRAM_FOLDERS)?;
    let write = |name: &str, text: &str| fs::write(config.join(name), text).with_context(|| format!("Write {name}"));
    write("main.cf", &main_cf(builder, folder, ports, &master)?)?;
    write("master.cf", &master_cf(builder, ports))?;
    write("recipients", &recipients(builder))?;
    write("header_checks", "/./ INFO\n")?;
    make_queue(&config, privilege)?;
    let mut greetings = vec![(ports.smtp, Greeting::Spoken)];
    if builder.starttls {
        greetings.push((ports.smtps, Greeting::Silent));
    }
    let command = vec![master.into(), "-c".into(), config.into(), "-d".into()];
    Ok(Daemon::new("postfix", command, folder, greetings, privilege))
}

fn main_cf(builder: &Builder, folder: &Path, ports: Ports, master: &Path) -> Result<String> {
    let dir = folder.display();
    let daemons = master.parent().context("Find Postfix's folder")?.display();
    let tls = if builder.starttls { "may" } else { "none" };
    let limit = builder.message_size_limit_octets;
    let header_checks = if builder.log_commands {
        format!("header_checks = regexp:{dir}/postfix/header_checks\nmime_header_checks =\nnested_header_checks =\n")
    } else {
        String::new()
    };
    let xclient = if builder.xclient { "127.0.0.1" } else { "" };
    let lmtp = ports.lmtp;
    Ok(format!(
        "compatibility_level = 3.6
daemon_directory = {daemons}
queue_directory = {dir}/postfix/queue
data_directory = {dir}/postfix/data
maillog_file = {dir}/postfix.log
maillog_file_prefixes = {dir}
myhostname = mail.{DOMAIN}
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.1/32
biff = no
message_size_limit = {limit}
mailbox_size_limit = 0
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_maps = regexp:{dir}/postfix/recipients
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:5.7.1 this test server delivers to {DOMAIN} only
relay_transport = error:5.7.1 this test server delivers to {DOMAIN} only
recipient_delimiter = +
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = reject_unlisted_recipient, permit_sasl_authenticated, reject
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {dir}/dovecot/auth-postfix
smtpd_tls_security_level = {tls}
smtpd_tls_chain_files = {dir}/server.key, {dir}/server.pem
smtpd_tls_session_cache_database =
smtpd_tls_loglevel = 0
smtpd_authorized_xclient_hosts = {xclient}
# The stories send in quick succession, and break off often.
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 1000
# A Dovecot that was killed for a moment shall get its mail soon after it is back.
minimal_backoff_time = 2s
maximal_backoff_time = 5s
queue_run_delay = 2s
lmtp_connection_cache_on_demand = no
destination_concurrency_failed_cohort_limit = 0
transport_retry_time = 2s
{header_checks}"
    ))
}

fn master_cf(builder: &Builder, Ports { smtp, smtps, .. }: Ports) -> String {
    let mut text = format!("127.0.0.1:{smtp} inet n - n - - smtpd\n");
    if builder.starttls {
        let _ = writeln!(
            text,
            "127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes"
        );
    }
    text.push_str(
        "cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
",
    );
    text
}

/// Everybody who has a mailbox, and the one whose mail Dovecot refuses, so that it comes back.
fn recipients(builder: &Builder) -> String {
    let known = builder.users.iter().map(String::as_str).chain([BOUNCING_USER]);
    let mut text = String::new();
    for user in known {
        let local = user.split('@').next().unwrap_or(user).replace('.', "\\.");
        let _ = writeln!(text, "/^{local}(\\+[^@]*)?@{}$/ OK", DOMAIN.replace('.', "\\."));
    }
    if builder.load_users > 0 {
        let _ = writeln!(text, "/^user[0-9]+@{}$/ OK", DOMAIN.replace('.', "\\."));
    }
    text
}

/// Postfix drops its rights, so its user must own queue and data, and get through the folder above.
fn make_queue(config: &Path, privilege: Privilege) -> Result<()> {
    let queue = config.join("queue");
    let data = config.join("data");
    let pid = queue.join("pid");
    let folders: Vec<PathBuf> = QUEUE_FOLDERS.iter().map(|name| queue.join(name)).collect();
    run(privilege.command("mkdir").arg("-p").args(&folders).args([&data, &pid])).context("Make Postfix queue")?;
    run(privilege
        .command("chown")
        .arg("root")
        .args([config, &queue, &pid])
        .args(["main.cf", "master.cf"].map(|name| config.join(name))))
    .context("Give Postfix its configuration")?;
    run(privilege.command("chown").arg("postfix").args(&folders).arg(&data)).context("Give Postfix its queue")?;
    let chmod = |mode: &str, paths: &[PathBuf]| run(privilege.command("chmod").arg(mode).args(paths));
    chmod("700", &folders)
        .and_then(|()| chmod("755", &[queue.clone(), pid]))
        .context("Protect Postfix queue")?;
    Ok(())
}
