//! HTML mail: a sandboxed frame that can run nothing, as high as what is in it.
//!
//! `allow-same-origin` without `allow-scripts` lets us measure it, write into it and hear its keys, and lets
//! nothing in it act. One frame serves all messages, since a frame that loads takes two frames of the screen; its
//! document, and so its policy, stays, and each message takes the place of the one before. See decision 0053.

use super::body::is_on_dark;
use crate::{
    action::compose,
    app::{App, app},
    dom::{NodeRef, View, show, view},
    i18n::t,
    signal::{Memo, RwSignal, effect},
    store::reading::Shown,
    ui::dom,
};
use leptos::prelude::*;
use std::{cell::Cell, rc::Rc, sync::Arc, time::Duration};
use surat_protocol::{
    Body, frame_policy,
    http::{IMAGE, PART},
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{
    Document, DomParser, Element, Event, HtmlElement, HtmlIFrameElement, KeyboardEvent, KeyboardEventInit,
    ResizeObserver, SupportedType,
};

const SANDBOX: &str = "allow-same-origin allow-popups allow-popups-to-escape-sandbox";

/// Links that the browser follows.
const FOLLOWED: &str = "[href^='http:'i],[href^='https:'i],[href^='tel:'i]";

/// Content whose height follows the frame's (`100vh`) would grow for ever; after so many changes it scrolls.
const MEASURES_LIMIT: u32 = 200;

/// No mail is higher than this, in CSS pixels; the rest scrolls inside.
const HEIGHT_LIMIT: f64 = 200_000.0;

/// What the frame loads, once.
fn shell() -> String {
    // Any other address of ours would be asked with the session's cookie.
    let origin = window().location().origin().unwrap_or_default();
    let policy = frame_policy(&[&origin, PART, " ", &origin, IMAGE].concat());
    [
        "<!doctype html><meta http-equiv=Content-Security-Policy content=\"",
        &policy,
        "\"><meta name=referrer content=no-referrer>",
    ]
    .concat()
}

/// The first rows are on screen by then.
const MAKE_AFTER: Duration = Duration::from_millis(700);

/// The frame: made for the first HTML mail, or when nothing else is being done. Even an empty one takes its time.
#[component]
pub(super) fn Frame() -> View {
    let app = app();
    let is_due = RwSignal::new(false);
    set_timeout(move || is_due.set(true), MAKE_AFTER);
    let is_needed = move || app.reading.shown.with(|shown| html_of(shown.as_ref()).is_some());
    show(move || is_due.get() || is_needed(), move || frame(app))
}

fn frame(app: App) -> View {
    let frame = NodeRef::<HtmlIFrameElement>::new();
    let held = RwSignal::new(None::<Rc<Held>>);
    let on_load = move |_| {
        let Some(frame) = frame.get_untracked() else { return };
        match Held::new(app, &frame) {
            Some(loaded) => held.set(Some(Rc::new(loaded))),
            // A link in it led elsewhere: what belongs there comes back.
            None => frame.set_srcdoc(&shell()),
        }
    };
    let is_html = Memo::new(move |_| app.reading.shown.with(|shown| html_of(shown.as_ref()).is_some()));
    effect(move || {
        let (shown, held) = (app.reading.shown.get(), held.get());
        // Nothing is left of a message that is not shown any more.
        let text = html_of(shown.as_ref()).unwrap_or_default();
        if let Some(held) = held {
            held.write(text);
        }
    });
    // The theme of the frame's document follows the app's, and the reader's choice.
    effect(move || {
        app.reading.shown.track();
        let (is_dark, is_chosen) = (is_on_dark(app), app.reading.is_on_dark.get().is_some());
        if let Some(document) = held.get().and_then(|held| held.document()) {
            set_ground(&document, is_dark, is_chosen);
        }
    });
    view! {
        <iframe
            node_ref=frame
            class="body-frame"
            class:is-dark=move || is_on_dark(app)
            title=move || is_html.get().then(|| t().message.body)
            hidden=move || !is_html.get()
            sandbox=SANDBOX
            srcdoc=shell()
            on:load=on_load
        ></iframe>
    }
}

fn html_of(shown: Option<&Arc<Shown>>) -> Option<&str> {
    match &shown?.message.body {
        Body::Html { document, .. } => Some(document),
        _ => None,
    }
}

/// The frame with its document, and what watches them.
struct Held {
    frame: HtmlIFrameElement,
    observer: ResizeObserver,
    measures: Rc<Cell<u32>>,
    _measure: Closure<dyn FnMut()>,
    _key: Closure<dyn FnMut(KeyboardEvent)>,
    _click: Closure<dyn FnMut(Event)>,
}

impl Held {
    /// Of a frame that has loaded [`shell`], and not of one that shows anything else.
    fn new(app: App, frame: &HtmlIFrameElement) -> Option<Self> {
        let document = document_of(frame)?;

        let own = frame.clone();
        let measures = Rc::new(Cell::new(0));
        let count = Rc::clone(&measures);
        let measure = Closure::<dyn FnMut()>::new(move || {
            count.set(count.get() + 1);
            if count.get() <= MEASURES_LIMIT {
                fit(&own);
            }
        });
        let observer = ResizeObserver::new(measure.as_ref().unchecked_ref()).ok()?;

        let own = frame.clone();
        let key = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event| forward_key(&own, &event));
        let click = Closure::<dyn FnMut(Event)>::new(move |event| follow_link(app, &event));
        for (name, listener) in [("keydown", key.as_ref()), ("click", click.as_ref())] {
            document
                .add_event_listener_with_callback(name, listener.unchecked_ref())
                .ok()?;
        }
        Some(Self {
            frame: frame.clone(),
            observer,
            measures,
            _measure: measure,
            _key: key,
            _click: click,
        })
    }

    /// The document, as long as the frame shows it.
    fn document(&self) -> Option<Document> {
        document_of(&self.frame)
    }

    /// Puts a message's document in the place of what is shown. While the frame shows something else it cannot;
    /// it loads then, and is written to afterwards.
    fn write(&self, text: &str) -> Option<()> {
        let document = self.document()?;
        // Scripts that are parsed so never run, whatever becomes of them, and nothing is loaded yet.
        let written = DomParser::new()
            .ok()?
            .parse_from_string(text, SupportedType::TextHtml)
            .ok()?;
        // The policy that counts is the frame's own; without it this would add one more for each message.
        while let Ok(Some(meta)) = written.query_selector("meta") {
            meta.remove();
        }
        let root = written.document_element()?;
        let before = document.document_element()?;
        document.replace_child(&root, &before).ok()?;
        self.observer.disconnect();
        self.measures.set(0);
        self.observer.observe(&root);
        Some(())
    }
}

