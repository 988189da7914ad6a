//! A menu behind a button (ARIA menu button pattern), in the browser's popover layer.

use super::{button::tooltip, dom, icon::Icon};
use crate::{
    dom::{ChildrenFn, Label, NodeRef, View, view},
    i18n::case::lower,
    signal::{RwSignal, Signal},
};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// A button that opens a menu. The items are made when it opens.
#[component]
pub(crate) fn MenuButton(
    /// What the button is called; so is the menu.
    #[prop(into)]
    name: Label,
    /// The button's icon.
    icon: Icon,
    /// Shows the name beside the icon.
    #[prop(optional)]
    has_words: bool,
    /// Its key, for the tooltip. Who handles the key opens the menu by a click on `id`.
    #[prop(optional)]
    key: &'static str,
    /// The button's id; a unique one if none is given.
    #[prop(optional)]
    id: &'static str,
    /// Can it not be opened now?
    #[prop(optional, into)]
    is_disabled: Signal<bool>,
    /// [`MenuItem`]s, [`MenuLink`]s and [`MenuLine`]s.
    children: ChildrenFn,
) -> View {
    let menu = NodeRef::<HtmlElement>::new();
    let button = NodeRef::<HtmlElement>::new();
    let is_open = RwSignal::new(false);
    let menu_id = dom::unique_id("menu");
    let button_id = if id.is_empty() {
        dom::unique_id("menu-button")
    } else {
        id.to_owned()
    };
    let (label, words) = (name.clone(), name.clone());
    let place = move |_: web_sys::Event| {
        if let (Some(menu), Some(button)) = (menu.get_untracked(), button.get_untracked()) {
            // Also told of when it closes; made anew, the items would lose the focus.
            if !is_open.get_untracked() {
                is_open.set(true);
            }
            place_beside(&menu, &button);
        }
    };
    let follow = move |_: web_sys::Event| {
        let Some(menu) = menu.get_untracked() else { return };
        let is_shown = menu.matches(":popover-open").unwrap_or(false);
        if is_open.get_untracked() != is_shown {
            is_open.set(is_shown);
        }
        if is_shown && let Some(first) = items(&menu).first() {
            dom::focus(first);
        }
    };
    view! {
        <button
            type="button"
            node_ref=button
            id=button_id.clone()
            class=if has_words { "button quiet" } else { "icon-button" }
            popovertarget=menu_id.clone()
            aria-haspopup="menu"
            aria-expanded=dom::truth(is_open.into())
            aria-label=label
            title=move || tooltip(&name.get(), key)
            disabled=is_disabled
            on:keydown=move |event| open_by_arrow(&event)
        >
            {icon.view()}
            {has_words.then(|| view! { <span class="button-words">{move || words.get()}</span> })}
        </button>
        <div
            node_ref=menu
            id=menu_id
            class="menu"
            popover="auto"
            role="menu"
            aria-labelledby=button_id
            on:beforetoggle=place
            on:toggle=follow
            on:keydown=move |event| walk(&event)
        >
            {move || is_open.get().then(|| children())}
        </div>
    }
}

/// An item that does something; the menu closes.
#[component]
pub(crate) fn MenuItem(
    /// What it does.
    #[prop(into)]
    name: Label,
    /// Before the words.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// Its key, shown at the end.
    #[prop(optional)]
    key: &'static str,
    /// What happens.
    #[prop(into)]
    on_press: Callback<()>,
) -> View {
    let on_click = move |event: ev::MouseEvent| {
        close(&event);
        on_press.run(());
    };
    view! {
        <button type="button" class="menu-item" role="menuitem" tabindex="-1" on:click=on_click>
            {icon.map(Icon::view)}
            <span>{move || name.get()}</span>
            {(!key.is_empty()).then(|| view! { <kbd aria-hidden="true">{key}</kbd> })}
        </button>
    }
}

/// An item that is a link: elsewhere, or a file when `download` is set.
#[component]
pub(crate) fn MenuLink(
    /// What it leads to.
    #[prop(into)]
    name: Label,
    /// Before the words.
    icon: Icon,
    /// Where it leads.
    href: String,
    /// Saves instead of showing; else it opens a new tab.
    #[prop(optional)]
    download: bool,
) -> View {
    view! {
        <a
            class="menu-item"
            role="menuitem"
            tabindex="-1"
            href=href
            download=download.then_some("")
            target=(!download).then_some("_blank")
            rel="noopener noreferrer"
            on:click=|event| close(&event)
        >
            {icon.view()}
            <span>{move || name.get()}</span>
        </a>
    }
}

