//! An internet of its own: in a network namespace every address there is belongs to this machine, so a hostile image
//! address that the proxy follows is seen to arrive, wherever it leads. The real proxy, the system's resolver.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    unreachable_pub,
    reason = "tests and their helpers fail loudly and tell what they did"
)]

mod dns;
mod registry;
mod table;
mod web;

use std::{
    collections::BTreeSet,
    env,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};
use surat_proxy::{
    account::Credentials,
    config::SecretKey,
    endpoint::Endpoint,
    http::cookie::{Sealer, Session},
    image_address::ImageSigner,
    secret::Secret,
};
use table::{PUBLIC, PUBLIC_NAME, PUBLIC_V6, table};
use tokio::sync::mpsc::UnboundedReceiver;

/// Set where the test runs a second time, inside the namespace; names a folder.
const INSIDE: &str = "SURAT_TEST_INTERNET";
/// Nobody is there: the cookie alone lets a person ask for images.
const IMAP: &str = "imap://127.0.0.1:1";

/// How many addresses are tried.
const ENTRIES: usize = 636;
/// What public hosts see of that: one request for each redirect that is tried, one for each name that
/// changes, and none for a name that has a good address beside a bad one.
const TO_PUBLIC_HOSTS: usize = 63 + 4 * (1 + 2 + 3) + 20;

/// The machine becomes every host; its resolver asks the test's DNS server and nobody else.
const SETUP: &str = "
    PATH=$PATH:/usr/sbin:/sbin
    printf 'nameserver 127.0.0.1\\nsearch corp.example\\noptions timeout:2 attempts:1\\n' > resolv.conf
    printf '127.0.0.1 localhost\\n::1 localhost\\n' > hosts
    printf 'hosts: files dns\\n' > nsswitch.conf
    for file in resolv.conf hosts nsswitch.conf; do
        if [ -e /etc/$file ]; then mount --bind $file /etc/$file; fi
    done
    ip link set lo up
    ip route add local 0.0.0.0/0 dev lo
    ip -6 route add local ::/0 dev lo
";

