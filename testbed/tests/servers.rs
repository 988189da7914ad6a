//! The test bed itself, against the installed Dovecot and Postfix.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail like tests")]

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    process::Command,
    time::{Duration, Instant},
};
use surat_testbed::{Stored, Testbed, seed};

const LETTER: &[u8] = b"From: Budi <budi@surat.test>\r\nTo: ayu@surat.test\r\nSubject: Hello\r\n\r\nHello Ayu.\r\n";

/// A line protocol, for looking at what the servers say.
struct Line(BufReader<TcpStream>);

impl Line {
    fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut line = Self(BufReader::new(stream));
        line.read();
        line
    }

    fn imap(testbed: &Testbed, user: &str) -> Self {
        let mut line = Self::connect(testbed.imap_port);
        let answer = line.ask(&format!("a LOGIN {user}@surat.test surat"), "a ");
        assert!(answer.contains("a OK"), "{answer}");
        line
    }

    fn read(&mut self) -> String {
        let mut text = String::new();
        self.0.read_line(&mut text).unwrap();
        text
    }

    /// Sends a line and reads until a line begins with `end`.
    fn ask(&mut self, line: &str, end: &str) -> String {
        self.0.get_mut().write_all(format!("{line}\r\n").as_bytes()).unwrap();
        let mut all = String::new();
        loop {
            let text = self.read();
            assert!(!text.is_empty(), "closed after {all}");
            all.push_str(&text);
            if text.starts_with(end) {
                return all;
            }
        }
    }

    fn smtp(testbed: &Testbed, user: Option<&str>) -> Self {
        let mut line = Self::connect(testbed.smtp_port);
        line.ask("EHLO localhost", "250 ");
        if user == Some("ayu") {
            // NUL ayu@surat.test NUL surat
            line.ask("AUTH PLAIN AGF5dUBzdXJhdC50ZXN0AHN1cmF0", "235");
        }
        line
    }
}

fn messages(testbed: &Testbed, user: &str, mailbox: &str) -> u32 {
    let status = Line::imap(testbed, user).ask(&format!("b STATUS \"{mailbox}\" (MESSAGES)"), "b ");
    let count = status.split("(MESSAGES ").nth(1).unwrap_or_else(|| panic!("{status}"));
    count.split(')').next().unwrap().parse().unwrap()
}

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn submit(testbed: &Testbed, recipient: &str) -> String {
    let mut smtp = Line::smtp(testbed, Some("ayu"));
    smtp.ask("MAIL FROM:<ayu@surat.test>", "250");
    smtp.0
        .get_mut()
        .write_all(format!("RCPT TO:<{recipient}>\r\n").as_bytes())
        .unwrap();
    let answer = smtp.read();
    if answer.starts_with('2') {
        smtp.ask("DATA", "354");
        smtp.ask("From: ayu@surat.test\r\nSubject: By Postfix\r\n\r\nHello.\r\n.", "250");
    }
    answer
}

#[test]
fn mail_comes_by_lmtp_by_append_by_postfix_and_back_as_a_bounce() {
    let testbed = Testbed::builder().start().unwrap();

    testbed.deliver("ayu", LETTER).unwrap();
    assert_eq!(messages(&testbed, "ayu", "INBOX"), 1);

    let mut appender = testbed.appender("ayu").unwrap();
    appender.create("Notes").unwrap();
    for _ in 0..120 {
        appender
            .append("Notes", "\\Seen", Some("17-Jul-2024 02:44:25 +0700"), LETTER)
            .unwrap();
    }
    appender.finish().unwrap();
    assert_eq!(messages(&testbed, "ayu", "Notes"), 120);

    assert!(submit(&testbed, "budi@surat.test").starts_with("250"));
    wait_for("delivery", || messages(&testbed, "budi", "INBOX") == 1);

    let unknown = submit(&testbed, "nobody@surat.test");
    assert!(unknown.starts_with("550 5.1.1"), "{unknown}");
    let outside = submit(&testbed, "someone@example.org");
    assert!(outside.starts_with('5'), "{outside}");

    assert!(submit(&testbed, "bounce@surat.test").starts_with("250"));
    wait_for("bounce", || messages(&testbed, "ayu", "INBOX") == 2);
}

#[test]
fn postfix_relays_for_nobody_who_has_not_signed_in() {
    let testbed = Testbed::builder().start().unwrap();
    let mut smtp = Line::smtp(&testbed, None);

    smtp.ask("MAIL FROM:<ayu@surat.test>", "250");
    let answer = smtp.ask("RCPT TO:<budi@surat.test>", "5");

    assert!(answer.contains("554 5.7.1") || answer.contains("550 5.7.1"), "{answer}");
}

