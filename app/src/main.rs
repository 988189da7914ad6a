//! Surat's client: a mail reader that runs in the browser and talks to the proxy over one socket.
//!
//! Data goes round one way: `net` → `store` → `view` → `action` → `net`.

mod action;
mod app;
mod dom;
mod i18n;
mod keyboard;
mod net;
mod route;
mod signal;
mod store;
mod ui;
mod view;

use app::App;
use leptos::prelude::*;

fn main() {
    i18n::init();
    mount_to_body(|| {
        let app = App::new();
        provide_context(app);
        action::session::start(app);
        action::reading::start(app);
        action::compose::start(app);
        dom::mount(dom::view! { <view::Root /> });
    });
}
