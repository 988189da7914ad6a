//! Dragging messages out of the list: the selected ones, or the one that is taken hold of.

use super::row_of;
use crate::{action::message, app::App};
use leptos::ev;

/// The type of what is dragged; other programs make nothing of it.
const TYPE: &str = "application/x-surat-messages";

/// Takes hold of messages.
pub(super) fn start(app: App, event: &ev::DragEvent) {
    let Some(key) = row_of(event) else {
        return;
    };
    let is_selected = app.list.list.with_untracked(|list| list.selection().contains(key));
    let targets = if is_selected {
        app.list.list.with_untracked(|list| list.selected())
    } else {
        message::targets_of_row(app, key)
    };
    if let Some(transfer) = event.data_transfer() {
        // Some browsers drag nothing that carries nothing.
        let _ = transfer.set_data(TYPE, "");
        transfer.set_effect_allowed("copyMove");
    }
    app.list.dragged.set(targets);
}
