//! Keys, ranges of keys, and values as octets.

use super::Fault;
use crate::change::Place;
use idb::KeyRange;
use js_sys::{Array, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use surat_protocol::{
    MailboxName, MessageRef, Uid,
    frame::{decode, encode},
};
use wasm_bindgen::JsValue;

/// The key of a mailbox.
pub(super) fn mailbox(name: &MailboxName) -> JsValue {
    name.as_str().into()
}

/// The key of a message in a place.
pub(super) fn uid(place: &Place, uid: Uid) -> JsValue {
    Array::of3(&mailbox(&place.mailbox), &place.uid_validity.0.into(), &uid.0.into()).into()
}

/// The key of a message.
pub(super) fn message(message: &MessageRef) -> JsValue {
    uid(&Place::of(message), message.uid)
}

/// From one UID of a place to another, both included.
pub(super) fn span(place: &Place, (low, high): (u32, u32)) -> Result<KeyRange, Fault> {
    Ok(KeyRange::bound(
        &uid(place, Uid(low)),
        &uid(place, Uid(high)),
        None,
        None,
    )?)
}

/// All of a place.
pub(super) fn place(at: &Place) -> Result<KeyRange, Fault> {
    span(at, (0, u32::MAX))
}

/// All of a mailbox, whatever its UIDVALIDITY was.
pub(super) fn all(name: &MailboxName) -> Result<KeyRange, Fault> {
    // In the database's order an array comes after all numbers.
    let end = Array::of2(&mailbox(name), &Array::new());
    Ok(KeyRange::bound(&Array::of1(&mailbox(name)), &end, None, None)?)
}

/// All of a mailbox but what has this UIDVALIDITY: before it, and after it.
pub(super) fn others(at: &Place) -> Result<[KeyRange; 2], Fault> {
    let name = mailbox(&at.mailbox);
    let (low, high) = (uid(at, Uid(0)), uid(at, Uid(u32::MAX)));
    let before = KeyRange::bound(&Array::of1(&name), &low, None, Some(true))?;
    let after = KeyRange::bound(&high, &Array::of2(&name, &Array::new()), Some(true), None)?;
    Ok([before, after])
}

/// The name of a mailbox from its key.
pub(super) fn name_of(key: &JsValue) -> Option<MailboxName> {
    key.as_string().map(MailboxName)
}

/// A value to be stored, and how large it is.
pub(super) fn octets<T: Serialize>(value: &T) -> (JsValue, u64) {
    let octets = encode(value);
    (Uint8Array::from(octets.as_slice()).into(), octets.len() as u64)
}

/// A stored value. One that cannot be read counts as not kept.
pub(super) fn value<T: DeserializeOwned>(stored: &JsValue) -> Option<T> {
    decode(&Uint8Array::new(stored).to_vec())
}
