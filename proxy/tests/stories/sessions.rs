//! How sessions end, and how they outlive a change of the key.

use crate::support::{Browser, Live, Proxy, ayu, dovecot, live};
use std::{fs, process::Command, sync::Arc};
use surat_protocol::{Event, Problem, http::LOGOUT, http::LOGOUT_EVERYWHERE};

/// The same browser at another proxy.
fn at(browser: &Browser, proxy: &Proxy) -> Browser {
    let mut browser = browser.clone();
    browser.origin.clone_from(&proxy.origin);
    browser
}

#[tokio::test]
async fn sign_out_everywhere_ends_every_session_of_the_account() {
    let (_testbed, proxy, here, _page) = ayu().await;
    let there = Browser::sign_in(&proxy, "ayu").await;
    let mut open = there.live().await;
    let other = Browser::sign_in(&proxy, "budi").await;

    let answered = here.post(LOGOUT_EVERYWHERE, Vec::new()).await;

    assert_eq!(answered.status, 204);
    assert!(answered.header("set-cookie").contains("Max-Age=0"));
    open.event(|event| matches!(event, Event::SignedOut(Problem::NotSignedIn)).then_some(()))
        .await;
    assert_eq!(open.closed().await, Some(1008));
    assert!(!live::is_let_in(&here).await && !live::is_let_in(&there).await);
    assert!(live::is_let_in(&other).await, "another account is not concerned");
    let again = Browser::sign_in(&proxy, "ayu").await;
    assert!(
        live::is_let_in(&again).await,
        "who signs in afterwards is let in at once"
    );
}

#[tokio::test]
async fn what_was_ended_stays_so_after_a_restart() {
    let testbed = dovecot();
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let proxy = Proxy::start_in(&folder, &testbed, &[]).await;
    let (out, everywhere) = (
        Browser::sign_in(&proxy, "ayu").await,
        Browser::sign_in(&proxy, "budi").await,
    );
    let kept = Browser::sign_in(&proxy, "ayu").await;
    out.post(LOGOUT, Vec::new()).await;
    everywhere.post(LOGOUT_EVERYWHERE, Vec::new()).await;
    assert_eq!(proxy.terminate().await, Some(0));

    let restarted = Proxy::start_in(&folder, &testbed, &[]).await;

    assert!(!live::is_let_in(&at(&out, &restarted)).await);
    assert!(!live::is_let_in(&at(&everywhere, &restarted)).await);
    assert!(live::is_let_in(&at(&kept, &restarted)).await);
}

#[tokio::test]
async fn a_change_of_the_key_signs_nobody_out() {
    let testbed = dovecot();
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let proxy = Proxy::start_in(&folder, &testbed, &[]).await;
    let old = Browser::sign_in(&proxy, "ayu").await;
    assert_eq!(proxy.terminate().await, Some(0));
    fs::rename(folder.path().join("surat.secret"), folder.path().join("old")).unwrap();

    let both = Proxy::start_in(&folder, &testbed, &["--previous-secret-file", "old"]).await;
    let renewed = live::cookie_of_upgrade(&at(&old, &both)).await.expect("a new seal");
    assert_eq!(both.terminate().await, Some(0));
    let new = Proxy::start_in(&folder, &testbed, &[]).await;

    let mut browser = at(&old, &new);
    assert!(!live::is_let_in(&browser).await, "the old key is gone");
    browser.cookie = Some(renewed);
    assert!(live::is_let_in(&browser).await);
    assert_eq!(live::cookie_of_upgrade(&browser).await, None, "it was sealed just now");
    Live::open(&browser).await;
}

#[tokio::test]
async fn fail2ban_reads_who_guesses_passwords_and_nobody_else() {
    let testbed = dovecot();
    let proxy = Proxy::start_with(&testbed, &["--trusted-proxy", "127.0.0.1"]).await;
    let mut good = Browser::new(&proxy);
    good.forwarded_for = Some("203.0.113.9");
    good.try_sign_in("ayu@surat.test", "surat").await.unwrap();
    for address in ["203.0.113.7", "2001:db8::7"] {
        let mut bad = Browser::new(&proxy);
        bad.forwarded_for = Some(address);
        for turn in 0..3 {
            // The name holds what could be taken for another line of the log.
            let name = format!("x\nA sign-in was not accepted address=198.51.100.{turn}");
            bad.try_sign_in(&name, "wrong").await.unwrap_err();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    fs::write(&log, proxy.log()).unwrap();
    let filter = concat!(env!("CARGO_MANIFEST_DIR"), "/../contrib/fail2ban/surat.conf");

    let found = Command::new("fail2ban-regex")
        .args(["--print-all-matched", "--out", "ip"])
        .arg(&log)
        .arg(filter)
        .output()
        .expect("fail2ban is installed: cargo xtask setup --tests");

    let found = String::from_utf8(found.stdout).unwrap();
    let mut addresses: Vec<&str> = found.split_whitespace().collect();
    addresses.dedup();
    assert_eq!(addresses, ["203.0.113.7", "2001:db8::7"], "{}", proxy.log());
}
