//! A `WebSocket` of the browser, as few calls as we need of it. Dropping it closes it and silences it.

use js_sys::{ArrayBuffer, Uint8Array};
use surat_protocol::http;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{BinaryType, Event, MessageEvent, WebSocket};

/// What a socket tells.
pub(super) enum Heard {
    /// It is connected.
    Open,
    /// A binary message.
    Frame(Vec<u8>),
    /// It is closed, or was never opened.
    Closed,
}

/// One socket to the proxy this page came from.
pub(super) struct Socket {
    socket: WebSocket,
    listener: Closure<dyn FnMut(Event)>,
}

const EVENTS: [&str; 4] = ["open", "message", "close", "error"];

impl Socket {
    /// Dials. `None` when the browser refuses to try at all.
    pub(super) fn open(hear: impl Fn(Heard) + 'static) -> Option<Self> {
        // A path alone is not enough for browsers of before 2023.
        let location = web_sys::window()?.location();
        let scheme = if location.protocol().ok()? == "https:" {
            "wss://"
        } else {
            "ws://"
        };
        let address = [scheme, &location.host().ok()?, http::LIVE].concat();
        let socket = WebSocket::new(&address).ok()?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let listener = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            if let Some(heard) = heard(&event) {
                hear(heard);
            }
        });
        for event in EVENTS {
            socket
                .add_event_listener_with_callback(event, listener.as_ref().unchecked_ref())
                .ok()?;
        }
        Some(Self { socket, listener })
    }

    /// Sends one binary message. One that cannot be sent is as good as lost on the way: the close
    /// that follows tells.
    pub(super) fn send(&self, frame: &[u8]) {
        let _ = self.socket.send_with_u8_array(frame);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        for event in EVENTS {
            // Fails for nothing that was added above; and if, a late event finds nobody.
            let _ = self
                .socket
                .remove_event_listener_with_callback(event, self.listener.as_ref().unchecked_ref());
        }
        let _ = self.socket.close();
    }
}

fn heard(event: &Event) -> Option<Heard> {
    match event.type_().as_str() {
        "open" => Some(Heard::Open),
        "close" => Some(Heard::Closed),
        "message" => {
            let data = event.dyn_ref::<MessageEvent>()?.data();
            let buffer = data.dyn_ref::<ArrayBuffer>()?;
            Some(Heard::Frame(Uint8Array::new(buffer).to_vec()))
        }
        // An error is always followed by a close.
        _ => None,
    }
}
