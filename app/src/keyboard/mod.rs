//! The keys of the whole page, in one map. Views hear only the keys of their own parts.
//!
//! The message frame forwards its keys here ([`press`]), so that they work after a click into a mail.

use crate::{
    action::{compose, message},
    app::App,
    route::Route,
    store::sheet::Sheet,
    ui::dom,
    view::search,
};
use leptos::prelude::*;
use surat_protocol::{MailboxName, Role};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// The next message down the list.
    Next,
    /// The message before.
    Previous,
    /// Open the message with the focus.
    Open,
    /// Back to the list; from the list, leave selection or search.
    Back,
    /// Archive.
    Archive,
    /// Delete.
    Delete,
    /// Junk, or out of Junk.
    Junk,
    /// Star on or off.
    Star,
    /// Select the message with the focus, or no longer.
    Select,
    /// Select all.
    SelectAll,
    /// Mark as read.
    Read,
    /// Mark as unread.
    Unread,
    /// Choose a folder to move to.
    Move,
    /// Undo the latest action.
    Undo,
    /// Answer.
    Reply,
    /// Answer all.
    ReplyAll,
    /// Forward.
    Forward,
    /// Write.
    Compose,
    /// Go to the search box.
    Search,
    /// Show the keys.
    Help,
    /// The first key of a pair: "g" waits for where to.
    Prefix,
    /// Go to the folder with this role.
    Go(Role),
}

/// A key with what was held down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stroke<'a> {
    /// `KeyboardEvent.key`.
    key: &'a str,
    /// Ctrl or Cmd.
    is_chord: bool,
    /// Alt.
    is_alt: bool,
    /// "g" was pressed just before.
    follows_prefix: bool,
}

/// A key was pressed anywhere on the page.
pub(crate) fn press(app: App, event: &KeyboardEvent) {
    if event.default_prevented() || event.is_composing() {
        return;
    }
    let key = event.key();
    let focused = document().active_element();
    if focused.as_ref().is_some_and(is_text) || is_dialog_open() {
        return;
    }
    let stroke = Stroke {
        key: &key,
        is_chord: event.ctrl_key() || event.meta_key(),
        is_alt: event.alt_key(),
        follows_prefix: app.list.is_prefixed.get_value(),
    };
    app.list.is_prefixed.set_value(false);
    let Some(command) = command(stroke) else {
        return;
    };
    // A button, link or menu that has the focus is what Enter is meant for.
    if command == Command::Open && focused.as_ref().is_some_and(is_control) {
        return;
    }
    event.prevent_default();
    run(app, command);
}

/// What a key means; `None` when it is nobody's.
pub(crate) fn command(stroke: Stroke) -> Option<Command> {
    if stroke.is_alt {
        return None;
    }
    if stroke.is_chord {
        return match stroke.key {
            "a" | "A" => Some(Command::SelectAll),
            "z" | "Z" => Some(Command::Undo),
            _ => None,
        };
    }
    if stroke.follows_prefix {
        return folder(stroke.key).map(Command::Go);
    }
    let command = match stroke.key {
        "j" | "ArrowDown" => Command::Next,
        "k" | "ArrowUp" => Command::Previous,
        "Enter" | "o" => Command::Open,
        "u" | "Escape" => Command::Back,
        "e" => Command::Archive,
        "#" | "Delete" => Command::Delete,
        "!" => Command::Junk,
        "s" => Command::Star,
        "x" => Command::Select,
        "*" => Command::SelectAll,
        "I" => Command::Read,
        "U" => Command::Unread,
        "v" => Command::Move,
        "z" => Command::Undo,
        "r" => Command::Reply,
        "a" => Command::ReplyAll,
        "f" => Command::Forward,
        "c" => Command::Compose,
        "/" => Command::Search,
        "?" => Command::Help,
        "g" => Command::Prefix,
        _ => return None,
    };
    Some(command)
}

/// Where "g" and this key lead.
fn folder(key: &str) -> Option<Role> {
    match key {
        "i" => Some(Role::Inbox),
        "d" => Some(Role::Drafts),
        "t" => Some(Role::Sent),
        "e" | "a" => Some(Role::Archive),
        "!" | "j" => Some(Role::Junk),
        "#" => Some(Role::Trash),
        _ => None,
    }
}

/// Does what a key means.
pub(crate) fn run(app: App, command: Command) {
    match command {
        Command::Next => step(app, 1),
        Command::Previous => step(app, -1),
        Command::Open => {
            let focus = app.list.list.with_untracked(|list| list.focus());
            if let Some(key) = focus {
                message::open_row(app, key);
            }
        }
        Command::Back => back(app),
        Command::Select => app.list.list.update(|list| {
            if let Some(key) = list.focus() {
                list.toggle(key);
            }
        }),
        Command::SelectAll => app.list.list.update(|list| list.select_all()),
        Command::Undo => drop(app.notices.undo_latest()),
        Command::Search => search::focus_box(),
        Command::Help => app.sheet.set(Some(Sheet::Help)),
        Command::Prefix => app.list.is_prefixed.set_value(true),
        Command::Go(role) => go(app, role),
        Command::Reply => compose::reply(app),
        Command::ReplyAll => compose::reply_all(app),
        Command::Forward => compose::forward(app),
        Command::Compose => compose::new(app),
        _ => act(app, command),
    }
}

