//! The actions on the row under the pointer: one set of buttons that goes where the pointer is.
//!
//! They stand beside the grid, not in it, since a grid holds rows and nothing else.

use super::Grid;
use crate::{
    action::message,
    app::App,
    dom::{View, view},
    i18n::tr,
    signal::Memo,
    store::list::{Key, Targets},
    ui::{button::IconButton, dom, icon::Icon},
};
use leptos::prelude::*;
use web_sys::Element;

/// The row under the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hovered {
    pub(super) key: Key,
    index: usize,
    /// Its upper edge in the frame, in CSS pixels.
    top: f64,
    /// From its end to the end of the frame: the scroll bar, in CSS pixels.
    end: f64,
}

impl Hovered {
    pub(super) fn at(app: App, row: &Element) -> Option<Self> {
        let key = Key::from_element_id(&row.id())?;
        let frame = row.closest(".list-frame").ok()??.get_bounding_client_rect();
        let row = row.get_bounding_client_rect();
        Some(Self {
            key,
            index: app.list.list.with_untracked(|list| list.index_of(key))?,
            top: row.top() - frame.top(),
            end: frame.width() - row.width(),
        })
    }
}

/// Archive, delete, read or unread, over the date of the hovered row.
#[component]
pub(super) fn Actions(grid: Grid) -> View {
    let app = grid.app;
    // A row that moved away is not under the pointer any more.
    let hovered = Memo::new(move |_| {
        let hovered = grid.hovered.get()?;
        let is_there = app.list.list.with(|list| list.index_of(hovered.key)) == Some(hovered.index);
        is_there.then_some(hovered)
    });
    let can = Memo::new(move |_| app.mailboxes.abilities(&targets(app, hovered.get())));
    let is_seen = Memo::new(move |_| {
        let row = hovered
            .get()
            .and_then(|hovered| app.list.list.with(|list| list.row(hovered.key)));
        row.is_some_and(|row| row.flags.is_seen())
    });
    let here = move || targets(app, hovered.get_untracked());
    let archive = move |()| message::archive(app, here());
    let delete = move |()| message::delete(app, here());
    let toggle = move |()| message::set_seen(app, &here(), !is_seen.get_untracked());
    let seen_button = move || {
        if is_seen.get() {
            view! { <IconButton icon=Icon::Mail name=tr(|t| t.message.mark_unread) on_press=toggle /> }
        } else {
            view! { <IconButton icon=Icon::MailOpen name=tr(|t| t.message.mark_read) on_press=toggle /> }
        }
    };
    view! {
        <div
            class="row-actions"
            hidden=move || hovered.get().is_none()
            style:top=move || hovered.get().map(|hovered| dom::pixels(hovered.top))
            style:inset-inline-end=move || hovered.get().map(|hovered| dom::pixels(hovered.end))
        >
            <Show when=move || can.get().archive>
                <IconButton icon=Icon::Archive name=tr(|t| t.message.archive) on_press=archive />
            </Show>
            <Show when=move || can.get().delete>
                <IconButton icon=Icon::Trash name=tr(|t| t.message.delete) on_press=delete />
            </Show>
            <Show when=move || can.get().mark_seen>{seen_button}</Show>
        </div>
    }
}

fn targets(app: App, hovered: Option<Hovered>) -> Targets {
    hovered
        .map(|hovered| message::targets_of_row(app, hovered.key))
        .unwrap_or_default()
}
