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
mod text;
mod ui;
mod view;

use app::App;
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

fn main() {
    mount_to_body(|| {
        let app = App::new();
        provide_context(app);
        action::session::start(app);
        action::reading::start(app);
        action::compose::start(app);
        let owner = Owner::current().unwrap_or_default();
        spawn_local(async move {
            match i18n::load().await {
                Ok(()) => owner.with(|| {
                    action::session::tell_faults(app);
                    dom::mount(dom::view! { <view::Root /> });
                    // Behind what is being done now.
                    set_timeout(i18n::date::prepare, Duration::ZERO);
                }),
                Err(_) => app::tell_that_nothing_loads(),
            }
        });
    });
}
