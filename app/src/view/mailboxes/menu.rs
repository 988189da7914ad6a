//! The menu of a folder, by the right button, the menu key, or its "…": only what its rights allow.

use super::{Edit, Folders};
use crate::{
    action,
    dom::{View, view},
    i18n::tr,
    signal::effect,
    store::list::Source,
    ui::{
        icon::Icon,
        menu::{MenuButton, MenuItem},
    },
};
use leptos::{ev, prelude::*};
use surat_protocol::{MailboxName, Role};
use web_sys::Element;

/// The id of the button that the menu hangs from.
const BUTTON: &str = "folder-menu";

/// Whose menu, and where its corner is, in CSS pixels of the window.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::view) struct Anchor {
    name: MailboxName,
    x: i32,
    y: i32,
}

impl Anchor {
    /// Where the pointer is; by the menu key, at the folder.
    pub(super) fn at(event: &ev::MouseEvent, element: &Element, name: MailboxName) -> Self {
        if event.client_x() == 0 && event.client_y() == 0 {
            return Self::beside(element, name);
        }
        Self {
            name,
            x: event.client_x(),
            y: event.client_y(),
        }
    }

    /// At the folder.
    #[expect(clippy::cast_possible_truncation, reason = "pixels of a window")]
    pub(super) fn beside(element: &Element, name: MailboxName) -> Self {
        let at = element.get_bounding_client_rect();
        Self {
            name,
            x: at.left() as i32 + 24,
            y: at.bottom() as i32,
        }
    }
}

/// What may be done with a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Allowed {
    create: bool,
    rename: bool,
    delete: bool,
    empty: bool,
    mark_read: bool,
}

/// The menu, hung from an invisible button that goes to where it was asked for.
#[component]
pub(super) fn FolderMenu(folders: Folders) -> View {
    effect(move || {
        if folders.menu.get().is_some() {
            request_animation_frame(|| {
                use wasm_bindgen::JsCast;
                let button = document().get_element_by_id(BUTTON);
                if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
                    button.click();
                }
            });
        }
    });
    let pixels = |value: Option<i32>| format!("{}px", value.unwrap_or_default());
    view! {
        <div
            class="folder-menu-anchor"
            style:left=move || pixels(folders.menu.get().map(|anchor| anchor.x))
            style:top=move || pixels(folders.menu.get().map(|anchor| anchor.y))
        >
            <MenuButton name=tr(|t| t.folders.actions) icon=Icon::More id=BUTTON>
                {move || folders.menu.get().map(|anchor| items(folders, anchor.name))}
            </MenuButton>
        </div>
    }
}

fn items(folders: Folders, name: MailboxName) -> View {
    let allowed = allowed(folders, &name);
    let edit = move |make: fn(MailboxName) -> Edit| {
        let name = name.clone();
        move |()| folders.edit.set(Some(make(name.clone())))
    };
    let mark_read = move |()| action::message::mark_all_read(folders.app);
    let create = edit(|name| Edit::Create(Some(name)));
    let (rename, empty, delete) = (edit(Edit::Rename), edit(Edit::Empty), edit(Edit::Delete));
    view! {
        {allowed
            .mark_read
            .then(|| {
                view! { <MenuItem name=tr(|t| t.folders.mark_all_read) icon=Icon::MailOpen on_press=mark_read /> }
            })}
        {allowed
            .create
            .then(|| {
                view! { <MenuItem name=tr(|t| t.folders.new_inside) icon=Icon::FolderPlus on_press=create /> }
            })}
        {allowed
            .rename
            .then(|| view! { <MenuItem name=tr(|t| t.folders.rename) icon=Icon::Pencil on_press=rename /> })}
        {allowed.empty.then(|| view! { <MenuItem name=tr(|t| t.folders.empty) icon=Icon::Trash on_press=empty /> })}
        {allowed.delete.then(|| view! { <MenuItem name=tr(|t| t.folders.delete) icon=Icon::Cross on_press=delete /> })}
    }
}

fn allowed(folders: Folders, name: &MailboxName) -> Allowed {
    // Only of the open folder is it known which messages there are.
    let is_listed = folders
        .app
        .list
        .list
        .with_untracked(|list| list.source() == Some(&Source::Mailbox(name.clone())));
    folders
        .app
        .mailboxes
        .known
        .with_untracked(|known| allowed_by(known, name, is_listed))
}

fn allowed_by(known: &crate::store::mailboxes::Known, name: &MailboxName, is_listed: bool) -> Allowed {
    let rights = known.rights(name);
    let role = known.role(name);
    let is_inbox = role == Some(Role::Inbox);
    let may_nest = known.get(name).is_some_and(|mailbox| mailbox.delimiter.is_some());
    Allowed {
        create: rights.may_create() && may_nest,
        // A role may be bound to the name: renaming the Trash would leave the account without one.
        rename: rights.may_delete_mailbox() && role.is_none(),
        delete: rights.may_delete_mailbox() && role.is_none() && !is_inbox,
        empty: rights.may_remove_messages() && matches!(role, Some(Role::Trash | Role::Junk)),
        mark_read: rights.may_mark_seen() && is_listed && known.counts(name).is_some_and(|counts| counts.unseen > 0),
    }
}
