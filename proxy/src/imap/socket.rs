//! What a session speaks through: TCP, TLS over it, or a pipe in a test.

use std::fmt;
use tokio::io::{AsyncRead, AsyncWrite};

/// Any two-way stream of octets.
pub trait Socket: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Socket for S {}

/// A stream of whatever kind.
pub type BoxedSocket = Box<dyn Socket>;

impl fmt::Debug for dyn Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Socket")
    }
}
