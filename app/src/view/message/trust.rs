//! What to know of the sender: one line with one reason, and the checks of the own mail server among the details.

use crate::{
    app::app,
    dom::{IntoView, View, view},
    i18n::{t, tr},
    ui::icon::Icon,
};
use leptos::prelude::*;
use surat_protocol::{Caution, Checks, Outcome};

/// The most serious reason to look twice at the sender, if there is one.
#[component]
pub(super) fn Trust(told: Option<Caution>) -> View {
    let line = move || {
        let caution = weighed()
            .filter(|caution| !is_newcomer(caution))
            .or_else(|| told.clone())?;
        let (class, icon) = match caution {
            Caution::ReplyElsewhere { .. } => ("trust", Icon::Alert),
            _ => ("trust bar is-warning", Icon::Warning),
        };
        Some(view! {
            <div class=class role="note" aria-label=tr(|t| t.message.about_sender)>
                {icon.view()} <p>{move || words(&caution)}</p>
            </div>
        })
    };
    line.into_view()
}

/// That the sender is new; it comes when one reads already, so that it has a place where nothing has to move for it.
#[component]
pub(super) fn Newcomer() -> View {
    let mark = move || {
        weighed().filter(is_newcomer).map(|_| {
            view! {
                <span
                    class="who-new"
                    role="note"
                    title=tr(|t| t.message.first_contact)
                >
                    {Icon::Alert.view()} {tr(|t| t.message.new_sender)}
                </span>
            }
        })
    };
    mark.into_view()
}

fn weighed() -> Option<Caution> {
    app().reading.weighed.get()
}

fn is_newcomer(caution: &Caution) -> bool {
    *caution == Caution::FirstContact
}

fn words(caution: &Caution) -> String {
    let texts = &t().message;
    match caution {
        Caution::Unconfirmed { domain } => texts.unconfirmed(&apart(domain)),
        Caution::LookAlike { domain, like } => texts.look_alike(&apart(domain), &apart(like)),
        Caution::Disguised { domain, appearance } => texts.disguised(&apart(appearance), &apart(domain)),
        Caution::OtherName { named, email } => texts.other_name(&apart(email), &apart(named)),
        Caution::ReplyElsewhere { email } => texts.reply_elsewhere(&apart(email)),
        Caution::FirstContact => texts.first_contact.to_owned(),
    }
}

/// A stranger's word in a sentence, isolated: whichever direction it is written in, the sentence keeps its own.
fn apart(word: &str) -> String {
    ["\u{2068}", word, "\u{2069}"].concat()
}

/// "SPF passed, DKIM none, DMARC failed".
pub(super) fn checks_line(checks: Checks) -> String {
    let Checks { spf, dkim, dmarc } = checks;
    [
        "SPF ",
        outcome(spf),
        ", DKIM ",
        outcome(dkim),
        ", DMARC ",
        outcome(dmarc),
    ]
    .concat()
}

fn outcome(outcome: Outcome) -> &'static str {
    let texts = &t().message;
    match outcome {
        Outcome::Pass => texts.passed,
        Outcome::Fail => texts.failed,
        Outcome::Unsure => texts.unclear,
        Outcome::Missing => texts.not_there,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_wrote_stands_apart_in_its_sentence() {
        let caution = Caution::OtherName {
            named: "budi@bank.example".into(),
            email: "مرحبا@evil.test".into(),
        };

        assert_eq!(
            words(&caution),
            "The name says \u{2068}budi@bank.example\u{2069}, but the mail came from \u{2068}مرحبا@evil.test\u{2069}."
        );
    }

    #[test]
    fn each_check_is_told_with_how_it_came_out() {
        let checks = Checks {
            spf: Outcome::Unsure,
            dkim: Outcome::Missing,
            dmarc: Outcome::Fail,
        };

        assert_eq!(checks_line(checks), "SPF unclear, DKIM none, DMARC failed");
    }
}
