//! Writing: beginning a message in each way there is, closing it, discarding it.
//!
//! Saving is in [`save`], sending in [`send`], files in [`files`], reloads in [`carry`].

pub(crate) mod carry;
pub(crate) mod files;
pub(crate) mod save;
pub(crate) mod send;

use super::report;
use crate::{
    app::App,
    i18n::{date, t},
    route::percent,
    store::{
        compose::{
            Focus, Status,
            address::{parse_list, write_list},
            html_text::html_text,
            is_blank, reply,
        },
        reading::Shown,
    },
    ui::{dom, question::Question},
};
use leptos::{prelude::*, task::spawn_local};
use surat_protocol::{
    Address, Answer, Body, Draft, DraftAttachment, Message, MessageRef, Origin, Problem, Request, Source, SourceUse,
    UidSet,
};
use wasm_bindgen::{JsCast, closure::Closure};

/// Rows of the list whose people are known for completion; more would be felt.
const LEARNED_ROWS: usize = 500;

/// Keeps what was not stored from being lost with the page. Once, at the start.
pub(crate) fn start(app: App) {
    let on_leave = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        if is_busy(app) || untrack(|| app.compose.is_changed()) {
            // The browser asks in its own words.
            event.prevent_default();
        }
    });
    // Fails for no event of this name; without it the last two seconds of typing may be lost.
    let _ = window().add_event_listener_with_callback("beforeunload", on_leave.as_ref().unchecked_ref());
    on_leave.forget();
    for name in ["dragover", "drop"] {
        // A file dropped beside the composer would take the place of the page.
        let keep = Closure::<dyn FnMut(web_sys::DragEvent)>::new(|event: web_sys::DragEvent| {
            if dom::carries_files(&event) {
                event.prevent_default();
            }
        });
        // Fails for no event of this name; without it browsers do what they always do.
        let _ = window().add_event_listener_with_callback(name, keep.as_ref().unchecked_ref());
        keep.forget();
    }
}

/// Is anything on its way that would be lost with the page? What is open and not stored yet is not: see [`carry`].
pub(crate) fn is_busy(app: App) -> bool {
    let is_storing_closed = app.compose.saves.get_value() > u32::from(untrack(|| app.compose.is_changed()));
    is_storing_closed || matches!(app.compose.status.get_untracked(), Status::Sending(_)) || files::are_uploading(app)
}

/// An empty message.
pub(crate) fn new(app: App) {
    begin(app, new_draft(app), Focus::To);
}

/// A message to somebody.
pub(crate) fn write_to(app: App, person: Address) {
    let draft = Draft {
        to: vec![person],
        ..new_draft(app)
    };
    begin(app, draft, Focus::Text);
}

/// A message as a `mailto:` link asks for (RFC 6068): recipients, subject and text, nothing else.
pub(crate) fn write_mailto(app: App, href: &str) {
    let (people, fields) = href.split_once('?').unwrap_or((href, ""));
    let people = people.split_once(':').map_or("", |(_, people)| people);
    let mut draft = new_draft(app);
    draft.to = parse_list(&percent::decode(people).unwrap_or_default());
    for (name, value) in fields.split('&').filter_map(|field| field.split_once('=')) {
        let Some(value) = percent::decode(value) else { continue };
        match name.to_ascii_lowercase().as_str() {
            "to" => draft.to.extend(parse_list(&value)),
            "cc" => draft.cc.extend(parse_list(&value)),
            "subject" => draft.subject = value.replace(['\r', '\n'], " "),
            "body" => draft.text = value.replace('\r', ""),
            _ => {}
        }
    }
    begin(app, draft, Focus::Text);
}

/// A reply to the open message.
pub(crate) fn reply(app: App) {
    answer(app, reply::recipients);
}

/// A reply to everybody in the open message.
pub(crate) fn reply_all(app: App) {
    answer(app, reply::all_recipients);
}