#[test]
fn dovecot_offers_its_extensions_roles_and_shared_mailboxes() {
    let mut testbed = Testbed::builder().without_postfix().prepare().unwrap();
    let stored = Stored {
        mailbox: "Projects/Sawah",
        flags: "S",
        date: 1_700_000_000,
        octets: LETTER,
    };
    testbed.store("ayu").add(&stored).unwrap();
    testbed.share("ayu", "Projects/Sawah", "budi", "lrs").unwrap();
    testbed.start().unwrap();

    let mut ayu = Line::imap(&testbed, "ayu");
    let capability = ayu.ask("c CAPABILITY", "c ");
    for name in [
        "NOTIFY",
        "QRESYNC",
        "MOVE",
        "SPECIAL-USE",
        "ACL",
        "METADATA",
        "COMPRESS=DEFLATE",
        "PREVIEW",
        "ESORT",
    ] {
        assert!(capability.contains(name), "{name} is missing in {capability}");
    }
    let list = ayu.ask("d LIST \"\" * RETURN (SPECIAL-USE)", "d ");
    for name in [
        "\\Drafts",
        "\\Sent",
        "\\Archive",
        "\\Junk",
        "\\Trash",
        "Shared/support",
        "Shared/announcements",
    ] {
        assert!(list.contains(name), "{name} is missing in {list}");
    }
    let fetched = ayu.ask(
        "e SELECT Projects/Sawah\r\nf UID FETCH 1 (UID FLAGS INTERNALDATE)",
        "f ",
    );
    assert!(
        fetched.contains("14-Nov-2023 22:13:20 +0000") && fetched.contains("\\Seen"),
        "{fetched}"
    );

    let mut budi = Line::imap(&testbed, "budi");
    let list = budi.ask("g LIST \"\" *", "g ");
    assert!(list.contains("Users/ayu@surat.test/Projects/Sawah"), "{list}");
    let rights = budi.ask("h MYRIGHTS Shared/announcements", "h ");
    assert!(rights.contains("MYRIGHTS Shared/announcements lr\r\n"), "{rights}");
    let rights = budi.ask("i MYRIGHTS Shared/support", "i ");
    assert!(rights.contains("lrwstipekx"), "{rights}");
}

#[test]
fn accounts_that_sign_in_for_the_first_time_several_times_at_once_lose_no_session() {
    let testbed = Testbed::builder().without_postfix().load_users(40).start().unwrap();
    let list = "b LIST \"\" * RETURN (SPECIAL-USE STATUS (MESSAGES))\r\nc SELECT Drafts";

    for number in 1..=40 {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| Line::imap(&testbed, &format!("user{number}")).ask(list, "c OK"));
            }
        });
    }
}

#[test]
fn killed_servers_come_back_with_their_mail() {
    let mut testbed = Testbed::builder().start().unwrap();
    testbed.deliver("ayu", LETTER).unwrap();
    let mut idle = Line::imap(&testbed, "ayu");
    let before = testbed.dovecot_pid().unwrap();

    testbed.kill_dovecot().unwrap();
    assert_eq!(testbed.dovecot_pid(), None);
    assert_eq!(idle.read(), "", "a child of Dovecot survived");
    assert!(TcpStream::connect(("127.0.0.1", testbed.imap_port)).is_err());
    testbed.start_dovecot().unwrap();
    assert_ne!(testbed.dovecot_pid().unwrap(), before);
    assert_eq!(messages(&testbed, "ayu", "INBOX"), 1);

    testbed.kill_postfix().unwrap();
    assert!(TcpStream::connect(("127.0.0.1", testbed.smtp_port)).is_err());
    testbed.start_postfix().unwrap();
    assert!(submit(&testbed, "budi@surat.test").starts_with("250"));
    wait_for("delivery", || messages(&testbed, "budi", "INBOX") == 1);
}

#[test]
fn a_server_without_extensions_and_one_without_starttls_say_so() {
    let plain = Testbed::builder().plain_imap4rev1().without_postfix().start().unwrap();
    let capability = Line::imap(&plain, "ayu").ask("c CAPABILITY", "c ");
    assert!(capability.starts_with("* CAPABILITY IMAP4rev1\r\n"), "{capability}");

    let clear = Testbed::builder().without_starttls().start().unwrap();
    let capability = Line::connect(clear.imap_port).ask("c CAPABILITY", "c ");
    assert!(!capability.contains("STARTTLS"), "{capability}");
    let greeting = Line::connect(clear.smtp_port).ask("EHLO localhost", "250 ");
    assert!(!greeting.contains("STARTTLS"), "{greeting}");
}

