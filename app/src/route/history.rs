//! The typed route over the browser's History API: going somewhere, going back, and links.

use super::Route;
use crate::signal::{RwSignal, Signal};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, History, MouseEvent, Window};

/// Where the app is, and the way to go elsewhere. A handle: copies are the same router.
#[derive(Clone, Copy)]
pub(crate) struct Router {
    current: RwSignal<Route>,
}

impl Router {
    /// A router that stands at the start; [`Self::start`] reads the address.
    pub(crate) fn new() -> Self {
        Self {
            current: RwSignal::new(Route::Home),
        }
    }

    /// Where the app is; reading it in a view follows it.
    pub(crate) fn current(self) -> Signal<Route> {
        self.current.into()
    }

    /// Reads the address and follows it from now on, links included.
    pub(crate) fn start(self) {
        self.read_address();
        let window = window();
        let on_pop = Closure::<dyn FnMut()>::new(move || self.read_address());
        window.set_onpopstate(Some(on_pop.as_ref().unchecked_ref()));
        let on_click = Closure::<dyn FnMut(MouseEvent)>::new(move |event: MouseEvent| self.follow_link(&event));
        // Fails for no event of this name in no browser; without it links load the page anew.
        let _ = window.add_event_listener_with_callback("click", on_click.as_ref().unchecked_ref());
        // The router lives as long as the page.
        on_pop.forget();
        on_click.forget();
    }

    /// Goes somewhere; the back button leads back here.
    pub(crate) fn go(self, route: Route) {
        if self.current.with_untracked(|current| *current == route) {
            return;
        }
        if let Some(history) = history() {
            let depth = JsValue::from_f64(depth(&history) + 1.0);
            // Browsers refuse more than some hundred entries a minute; the app itself moves on.
            let _ = history.push_state_with_url(&depth, "", Some(&route.path()));
        }
        self.current.set(route);
    }

    /// Goes somewhere in place of where it is: the back button passes this place by.
    pub(crate) fn replace(self, route: Route) {
        if self.current.with_untracked(|current| *current == route) {
            return;
        }
        if let Some(history) = history() {
            let depth = JsValue::from_f64(depth(&history));
            // As in `go`.
            let _ = history.replace_state_with_url(&depth, "", Some(&route.path()));
        }
        self.current.set(route);
    }

    /// Closes the open message: back to the list if that is where it was opened, else to its list.
    pub(crate) fn close_message(self) {
        let here = self.current.get_untracked();
        if here.message().is_none() {
            return;
        }
        match history() {
            Some(history) if depth(&history) > 0.0 => {
                // Fails only in a page that is being left.
                let _ = history.back();
            }
            _ => self.replace(here.list()),
        }
    }

    fn read_address(self) {
        let path = window().location().pathname().unwrap_or_default();
        self.current.set(Route::parse(&path).unwrap_or_default());
    }

    /// A plain click on a link into the app changes the route instead of loading the page.
    fn follow_link(self, event: &MouseEvent) {
        if event.default_prevented() || event.button() != 0 || has_modifier(event) {
            return;
        }
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[href^='/']:not([download], [target])").ok().flatten());
        let Some(path) = link.and_then(|link| link.get_attribute("href")) else {
            return;
        };
        if let Some(route) = Route::parse(&path) {
            event.prevent_default();
            self.go(route);
        }
    }
}

fn has_modifier(event: &MouseEvent) -> bool {
    event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key()
}

fn history() -> Option<History> {
    web_sys::window().as_ref().map(Window::history)?.ok()
}

/// How many places of this app lie behind this one.
fn depth(history: &History) -> f64 {
    history
        .state()
        .ok()
        .and_then(|state| state.as_f64())
        .unwrap_or_default()
}
