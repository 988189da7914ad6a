//! What is on screen. Views read stores and call actions; they never call the net.

pub(crate) mod shell;
