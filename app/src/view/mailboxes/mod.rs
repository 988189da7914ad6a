//! The folders: a tree for each namespace, with roles, unread counts, and a menu for each folder.

pub(crate) mod dialog;
mod drop;
mod keys;
mod menu;

use crate::{
    app::{App, app},
    dom::{IntoView, View, live, view},
    i18n::{size::number, t, tr},
    route::Route,
    signal::{Memo, RwSignal},
    store::{
        list::Source,
        mailboxes::{label, tree::Branch},
        preferences::FOLDERS_WIDTH,
    },
    ui::{button::IconButton, icon::Icon, splitter::Splitter},
};
use dialog::{Edit, EditDialog};
use leptos::{ev, prelude::*};
use menu::FolderMenu;
use surat_protocol::{MailboxName, NamespaceKind, Role};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// What this view alone knows.
#[derive(Clone, Copy)]
pub(super) struct Folders {
    app: App,
    /// The tree as it is shown.
    branches: Memo<Vec<Branch>>,
    /// The folder that Tab leads to.
    stop: RwSignal<Option<MailboxName>>,
    /// The folder whose menu is open, and where on the screen.
    menu: RwSignal<Option<menu::Anchor>>,
    /// The folder that messages hover over.
    drop_on: RwSignal<Option<MailboxName>>,
    /// What is being created, renamed or deleted.
    edit: RwSignal<Option<Edit>>,
}

/// The navigation landmark with the trees.
#[component]
pub(crate) fn Mailboxes() -> View {
    let app = app();
    let folders = Folders {
        app,
        branches: Memo::new(move |_| app.mailboxes.known.with(|known| known.branches())),
        stop: RwSignal::new(None),
        menu: RwSignal::new(None),
        drop_on: RwSignal::new(None),
        edit: RwSignal::new(None),
    };
    let create = move |()| folders.edit.set(Some(Edit::Create(None)));
    let tree = move |namespace| view! { <Tree folders namespace /> };
    view! {
        <nav class="folders" aria-label=tr(|t| t.folders.landmark)>
            <div class="folders-scroll">
                {tree(NamespaceKind::Personal)} {tree(NamespaceKind::OtherUsers)} {tree(NamespaceKind::Shared)}
            </div>
            <div class="folders-foot">
                <IconButton icon=Icon::FolderPlus name=tr(|t| t.folders.new) on_press=create />
            </div>
            <FolderMenu folders />
            <EditDialog edit=folders.edit />
            <Splitter name=|| t().shell.folders_width width=app.preferences.folders_width range=FOLDERS_WIDTH />
        </nav>
    }
}

/// The folders of one namespace, under its heading; nothing when there are none.
#[component]
fn Tree(folders: Folders, namespace: NamespaceKind) -> View {
    let own = Memo::new(move |_| {
        folders.branches.with(|all| {
            let own = all.iter().filter(|branch| branch.namespace == namespace);
            own.cloned().collect::<Vec<_>>()
        })
    });
    let heading = move || match namespace {
        NamespaceKind::Personal => t().folders.own,
        NamespaceKind::OtherUsers => t().folders.others,
        NamespaceKind::Shared => t().folders.shared,
    };
    let is_shown = Memo::new(move |_| own.with(|own| !own.is_empty()));
    let is_quiet = namespace == NamespaceKind::Personal;
    live(move || {
        if !is_shown.get() {
            return View::Nothing;
        }
        view! {
            <h2 class="folders-heading" class:unseen-text=is_quiet>
                {heading}
            </h2>
            <ul
                role="tree"
                aria-label=heading
                on:keydown=move |event| folders.walk(&event)
                on:click=move |event| folders.click(&event)
                on:contextmenu=move |event| folders.open_menu(&event)
                on:focusin=move |event| folders.stop_at(&event)
                on:dragover=move |event| folders.drag_over(&event)
                on:dragleave=move |_| folders.drop_on.set(None)
                on:drop=move |event| folders.drop(&event)
            >
                <For each=move || own.get() key=Branch::clone let:branch>
                    {item(folders, branch)}
                </For>
            </ul>
        }
    })
}

