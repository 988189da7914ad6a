//! An element in the making: attributes, listeners and children are put on it as they are named.

use super::{
    live::effect,
    node_ref::NodeRef,
    text::{IntoValue, Value},
    view::{IntoView, View, append},
};
use crate::signal::{CallMut, StoredValue};
use leptos::{ev::EventDescriptor, prelude::*};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Event, HtmlElement};

/// Puts a value where it belongs on the element.
///
/// Made by functions of no generic parameter, so that each is compiled once and not per kind of value.
pub(super) type Setter = Box<dyn Fn(Value)>;

/// An element, to be put among the children of another.
pub(crate) struct Element(web_sys::Element);

impl Element {
    /// An HTML element with its fixed attributes: the tag, then names and values in turn, with NUL between.
    pub(crate) fn new(start: &'static str) -> Self {
        Self::begin("http://www.w3.org/1999/xhtml", start)
    }

    /// An element of SVG, likewise.
    pub(crate) fn svg(start: &'static str) -> Self {
        Self::begin("http://www.w3.org/2000/svg", start)
    }

    fn begin(namespace: &str, start: &'static str) -> Self {
        let mut pieces = start.split('\0');
        let tag = pieces.next().unwrap_or_default();
        let element = document().create_element_ns(Some(namespace), tag);
        let Ok(element) = element else {
            unreachable!("a tag in `view!` is a name");
        };
        while let (Some(name), Some(value)) = (pieces.next(), pieces.next()) {
            // Fails for no name that is written in the source.
            let _ = element.set_attribute(name, value);
        }
        Self(element)
    }

    /// Sets an attribute, or takes it away where the value is none.
    pub(crate) fn attribute(self, name: &'static str, value: impl IntoValue) -> Self {
        value.bind(self.attribute_setter(name));
        self
    }

    /// Sets attributes, and variables of CSS, that follow the same things: one effect for all, as there are many rows.
    pub(crate) fn attributes<const N: usize>(
        self,
        names: [&'static str; N],
        mut values: impl FnMut() -> [Value; N] + 'static,
    ) -> Self {
        let set = names.map(|name| match name.starts_with("--") {
            true => self.style_setter(name),
            false => self.attribute_setter(name),
        });
        let mut before = [const { None }; N];
        effect(Box::new(move |()| {
            for ((set, before), value) in set.iter().zip(&mut before).zip(values()) {
                if *before != value {
                    set(value.clone());
                    *before = value;
                }
            }
        }));
        self
    }

    /// Has the class while the value is `true`.
    pub(crate) fn class(self, name: &'static str, is_set: impl IntoValue) -> Self {
        is_set.bind(self.class_setter(name));
        self
    }

    /// Sets a property of CSS, or a variable.
    pub(crate) fn style(self, name: &'static str, value: impl IntoValue) -> Self {
        value.bind(self.style_setter(name));
        self
    }

    /// Sets what a form's field holds: `value`, or a flag such as `checked`.
    pub(crate) fn property(self, name: &'static str, value: impl IntoValue) -> Self {
        value.bind(self.property_setter(name));
        self
    }

    fn attribute_setter(&self, name: &'static str) -> Setter {
        let element = self.0.clone();
        // Neither fails for a name that is written in the source.
        Box::new(move |value| match value {
            Some(value) => drop(element.set_attribute(name, &value)),
            None => drop(element.remove_attribute(name)),
        })
    }

    fn class_setter(&self, name: &'static str) -> Setter {
        let classes = self.0.class_list();
        // Fails for no name that is written in the source.
        Box::new(move |value| drop(classes.toggle_with_force(name, value.is_some())))
    }

    fn style_setter(&self, name: &'static str) -> Setter {
        let style = self.0.unchecked_ref::<HtmlElement>().style();
        // Fails for a style sheet that is read-only; an element's own is not.
        Box::new(move |value| drop(style.set_property(name, value.as_deref().unwrap_or_default())))
    }

    fn property_setter(&self, name: &'static str) -> Setter {
        let element = self.0.clone();
        Box::new(move |value| {
            let value = match value {
                Some(text) if name == "value" => text.as_ref().into(),
                is_set => JsValue::from_bool(is_set.is_some()),
            };
            // Fails for an object that is frozen; an element is not.
            drop(js_sys::Reflect::set(&element, &name.into(), &value));
        })
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "events are named by values of types without fields"
    )]
    /// Calls `listener` for each such event, until the current owner is cleaned up.
    pub(crate) fn on<E: EventDescriptor>(self, event: E, mut listener: impl FnMut(E::EventType) + 'static) -> Self
    where
        E::EventType: JsCast,
    {
        self.listen(
            &event.name(),
            Box::new(move |event: Event| listener(event.unchecked_into())),
        );
        self
    }

    fn listen(&self, name: &str, mut listener: Box<dyn CallMut<Event, ()>>) {
        let listener = Listener {
            element: self.0.clone(),
            name: name.to_owned(),
            closure: Closure::new(move |event| listener.call(event)),
        };
        let function = listener.closure.as_ref().unchecked_ref();
        // Fails for nothing that is a function.
        let _ = self.0.add_event_listener_with_callback(name, function);
        StoredValue::new(listener);
    }

    /// Lets `reference` hold the element.
    pub(crate) fn node_ref<T: JsCast>(self, reference: NodeRef<T>) -> Self {
        reference.set(&self.0);
        self
    }

    /// Puts `child` after the children that are there.
    pub(crate) fn child(self, child: impl IntoView) -> Self {
        append(&self.0, child.into_view());
        self
    }
}

impl IntoView for Element {
    fn into_view(self) -> View {
        View::Nodes(vec![self.0.into()])
    }
}

/// Listens until it is dropped: a browser may still send events to an element that leaves the page.
struct Listener {
    element: web_sys::Element,
    name: String,
    closure: Closure<dyn FnMut(Event)>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let function = self.closure.as_ref().unchecked_ref();
        // Fails for nothing that is a function.
        let _ = self.element.remove_event_listener_with_callback(&self.name, function);
    }
}
