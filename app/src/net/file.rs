//! Reads a text file of a message, for its preview.

use crate::text;
use js_sys::{Reflect, Uint8Array};
use surat_protocol::{Problem, Server};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response, TextDecoder};

/// More than this is not for reading in a dialog, in octets.
const LIMIT: usize = 512 << 10;

/// A text, or its beginning.
#[derive(Clone)]
pub(crate) struct TextFile {
    /// The text.
    pub(crate) text: String,
    /// Is there more?
    pub(crate) is_cut: bool,
}

/// Fetches the text at an address; of a long one just the beginning.
pub(crate) async fn read_text(address: &str) -> Result<TextFile, Problem> {
    let lost = Problem::ConnectionLost(Server::Imap);
    let response = fetch(address).await.ok_or(lost.clone())?;
    if !response.ok() {
        return Err(Problem::NoSuchPart);
    }
    let charset = charset(&response);
    let (octets, is_cut) = read(&response).await.ok_or(lost)?;
    // An unknown charset is read as UTF-8, whose faults show as replacement characters.
    let decoder = charset.and_then(|label| TextDecoder::new_with_label(&label).ok());
    let decoder = decoder.map_or_else(TextDecoder::new, Ok);
    let text = decoder.and_then(|decoder| decoder.decode_with_u8_array(&octets));
    Ok(TextFile {
        text: text.unwrap_or_else(|_| String::from_utf8_lossy(&octets).into_owned()),
        is_cut,
    })
}

async fn fetch(address: &str) -> Option<Response> {
    let answer = web_sys::window()?.fetch_with_str(address);
    JsFuture::from(answer).await.ok()?.dyn_into().ok()
}

fn charset(response: &Response) -> Option<String> {
    let kind = response.headers().get("content-type").ok()??;
    let label = text::after(&kind, "charset=")?;
    Some(
        label
            .split(';')
            .next()
            .unwrap_or(label)
            .trim_matches(['"', ' '])
            .to_owned(),
    )
}

/// Reads up to the limit, then breaks off.
async fn read(response: &Response) -> Option<(Vec<u8>, bool)> {
    let Some(body) = response.body() else {
        return Some((Vec::new(), false));
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().dyn_into().ok()?;
    let mut octets = Vec::new();
    while octets.len() < LIMIT {
        let chunk = JsFuture::from(reader.read()).await.ok()?;
        let is_done = Reflect::get(&chunk, &JsValue::from("done")).ok()?.is_truthy();
        if is_done {
            return Some((octets, false));
        }
        let value: Uint8Array = Reflect::get(&chunk, &JsValue::from("value")).ok()?.dyn_into().ok()?;
        octets.extend(value.to_vec());
    }
    // Nobody waits for the rest.
    let _ = reader.cancel();
    octets.truncate(LIMIT);
    Some((octets, true))
}
