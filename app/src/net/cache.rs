//! The mail that is kept on this device: a worker that hears every frame, and answers the questions that it can in
//! the same protocol. Its page side is `public/cache.js`; until it is started it does nothing.

use js_sys::{Array, Promise, Uint8Array};
use surat_protocol::{
    Answer, ClientFrame, Request, RequestId, ServerFrame,
    frame::{decode, encode},
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// Keeps the mail of this account from now on, after a reload too.
    #[wasm_bindgen(js_namespace = mail_cache)]
    pub(crate) fn start(email: &str);

    /// The account whose mail is kept; empty for none.
    #[wasm_bindgen(js_namespace = mail_cache)]
    pub(crate) fn account() -> String;

    #[wasm_bindgen(js_namespace = mail_cache, js_name = asked)]
    fn asked_js(frame: &[u8], replaces: f64);

    #[wasm_bindgen(js_namespace = mail_cache, js_name = heard)]
    fn heard_js(frame: &[u8]);

    #[wasm_bindgen(js_namespace = mail_cache)]
    fn ask(frame: &[u8]) -> Promise;

    #[wasm_bindgen(js_namespace = mail_cache)]
    fn queued() -> Promise;

    #[wasm_bindgen(js_namespace = mail_cache)]
    fn fault(listener: &Closure<dyn FnMut()>);

    #[wasm_bindgen(js_namespace = mail_cache)]
    fn is_full() -> bool;

    #[wasm_bindgen(js_namespace = mail_cache, js_name = wipe)]
    fn wipe_js() -> Promise;
}

/// The app has taken on a request. An order is kept until it is answered; `replaces` is the key of the same order of
/// an earlier page, 0 for none.
pub(super) fn asked(frame: &[u8], replaces: f64) {
    // Unit tests have no page around them.
    if cfg!(target_family = "wasm") {
        asked_js(frame, replaces);
    }
}

/// The proxy has said something.
pub(super) fn heard(frame: &[u8]) {
    heard_js(frame);
}

/// What is kept of the answers to a request; nothing when nothing is.
pub(super) async fn answers(request: Request) -> Vec<Answer> {
    // Without a wait: behind whatever the page does just now, the proxy would be asked many milliseconds later.
    if account().is_empty() {
        return Vec::new();
    }
    let id = RequestId(0);
    let frames = list(ask(&encode(&ClientFrame::Request { id, request }))).await;
    let answer = |frame: JsValue| match decode(&octets(&frame)) {
        Some(ServerFrame::Answer { answer, .. }) => answer.ok(),
        _ => None,
    };
    frames.iter().filter_map(answer).collect()
}

/// Orders that earlier pages have left behind, oldest first, and their keys.
pub(super) async fn left_behind() -> Vec<(f64, Vec<u8>)> {
    let pair = |pair: JsValue| {
        let pair: Array = pair.unchecked_into();
        Some((pair.get(0).as_f64()?, octets(&pair.get(1))))
    };
    list(queued()).await.iter().filter_map(pair).collect()
}

/// Hears once, from now on or from before, that nothing can be kept, and whether that is for want of room.
pub(crate) fn on_fault(mut hear: impl FnMut(bool) + 'static) {
    let listener = Closure::<dyn FnMut()>::new(move || hear(is_full()));
    fault(&listener);
    listener.forget();
}

/// Deletes everything that was kept.
pub(crate) async fn wipe() {
    // The worker deletes what it can; it has nobody to tell of the rest.
    let _ = JsFuture::from(wipe_js()).await;
}

async fn list(promise: Promise) -> Array {
    let list = JsFuture::from(promise).await.unwrap_or_default();
    list.dyn_into().unwrap_or_default()
}

fn octets(array: &JsValue) -> Vec<u8> {
    Uint8Array::new(array).to_vec()
}
