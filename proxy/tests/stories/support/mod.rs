//! What stories are told with: the proxy as a process, a browser without a screen, and mail.

mod browser;
pub mod letters;
pub mod live;
mod mail;
mod proxy;
mod tap;

pub use browser::Browser;
pub use live::{Inside, Live};
pub use mail::{draft, letter, letter_with};
pub use proxy::Proxy;
pub use tap::Tap;

use std::time::{Duration, Instant};
use surat_testbed::Testbed;

/// Long enough for a slow machine; a story that waits longer has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Dovecot alone.
pub fn dovecot() -> Testbed {
    Testbed::builder().without_postfix().start().unwrap()
}

/// Dovecot alone, a proxy before it, and ayu signed in with an open page.
pub async fn ayu() -> (Testbed, Proxy, Browser, Live) {
    let testbed = dovecot();
    let proxy = Proxy::start(&testbed).await;
    let browser = Browser::sign_in(&proxy, "ayu").await;
    let live = browser.live().await;
    (testbed, proxy, browser, live)
}

/// A proxy that reaches Dovecot by a tap, and ayu signed in with an open page. In clear, for the tap to hear something.
pub async fn tapped(testbed: &Testbed) -> (Tap, Proxy, Live) {
    let tap = Tap::before(testbed.imap_port).await;
    let url = format!("imap://127.0.0.1:{}", tap.port);
    let proxy = Proxy::start_with(testbed, &["--imap-url", &url]).await;
    let live = Browser::sign_in(&proxy, "ayu").await.live().await;
    (tap, proxy, live)
}

/// So many messages in ayu's inbox, all of them read: "Surat 1", "Surat 2" and so on.
pub fn fill_inbox(testbed: &Testbed, count: u32) {
    let mut store = testbed.appender("ayu").unwrap();
    for number in 1..=count {
        store
            .append("INBOX", "\\Seen", None, &letter(&format!("Surat {number}")))
            .unwrap();
    }
    store.finish().unwrap();
}

/// Waits until a log holds what it is to hold: servers write it a moment after they have hung up.
pub async fn until(read: impl Fn() -> String, holds: impl Fn(&str) -> bool) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let log = read();
        if holds(&log) {
            return log;
        }
        assert!(Instant::now() < deadline, "{log}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