/// One folder, made anew when its place in the tree changes; counts, selection and focus follow.
fn item(folders: Folders, branch: Branch) -> View {
    let app = folders.app;
    let (role, namespace) = (branch.role, branch.namespace);
    let (name, text, hidden) = (branch.name.clone(), branch.label.clone(), branch.hidden.clone());
    let words = move || label(role, namespace, &text);
    let (caption, tooltip) = (words.clone(), words.clone());
    let unread = Memo::new(move |_| {
        app.mailboxes.known.with(|known| {
            let own = std::iter::once(&name).chain(&hidden);
            own.filter_map(|name| known.counts(name))
                .map(|counts| counts.unseen)
                .sum::<u32>()
        })
    });
    let name = branch.name.clone();
    let is_open = Memo::new(move |_| is_open(app, &name));
    let name = branch.name.clone();
    let is_stop = Memo::new(move |_| folders.is_stop(&name));
    let name = branch.name.clone();
    let is_dropped_on = move || folders.drop_on.with(|on| on.as_ref() == Some(&name));
    let full_name = move || match unread.get() {
        0 => words(),
        count => [words(), t().folders.unread(u64::from(count))].join(", "),
    };
    let badge = move || (unread.get() > 0).then(|| number(u64::from(unread.get())));
    // The framework has no name for this one.
    view! {
        <li
            class="folder"
            class:is-open=is_open
            class:is-unread=move || { unread.get() > 0 }
            class:is-dropped-on=is_dropped_on
            class:is-closed-to-all=!branch.is_selectable
            role="treeitem"
            aria-level=branch.level
            style:--level=(branch.level - 1).to_string()
            data-mailbox=branch.name.0.clone()
            tabindex=move || if is_stop.get() { "0" } else { "-1" }
            aria-label=full_name
            title=tooltip
            aria-posinset=branch.position
            aria-setsize=branch.siblings
            aria-selected=crate::ui::dom::truth(is_open.into())
            aria-expanded=branch.is_expanded.map(|is_expanded| is_expanded.to_string())
        >
            {twist(branch.is_expanded)} {icon(branch.role).view()} <span class="folder-name">{caption}</span>
            <span class="folder-unread figures" aria-hidden="true">{badge}</span>
            <span class="folder-more" data-act="menu" aria-hidden="true">{Icon::More.view()}</span>
        </li>
    }
}

/// The mark that shows and hides what is below; keys do the same, so it is not a button of its own.
fn twist(is_expanded: Option<bool>) -> View {
    is_expanded
        .map(|is_expanded| {
            let icon = if is_expanded {
                Icon::ChevronDown
            } else {
                Icon::ChevronRight
            };
            view! { <span class="folder-twist" data-act="twist" aria-hidden="true">{icon.view()}</span> }
        })
        .into_view()
}

fn icon(role: Option<Role>) -> Icon {
    match role {
        Some(Role::Inbox) => Icon::Inbox,
        Some(Role::Drafts) => Icon::Draft,
        Some(Role::Sent) => Icon::Send,
        Some(Role::Archive) => Icon::Archive,
        Some(Role::Junk) => Icon::Junk,
        Some(Role::Trash) => Icon::Trash,
        Some(Role::All) => Icon::Mail,
        Some(Role::Flagged) => Icon::Star,
        None => Icon::Folder,
    }
}

fn is_open(app: App, name: &MailboxName) -> bool {
    app.list.list.with(|list| match list.source() {
        Some(Source::Mailbox(own)) => own == name,
        Some(Source::Search { mailbox, .. }) => mailbox.as_ref() == Some(name),
        None => false,
    })
}

impl Folders {
    /// Tab leads to the folder that had the focus last, else to the open one, else to the first.
    fn is_stop(self, name: &MailboxName) -> bool {
        self.branches.with(|all| {
            let is_there = |wanted: &&MailboxName| all.iter().any(|branch| branch.name == **wanted);
            let stop = self.stop.get();
            let open = || all.iter().map(|branch| &branch.name).find(|own| is_open(self.app, own));
            let first = || all.first().map(|branch| &branch.name);
            stop.as_ref().filter(is_there).or_else(open).or_else(first) == Some(name)
        })
    }

    fn click(self, event: &ev::MouseEvent) {
        let Some((element, name)) = folder_of(event) else {
            return;
        };
        match act_of(event).as_deref() {
            Some("menu") => self.menu.set(Some(menu::Anchor::beside(&element, name))),
            Some("twist") => self.twist(&name),
            _ => self.go(name),
        }
    }

    /// Opens a folder; one that cannot be opened shows or hides what is below it.
    fn go(self, name: MailboxName) {
        let is_selectable = self
            .app
            .mailboxes
            .known
            .with_untracked(|known| known.get(&name).is_none_or(|mailbox| mailbox.is_selectable));
        if is_selectable {
            self.app.list.is_menu_open.set(false);
            self.app.route.go(Route::Mailbox(name));
        } else {
            self.twist(&name);
        }
    }

    fn twist(self, name: &MailboxName) {
        let is_expanded = self.branches.with_untracked(|all| {
            let branch = all.iter().find(|branch| branch.name == *name);
            branch.and_then(|branch| branch.is_expanded)
        });
        if let Some(is_expanded) = is_expanded {
            let known = self.app.mailboxes.known;
            known.update(|known| known.set_expanded(name, !is_expanded));
        }
    }

    fn open_menu(self, event: &ev::MouseEvent) {
        if let Some((element, name)) = folder_of(event) {
            event.prevent_default();
            self.menu.set(Some(menu::Anchor::at(event, &element, name)));
        }
    }

    fn stop_at(self, event: &ev::FocusEvent) {
        if let Some((_, name)) = folder_of(event) {
            self.stop.set(Some(name));
        }
    }
}

/// The folder that an event is about: its element and its mailbox.
fn folder_of(event: &web_sys::Event) -> Option<(Element, MailboxName)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let element = target.closest("[data-mailbox]").ok()??;
    let name = element.get_attribute("data-mailbox")?;
    Some((element, MailboxName(name)))
}

/// The small control inside the folder that an event is about.
fn act_of(event: &web_sys::Event) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest("[data-act]").ok()??.get_attribute("data-act")
}