#[test]
fn nothing_is_left_after_a_drop() {
    let testbed = Testbed::builder().start().unwrap();
    let (folder, pid) = (testbed.dir().to_owned(), testbed.dovecot_pid().unwrap());

    drop(testbed);

    assert!(!folder.exists());
    // States of the processes of its session; what is dead waits for init as "Z".
    let found = Command::new("ps")
        .args(["-o", "stat=", "-s", &pid.to_string()])
        .output()
        .unwrap();
    let states = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(states.lines().all(|state| state.starts_with('Z')), "{states}");
    assert!(
        !std::path::Path::new(&format!("/proc/{pid}")).exists(),
        "Dovecot was not waited for"
    );
}

#[test]
fn the_demo_mailboxes_hold_what_was_planned() {
    let mut testbed = Testbed::builder().without_postfix().prepare().unwrap();
    seed::fill(&testbed, &seed::Plan::today(200), &|_, _| {}).unwrap();
    testbed.start().unwrap();

    assert_eq!(messages(&testbed, "ayu", "INBOX"), 200);
    assert!(messages(&testbed, "ayu", "Sent") > 20);
    assert!(messages(&testbed, "budi", "Shared/announcements") > 10);
    assert!(messages(&testbed, "budi", "Users/ayu@surat.test/Projects/Harvest festival") > 10);
    assert_eq!(messages(&testbed, "ayu", "Drafts"), 0);
    let subscribed = Line::imap(&testbed, "ayu").ask("c LSUB \"\" *", "c ");
    for mailbox in ["Drafts", "Sent", "Receipts"] {
        assert!(
            subscribed.contains(&format!(" {mailbox}\r\n")),
            "{mailbox} is not in {subscribed}"
        );
    }
}

#[test]
fn mail_that_comes_before_an_inbox_is_opened_is_newer_than_what_was_put_there() {
    let mut testbed = Testbed::builder().without_postfix().prepare().unwrap();
    seed::fill(&testbed, &seed::Plan::today(20), &|_, _| {}).unwrap();
    testbed.start().unwrap();

    testbed.deliver("budi", LETTER).unwrap();

    let count = messages(&testbed, "budi", "INBOX");
    let mut imap = Line::imap(&testbed, "budi");
    imap.ask("c SELECT INBOX", "c ");
    let newest = imap.ask(&format!("d FETCH {count} BODY.PEEK[]"), "d ");
    let letter = String::from_utf8_lossy(LETTER);
    assert!(newest.contains(letter.trim_end()), "{newest}");
}

#[test]
fn nothing_is_left_after_the_parent_was_killed() {
    // This very test, started again, is the parent.
    if let Ok(path) = std::env::var("SURAT_TESTBED_PARENT") {
        let testbed = Testbed::builder().start().unwrap();
        std::fs::write(path, testbed.dir().to_str().unwrap()).unwrap();
        std::thread::sleep(Duration::from_secs(60));
        return;
    }
    let note = tempfile::NamedTempFile::new().unwrap();
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "nothing_is_left_after_the_parent_was_killed"])
        .env("SURAT_TESTBED_PARENT", note.path())
        .spawn()
        .unwrap();
    let folder = || std::fs::read_to_string(note.path()).unwrap();
    wait_for("start", || !folder().is_empty());
    assert!(std::path::Path::new(&folder()).exists());

    parent.kill().unwrap();
    parent.wait().unwrap();

    wait_for("removal of the folder", || !std::path::Path::new(&folder()).exists());
    // What removes the folder names it, and ends a moment later.
    wait_for("end of all processes", || {
        let found = Command::new("ps").args(["-eo", "args="]).output().unwrap();
        !String::from_utf8_lossy(&found.stdout).contains(&folder())
    });
}

#[test]
fn a_failed_test_shows_what_the_servers_said() {
    // This very test, started again, is the one that fails.
    if std::env::var_os("SURAT_TESTBED_FAIL").is_some() {
        let testbed = Testbed::builder().without_postfix().start().unwrap();
        Line::connect(testbed.imap_port).ask("a LOGIN nobody@surat.test wrong", "a NO");
        panic!("as it is meant to");
    }

    let failed = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_failed_test_shows_what_the_servers_said", "--nocapture"])
        .env("SURAT_TESTBED_FAIL", "1")
        .output()
        .unwrap();

    let shown = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(!failed.status.success());
    assert!(
        shown.contains("What dovecot said:") && shown.contains("auth failed"),
        "{shown}"
    );
}
