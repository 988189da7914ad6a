//! Stands in for the crate of this name, of which Surat calls nothing.
//!
//! Leptos brings server functions, and they bring `wasm-streams`, whose classes are exported to
//! JavaScript: the linker keeps whatever is exported, here 10 kB of the app. Surat has no server
//! functions. This has what they name, so that they compile; see decision 0024.

use futures_util::stream::{Empty, Stream, empty};
use wasm_bindgen::JsValue;

/// A stream of the browser.
#[derive(Debug)]
pub struct ReadableStream(web_sys::ReadableStream);

impl ReadableStream {
    /// Takes a stream of the browser.
    pub fn from_raw(raw: web_sys::ReadableStream) -> Self {
        Self(raw)
    }

    /// Would hand `stream` to the browser: for the bodies of server functions.
    ///
    /// # Panics
    ///
    /// Always, since there are no server functions.
    pub fn from_stream(_stream: impl Stream<Item = Result<JsValue, JsValue>> + 'static) -> Self {
        unreachable!("Surat has no server functions")
    }

    /// The stream of the browser.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0
    }

    /// Would read the stream: for the answers of server functions, of which there are none.
    pub fn into_stream(self) -> Empty<Result<JsValue, JsValue>> {
        empty()
    }
}