/// The document of the frame's shell; not what the frame shows before, or after a link in it was followed.
fn document_of(frame: &HtmlIFrameElement) -> Option<Document> {
    frame
        .content_document()
        .filter(|document| document.url().is_ok_and(|url| url == "about:srcdoc"))
}

impl Drop for Held {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

fn fit(frame: &HtmlIFrameElement) {
    let Some(root) = document_of(frame).and_then(|document| document.document_element()) else {
        return;
    };
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
    for (name, own) in [("--ground", "--surface"), ("--text", "--text"), ("--link", "--link")] {
        let _ = if is_dark {
            root.style().set_property(name, &document_style(own))
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

/// An address to write to opens the composer, and a place in the message is gone to here: to the browser it would be a
/// place in the app. What the browser may follow leads to the web or to a telephone. There are no other links in washed
/// mail, and none would be followed.
fn follow_link(app: App, event: &Event) {
    // The target is of the frame's window, so its class is not ours: no `dyn_into`.
    let Some(target) = event.target() else { return };
    let within = |selector| target.unchecked_ref::<Element>().closest(selector).ok().flatten();
    if within(FOLLOWED).is_some() {
        return;
    }
    let Some(link) = within("a,area") else { return };
    event.prevent_default();
    let href = link.get_attribute("href").unwrap_or_default();
    if within("[href^='mailto:'i]").is_some() {
        compose::write_mailto(app, &href);
    } else if let Some(name) = href.strip_prefix('#') {
        // A name that were no selector was not washed.
        let selector = ["[id='", name, "'],[name='", name, "']"].concat();
        let document = link.owner_document();
        if let Some(place) = document.and_then(|document| document.query_selector(&selector).ok()?) {
            place.scroll_into_view();
        }
    }
}
