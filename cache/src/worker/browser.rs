//! What the worker needs of the browser, beside the database.

use js_sys::{Array, Function, Object, Promise, Reflect};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = postMessage)]
    fn post_message(message: &Array);

    /// Web Locks, which `web-sys` counts as not stable yet.
    type Locks;

    #[wasm_bindgen(method, catch)]
    fn request(this: &Locks, name: &str, held: &Function) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn query(this: &Locks) -> Result<Promise, JsValue>;

    /// `StorageManager`.
    type Storage;

    #[wasm_bindgen(method, catch)]
    fn estimate(this: &Storage) -> Result<Promise, JsValue>;
}

/// Tells the page something: the number of its question, or a word.
pub(super) fn say(what: &JsValue, value: &JsValue) {
    post_message(&Array::of2(what, value));
}

/// Milliseconds since 1970.
pub(super) fn now() -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time of this century"
    )]
    let now = js_sys::Date::now() as u64;
    now
}

/// Octets that the browser lets this site keep, where it says so.
pub(super) async fn quota() -> Option<f64> {
    let estimate = navigator("storage")?.unchecked_into::<Storage>().estimate().ok()?;
    let estimate = JsFuture::from(estimate).await.ok()?;
    Reflect::get(&estimate, &"quota".into()).ok()?.as_f64()
}

/// Takes a lock and holds it until the page is gone. What is given is settled once it is held; `None` where there are no
/// locks.
pub(super) fn hold(name: &str) -> Option<Promise> {
    let locks = locks()?;
    let mut taken = |resolve: Function, reject: Function| {
        let held = Closure::once_into_js(move || {
            // Does not throw.
            let _ = resolve.call0(&JsValue::NULL);
            // Never settled: that is how a lock is held.
            Promise::new(&mut |_, _| {})
        });
        if locks.request(name, held.unchecked_ref()).is_err() {
            let _ = reject.call0(&JsValue::NULL);
        }
    };
    Some(Promise::new(&mut taken))
}

/// Does something while no other page holds the lock of this name.
pub(super) async fn alone<T: 'static>(name: &str, act: impl Future<Output = T> + 'static) -> Option<T> {
    let locks = locks()?;
    let done = std::rc::Rc::new(RefCell::new(None));
    let value = std::rc::Rc::clone(&done);
    let work = async move {
        *value.borrow_mut() = Some(act.await);
        Ok(JsValue::UNDEFINED)
    };
    let held = Closure::once_into_js(move || wasm_bindgen_futures::future_to_promise(work));
    JsFuture::from(locks.request(name, held.unchecked_ref()).ok()?)
        .await
        .ok()?;
    done.take()
}

/// The names of all locks that some page holds; `None` where that cannot be known.
pub(super) async fn held() -> Option<Vec<String>> {
    let all = JsFuture::from(locks()?.query().ok()?).await.ok()?;
    let held: Array = Reflect::get(&all, &"held".into()).ok()?.dyn_into().ok()?;
    let name = |lock: JsValue| Reflect::get(&lock, &"name".into()).ok()?.as_string();
    Some(held.iter().filter_map(name).collect())
}

fn locks() -> Option<Locks> {
    navigator("locks").map(JsCast::unchecked_into)
}

/// A part of the browser that is there only where the page came over a safe link.
fn navigator(name: &str) -> Option<JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let part = Reflect::get(&navigator, &name.into()).ok()?;
    part.is_instance_of::<Object>().then_some(part)
}