/// A line between groups of items.
#[component]
pub(crate) fn MenuLine() -> View {
    view! { <div class="menu-line" role="separator"></div> }
}

/// Below the button, or above it in the lower half of the window; towards the window's middle.
fn place_beside(menu: &HtmlElement, button: &Element) {
    let size = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
    let (width, height) = (size(window().inner_width()), size(window().inner_height()));
    let at = button.get_bounding_client_rect();
    let style = menu.style();
    let set = |name: &str, value: Option<f64>| {
        let value = value.map_or_else(|| "auto".to_owned(), |value| dom::pixels(value.max(4.0)));
        // Fails for a style sheet that is read-only; an element's own is not.
        let _ = style.set_property(name, &value);
    };
    let is_low = at.top() > height / 2.0;
    set("top", (!is_low).then(|| at.bottom() + 4.0));
    set("bottom", is_low.then(|| height - at.top() + 4.0));
    set(
        "max-height",
        Some(if is_low {
            at.top() - 8.0
        } else {
            height - at.bottom() - 8.0
        }),
    );
    let is_right = at.left() + at.width() / 2.0 > width / 2.0;
    set("left", (!is_right).then(|| at.left()));
    set("right", is_right.then(|| width - at.right()));
}

fn open_by_arrow(event: &KeyboardEvent) {
    if event.key() == "ArrowDown"
        && let Some(button) = event
            .current_target()
            .and_then(|target| target.dyn_into::<HtmlElement>().ok())
    {
        event.prevent_default();
        event.stop_propagation();
        button.click();
    }
}

fn items(menu: &Element) -> Vec<Element> {
    dom::all(menu, "[role^=menuitem]")
}

/// Arrow keys, Home, End and first letters move among the items; Tab leaves the menu.
fn walk(event: &KeyboardEvent) {
    let Some(menu) = event
        .current_target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let key = event.key();
    // No key of the page behind while a menu is open, but Escape is the browser's.
    event.stop_propagation();
    if key == "Tab" {
        let _ = menu.hide_popover();
        return;
    }
    let items = items(&menu);
    let focused = document().active_element();
    let at = items.iter().position(|item| Some(item) == focused.as_ref());
    let names: Vec<String> = items
        .iter()
        .map(|item| item.text_content().unwrap_or_default())
        .collect();
    if let Some(item) = next(&key, at, &names).and_then(|to| items.get(to)) {
        event.prevent_default();
        dom::focus(item);
    }
}

/// Where a key leads from the item `at`; `None` when it leads nowhere.
fn next(key: &str, at: Option<usize>, names: &[String]) -> Option<usize> {
    let last = names.len().checked_sub(1)?;
    match key {
        "ArrowDown" => Some(at.map_or(0, |at| if at == last { 0 } else { at + 1 })),
        "ArrowUp" => Some(at.and_then(|at| at.checked_sub(1)).unwrap_or(last)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => {
            let mut letters = key.chars();
            let (letter, None) = (letters.next()?, letters.next()) else {
                return None;
            };
            let letter = lower(&letter.to_string());
            let begins = |name: &String| lower(name.trim_start()).starts_with(&letter);
            let start = at.map_or(0, |at| at + 1);
            (0..names.len())
                .map(|step| (start + step) % names.len())
                .find(|&to| names.get(to).is_some_and(begins))
        }
    }
}

fn close(event: &ev::MouseEvent) {
    let item = event
        .current_target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let menu = item.and_then(|item| item.closest("[popover]").ok().flatten());
    if let Some(menu) = menu.and_then(|menu| menu.dyn_into::<HtmlElement>().ok()) {
        // Fails for a menu that is closed already.
        let _ = menu.hide_popover();
    }
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn keys_walk_round_the_menu() {
        let names = ["All headers", "Print", "Source"].map(str::to_owned);

        assert_eq!(next("ArrowDown", Some(2), &names), Some(0));
        assert_eq!(next("ArrowUp", Some(0), &names), Some(2));
        assert_eq!(next("ArrowUp", None, &names), Some(2));
        assert_eq!(next("p", Some(1), &names), Some(1));
        assert_eq!(next("s", Some(0), &names), Some(2));
        assert_eq!(next("x", Some(0), &names), None);
        assert_eq!(next("Shift", Some(0), &names), None);
        assert_eq!(next("ArrowDown", None, &[]), None);
    }
}
