//! Sign-in and sign-out by HTTP, since only an HTTP answer can set the session cookie.

use js_sys::Uint8Array;
use surat_protocol::{
    Problem, Server,
    frame::{decode, encode},
    http::{LOGIN, Login, LoginAnswer},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

/// Signs in; on success the browser holds the session cookie.
pub(crate) async fn sign_in(login: &Login) -> LoginAnswer {
    let answer = octets(post(LOGIN, &encode(login)).await).await.ok_or(unreachable())?;
    decode::<LoginAnswer>(&answer).ok_or(unreachable())?
}

/// Signs out by one of the two paths for it: ends sessions and clears the cookie. The error says that the proxy was not
/// reached, or that it did not do it.
pub(crate) async fn sign_out(path: &str) -> Result<(), Problem> {
    let response = post(path, &[]).await.filter(Response::ok);
    response.map(drop).ok_or(unreachable())
}

/// One of the app's own files.
pub(crate) async fn text(path: &str) -> Result<String, Problem> {
    fetch_text(path).await.ok_or(unreachable())
}

async fn fetch_text(path: &str) -> Option<String> {
    let answer = web_sys::window()?.fetch_with_str(path);
    let response: Response = JsFuture::from(answer).await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?;
    text.as_string().filter(|_| response.ok())
}

/// Neither the proxy nor anything behind it could be asked.
fn unreachable() -> Problem {
    Problem::ConnectionLost(Server::Imap)
}

async fn post(path: &str, body: &[u8]) -> Option<Response> {
    let headers = Headers::new().ok()?;
    headers.set("Content-Type", "application/octet-stream").ok()?;
    let options = RequestInit::new();
    options.set_method("POST");
    options.set_headers(headers.as_ref());
    options.set_body(Uint8Array::from(body).as_ref());
    let answer = web_sys::window()?.fetch_with_str_and_init(path, &options);
    JsFuture::from(answer).await.ok()?.dyn_into().ok()
}

async fn octets(response: Option<Response>) -> Option<Vec<u8>> {
    let octets = JsFuture::from(response?.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&octets).to_vec())
}
