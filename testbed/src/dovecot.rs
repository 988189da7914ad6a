//! A private Dovecot 2.3: its configuration, its users and the rights in shared mailboxes.

use crate::{
    Builder, DOMAIN, PASSWORD, RARE_PASSWORD,
    builder::load_user,
    certificate::Identity,
    command::{Privilege, output, server_program},
    daemon::Daemon,
    ports::Greeting,
};
use anyhow::{Context, Result};
use std::{fmt::Write as _, fs, path::Path};

/// Ports of the private Dovecot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    pub(crate) imap: u16,
    pub(crate) imaps: u16,
    pub(crate) lmtp: u16,
}

/// An account's own mailboxes beside INBOX, each with its special use (RFC 6154).
pub(crate) const SPECIAL: [&str; 5] = ["Drafts", "Sent", "Archive", "Junk", "Trash"];

/// Mailboxes below `Shared/`, whose rights [`acl`] sets.
pub(crate) const PUBLIC: [&str; 2] = ["support", "announcements"];

/// What the servers show, in the test bed's folder.
pub(crate) const CERTIFICATE: &str = "server.pem";

/// Where Dovecot keeps what an account's sessions said, in the account's home.
pub(crate) const COMMAND_LOG: &str = "commands";

/// The key to it.
pub(crate) const KEY: &str = "server.key";

/// User and group that own the mail store. Dovecot refuses to open mail as root.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) user: String,
    pub(crate) group: String,
}

impl Owner {
    /// `nobody` if we are root, else ourselves.
    pub(crate) fn find(privilege: Privilege) -> Result<Self> {
        if privilege == Privilege::Root {
            return Ok(Self {
                user: "nobody".to_owned(),
                group: "nogroup".to_owned(),
            });
        }
        Ok(Self {
            user: output("id", &["-un"])?,
            group: output("id", &["-gn"])?,
        })
    }
}

/// Writes the configuration and gives the server, not started yet.
pub(crate) fn prepare(
    builder: &Builder,
    folder: &Path,
    ports: Ports,
    identity: &Identity,
    privilege: Privilege,
) -> Result<Daemon> {
    let owner = Owner::find(privilege)?;
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).with_context(|| format!("Write {name}"));
    write(CERTIFICATE, &identity.chain_pem)?;
    write(KEY, &identity.key_pem)?;
    write("users", &users(builder, privilege))?;
    write("acl", &acl(builder))?;
    write("dovecot.log", "")?;
    write(
        "dovecot.conf",
        &configuration(builder, folder, ports, &owner, privilege),
    )?;
    let program = server_program("dovecot", &["/usr/sbin", "/usr/local/sbin"])?;
    let command = vec![
        program.into(),
        "-F".into(),
        "-c".into(),
        folder.join("dovecot.conf").into(),
    ];
    let mut greetings = vec![(ports.imap, Greeting::Spoken), (ports.lmtp, Greeting::Spoken)];
    if builder.starttls {
        greetings.push((ports.imaps, Greeting::Silent));
    }
    // Dovecot itself needs no root; sudo would only make its files somebody else's.
    let privilege = if privilege == Privilege::Sudo {
        Privilege::None
    } else {
        privilege
    };
    Ok(Daemon::new("dovecot", command, folder, greetings, privilege))
}

/// User id of the accounts for measurements, where we are root: none that the system has.
pub(crate) fn load_user_id(number: usize) -> u32 {
    2_000_000_u32.saturating_add(u32::try_from(number).unwrap_or(u32::MAX))
}

/// One line per user, in passwd form.
fn users(builder: &Builder, privilege: Privilege) -> String {
    let mut text = String::new();
    for address in builder.users.iter() {
        let _ = writeln!(text, "{address}:{{PLAIN}}{PASSWORD}::::::");
    }
    for number in 1..=builder.load_users {
        let id = match privilege {
            Privilege::Root => load_user_id(number).to_string(),
            Privilege::Sudo | Privilege::None => String::new(),
        };
        let _ = writeln!(text, "{}:{{PLAIN}}{PASSWORD}:{id}:::::", load_user(number));
    }
    text
}

/// Rights in the public namespace: all may use `support`; the first user may use `announcements`, the others read it.
fn acl(builder: &Builder) -> String {
    let first = builder.users.first().map_or("nobody", String::as_str);
    format!(
        "Shared authenticated lr\n\
         Shared/support authenticated lrwstipekx\n\
         Shared/announcements authenticated lr\n\
         Shared/announcements user={first} lrwstipekxa\n"
    )
}

