//! Strings in each place of each IMAP command: each stays one argument of one command.

use crate::{
    command::{Heard, MESSAGE, hear, hear_logged},
    strings::{Strings, count},
};
use std::time::Duration;
use surat_protocol::{Flag, Term, TermField, Uid, UidSet};
use surat_proxy::{
    imap::{self, Error, Session, WireName},
    secret::Secret,
    tls::TlsSettings,
};
use surat_testbed::{PASSWORD, Testbed, address};
use tokio::{
    io::{AsyncWriteExt, BufStream},
    net::{TcpListener, TcpStream},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// Strings against the server that only listens, over all its kinds.
const STRINGS: usize = 100_000;
/// How much a server can do: strings then go in literals that wait, in short ones that do not, or in any.
const KINDS: [&str; 4] = [
    "IMAP4rev1",
    "IMAP4rev1 LITERAL-",
    "IMAP4rev1 LITERAL+ ESEARCH MOVE CONDSTORE",
    "IMAP4rev1 LITERAL+ ENABLE UTF8=ACCEPT ESEARCH MOVE",
];
/// Requests of [`ask`].
const REQUESTS: usize = 12;
/// Terms of one search, which are as many as a page may ask for.
const TERMS: usize = 20;
/// Each so many-th string goes through another request as well.
const EACH: usize = 10;
/// Longest string for Dovecot, whose log cuts long lines.
const SHORT: usize = 24;
/// Strings against Dovecot, where nobody asks for more.
const FOR_DOVECOT: usize = 5_200;

/// What a request may be heard as: its syntax, and its strings in order.
type Meant = (String, Vec<Vec<u8>>);

/// A request with this text in each of its places, and what should be heard. None: it was refused unsent.
async fn ask(session: &mut Session, request: usize, octets: &[u8]) -> Vec<Meant> {
    let text = String::from_utf8_lossy(octets).into_owned();
    let name = WireName::from_server(octets);
    let spelled = session.wire_name(&text);
    let own = name.as_bytes().to_vec();
    let uids = UidSet::one(Uid(1));
    let keyword = [Flag::Keyword(text.clone())];
    let condstore = if session.capabilities().condstore {
        " (CONDSTORE)"
    } else {
        ""
    };
    let modseq = if session.capabilities().condstore {
        " HIGHESTMODSEQ"
    } else {
        ""
    };
    let one = |syntax: &str| vec![(syntax.to_owned(), vec![own.clone()])];
    let (result, meant) = match request {
        0 => (session.select(&name).await.err(), one(&format!("SELECT S{condstore}"))),
        1 => {
            let syntax = format!("STATUS S (MESSAGES UNSEEN UIDNEXT UIDVALIDITY{modseq})");
            (session.status(&name).await.err(), one(&syntax))
        }
        2 => {
            let meant = [one("CREATE S"), one("SUBSCRIBE S")].concat();
            (session.create(&name).await.err(), meant)
        }
        3 => {
            let to = WireName::from_server(&[&own[..], b"/"].concat());
            let meant = ("RENAME S S".to_owned(), vec![own.clone(), to.as_bytes().to_vec()]);
            (session.rename(&name, &to).await.err(), vec![meant])
        }
        4 => (session.delete(&name).await.err(), one("DELETE S")),
        5 => (session.unsubscribe(&name).await.err(), one("UNSUBSCRIBE S")),
        6 => (session.copy(&uids, &name).await.err(), one("UID COPY 1 S")),
        7 if session.capabilities().move_ => (session.move_(&uids, &name).await.err(), one("UID MOVE 1 S")),
        7 | 8 => {
            let flags = [Flag::Seen, Flag::Draft];
            let stored = session.append(&name, &flags, None, MESSAGE.len() as u64, MESSAGE).await;
            let refused = format!("APPEND S (\\Seen \\Draft) {{{}}}", MESSAGE.len());
            let meant = match stored {
                Err(Error::No(_)) => (refused, vec![own.clone()]),
                _ => (
                    "APPEND S (\\Seen \\Draft) S".to_owned(),
                    vec![own.clone(), MESSAGE.to_vec()],
                ),
            };
            (stored.err(), vec![meant])
        }
        9 => {
            let meant = [("+", "FLAGS"), ("-", "FLAGS")];
            let meant = meant.map(|(sign, item)| (format!("UID STORE 1 {sign}{item}.SILENT ({text})"), Vec::new()));
            (
                session.store_flags(&uids, &keyword, &keyword).await.err(),
                meant.to_vec(),
            )
        }
        10 => {
            let id = format!("<{text}>").into_bytes();
            let meant = vec![(search(session, "", "HEADER Message-ID S"), vec![id])];
            (session.uids_of_message_id(&UidSet::new(), &text).await.err(), meant)
        }
        _ => match spelled {
            Ok(name) => {
                let own = name.as_bytes().to_vec();
                let meant = ["CREATE S", "SUBSCRIBE S"].map(|syntax| (syntax.to_owned(), vec![own.clone()]));
                (session.create(&name).await.err(), meant.to_vec())
            }
            Err(_) => return Vec::new(),
        },
    };
    match result {
        Some(Error::Unsendable) => Vec::new(),
        // Of two commands the second one waits for the first.
        Some(Error::No(_) | Error::Bad(_)) => meant.into_iter().take(1).collect(),
        None | Some(Error::Incomplete(_)) => meant,
        Some(error) => panic!("{error:?} of {text:?}"),
    }
}

/// One search for many texts, each in another field, and what should be heard of it.
async fn search_for(session: &mut Session, texts: &[String]) -> Meant {
    use TermField::{Anywhere, Body, From, Subject, To};
    let fields = [
        (Anywhere, "OR FROM S OR TO S OR CC S OR SUBJECT S BODY S", 5),
        (From, "FROM S", 1),
        (To, "OR TO S CC S", 2),
        (Subject, "SUBJECT S", 1),
        (Body, "BODY S", 1),
    ];
    let (mut terms, mut keys, mut strings) = (Vec::new(), Vec::new(), Vec::new());
    for (text, (field, key, times)) in texts.iter().zip(fields.into_iter().cycle()) {
        let text = text.clone();
        strings.extend(vec![text.clone().into_bytes(); times]);
        keys.push(key);
        terms.push(Term { field, text });
    }
    let all = texts.concat();
    let meant = (search(session, &all, &keys.join(" ")), strings);
    match session.search(&terms).await {
        Ok(_) | Err(Error::No(_) | Error::Bad(_)) => meant,
        Err(error) => panic!("{error:?} of {texts:?}"),
    }
}

fn search(session: &Session, text: &str, keys: &str) -> String {
    let esearch = if session.capabilities().esearch {
        "RETURN (ALL) "
    } else {
        ""
    };
    let is_told = text.is_ascii() || session.enabled().utf8;
    let charset = if is_told { "" } else { "CHARSET UTF-8 " };
    format!("UID SEARCH {esearch}{charset}{keys}")
}

/// A server that says OK to everything and tells what it heard. After sign-in; a wrong octet ends it loudly.
async fn listen(stream: TcpStream, kind: &'static str, told: UnboundedSender<Heard>) {
    stream.set_nodelay(true).unwrap();
    let mut stream = BufStream::new(stream);
    stream.write_all(b"* OK hello\r\n").await.unwrap();
    stream.flush().await.unwrap();
    while let Some(heard) = hear(&mut stream).await.unwrap_or_else(|error| panic!("{error}")) {
        let untagged = match heard.syntax.split(' ').next().unwrap_or_default() {
            "CAPABILITY" => format!("* CAPABILITY {kind}\r\n"),
            "ENABLE" => "* ENABLED UTF8=ACCEPT\r\n".to_owned(),
            _ => String::new(),
        };
        let answer = format!("{untagged}{} OK done\r\n", heard.tag);
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        // Nobody listens any more when the test has failed.
        let _ = told.send(heard);
    }
}

/// Signs in by LOGIN on a server of this kind; what it hears comes out of the channel.
async fn listening(
    kind: &'static str,
    tls: &TlsSettings,
    user: &str,
    password: &str,
) -> (Result<Session, Error>, UnboundedReceiver<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("imap://{}", listener.local_addr().unwrap()).parse().unwrap();
    let (told, heard) = unbounded_channel();
    tokio::spawn(async move { listen(listener.accept().await.unwrap().0, kind, told).await });
    let client = imap::dial(&endpoint, tls).await.unwrap();
    (client.sign_in(user, &Secret::new(password), None).await, heard)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn class_13_no_string_becomes_more_than_one_argument_of_one_imap_command() {
    let tasks = KINDS.iter().zip(0..).map(|(kind, purpose)| {
        tokio::spawn(async move {
            let (session, mut heard) = listening(kind, &TlsSettings::new(None).unwrap(), "ayu", "secret").await;
            let mut session = session.unwrap();
            let mut strings = Strings::new(purpose);
            let mut sent = 0;
            while heard.try_recv().is_ok() {}
            for number in 0..STRINGS / KINDS.len() / TERMS {
                let octets: Vec<Vec<u8>> = (0..TERMS).map(|_| strings.octets()).collect();
                let texts = octets.iter().map(|octets| String::from_utf8_lossy(octets).into_owned());
                let (unsendable, texts): (Vec<String>, Vec<String>) = texts.partition(|text| text.contains('\0'));
                let mut meant = vec![search_for(&mut session, &texts).await];
                for text in unsendable {
                    let term = Term {
                        field: TermField::Subject,
                        text,
                    };
                    assert!(matches!(session.search(&[term]).await, Err(Error::Unsendable)));
                }
                for (place, octets) in octets.iter().enumerate().filter(|(place, _)| place % EACH == 0) {
                    let request = number * (TERMS / EACH) + place / EACH;
                    meant.extend(ask(&mut session, request % REQUESTS, octets).await);
                }
                for meant in meant {
                    sent += 1;
                    let heard = heard.recv().await.unwrap();
                    assert_eq!((heard.syntax, heard.strings), meant, "of {octets:?}");
                }
                assert!(heard.try_recv().is_err(), "one command too many: {octets:?}");
            }
            sent
        })
    });
    let mut sent = 0;
    for task in tasks.collect::<Vec<_>>() {
        sent += task.await.unwrap();
    }
    println!("{STRINGS} strings, {sent} commands");
    assert!(sent > STRINGS / TERMS + 2500, "{sent}");
}

#[tokio::test]
async fn class_13_no_name_and_no_password_becomes_a_command() {
    let tls = TlsSettings::new(None).unwrap();
    let mut strings = Strings::new(20);
    let mut sent = 0;
    for _ in 0..1000 {
        let (user, password) = (strings.text(), strings.text());

        let (session, mut heard) = listening("IMAP4rev1", &tls, &user, &password).await;

        drop(session);
        // CAPABILITY, LOGIN, CAPABILITY; the last two only when the strings could be sent.
        let mut commands = Vec::new();
        while let Some(heard) = heard.recv().await {
            commands.push(heard);
        }
        let syntax: Vec<&str> = commands.iter().map(|heard| heard.syntax.as_str()).collect();
        match syntax[..] {
            ["CAPABILITY"] => {}
            ["CAPABILITY", "LOGIN S S", "CAPABILITY"] => {
                assert_eq!(commands[1].strings, [user.into_bytes(), password.into_bytes()]);
                sent += 1;
            }
            _ => panic!("{syntax:?} of {user:?} {password:?}"),
        }
    }
    assert!(sent > 100, "{sent}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn class_13_dovecot_reads_each_string_as_one_argument() {
    let testbed = Testbed::builder().without_postfix().log_commands().start().unwrap();
    let endpoint = format!("imaps://localhost:{}", testbed.imaps_port).parse().unwrap();
    let client = imap::dial(&endpoint, &TlsSettings::new(Some(&testbed.ca_file())).unwrap())
        .await
        .unwrap();
    let mut session = client
        .sign_in(&address("ayu"), &Secret::new(PASSWORD), None)
        .await
        .unwrap();
    let mut strings = Strings::new(21);
    let mut meant = Vec::new();
    let count = count(FOR_DOVECOT);
    for number in 0..count {
        let request = number % (REQUESTS + 1);
        let mut octets = strings.octets();
        octets.truncate(SHORT);
        let needs_inbox = match request {
            // Dovecot hangs up when the mailbox that is selected goes.
            3 | 4 => session.selected().is_some_and(|name| *name != WireName::inbox()),
            9 | 10 | REQUESTS => session.selected().is_none(),
            _ => false,
        };
        if needs_inbox {
            session.select(&WireName::inbox()).await.unwrap();
            meant.push(("SELECT S (CONDSTORE)".to_owned(), vec![b"INBOX".to_vec()]));
        }
        if request < REQUESTS {
            meant.extend(ask(&mut session, request, &octets).await);
        } else {
            let text = String::from_utf8_lossy(&octets).replace('\0', "");
            meant.push(search_for(&mut session, &vec![text; 5]).await);
        }
    }
    session.logout().await;
    // Nothing else may have come of all that, as Dovecot itself has it in its log.
    let logged = logged_commands(&testbed).await;
    // Each session begins with these.
    let begins = |heard: &Heard| {
        ["CAPABILITY", "ID ", "ENABLE "]
            .iter()
            .any(|word| heard.syntax.starts_with(word))
    };
    let first = logged.iter().position(|heard| !begins(heard)).unwrap();
    let last = logged.len() - 1;
    assert_eq!(logged[last].syntax, "LOGOUT");
    for (heard, meant) in logged[first..last].iter().zip(&meant) {
        assert_eq!((&heard.syntax, &heard.strings), (&meant.0, &meant.1));
    }
    assert_eq!(last - first, meant.len());
    println!("{count} strings, {} commands in Dovecot's log", meant.len());
}

/// What Dovecot logged of the one session, read again as commands.
async fn logged_commands(testbed: &Testbed) -> Vec<Heard> {
    let folder = testbed.command_log("ayu");
    for _ in 0..100 {
        let files: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        if let Some(file) = files
            .iter()
            .find(|file| file.extension().is_some_and(|kind| kind == "in"))
        {
            let octets = without_times(&std::fs::read(file).unwrap());
            if octets.ends_with(b" LOGOUT\r\n") {
                return hear_logged(&octets).await.unwrap();
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("Dovecot logged nothing in {}", folder.display());
}

/// Each line of the log begins with a time: `1700000000.123456 `.
fn without_times(log: &[u8]) -> Vec<u8> {
    let lines = log.split_inclusive(|&octet| octet == b'\n');
    let lines = lines.map(|line| &line[line.iter().position(|&octet| octet == b' ').unwrap() + 1..]);
    lines.collect::<Vec<_>>().concat()
}
