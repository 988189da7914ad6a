//! What a person can do. An action changes the stores at once, asks the proxy, rolls back when the
//! answer is a problem, and offers undo.

pub(crate) mod session;
