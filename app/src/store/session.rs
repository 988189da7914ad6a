//! Who is signed in, and how the link is. Written by [`crate::action::session`] alone.

use crate::signal::RwSignal;
use surat_protocol::{Problem, Welcome};

/// Is anybody signed in?
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Not known yet: the first answer of the proxy is awaited. Holds why it cannot say.
    Unknown(Option<Problem>),
    /// Nobody; the sign-in page is shown. Holds why, unless the person asked for it.
    SignedOut(Option<Problem>),
    /// The password was accepted; the first link is coming up.
    SigningIn,
    /// Somebody.
    SignedIn,
}

/// The session of this tab.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    /// Is anybody signed in?
    pub(crate) standing: RwSignal<Standing>,
    /// Is the link to the proxy lost, or did it not come up?
    pub(crate) is_cut_off: RwSignal<bool>,
    /// Does the proxy have its mail server?
    pub(crate) has_server: RwSignal<bool>,
    /// Is there a newer version of the app to change to?
    pub(crate) has_newer: RwSignal<bool>,
    /// The account whose mail is kept on this device; empty for none.
    pub(crate) kept: RwSignal<String>,
    /// What the proxy said when it let us in.
    pub(crate) welcome: RwSignal<Option<Welcome>>,
}

impl Session {
    /// Nothing is known yet.
    pub(crate) fn new() -> Self {
        Self {
            standing: RwSignal::new(Standing::Unknown(None)),
            is_cut_off: RwSignal::new(false),
            has_server: RwSignal::new(true),
            has_newer: RwSignal::new(false),
            kept: RwSignal::new(String::new()),
            welcome: RwSignal::new(None),
        }
    }

    /// The account's address; empty when nobody is signed in.
    pub(crate) fn email(self) -> String {
        self.welcome
            .with(|welcome| welcome.as_ref().map(|welcome| welcome.email.clone()))
            .unwrap_or_else(|| self.kept.get())
    }

    /// Signed in, but cut off: the shell says "Reconnecting…".
    pub(crate) fn is_reconnecting(self) -> bool {
        self.standing.get() == Standing::SignedIn && (self.is_cut_off.get() || !self.has_server.get())
    }
}
