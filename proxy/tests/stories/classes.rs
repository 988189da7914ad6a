//! Classes of holes that other webmails have had (docs/security-classes.md), where no other story tells of them.

use crate::support::{Browser, Proxy, ayu, dovecot, letters::upload};
use std::{fs, path::Path, sync::Arc};
use surat_protocol::http::{LOGIN, LOGOUT, UPLOAD};
use surat_testbed::{RARE_PASSWORD, address};

#[tokio::test]
async fn class_22_no_path_leads_out_of_the_app() {
    let (_testbed, _proxy, browser, _page) = ayu().await;

    for path in [
        "/../../../../etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%5c..%5cetc%5cpasswd",
        "//etc/passwd",
        "/surat.secret",
        "/./surat.secret",
        "/.git/config",
        "/surat.toml%00.html",
    ] {
        let answered = browser.get(path).await;
        let text = answered.text();
        assert!(!text.contains("root:") && !text.contains("[core]"), "{path}: {text}");
        assert!(
            answered.status >= 400 || text.contains("<!doctype html>"),
            "{path}: {text}"
        );
    }
}

#[tokio::test]
async fn class_25_nothing_is_changed_by_a_get() {
    let (_testbed, _proxy, browser, mut page) = ayu().await;

    for path in [LOGIN, LOGOUT, "/api/logout/everywhere", UPLOAD] {
        let get = browser
            .request(reqwest::Method::GET, path)
            .header("origin", &browser.origin);
        assert_eq!(browser.send(get).await.status, 405, "{path}");
    }

    page.open_mailbox("INBOX").await;
    browser.live().await.open_mailbox("INBOX").await;
}

#[tokio::test]
async fn class_26_a_stolen_disk_has_no_password() {
    let testbed = dovecot();
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let proxy = Proxy::start_in(&folder, &testbed, &[]).await;
    let mut browser = Browser::new(&proxy);
    browser.try_sign_in(&address("ayu"), RARE_PASSWORD).await.unwrap();
    browser.live().await.open_mailbox("INBOX").await;
    upload(&browser, b"isi lampiran").await;
    browser.post(LOGOUT, Vec::new()).await;

    let mut names = Vec::new();
    for file in fs::read_dir(Path::new(folder.path())).unwrap() {
        let file = file.unwrap();
        let octets = fs::read(file.path()).unwrap();
        let text = String::from_utf8_lossy(&octets).into_owned();
        for secret in [
            RARE_PASSWORD,
            "cmFoYXNpYS03",
            "JhaGFzaWEtN3",
            "yYWhhc2lhLTd",
            "ayu",
            "isi lampiran",
        ] {
            assert!(!text.contains(secret), "{secret} in {file:?}: {text}");
        }
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort_unstable();
    assert_eq!(names, ["surat.ended", "surat.secret"]);
}
