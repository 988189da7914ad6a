//! HTML mail: a sandboxed frame that can run nothing, as high as what is in it.
//!
//! `allow-same-origin` without `allow-scripts` lets us measure it and hear its keys, and lets
//! nothing in it act.

use super::body::is_on_dark;
use crate::{
    action::compose,
    app::{App, app},
    dom::{NodeRef, View, view},
    i18n::tr,
    signal::{RwSignal, StoredValue, effect},
    ui::dom,
};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{
    Document, Element, Event, HtmlElement, HtmlIFrameElement, KeyboardEvent, KeyboardEventInit, ResizeObserver,
};

const SANDBOX: &str = "allow-same-origin allow-popups allow-popups-to-escape-sandbox";

/// Content whose height follows the frame's (`100vh`) would grow for ever; after so many changes it scrolls.
const MEASURES_LIMIT: u32 = 200;

/// No mail is higher than this, in CSS pixels; the rest scrolls inside.
const HEIGHT_LIMIT: f64 = 200_000.0;

#[component]
pub(super) fn Frame(document: String) -> View {
    let app = app();
    let frame = NodeRef::<HtmlIFrameElement>::new();
    let is_loaded = RwSignal::new(false);
    let held = StoredValue::new(None::<Held>);
    let on_load = move |_| {
        if let Some(frame) = frame.get_untracked() {
            held.set_value(Held::new(app, &frame));
            is_loaded.set(true);
        }
    };
    // The theme of the frame's document follows the app's, and the reader's choice.
    effect(move || {
        let (is_dark, is_chosen) = (is_on_dark(app), app.reading.is_on_dark.get().is_some());
        if is_loaded.get()
            && let Some(document) = frame.get_untracked().and_then(|frame| frame.content_document())
        {
            set_ground(&document, is_dark, is_chosen);
        }
    });
    view! {
        <iframe
            node_ref=frame
            class="body-frame"
            class:is-dark=move || is_on_dark(app)
            title=tr(|t| t.message.body)
            sandbox=SANDBOX
            srcdoc=document
            on:load=on_load
        ></iframe>
    }
}

/// What watches the frame's document, for as long as it is shown.
struct Held {
    observer: ResizeObserver,
    _measure: Closure<dyn FnMut()>,
    _key: Closure<dyn FnMut(KeyboardEvent)>,
    _click: Closure<dyn FnMut(Event)>,
}

impl Held {
    fn new(app: App, frame: &HtmlIFrameElement) -> Option<Self> {
        let document = frame.content_document()?;
        let root = document.document_element()?;

        let (own, measured) = (frame.clone(), root.clone());
        let mut count = 0;
        let measure = Closure::<dyn FnMut()>::new(move || {
            count += 1;
            if count <= MEASURES_LIMIT {
                fit(&own, &measured);
            }
        });
        let observer = ResizeObserver::new(measure.as_ref().unchecked_ref()).ok()?;
        observer.observe(&root);

        let own = frame.clone();
        let key = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event| forward_key(&own, &event));
        let click = Closure::<dyn FnMut(Event)>::new(move |event| follow_mail_link(app, &event));
        for (name, listener) in [("keydown", key.as_ref()), ("click", click.as_ref())] {
            document
                .add_event_listener_with_callback(name, listener.unchecked_ref())
                .ok()?;
        }
        Some(Self {
            observer,
            _measure: measure,
            _key: key,
            _click: click,
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

fn fit(frame: &HtmlIFrameElement, root: &Element) {
    let height = root.get_bounding_client_rect().height().ceil().min(HEIGHT_LIMIT);
    let height = dom::pixels(height);
    let style = frame.unchecked_ref::<HtmlElement>().style();
    if style.get_property_value("block-size").ok().as_ref() != Some(&height) {
        // An element's own style can always be written.
        let _ = style.set_property("block-size", &height);
    }
}

/// The ground's colours are the app's; `data-force` darkens mail that brings colours of its own.
fn set_ground(document: &Document, is_dark: bool, is_chosen: bool) {
    let Some(root) = document.document_element() else {
        return;
    };
    // Of the frame's window, so its class is not ours: no `dyn_into`.
    let root: HtmlElement = root.unchecked_into();
    // These cannot fail for names that are fixed.
    let _ = root.set_attribute("data-theme", if is_dark { "dark" } else { "light" });
    let _ = root.toggle_attribute_with_force("data-force", is_chosen && is_dark);
    let own = document_style("--surface");
    for (name, value) in [
        ("--ground", own),
        ("--text", document_style("--text")),
        ("--link", document_style("--link")),
    ] {
        let _ = if is_dark {
            root.style().set_property(name, &value)
        } else {
            root.style().remove_property(name).map(|_| ())
        };
    }
}

fn document_style(name: &str) -> String {
    let style = document()
        .document_element()
        .and_then(|root| window().get_computed_style(&root).ok().flatten());
    style
        .and_then(|style| style.get_property_value(name).ok())
        .unwrap_or_default()
}

/// A key pressed inside is a key of the app.
fn forward_key(frame: &HtmlIFrameElement, event: &KeyboardEvent) {
    let init = KeyboardEventInit::new();
    init.set_key(&event.key());
    init.set_code(&event.code());
    init.set_ctrl_key(event.ctrl_key());
    init.set_alt_key(event.alt_key());
    init.set_shift_key(event.shift_key());
    init.set_meta_key(event.meta_key());
    init.set_repeat(event.repeat());
    init.set_bubbles(true);
    init.set_cancelable(true);
    let Ok(copy) = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init) else {
        return;
    };
    if !frame.dispatch_event(&copy).unwrap_or(true) {
        event.prevent_default();
    }
}

fn follow_mail_link(app: App, event: &Event) {
    // The target is of the frame's window, so its class is not ours: no `dyn_into`.
    let Some(target) = event.target() else { return };
    let link = target
        .unchecked_ref::<Element>()
        .closest("a[href^='mailto:' i]")
        .ok()
        .flatten();
    if let Some(href) = link.and_then(|link| link.get_attribute("href")) {
        event.prevent_default();
        compose::write_mailto(app, &href);
    }
}