fn configuration(builder: &Builder, folder: &Path, ports: Ports, owner: &Owner, privilege: Privilege) -> String {
    let dir = folder.display();
    let mut text = general(folder, ports, owner, builder.load_users);
    text.push_str(&storage(folder));
    text.push_str(&services(owner, builder.load_users));
    if builder.starttls {
        let _ = write!(
            text,
            "ssl = yes\nssl_cert = <{dir}/{CERTIFICATE}\nssl_key = <{dir}/{KEY}\n"
        );
    } else {
        text.push_str("ssl = no\n");
    }
    if let Some(capability) = &builder.imap_capability {
        let _ = write!(text, "protocol imap {{\n  imap_capability = {capability}\n}}\n");
        let _ = write!(text, "protocol imap-login {{\n  imap_capability = {capability}\n}}\n");
    }
    if builder.log_commands {
        let _ = write!(text, "protocol imap {{\n  rawlog_dir = %h/{COMMAND_LOG}\n}}\n");
    }
    if privilege != Privilege::Root {
        text.push_str(&rootless(owner));
    }
    text
}

/// IMAP sessions at once: an account that is at work has two, and a few more belong to stories.
fn most_sessions(load_users: usize) -> usize {
    2048 + 2 * load_users
}

fn general(
    folder: &Path,
    Ports { imap, imaps, lmtp }: Ports,
    Owner { user, group }: &Owner,
    load_users: usize,
) -> String {
    let dir = folder.display();
    // Each of the four takes a share, and some are unlucky.
    let logins = most_sessions(load_users) / 2;
    format!(
        r"protocols = imap lmtp
listen = 127.0.0.1
base_dir = {dir}/dovecot
state_dir = {dir}/dovecot-state
log_path = {dir}/dovecot.log
instance_name = surat-testbed
hostname = mail.{DOMAIN}
postmaster_address = postmaster@{DOMAIN}
disable_plaintext_auth = no
# A webmail here may say by ID where its people are.
login_trusted_networks = 127.0.0.1
auth_mechanisms = plain login
# The stories try wrong passwords often, and need not wait for it.
auth_failure_delay = 0
recipient_delimiter = +
passdb {{
  driver = passwd-file
  args = username_format=%Lu {dir}/users
}}
passdb {{
  driver = static
  args = password={RARE_PASSWORD}
}}
userdb {{
  driver = passwd-file
  args = username_format=%Lu {dir}/users
  default_fields = uid={user} gid={group} home={dir}/mail/%Lu
}}
first_valid_uid = 1
first_valid_gid = 1
service imap-login {{
  # One process for many connections, since 500 of them would be slow to start.
  service_count = 0
  process_limit = 4
  client_limit = {logins}
  # TLS of all sessions is done in here.
  vsz_limit = 4 G
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"
    )
}

fn storage(folder: &Path) -> String {
    let dir = folder.display();
    let special = SPECIAL.map(|name| format!("  mailbox {name} {{\n    special_use = \\{name}\n  }}\n"));
    let special = special.concat();
    format!(
        r"mail_location = maildir:~/Maildir:LAYOUT=fs
mail_plugins = acl
# Nobody but Dovecot writes to the store while it runs.
maildir_very_dirty_syncs = yes
# Where the kernel's inotify instances are used up (128 by default, one for each watching session), Dovecot looks
# for new mail by itself; every second, so that a story need not know.
mailbox_idle_check_interval = 1 secs
mail_attribute_dict = file:%h/dovecot-attributes
mail_max_userip_connections = 10
namespace inbox {{
  type = private
  separator = /
  inbox = yes
{special}}}
namespace public {{
  type = public
  separator = /
  prefix = Shared/
  location = maildir:{dir}/public:LAYOUT=fs
  subscriptions = no
  list = yes
}}
namespace users {{
  type = shared
  separator = /
  prefix = Users/%%u/
  location = maildir:%%h/Maildir:LAYOUT=fs
  subscriptions = no
  list = children
}}
plugin {{
  acl = vfile:{dir}/acl:cache_secs=1
  acl_shared_dict = file:{dir}/mail/shared-mailboxes
}}
protocol imap {{
  mail_plugins = $mail_plugins imap_acl imap_zlib
  imap_metadata = yes
}}
"
    )
}

fn services(Owner { user, group }: &Owner, load_users: usize) -> String {
    let sessions = most_sessions(load_users);
    let clients = sessions * 4;
    format!(
        r"default_process_limit = {sessions}
default_client_limit = {clients}
service imap {{
  process_limit = {sessions}
}}
service auth {{
  unix_listener auth-postfix {{
    mode = 0666
    user = {user}
    group = {group}
  }}
}}
service anvil {{
  # No waiting after wrong passwords.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"
    )
}

/// What an ordinary user must say so that Dovecot does not try to become anybody else.
fn rootless(Owner { user, group }: &Owner) -> String {
    let mut text =
        format!("default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n");
    for service in [
        "anvil",
        "imap-login",
        "imap-urlauth-login",
        "stats",
        "ipc",
        "director",
        "dns-client",
        "dns_client",
    ] {
        let _ = write!(text, "service {service} {{\n  chroot =\n}}\n");
    }
    text
}
