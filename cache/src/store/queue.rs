//! The queue of orders that were not answered yet, and whose they are.

use super::{Fault, QUEUE, Store, Work};
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;

/// An order in the queue.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Its key.
    pub(crate) key: f64,
    /// The frame that the app has taken on.
    pub(crate) frame: Vec<u8>,
}

impl Store {
    /// Puts orders into the queue, each under a new key or in the place of an older one; gives their keys.
    pub(crate) async fn enqueue(&self, page: &str, orders: &[(Vec<u8>, Option<f64>)]) -> Result<Vec<f64>, Fault> {
        let put = async |work: &Work| {
            let store = work.store(QUEUE)?;
            let asked = orders.iter().map(|(frame, replaces)| {
                let key = replaces.map(JsValue::from);
                Ok(store.put(&order(page, frame), key.as_ref())?.into_future())
            });
            let mut keys = Vec::new();
            for key in asked.collect::<Result<Vec<_>, Fault>>()? {
                keys.push(key.await?.as_f64().unwrap_or_default());
            }
            Ok(keys)
        };
        self.write(&[QUEUE], put).await
    }

    /// Takes orders out of the queue: they are answered.
    pub(crate) async fn dequeue(&self, keys: &[f64]) -> Result<(), Fault> {
        let delete = async |work: &Work| {
            let store = work.store(QUEUE)?;
            for key in keys {
                store.delete(JsValue::from(*key))?;
            }
            Ok(())
        };
        self.write(&[QUEUE], delete).await
    }

    /// Orders of pages that are gone, oldest first. From now on they are of this page.
    pub(crate) async fn adopt(&self, page: &str, alive: &[String]) -> Result<Vec<Entry>, Fault> {
        let take = async |work: &Work| {
            let store = work.store(QUEUE)?;
            let (keys, values) = (store.get_all_keys(None, None)?, store.get_all(None, None)?);
            let (keys, values) = (keys.into_future(), values.into_future());
            let (keys, values) = (keys.await?, values.await?);
            let mut entries = Vec::new();
            for (key, value) in keys.iter().zip(&values) {
                let owner = field(value, "page").as_string().unwrap_or_default();
                if owner == page || alive.contains(&owner) {
                    continue;
                }
                let frame = Uint8Array::new(&field(value, "frame")).to_vec();
                store.put(&order(page, &frame), Some(key))?;
                entries.push(Entry {
                    key: key.as_f64().unwrap_or_default(),
                    frame,
                });
            }
            Ok(entries)
        };
        self.write(&[QUEUE], take).await
    }
}

fn order(page: &str, frame: &[u8]) -> JsValue {
    let order = Object::new();
    // Fail for frozen objects only.
    let _ = Reflect::set(&order, &"page".into(), &page.into());
    let _ = Reflect::set(&order, &"frame".into(), &Uint8Array::from(frame));
    order.into()
}

fn field(order: &JsValue, name: &str) -> JsValue {
    Reflect::get(order, &name.into()).unwrap_or_default()
}