/// Acts on the selected messages, else the open one, else the one with the focus.
fn act(app: App, command: Command) {
    let targets = message::targets(app);
    let can = app
        .mailboxes
        .known
        .with_untracked(|known| known.abilities(targets.iter().map(|(place, _)| &place.mailbox)));
    match command {
        Command::Archive if can.archive => message::archive(app, targets),
        Command::Delete if can.delete => message::delete(app, targets),
        Command::Junk if can.not_junk => message::not_junk(app, targets),
        Command::Junk if can.junk => message::junk(app, targets),
        Command::Star if can.star => message::toggle_star(app, &targets),
        Command::Read if can.mark_seen => message::set_seen(app, &targets, true),
        Command::Unread if can.mark_seen => message::set_seen(app, &targets, false),
        Command::Move if can.relocate || can.copy => message::ask_destination(app, targets),
        _ => {}
    }
}

fn step(app: App, by: isize) {
    let Some(key) = app.list.list.with_untracked(|list| list.neighbour(by)) else {
        return;
    };
    if app.route.current().with_untracked(|route| route.message().is_some()) {
        message::open_row(app, key);
    } else {
        app.list.list.update(|list| list.set_focus(Some(key)));
        // A screen reader says the row, and its ring is drawn in full, only with the list in focus.
        if dom::focused().is_none() {
            search::focus_list();
        }
    }
}

/// One step out: the menu, the message, the selection, the search.
fn back(app: App) {
    if app.list.is_menu_open.get_untracked() {
        app.list.is_menu_open.set(false);
    } else if app.route.current().with_untracked(|route| route.message().is_some()) {
        app.route.close_message();
        search::focus_list();
    } else if app.list.list.with_untracked(|list| !list.selection().is_empty()) {
        app.list.list.update(|list| list.select_none());
    } else {
        search::end(app);
    }
}

fn go(app: App, role: Role) {
    let name = app.mailboxes.known.with_untracked(|known| {
        let mailbox = known.by_role(role, &MailboxName::inbox());
        mailbox.map(|mailbox| mailbox.name.clone())
    });
    if let Some(name) = name {
        app.route.go(Route::Mailbox(name));
    }
}

/// Is it where letters are text?
fn is_text(element: &Element) -> bool {
    let is_editable = element
        .dyn_ref::<HtmlElement>()
        .is_some_and(HtmlElement::is_content_editable);
    is_editable || matches!(element.tag_name().as_str(), "TEXTAREA" | "SELECT") || is_typed_into(element)
}

/// An `<input>` that takes letters; a checkbox does not.
fn is_typed_into(element: &Element) -> bool {
    let kind = element.get_attribute("type").unwrap_or_default();
    element.tag_name() == "INPUT" && !matches!(kind.as_str(), "checkbox" | "radio" | "button" | "submit" | "file")
}

fn is_control(element: &Element) -> bool {
    element
        .matches("button, a, summary, input, [role=treeitem], [role=menuitem], [role=separator]")
        .unwrap_or(false)
}

/// While a modal dialog or a menu is open its own keys hold.
fn is_dialog_open() -> bool {
    let open = document().query_selector("dialog:modal, [popover]:popover-open");
    open.ok().flatten().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(key: &str) -> Stroke<'_> {
        Stroke {
            key,
            is_chord: false,
            is_alt: false,
            follows_prefix: false,
        }
    }

    #[test]
    fn letters_are_commands_and_case_matters() {
        assert_eq!(command(stroke("j")), Some(Command::Next));
        assert_eq!(command(stroke("u")), Some(Command::Back));
        assert_eq!(command(stroke("U")), Some(Command::Unread));
        assert_eq!(command(stroke("q")), None);
    }

    #[test]
    fn chords_belong_to_the_browser_but_for_two() {
        let chord = |key| Stroke {
            is_chord: true,
            ..stroke(key)
        };

        assert_eq!(command(chord("a")), Some(Command::SelectAll));
        assert_eq!(command(chord("z")), Some(Command::Undo));
        assert_eq!(command(chord("r")), None, "the browser's reload");
        assert_eq!(command(chord("f")), None, "the browser's search");
    }

    #[test]
    fn g_waits_for_a_folder_and_then_no_more() {
        let after_g = |key| Stroke {
            follows_prefix: true,
            ..stroke(key)
        };

        assert_eq!(command(stroke("g")), Some(Command::Prefix));
        assert_eq!(command(after_g("i")), Some(Command::Go(Role::Inbox)));
        assert_eq!(command(after_g("x")), None);
    }
}
