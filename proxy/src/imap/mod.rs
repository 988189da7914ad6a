//! Everything that knows IMAP, and nothing that knows people, views or HTTP.
//!
//! `dial` an [`Endpoint`](crate::endpoint::Endpoint) for a [`Client`], sign in for a [`Session`], and
//! call its methods (see [`command`]). Underneath, `sorter` splits what the server says and `decode`
//! reads it; `command_line` builds what is sent.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use surat_proxy::{imap, secret::Secret, tls::TlsSettings};
//!
//! let tls = TlsSettings::new(None)?;
//! let client = imap::dial(&"imaps://mail.example".parse()?, &tls).await?;
//! let mut session = client.sign_in("ayu@example", &Secret::new("secret"), None).await?;
//! session.select(&imap::WireName::inbox()).await?;
//! let newest = session.all_uids().await?.newest(0, 50);
//! let rows = session.fetch_rows(&newest, |fetch| fetch).await?;
//! # Ok(()) }
//! ```

pub mod capabilities;
pub mod client;
pub mod command;
pub mod command_line;
pub mod decode;
pub mod dial;
pub mod error;
mod exists;
pub mod frame;
pub mod handed_on;
mod incoming;
pub mod mailbox_name;
pub mod running;
pub mod session;
pub mod socket;
pub mod sorter;
pub mod unsolicited;
mod wire;

pub use capabilities::Capabilities;
pub use client::Client;
pub use dial::dial;
pub use error::{DialError, Error};
pub use mailbox_name::WireName;
pub use session::Session;