/// The open message for somebody else, with its files as references.
pub(crate) fn forward(app: App) {
    let Some(shown) = app.reading.shown.get_untracked() else {
        return;
    };
    let Shown { at, message, .. } = &*shown;
    let attachments = message.attachments.iter().map(|file| DraftAttachment {
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size_octets: file.size_octets,
        origin: Origin::Part {
            message: at.clone(),
            section: file.section.clone(),
        },
    });
    let draft = Draft {
        subject: reply::forward_subject(&message.envelope.subject),
        text: forwarded_text(message),
        references: reply::references(&message.envelope),
        attachments: attachments.collect(),
        source: Some(Source {
            message: at.clone(),
            used_as: SourceUse::Forward,
        }),
        ..new_draft(app)
    };
    begin(app, draft, Focus::To);
}

/// A stored draft, to go on with it.
pub(crate) fn open_draft(app: App, message: MessageRef) {
    go_on(app, Some(message), String::new());
}

/// Goes on with a stored draft, or with none, and with what was typed since and carried here, if anything was.
fn go_on(app: App, mut stored: Option<MessageRef>, carried: String) {
    spawn_local(async move {
        let mut draft = new_draft(app);
        if let Some(message) = stored.clone() {
            let problem = match app.net.ask(Request::OpenDraft { message }).await {
                Ok(Answer::Draft(kept)) => {
                    draft = *kept;
                    None
                }
                Ok(_) => Some(Problem::BadRequest),
                Err(problem) => Some(problem),
            };
            if let Some(problem) = problem {
                report(app, &problem);
                // What was typed is not lost with what was stored.
                stored = None;
                if carried.is_empty() {
                    return;
                }
            }
        }
        if !put_away(app) {
            return;
        }
        app.compose.begin(draft, stored, Focus::Text);
        if !carried.is_empty() {
            carry::fill(app.compose, &carried);
        }
    });
}

/// Saves what is not stored, and closes. Stays open while files are on their way or it is being sent.
pub(crate) fn close(app: App) {
    put_away(app);
}

/// Deletes the draft, after a question if there is anything in it.
pub(crate) fn discard(app: App) {
    let (Some(letter), Some(snapshot)) = (app.compose.letter(), untrack(|| app.compose.snapshot())) else {
        return;
    };
    if matches!(app.compose.status.get_untracked(), Status::Sending(_)) {
        return;
    }
    spawn_local(async move {
        let texts = &t().compose;
        let has_content = !is_blank(&snapshot.draft);
        let question = Question {
            title: texts.discard_question.to_owned(),
            text: texts.discard_text.to_owned(),
            yes: texts.discard.to_owned(),
            no: texts.keep_writing.to_owned(),
        };
        if has_content && !app.questions.ask(question).await {
            return;
        }
        letter.chain.borrow_mut().close();
        files::cancel_all(app);
        app.compose.end();
        if has_content {
            let draft = snapshot.draft;
            if draft.attachments.is_empty() {
                app.notices
                    .notify_undo(texts.discarded, move || begin(app, draft, Focus::Text));
            } else {
                app.notices.notify(texts.discarded);
            }
        }
        save::finish(&letter).await;
        let stored = letter.chain.borrow().stored().cloned();
        if let Some(MessageRef {
            mailbox,
            uid_validity,
            uid,
        }) = stored
        {
            let uids = UidSet::one(uid);
            let request = Request::Expunge {
                mailbox,
                uid_validity,
                uids,
            };
            if let Err(problem) = app.net.ask(request).await {
                report(app, &problem);
            }
        }
    });
}

/// Opens a message for writing, after putting away the one that is open.
fn begin(app: App, draft: Draft, focus: Focus) {
    if put_away(app) {
        learn_people(app);
        app.compose.begin(draft, None, focus);
    }
}

