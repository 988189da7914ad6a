//! The proxy: it lends the browser the sockets that a mail client needs, and keeps nothing.
//!
//! The way round: `http` takes requests in, `account` has one actor per signed-in account, `imap`
//! and `submission` speak with the mail servers, `mime` knows what a message is made of.

pub mod account;
pub mod check;
pub mod clock;
pub mod config;
pub mod endpoint;
pub mod http;
pub mod image_address;
pub mod imap;
pub mod mime;
pub mod pace;
pub mod secret;
pub mod serve;
pub mod submission;
pub mod tls;
pub mod web;
