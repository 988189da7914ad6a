//! What goes by HTTP: sign-in, files. Paths and bodies, shared by both sides. Bodies are postcard.

use crate::{ids::UploadId, problem::Problem};
use serde::{Deserialize, Serialize};
use std::fmt;

/// POST [`Login`]; answers [`LoginAnswer`] and sets the session cookie.
pub const LOGIN: &str = "/api/login";
/// POST, empty; ends the session and clears the cookie.
pub const LOGOUT: &str = "/api/logout";
/// POST, empty; ends all sessions of the account, in all browsers, and clears the cookie.
pub const LOGOUT_EVERYWHERE: &str = "/api/logout/everywhere";
/// WebSocket.
pub const LIVE: &str = "/api/live";
/// GET with [`query`] names: one part of a message, decoded and streamed.
pub const PART: &str = "/api/part";
/// GET with [`query`] names: the whole message as it is stored.
pub const SOURCE: &str = "/api/source";
/// GET: a remote image through the proxy, by signed address.
pub const IMAGE: &str = "/api/image";
/// POST, octets of a file with its type as Content-Type and `name` in the query; answers [`UploadAnswer`].
pub const UPLOAD: &str = "/api/upload";

/// Names in the query of [`PART`] and [`SOURCE`].
pub mod query {
    /// Mailbox name.
    pub const MAILBOX: &str = "mailbox";
    /// UIDVALIDITY.
    pub const VALIDITY: &str = "validity";
    /// UID.
    pub const UID: &str = "uid";
    /// Section of the part.
    pub const SECTION: &str = "section";
    /// `1` to show it in the browser (only types that are safe to), else it is downloaded.
    pub const INLINE: &str = "inline";
    /// File name of an upload.
    pub const NAME: &str = "name";
}

/// A sign-in. Prints without its password.
#[derive(Clone, Serialize, Deserialize)]
pub struct Login {
    /// Mail address, which is the IMAP user name.
    pub email: String,
    /// Password.
    pub password: String,
    /// "Keep me signed in": the cookie outlives the browser session.
    pub keep: bool,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("email", &self.email)
            .field("password", &"…")
            .field("keep", &self.keep)
            .finish()
    }
}

/// Answer to a [`Login`].
pub type LoginAnswer = Result<(), Problem>;

/// Answer to an upload.
pub type UploadAnswer = Result<UploadId, Problem>;
