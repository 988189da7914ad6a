//! Who asks without end is slowed down, and nobody else is.

use crate::support::{Browser, ayu};
use std::time::{Duration, Instant};
use surat_protocol::{Answer, Request};
use tokio::time::{timeout, timeout_at};

/// Many times what a person asks in a while.
const FLOOD: usize = 2_000;

#[tokio::test]
async fn class_32_a_page_that_floods_is_read_at_a_steady_pace_and_others_at_once() {
    let (_testbed, proxy, browser, mut flooding) = ayu().await;
    let mut other = Browser::sign_in(&proxy, "budi").await.live().await;
    let mut ids = Vec::new();
    for _ in 0..FLOOD {
        ids.push(flooding.send(Request::Ping).await);
    }

    let until = tokio::time::Instant::now() + Duration::from_secs(2);
    let mut answered = 0;
    for id in ids {
        if timeout_at(until, flooding.answer(id)).await.is_err() {
            break;
        }
        answered += 1;
    }

    // 500 at once, 50 a second from then on, and the machine may be slow.
    assert!((100..1_000).contains(&answered), "{answered}");
    let asked = Instant::now();
    assert_eq!(other.ask(Request::Ping).await, Ok(Answer::Done));
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    // All pages of the account share its pace, and none is refused.
    let mut second = timeout(Duration::from_secs(20), browser.live()).await.unwrap();
    assert_eq!(second.ask(Request::Ping).await, Ok(Answer::Done));
}
