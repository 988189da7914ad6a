//! Questions that an action asks before something that cannot be undone.
//!
//! `app.questions.ask(…).await` is answered by the dialog that [`QuestionHost`] shows.

use super::{button::Button, dialog::Dialog};
use crate::{
    dom::{View, live, view},
    i18n::t,
    signal::{RwSignal, StoredValue},
};
use futures_channel::oneshot;
use leptos::prelude::*;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// The question itself: "Delete 3 messages for good?"
    pub(crate) title: String,
    /// What happens then.
    pub(crate) text: String,
    /// What the button says that does it: "Delete".
    pub(crate) yes: String,
    /// What the button says that does not.
    pub(crate) no: String,
}

/// The question that is being asked. A handle: copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct Questions {
    asked: RwSignal<Option<Question>>,
    answer: StoredValue<Option<oneshot::Sender<bool>>>,
}

impl Questions {
    /// None is asked.
    pub(crate) fn new() -> Self {
        Self {
            asked: RwSignal::new(None),
            answer: StoredValue::new(None),
        }
    }

    /// Asks, and waits for the answer. Asking while another question is open answers that one with no.
    pub(crate) async fn ask(self, question: Question) -> bool {
        self.reply(false);
        let (sender, answer) = oneshot::channel();
        self.answer.set_value(Some(sender));
        self.asked.set(Some(question));
        answer.await.unwrap_or(false)
    }

    fn reply(self, yes: bool) {
        self.asked.set(None);
        let mut sender = None;
        self.answer.update_value(|kept| sender = kept.take());
        if let Some(sender) = sender {
            // Who asked may have gone, and with it the need for an answer.
            let _ = sender.send(yes);
        }
    }
}

/// Shows the question that is being asked. Once, in the shell.
#[component]
pub(crate) fn QuestionHost(
    /// Whose questions.
    questions: Questions,
) -> View {
    live(move || {
        questions.asked.get().map(|question| {
            let Question { title, text, yes, no } = question;
            let no = if no.is_empty() { t().ui.cancel.to_owned() } else { no };
            view! {
                <Dialog name=title class="narrow" on_close=move || questions.reply(false)>
                    <p>{text}</p>
                    <div class="dialog-actions">
                        <Button name=no on_press=move || questions.reply(false) />
                        <Button name=yes look="danger" on_press=move || questions.reply(true) />
                    </div>
                </Dialog>
            }
        })
    })
}
