//! What is on screen. Views read stores and call actions; they never call the net.

#![expect(unreachable_pub, reason = "`#[component]` writes `pub` on some of what it generates")]
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

pub(crate) mod compose;
pub(crate) mod help;
pub(crate) mod message;
pub(crate) mod settings;
pub(crate) mod shell;
