//! The "Account" button and its menu: settings, keys, sign out.

use crate::{
    action::session,
    app::app,
    dom::{View, view},
    i18n::tr,
    store::sheet::Sheet,
    ui::{
        icon::Icon,
        menu::{MenuButton, MenuItem, MenuLine},
    },
};
use leptos::prelude::*;
use surat_protocol::http::LOGOUT;

/// The menu of the account.
#[component]
pub(super) fn AccountMenu() -> View {
    let app = app();
    let sign_out = move |()| session::try_leave(app, LOGOUT);
    view! {
        <MenuButton name=tr(|t| t.shell.account) icon=Icon::Account>
            <p class="account-email">{move || app.session.email()}</p>
            <MenuItem
                name=tr(|t| t.settings.title)
                icon=Icon::Settings
                on_press=move |()| app.sheet.set(Some(Sheet::Settings))
            />
            <MenuItem
                name=tr(|t| t.help.title)
                icon=Icon::Keyboard
                key="?"
                on_press=move |()| app.sheet.set(Some(Sheet::Help))
            />
            <MenuLine />
            <MenuItem name=tr(|t| t.shell.sign_out) icon=Icon::SignOut on_press=sign_out />
        </MenuButton>
    }
}
