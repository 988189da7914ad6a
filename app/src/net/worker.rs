//! Words between the app and its service worker, whose page side is `public/offline.js`: events of the window.

use leptos::prelude::window;

/// From the worker: a newer version of the app waits, or another tab has changed to it.
pub(crate) const RENEWABLE: &str = "surat-renewable";

/// From the worker: the page is loaded anew at once.
pub(crate) const LEAVING: &str = "surat-leaving";

/// To the worker: change to the newer version.
pub(crate) const RENEW: &str = "surat-renew";

/// To the worker: the proxy speaks another version than this page, so get past what is kept.
pub(crate) const OUTDATED: &str = "surat-outdated";

/// Tells the worker something. Where there is none, nobody listens.
pub(crate) fn tell(word: &str) {
    // Neither fails for a name that is written here.
    if let Ok(event) = web_sys::Event::new(word) {
        let _ = window().dispatch_event(&event);
    }
}