/// Whoever stands in the list can be completed.
fn learn_people(app: App) {
    app.list.list.with_untracked(|list| {
        let rows = (0..list.len().min(LEARNED_ROWS))
            .rev()
            .filter_map(|index| list.row(list.key_at(index)?));
        for row in rows {
            app.compose.people.learn(row.to.iter().chain(&row.from));
        }
    });
}

/// Closes the open message and stores what is not. False while it cannot be closed.
fn put_away(app: App) -> bool {
    let Some(letter) = app.compose.letter() else {
        return true;
    };
    if matches!(app.compose.status.get_untracked(), Status::Sending(_)) {
        return false;
    }
    if files::are_uploading(app) {
        app.compose.alert.set(Some(t().compose.wait_for_uploads.to_owned()));
        return false;
    }
    if save::save(app)
        && let Some(snapshot) = untrack(|| app.compose.snapshot())
    {
        spawn_local(save::put_away(app, letter, snapshot));
    }
    app.compose.end();
    true
}

fn answer(app: App, recipients: fn(&surat_protocol::Envelope, &str) -> reply::Recipients) {
    let Some(shown) = app.reading.shown.get_untracked() else {
        return;
    };
    let Shown { at, message, .. } = &*shown;
    let envelope = &message.envelope;
    let own = untrack(|| app.session.email());
    let (to, cc) = recipients(envelope, &own);
    let draft = Draft {
        to,
        cc,
        subject: reply::reply_subject(&envelope.subject),
        text: quoted_text(message),
        in_reply_to: (!envelope.message_id.is_empty()).then(|| envelope.message_id.clone()),
        references: reply::references(envelope),
        source: Some(Source {
            message: at.clone(),
            used_as: SourceUse::Reply,
        }),
        ..new_draft(app)
    };
    begin(app, draft, Focus::Text);
}

fn new_draft(app: App) -> Draft {
    Draft {
        message_id: new_message_id(app),
        from_name: app.preferences.from_name.get_untracked(),
        ..Draft::default()
    }
}

fn new_message_id(app: App) -> String {
    let own = untrack(|| app.session.email());
    let domain = own.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    format!("{}@{domain}", random_id())
}

/// 128 random bits: what makes sending happen once must never come twice.
fn random_id() -> String {
    let mut bytes = [0; 16];
    let is_random = window()
        .crypto()
        .is_ok_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !is_random {
        // No browser is without it; the time and a random number are the next best.
        let parts = [js_sys::Date::now(), js_sys::Math::random()];
        for (own, byte) in bytes.iter_mut().zip(parts.iter().flat_map(|part| part.to_le_bytes())) {
            *own = byte;
        }
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn quoted_text(message: &Message) -> String {
    let envelope = &message.envelope;
    let who = envelope.from.first();
    let name = who.map(|who| {
        if who.name.is_empty() {
            who.email.clone()
        } else {
            who.name.clone()
        }
    });
    let when = date::long(envelope.date.unwrap_or(message.received));
    let attribution = t().compose.attribution(&when, &name.unwrap_or_default());
    format!("\n\n{attribution}\n{}", reply::quote(&body_text(message)))
}

fn forwarded_text(message: &Message) -> String {
    let (envelope, texts) = (&message.envelope, &t().message);
    let mut text = format!("\n\n{}\n", t().compose.forwarded_head);
    let when = date::long(envelope.date.unwrap_or(message.received));
    for (name, value) in [
        (texts.from, write_list(&envelope.from)),
        (texts.date, when),
        (t().compose.subject, envelope.subject.clone()),
        (texts.to, write_list(&envelope.to)),
        (texts.cc, write_list(&envelope.cc)),
    ] {
        if !value.is_empty() {
            text.push_str(&format!("{name}: {value}\n"));
        }
    }
    text + "\n" + &body_text(message) + "\n"
}

fn body_text(message: &Message) -> String {
    match &message.body {
        Body::Plain(text) => text.clone(),
        Body::Html { document, .. } => html_text(document),
        Body::Empty => String::new(),
    }
}
