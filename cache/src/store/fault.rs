//! Why the database cannot be used.

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbTransaction};

/// Why the database cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// There is no room: `QuotaExceededError`.
    Full,
    /// Another page has closed it, or has it in a newer shape: nothing that a person should hear of.
    Closed,
    /// The browser does not want to: a private window, a setting, a broken file.
    Denied,
}

impl Fault {
    /// What the page calls it; `None` when it is not told.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Full => Some("full"),
            Self::Denied => Some("denied"),
            Self::Closed => None,
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "QuotaExceededError" => Self::Full,
            "InvalidStateError" | "VersionError" | "AbortError" => Self::Closed,
            _ => Self::Denied,
        }
    }

    fn of(value: &JsValue) -> Self {
        // An exception that a script may have made itself is none of ours: only its name is looked at.
        let name = js_sys::Reflect::get(value, &"name".into()).unwrap_or_default();
        Self::named(&name.as_string().unwrap_or_default())
    }
}

impl From<idb::Error> for Fault {
    fn from(error: idb::Error) -> Self {
        use idb::Error as E;
        match error {
            E::DomException(exception) => Self::named(&exception.name()),
            E::UpdateFailed(value)
            | E::GetFailed(value)
            | E::GetAllFailed(value)
            | E::GetAllKeysFailed(value)
            | E::DeleteFailed(value)
            | E::CountFailed(value)
            | E::IndexedDbOpenFailed(value)
            | E::ObjectStoreNotFound(value)
            | E::TransactionOpenFailed(value) => Self::of(&value),
            _ => Self::Denied,
        }
    }
}

/// How a transaction ends. To be asked before anything is awaited.
pub(super) fn end_of(transaction: &IdbTransaction) -> impl Future<Output = Result<(), Fault>> + use<> {
    let transaction = transaction.clone();
    let mut listen = |resolve: Function, _: Function| {
        let done = resolve.clone();
        let complete = Closure::once_into_js(move || call(&done, &JsValue::UNDEFINED));
        transaction.set_oncomplete(Some(complete.unchecked_ref()));
        let aborted = transaction.clone();
        let abort = Closure::once_into_js(move || {
            let cause = aborted.error().map_or(JsValue::NULL, JsValue::from);
            call(&resolve, &cause);
        });
        transaction.set_onabort(Some(abort.unchecked_ref()));
    };
    let ended = JsFuture::from(Promise::new(&mut listen));
    async move {
        // It is never rejected.
        let cause = ended.await.unwrap_or(JsValue::NULL);
        if cause.is_undefined() {
            return Ok(());
        }
        match cause.dyn_ref::<DomException>() {
            Some(exception) => Err(Fault::named(&exception.name())),
            // We ended it ourselves, and whoever did so knows why.
            None => Err(Fault::Denied),
        }
    }
}

/// Calls a function that does not throw.
fn call(function: &Function, value: &JsValue) {
    let _ = function.call1(&JsValue::NULL, value);
}
