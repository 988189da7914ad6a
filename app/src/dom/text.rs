//! Texts and values of attributes: fixed, or kept up to date.

use super::{element::Setter, live::effect};
use crate::signal::{Memo, RwSignal, Signal};
use std::{borrow::Cow, sync::Arc};

/// Text that is either part of the program or made while it runs.
pub(crate) type Text = Cow<'static, str>;

/// A text that a component is given: fixed, or one that changes, such as with the language.
#[derive(Clone)]
pub(crate) struct Label(Arc<dyn Fn() -> Text + Send + Sync>);

impl Default for Label {
    fn default() -> Self {
        "".into()
    }
}

impl Label {
    /// What it says now; whoever asks in an effect is told when that changes.
    pub(crate) fn get(&self) -> Text {
        (self.0)()
    }
}

impl From<&'static str> for Label {
    fn from(text: &'static str) -> Self {
        Self(Arc::new(move || text.into()))
    }
}

impl From<String> for Label {
    fn from(text: String) -> Self {
        Self(Arc::new(move || text.clone().into()))
    }
}

impl<T: Into<Text>, F: Fn() -> T + Send + Sync + 'static> From<F> for Label {
    fn from(text: F) -> Self {
        Self(Arc::new(move || text().into()))
    }
}

/// What an attribute, a class or a property is set to; `None` takes it away.
pub(crate) type Value = Option<Text>;

/// What can be behind the sign of an attribute.
pub(crate) trait IntoValue {
    /// Gives `set` the value: once, or whenever it changes.
    fn bind(self, set: Setter);
}

/// A value that does not change by itself.
pub(crate) trait Fixed {
    /// It, as text; for a flag the empty text or none.
    fn value(self) -> Value;
}

macro_rules! fixed {
    ($($type:ty: $value:ident => $text:expr;)*) => {$(
        impl Fixed for $type {
            fn value(self) -> Value {
                let $value = self;
                $text
            }
        }

        impl IntoValue for $type {
            fn bind(self, set: Setter) {
                set(self.value());
            }
        }
    )*};
}

fixed! {
    &'static str: text => Some(text.into());
    String: text => Some(text.into());
    bool: is_set => is_set.then(|| "".into());
    u16: number => Some(number.to_string().into());
    u32: number => Some(number.to_string().into());
    usize: number => Some(number.to_string().into());
    Option<&'static str>: text => text.map(Into::into);
    Option<String>: text => text.map(Into::into);
}

impl<V: Fixed, F: FnMut() -> V + 'static> IntoValue for F {
    fn bind(mut self, set: Setter) {
        effect(Box::new(move |()| set(self().value())));
    }
}

macro_rules! signals {
    ($($type:ty)*) => {$(
        impl IntoValue for $type {
            fn bind(self, set: Setter) {
                effect(Box::new(move |()| set(self.get().value())));
            }
        }
    )*};
}

signals! { Memo<bool> RwSignal<bool> Signal<bool> }

impl IntoValue for Label {
    fn bind(self, set: Setter) {
        effect(Box::new(move |()| set(Some(self.get()))));
    }
}
