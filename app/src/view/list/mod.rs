//! The message list: a grid of any number of messages, of which only those in the window are made.

pub(crate) mod destination;
mod drag;
mod empty;
mod hover;
mod keys;
mod row;
mod swipe;
mod toolbar;
mod window;

use crate::{
    action,
    app::{App, app},
    dom::{NodeRef, View, view},
    i18n::tr,
    signal::{Memo, RwSignal},
    store::list::{Key, model::Progress},
    view::{list::window::Window, search::SearchHead},
};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;
use web_sys::HtmlElement;

/// What this view alone knows.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    app: App,
    window: Window,
    /// The row under the pointer.
    hovered: RwSignal<Option<hover::Hovered>>,
}

/// The pane with the list.
#[component]
pub(crate) fn List() -> View {
    let app = app();
    let scroller = NodeRef::<HtmlElement>::new();
    let grid = Grid {
        app,
        window: Window::new(app, scroller),
        hovered: RwSignal::new(None),
    };
    grid.window.follow();
    let swipe = swipe::Swipe::new(app);
    let count = Memo::new(move |_| app.list.list.with(|list| list.len()));
    // ARIA's word for "not known yet", which is not the same as none.
    let row_count = move || match app.list.list.with(|list| *list.progress() == Progress::Loading) {
        true => "-1".to_owned(),
        false => count.get().to_string(),
    };
    let is_busy = move || app.list.list.with(|list| *list.progress() != Progress::Ready);
    let active = move || {
        app.list
            .list
            .with(|list| list.focus().filter(|key| grid.window.shows(*key)))
    };
    view! {
        <section class="list-pane" aria-label=tr(|t| t.list.landmark)>
            <SearchHead />
            <toolbar::ListHead />
            <div class="list-frame" on:pointerleave=move |_| grid.hovered.set(None)>
                <div
                    node_ref=scroller
                    id="messages"
                    class="list"
                    role="grid"
                    tabindex="0"
                    aria-label=tr(|t| t.list.landmark)
                    aria-rowcount=row_count
                    aria-multiselectable="true"
                    aria-busy=move || is_busy().to_string()
                    aria-activedescendant=move || active().map(Key::element_id)
                    on:scroll=move |_| grid.scrolled()
                    on:click=move |event| grid.click(&event)
                    on:keydown=move |event| grid.walk(&event)
                    on:pointerover=move |event| grid.hover(&event)
                    on:dragstart=move |event| drag::start(app, &event)
                    on:dragend=move |_| app.list.dragged.set(Vec::new())
                    on:pointerdown=move |event| swipe.start(&event)
                    on:pointermove=move |event| swipe.turn(&event)
                    on:pointerup=move |event| swipe.end(&event)
                    on:pointercancel=move |_| swipe.cancel()
                >
                    <div class="list-space" role="rowgroup" style:--count=move || count.get().to_string()>
                        <For each=move || grid.window.keys.get() key=|key| *key let:key>
                            {row::row(grid, key)}
                        </For>
                    </div>
                </div>
                <hover::Actions grid />
                <empty::Place />
            </div>
        </section>
    }
}

impl Grid {
    fn click(self, event: &ev::MouseEvent) {
        let Some(key) = row_of(event) else {
            return;
        };
        let list = self.app.list.list;
        match act_of(event).as_deref() {
            Some("select") if event.shift_key() => list.update(|list| list.select_to(key)),
            Some("select") => list.update(|list| list.toggle(key)),
            Some("star") => {
                let targets = action::message::targets_of_row(self.app, key);
                action::message::toggle_star(self.app, &targets);
            }
            _ if event.shift_key() => list.update(|list| list.select_to(key)),
            _ if event.ctrl_key() || event.meta_key() => list.update(|list| list.toggle(key)),
            _ => {
                list.update(|list| list.select_none());
                action::message::open_row(self.app, key);
            }
        }
    }

    fn scrolled(self) {
        self.hovered.set(None);
        self.window.scrolled();
    }

    fn hover(self, event: &ev::PointerEvent) {
        // A finger hovers over nothing.
        let row = row_element(event).filter(|_| event.pointer_type() == "mouse");
        let hovered = row.and_then(|row| hover::Hovered::at(self.app, &row));
        if hovered.is_some() && self.hovered.get_untracked() != hovered {
            self.hovered.set(hovered);
            if let Some(hovered) = hovered {
                let is_there = move || self.hovered.try_get_untracked().flatten() == Some(hovered);
                action::ahead::under_pointer(self.app, hovered.key, is_there);
            }
        }
    }
}

/// The row that an event is about.
fn row_of(event: &web_sys::Event) -> Option<Key> {
    row_element(event).and_then(|row| Key::from_element_id(&row.id()))
}

/// The element of the row that an event is about.
fn row_element(event: &web_sys::Event) -> Option<Element> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest("[role=row]").ok()?
}

/// The small control inside the row that an event is about.
fn act_of(event: &web_sys::Event) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest("[data-act]").ok()??.get_attribute("data-act")
}