#[test]
fn class_12_no_image_address_of_a_message_reaches_the_inner_network() {
    if let Some(folder) = env::var_os(INSIDE) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(inside(Path::new(&folder)));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let again = Command::new("unshare")
        .args(["--map-root-user", "--net", "--mount", "--"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("class_12_no_image_address_of_a_message_reaches_the_inner_network")
        .env(INSIDE, folder.path())
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = [again.stdout, again.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(
        again.status.success() && said.contains("image addresses tried"),
        "{said}\nThis test needs a network namespace of its own (unshare --map-root-user --net --mount).\n  \
         Remedy: run it as root, or allow user namespaces: sysctl kernel.apparmor_restrict_unprivileged_userns=0"
    );
    println!("{said}");
}

async fn inside(folder: &Path) {
    assert!(Command::new("sh").args(["-ec", SETUP]).status().unwrap().success());
    let certified = rcgen::generate_simple_self_signed([PUBLIC_NAME.to_owned(), PUBLIC.to_owned()]).unwrap();
    std::fs::write(folder.join("ca.pem"), certified.cert.pem()).unwrap();
    dns::start().await;
    let mut web = Web(web::start(certified).await);
    let table = table();
    assert_eq!(table.len(), ENTRIES);
    assert_eq!(table.iter().collect::<BTreeSet<_>>().len(), table.len(), "none twice");

    let proxy = Proxy::start(folder, &[]);
    what_is_public_is_fetched(&proxy, &mut web).await;
    let (mut arrived, mut breaches) = (0, Vec::new());
    for url in &table {
        proxy.image(url).await;
        let reached = web.reached();
        arrived += reached.len();
        breaches.extend(
            reached
                .into_iter()
                .filter(is_inner)
                .map(|host| format!("{url:?} reached {host}")),
        );
    }
    // What comes late counts too.
    tokio::time::sleep(Duration::from_millis(300)).await;
    breaches.extend(web.reached().iter().map(|host| format!("late: {host}")));
    assert_eq!(breaches, Vec::<String>::new());
    assert_eq!(arrived, TO_PUBLIC_HOSTS);
    drop(proxy);
    // The table has teeth: a proxy that believes everything is led inside by nearly all of it.
    let credulous = Proxy::start(folder, &["--allow-private-image-hosts"]);
    let mut led_inside = 0;
    for url in &table {
        credulous.image(url).await;
        led_inside += usize::from(web.reached().iter().any(is_inner));
    }
    println!("{ENTRIES} image addresses tried: none reached the inner network, and {led_inside} would have");
    // The rest: multicast and link-local, which need more than an address; user-info; schemes.
    assert!(led_inside >= 570, "{led_inside} of {ENTRIES}");
}

/// Is it anything but a public host on a port of the web?
fn is_inner(host: &SocketAddr) -> bool {
    let is_public = [PUBLIC, PUBLIC_V6].contains(&host.ip().to_string().as_str());
    !(is_public && matches!(host.port(), 80 | 443))
}

/// The same internet gives out images where that is right: without this, refusing all would pass.
async fn what_is_public_is_fetched(proxy: &Proxy, web: &mut Web) {
    for host in [
        PUBLIC,
        "[2606:2800:220:1::1]",
        PUBLIC_NAME,
        "good6.example",
        "good-alias.example",
        "search",
    ] {
        assert_eq!(proxy.image(&format!("http://{host}/a.png")).await, 200, "{host}");
        assert_eq!(web.reached().len(), 1, "{host}");
    }
    assert_eq!(proxy.image(&format!("https://{PUBLIC_NAME}/a.png")).await, 200);
    for (redirects, status, asked) in [(3, 200, 4), (4, 403, 4), (9, 403, 4)] {
        web.reached();
        let url = format!("http://{PUBLIC_NAME}{}", web::chain(redirects));
        assert_eq!(proxy.image(&url).await, status, "{redirects} redirects");
        assert_eq!(web.reached().len(), asked, "{redirects} redirects");
    }
    let moved = web::redirect(302, &format!("https://{PUBLIC_NAME}/a.png"));
    assert_eq!(proxy.image(&format!("http://{PUBLIC}{moved}")).await, 200);
    web.reached();
}

/// The web server's notes.
struct Web(UnboundedReceiver<SocketAddr>);

impl Web {
    /// The hosts and ports that were reached since it was last asked.
    fn reached(&mut self) -> Vec<SocketAddr> {
        std::iter::from_fn(|| self.0.try_recv().ok()).collect()
    }
}

/// `surat serve`, with somebody signed in.
struct Proxy {
    child: Child,
    origin: String,
    cookie: String,
    signer: ImageSigner,
    client: reqwest::Client,
}

impl Proxy {
    fn start(folder: &Path, options: &[&str]) -> Self {
        let key = SecretKey::load(&folder.join("secret")).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_surat"))
            .args(["serve", "--listen", "127.0.0.1:0", "--imap-url", IMAP])
            .args([
                "--smtp-url",
                "smtp://127.0.0.1:1",
                "--secret-file",
                "secret",
                "--ca-file",
                "ca.pem",
            ])
            .args(options)
            .current_dir(folder)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let listens = log.find_map(|line| Some(line.split_once(" listens on ")?.1.split(',').next()?.to_owned()));
        // Nobody reads on, and nobody may wait for that.
        std::thread::spawn(move || log.for_each(drop));
        Self {
            child,
            origin: listens.unwrap(),
            cookie: cookie(&key),
            signer: ImageSigner::new(&key),
            client: reqwest::Client::new(),
        }
    }

    /// Asks for an image as a message's frame does; the status of the answer.
    async fn image(&self, url: &str) -> u16 {
        let address = format!("{}{}", self.origin, self.signer.address_of(url, "ayu@surat.test"));
        let request = self.client.get(address).header("cookie", &self.cookie);
        let answer = request.timeout(Duration::from_secs(30)).send().await.unwrap();
        answer.status().as_u16()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cookie(key: &SecretKey) -> String {
    let credentials = Credentials {
        email: "ayu@surat.test".into(),
        password: Secret::new("surat"),
    };
    let sealer = Sealer::new(key, None, &IMAP.parse::<Endpoint>().unwrap());
    let cookie = sealer.set_cookie(&Session::begin(credentials, true, 0), false).unwrap();
    cookie.to_str().unwrap().split(';').next().unwrap().to_owned()
}
