//! Leaving the mailing list that a message came from.

use crate::{
    app::App,
    i18n::{problem, t},
    ui::question::Question,
};
use leptos::task::spawn_local;
use surat_protocol::{MessageRef, Request};

/// Asks whether to leave the list that `host` keeps, leaves it, and says how that came out.
pub(crate) fn ask(app: App, message: MessageRef, host: &str) {
    let question = Question {
        title: t().message.unsubscribe_title.to_owned(),
        text: t().message.unsubscribe_text(host),
        yes: t().message.unsubscribe.to_owned(),
        no: String::new(),
    };
    spawn_local(async move {
        if app.questions.ask(question).await {
            let outcome = app.net.ask(Request::Unsubscribe { message }).await;
            let words = outcome.map_or_else(|why| problem::words(&why), |_| t().message.unsubscribed.to_owned());
            app.notices.notify(words);
        }
    });
}
