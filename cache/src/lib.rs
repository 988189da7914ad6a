//! The mail that this browser keeps: a worker that hears every frame of the socket, keeps what it says in IndexedDB, and
//! answers what it can in the same protocol.
//!
//! `learn` says what a frame means, as [`change::Change`]s; `order` and `answer` do them to values, `store` to the
//! database; `worker` talks to the page (`public/cache.js`). See docs/decisions/0045-mail-kept-by-the-browser.md.

mod answer;
mod backlog;
mod budget;
mod change;
mod learn;
mod listing;
mod migrations;
mod order;
mod orders;
mod store;
#[cfg(test)]
mod tests;
mod worker;

use wasm_bindgen::prelude::wasm_bindgen;

/// The page says something: a word, and what belongs to it.
#[wasm_bindgen]
pub fn hear(said: &js_sys::Array) {
    worker::hear(said);
}
