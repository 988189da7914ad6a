//! The root: makes the net and every store once, and hands them to all views by context.

use crate::{
    net::Net,
    route::history::Router,
    signal::RwSignal,
    store::{
        compose::Compose, list::ListStore, mailboxes::Mailboxes, notices::Notices, preferences::Preferences,
        reading::Reading, session::Session, sheet::Sheet,
    },
    ui::{dom, question::Questions},
};
use leptos::prelude::*;

/// Everything that lives as long as the page. A handful of handles: copy it freely.
#[derive(Clone, Copy)]
pub(crate) struct App {
    /// The way to the proxy.
    pub(crate) net: Net,
    /// Where the app is.
    pub(crate) route: Router,
    /// Who is signed in, and the link.
    pub(crate) session: Session,
    /// Folders, rights, counts.
    pub(crate) mailboxes: Mailboxes,
    /// The message list.
    pub(crate) list: ListStore,
    /// The open message.
    pub(crate) reading: Reading,
    /// The message being written.
    pub(crate) compose: Compose,
    /// Short notices, some with "Undo".
    pub(crate) notices: Notices,
    /// What is asked before something that cannot be undone.
    pub(crate) questions: Questions,
    /// What lies over the mail: settings, keys.
    pub(crate) sheet: RwSignal<Option<Sheet>>,
    /// Looks, widths, gestures.
    pub(crate) preferences: Preferences,
}

impl App {
    /// Makes everything; nothing runs yet.
    pub(crate) fn new() -> Self {
        Self {
            net: Net::new(),
            route: Router::new(),
            session: Session::new(),
            mailboxes: Mailboxes::new(),
            list: ListStore::new(),
            reading: Reading::new(),
            compose: Compose::new(),
            notices: Notices::new(),
            questions: Questions::new(),
            sheet: RwSignal::new(None),
            preferences: Preferences::new(),
        }
    }
}

/// The app's handles, from the context: callable in any component.
pub(crate) fn app() -> App {
    use_context().expect("`main` provides it to every view")
}

/// There are no texts to say it in: the page itself holds these words, in all languages.
pub(crate) fn tell_that_nothing_loads() {
    let Some(page) = document().body() else { return };
    for word in dom::all(&page, ".boot-fault") {
        // Fails for no attribute that is not there.
        let _ = word.remove_attribute("hidden");
    }
    for boot in dom::all(&page, ".boot") {
        let _ = boot.remove_attribute("aria-busy");
    }
}
