//! Parts that every view is made of: real elements with a name, a role, a key and a focus ring.
//!
//! They know nothing of mail. Looks are in `style/ui.css`.

#![expect(unreachable_pub, reason = "`#[component]` writes `pub` on some of what it generates")]

pub(crate) mod button;
pub(crate) mod dialog;
pub(crate) mod dom;
pub(crate) mod icon;
pub(crate) mod menu;
pub(crate) mod progress;
pub(crate) mod question;
pub(crate) mod splitter;
pub(crate) mod state;
pub(crate) mod toast;
