//! What a person can do. An action changes the stores at once, asks the proxy, rolls back when the
//! answer is a problem, and offers undo.

pub(crate) mod ahead;
pub(crate) mod compose;
pub(crate) mod mailbox;
pub(crate) mod manage;
pub(crate) mod message;
mod promise;
pub(crate) mod reading;
pub(crate) mod relocate;
pub(crate) mod rows;
pub(crate) mod search;
pub(crate) mod session;
mod settle;
pub(crate) mod unsubscribe;
pub(crate) mod weigh;

use crate::{app::App, i18n::problem, store::session::Standing};
use surat_protocol::Problem;

/// Tells a person what went wrong with something that they did.
pub(crate) fn report(app: App, problem: &Problem) {
    let is_signed_in = app.session.standing.get_untracked() == Standing::SignedIn;
    // What was cancelled was meant to be; without a session the sign-in page says what there is to say.
    if is_signed_in && *problem != Problem::Cancelled {
        app.notices.notify(problem::words(problem));
    }
}
