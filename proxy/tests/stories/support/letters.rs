//! Two people who write to one another, and how they do it.

use super::{Browser, Live, Proxy};
use surat_protocol::{
    Answer, Draft, DraftAttachment, MessageRef, Origin, Problem, Request, UploadId,
    http::{PART, UploadAnswer},
};
use surat_testbed::Testbed;

pub async fn two_people() -> (Testbed, Proxy, Browser, Live, Live) {
    let testbed = Testbed::builder().start().unwrap();
    let proxy = Proxy::start(&testbed).await;
    let browser = Browser::sign_in(&proxy, "ayu").await;
    let ayu = browser.live().await;
    let budi = Browser::sign_in(&proxy, "budi").await.live().await;
    (testbed, proxy, browser, ayu, budi)
}

pub async fn upload(browser: &Browser, octets: &[u8]) -> UploadId {
    browser
        .post("/api/upload?name=a.bin", octets.to_vec())
        .await
        .value::<UploadAnswer>()
        .unwrap()
}

pub fn attached(name: &str, size_octets: u64, origin: Origin) -> DraftAttachment {
    DraftAttachment {
        name: name.into(),
        media_type: "application/octet-stream".into(),
        size_octets,
        origin,
    }
}

pub async fn save(page: &mut Live, draft: &Draft, replaces: Option<MessageRef>) -> (MessageRef, Vec<DraftAttachment>) {
    match page
        .ask(Request::SaveDraft {
            draft: draft.clone(),
            replaces,
        })
        .await
    {
        Ok(Answer::DraftSaved { message, attachments }) => (message, attachments),
        other => panic!("{other:?}"),
    }
}

pub async fn send(page: &mut Live, draft: &Draft, replaces: Option<MessageRef>) -> Result<Vec<Answer>, Problem> {
    page.ask_all(Request::Send {
        draft: draft.clone(),
        replaces,
    })
    .await
}

pub async fn part(browser: &Browser, origin: &Origin) -> Vec<u8> {
    let Origin::Part { message, section } = origin else {
        panic!("{origin:?}")
    };
    let mailbox = message.mailbox.as_str().replace(' ', "%20");
    let path = format!(
        "{PART}?mailbox={mailbox}&validity={}&uid={}&section={}",
        message.uid_validity.0,
        message.uid.0,
        section.as_str()
    );
    browser.get(&path).await.body
}
