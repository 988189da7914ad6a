//! Subject, who, when; all recipients on demand.

use super::trust::{Newcomer, Trust, checks_line};
use crate::{
    action::{compose, unsubscribe},
    app::app,
    dom::{View, view},
    i18n::{date, t, tr},
    signal::RwSignal,
    store::{
        compose::address::is_same,
        reading::{Shown, colour_of, initials},
    },
    text::find,
    ui::dom,
};
use leptos::prelude::*;
use std::sync::Arc;
use surat_protocol::{Address, Envelope};

/// How many recipients are named before "and 3 others".
const NAMED: usize = 2;

/// As many colours of discs as `style/message.css` has.
const COLOURS: u32 = 8;

#[component]
pub(super) fn Head(shown: Arc<Shown>) -> View {
    let envelope = &shown.message.envelope;
    let subject = envelope.subject.clone();
    let sender = envelope.from.first().cloned().unwrap_or_default();
    let disc = format!("disc disc-{}", colour_of(&sender.email, COLOURS));
    let letters = initials(&sender.name, &sender.email);
    let when = envelope.date.unwrap_or(shown.message.received);
    let name = display_name(&sender);
    let is_open = RwSignal::new(false);
    let details = dom::unique_id("details");
    let controls = details.clone();
    let to = Arc::clone(&shown);
    let told = shown.message.trust.caution.clone();
    let leave = shown.message.unsubscribe.clone().map(|host| {
        let (app, at) = (app(), shown.at.clone());
        let ask = move |_| unsubscribe::ask(app, at.clone(), &host);
        view! {
            <button type="button" class="who-leave" on:click=ask>{tr(|t| t.message.unsubscribe)}</button>
        }
    });
    view! {
        <header class="message-head">
            <h2 dir="auto">{move || if subject.is_empty() { t().message.no_subject.to_owned() } else { subject.clone() }}</h2>
            <div class="who">
                <span class=disc aria-hidden="true">{letters}</span>
                <div class="who-names">
                    <p class="who-from">
                        <strong dir="auto" title=sender.email.clone()>
                            {move || if name.is_empty() { t().message.nobody.to_owned() } else { name.clone() }}
                        </strong>
                        <Show when=move || is_open.get()>
                            <span class="who-email">{sender.email.clone()}</span>
                        </Show>
                        {leave}
                    </p>
                    <button
                        type="button"
                        class="who-to"
                        aria-expanded=dom::truth(is_open.into())
                        aria-controls=controls
                        title=tr(|t| t.message.show_details)
                        on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
                    >
                        {move || to_line(&to.message.envelope, &app().session.email())}
                    </button>
                </div>
                <div class="who-when">
                    <time title=move || date::full(when)>{move || date::long(when)}</time>
                    <Newcomer />
                </div>
            </div>
            <Trust told />
            <div id=details>
                {move || is_open.get().then(|| view! { <Details shown=Arc::clone(&shown) when /> })}
            </div>
        </header>
    }
}

#[component]
fn Details(shown: Arc<Shown>, when: i64) -> View {
    let envelope = &shown.message.envelope;
    let texts = &t().message;
    let fields = [
        (texts.from, &envelope.from),
        (texts.reply_to, &envelope.reply_to),
        (texts.to, &envelope.to),
        (texts.cc, &envelope.cc),
        (texts.bcc, &envelope.bcc),
    ];
    let rows = fields
        .into_iter()
        .filter(|(_, people)| !people.is_empty())
        .map(|(name, people)| {
            let people = people
                .iter()
                .cloned()
                .map(|person| view! { <Person person /> })
                .collect::<View>();
            view! {
                <dt>{name}</dt>
                <dd>{people}</dd>
            }
        });
    let checks = shown.message.trust.checks.map(|checks| {
        view! {
            <dt>{texts.checks}</dt>
            <dd>{checks_line(checks)}</dd>
        }
    });
    view! {
        <dl class="details">
            {rows.collect::<View>()} <dt>{texts.date}</dt> <dd>{date::full(when)}</dd> {checks}
        </dl>
    }
}

/// An address that can be written to.
#[component]
fn Person(person: Address) -> View {
    let app = app();
    let Address { name, email } = person.clone();
    let title = t().message.write_to(&email);
    view! {
        <button type="button" class="person" dir="auto" title=title on:click=move |_| compose::write_to(app, person.clone())>
            {(!name.is_empty()).then(|| view! { <span>{name}</span> })}
            <span class="who-email">{email}</span>
        </button>
    }
}

/// "to me, Budi and 3 others".
fn to_line(envelope: &Envelope, own: &str) -> String {
    let texts = &t().message;
    let everybody: Vec<&Address> = envelope.to.iter().chain(&envelope.cc).chain(&envelope.bcc).collect();
    let mut names: Vec<String> = everybody
        .iter()
        .map(|person| {
            if is_same(&person.email, own) {
                texts.me.to_owned()
            } else {
                short_name(person)
            }
        })
        .collect();
    // One's own name first, then as they stand.
    if let Some(at) = names.iter().position(|name| name == texts.me) {
        let me = names.remove(at);
        names.insert(0, me);
    }
    if names.is_empty() {
        return texts.to_nobody.to_owned();
    }
    if names.len() > NAMED + 1 {
        let others = texts.others((names.len() - NAMED) as u64);
        names.truncate(NAMED);
        names.push(others);
    }
    let last = names.pop().unwrap_or_default();
    let names = if names.is_empty() {
        last
    } else {
        texts.and(&names.join(", "), &last)
    };
    texts.to_list(&names)
}

/// The whole name, or else the address.
pub(super) fn display_name(person: &Address) -> String {
    let name = if person.name.is_empty() {
        &person.email
    } else {
        &person.name
    };
    name.clone()
}

/// What one is called among several: the first name.
fn short_name(person: &Address) -> String {
    let name = display_name(person);
    if person.name.is_empty() || find(&name, ",").is_some() {
        return name;
    }
    name.split_whitespace().next().unwrap_or_default().to_owned()
}
